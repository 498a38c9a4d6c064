"""What the container that we run in may use: memory and processors, by the kernel's control groups (versions 1 and 2)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def memory_limit(mount: Path = MOUNT, own: Path = OWN) -> int | None:
    """Bytes that we may use, or None where there is no limit."""
    files = [*_files(mount, own, "", "memory.max"), *_files(mount, own, "memory", "memory.limit_in_bytes")]
    limits = [int(text) for text in files if text.isdecimal()]
    return min((limit for limit in limits if limit < 2**60), default=None)  # version 1 writes "none" as almost 2**63


def cpu_limit(mount: Path = MOUNT, own: Path = OWN) -> int | None:
    """Processors that we may keep busy, rounded up, or None where there is no limit."""
    quotas = [text.split() for text in _files(mount, own, "", "cpu.max")]
    periods = _files(mount, own, "cpu", "cpu.cfs_period_us")
    quotas += [list(pair) for pair in zip(_files(mount, own, "cpu", "cpu.cfs_quota_us"), periods, strict=False)]
    limits = [int(quota) / int(period) for quota, period in quotas if quota.isdecimal() and int(quota) > 0]
    return min((math.ceil(limit) for limit in limits), default=None)


def _files(mount: Path, own: Path, controller: str, name: str) -> Iterator[str]:
    """What the file says for our own group and for each above it; an outer limit holds too."""
    group = _group(own, controller)
    for path in (group, *group.parents):
        try:
            yield (mount / controller / path.relative_to("/") / name).read_text().strip()
        except OSError:
            continue


def _group(own: Path, controller: str) -> PurePosixPath:
    """The path of our group: a line `4:memory:/path` in version 1, `0::/path` in version 2."""
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        lines = []
    paths = [path for _, controllers, path in lines if controller in controllers.split(",")]
    return PurePosixPath("/", *paths[:1])
