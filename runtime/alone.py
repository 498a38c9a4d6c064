"""A process with a network of its own, in which nobody else is: python -m runtime.alone MODULE ARGUMENT...

TensorFlow's workers listen on all addresses of a machine, whatever address they are given, and take orders from whoever
reaches them. Workers on one machine therefore train in a network namespace of Linux, where there is only the loopback.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import runpy
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41
INSIDE = "LAYERLOOM_ALONE"  # in the environment of who has tried


def alone(module: str, *arguments: str) -> None:
    """Become this module in a network of its own, under the same process id; returns where that has been tried already."""
    if INSIDE not in os.environ and sys.platform == "linux":
        environment = {**os.environ, INSIDE: "1"}
        os.execve(sys.executable, [sys.executable, "-m", "runtime.alone", module, *arguments], environment)


def enter() -> None:
    """Leave the machine's network for one with nothing but a loopback.

    Raises:
        OSError: the kernel does not allow it, or this process has several threads.
    """
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP_RUNNING))


def main(module: str, *arguments: str) -> None:
    """Enter, if the kernel lets us, and run the module."""
    try:
        enter()
    except OSError as error:
        print(f"No network of its own ({error}): its workers can be reached from outside.", file=sys.stderr)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
