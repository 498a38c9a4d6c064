"""Run folders of a cluster that shares no path, kept equal through a storage: the server's and that of the node that trains.

Each sending of a run to the cluster is an attempt with a number. In the storage a run has `orders.json`, which only the
server writes (which attempt may train, what it begins with, what is asked of it), and a folder for each attempt, which only
the process of this attempt writes, so that one that comes back from the dead overwrites nothing. In there lie the files of
the run's folder: `events.jsonl` and `log`, which grow, in pieces of 64 kB of which only the last is written again, so that a
second costs the same in the tenth hour as in the first; maps under their names, before the events that tell of them; all other
files under a new name for each content, before `told-0.json` or `told-1.json`, which are written in turn, names them with
size and checksum. So nothing that is half there is ever taken for whole, whatever the storage can do in one step.
"""
