"""What was last seen of the cluster: written by the supervisor, which asks it, and read by everybody else without waiting."""

from __future__ import annotations

import time

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.cluster import Cluster, ClusterError, Node, configured
from runtime.home import home
from runtime.process import read_small, write_atomically

FRESH = 15.0  # seconds after which what was seen is told with its age
FILE = "cluster.json"


class Seen(BaseModel):
    """The nodes as they were at Unix time `at`, and why newer ones are not known. `jobs`: the nodes of each run by its id.

    `troubles`: why nothing new is known of a run, by its id, where its folder comes through a storage. `packing`: the runs
    whose files are still being brought to where nodes find them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    at: float = 0.0
    nodes: tuple[Node, ...] = Field((), max_length=10_000)
    jobs: dict[str, tuple[str, ...]] = Field(default_factory=dict, max_length=10_000)
    error: str = ""
    troubles: dict[str, str] = Field(default_factory=dict, max_length=10_000)
    packing: tuple[str, ...] = Field((), max_length=10_000)

    @property
    def alive(self) -> tuple[Node, ...]:
        """The machines that can be given work."""
        return tuple(node for node in self.nodes if node.alive)

    @property
    def age(self) -> float:
        """Seconds since the cluster was seen."""
        return max(0.0, time.time() - self.at)

    @property
    def answers(self) -> bool:
        """Whether it can be given work, as far as is known."""
        return not self.error and self.age < FRESH


def seen() -> Seen | None:
    """What is known of the cluster that this process is to use; None when there is none."""
    try:
        cluster = configured()
    except ClusterError as error:
        return Seen(url="", error=str(error))
    return None if cluster is None else last_seen(cluster)


def last_seen(cluster: Cluster) -> Seen:
    """What was written down of a cluster; nothing, and that nobody has looked, where another one was seen last."""
    try:
        found = Seen.model_validate_json(read_small(home() / FILE))
    except (OSError, ValidationError):
        found = None
    nothing = Seen(url=cluster.url, error=f"The cluster at {cluster.url} has not been looked at yet; one moment.")
    return found if found is not None and found.url == cluster.url else nothing


def tell(news: Seen) -> None:
    """Let everybody know."""
    write_atomically(home() / FILE, news.model_dump_json())
