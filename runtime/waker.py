"""Wakes a stopped process when its pause is over: `python runtime/waker.py CONTROL PID`, whose input that process holds open.

Imports nothing of ours, so that it begins at once and takes little memory.
"""

import os
import select
import signal
import sys
from contextlib import suppress

BETWEEN = 0.05  # seconds between two looks at what is asked for


def main(control: str, pid: int) -> None:
    """Until our input ends, as it does when the process goes on or is gone: let it go on if no pause is asked for."""
    while not select.select([0], [], [], BETWEEN)[0]:
        wish = b""
        with suppress(OSError):
            file = os.open(control, os.O_RDONLY | os.O_NONBLOCK)  # a pipe in its place would hold us
            try:
                wish = os.read(file, 10)
            finally:
                os.close(file)
        if wish.strip() != b"pause":
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
