"""Limits of the container, from files as the kernel writes them."""

from __future__ import annotations

import pytest

from runtime.cgroup import cpu_limit, memory_limit


@pytest.fixture
def kernel(tmp_path):
    """Writes files below a mount of control groups, and our own place in them; returns the two paths."""

    def write(own, **files):
        for name, text in files.items():
            path = tmp_path / "mount" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "own").write_text(own)
        return tmp_path / "mount", tmp_path / "own"

    return write


def test_version_2_takes_the_narrowest_of_all_levels(kernel):
    files = {"a__b__memory_dot_max": "max\n", "a__memory_dot_max": "2000000000\n", "memory_dot_max": "9000000000\n"}
    files |= {"a__b__cpu_dot_max": "150000 100000\n", "a__cpu_dot_max": "max 100000\n"}
    place = kernel("0::/a/b\n", **files)
    assert memory_limit(*place) == 2_000_000_000
    assert cpu_limit(*place) == 2


def test_version_1(kernel):
    files = {"memory__x__memory_dot_limit_in_bytes": "3000000000\n", "cpu__cpu_dot_cfs_quota_us": "400000\n"}
    files |= {"cpu__cpu_dot_cfs_period_us": "100000\n"}
    place = kernel("4:memory:/x\n2:cpu,cpuacct:/\n", **files)
    assert memory_limit(*place) == 3_000_000_000
    assert cpu_limit(*place) == 4


def test_version_1_without_limits(kernel):
    files = {"memory__memory_dot_limit_in_bytes": "9223372036854771712\n", "cpu__cpu_dot_cfs_quota_us": "-1\n"}
    files |= {"cpu__cpu_dot_cfs_period_us": "100000\n"}
    place = kernel("4:memory:/\n1:cpu:/\n", **files)
    assert memory_limit(*place) is None
    assert cpu_limit(*place) is None


def test_a_group_whose_files_are_not_mounted_here_is_read_from_the_top(kernel):
    assert memory_limit(*kernel("0::/docker/abc\n", memory_dot_max="5000000000\n")) == 5_000_000_000


def test_a_system_without_control_groups(tmp_path):
    assert memory_limit(tmp_path / "none", tmp_path / "none") is None
    assert cpu_limit(tmp_path / "none", tmp_path / "none") is None
