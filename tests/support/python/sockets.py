"""What the kernel knows of another process's sockets. Linux only, Python's standard library only."""
import ctypes
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

PIDFD_GETFD = 438  # the same number on every architecture
LISTENING = "0A"


class NotShared(Exception):
    """This kernel, or a container around it, gives no descriptors of another process."""


def descriptors(pid: int) -> Iterator[tuple[int, str]]:
    """Each open socket: its descriptor and its inode."""
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except PermissionError as refused:  # it keeps them to itself; root may look all the same
        raise NotShared(str(refused)) from refused
    for name in names:
        try:
            link = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:  # closed in the meantime
            continue
        if link.startswith("socket:["):
            yield int(name), link[len("socket:["):-1]


def listening_addresses(pid: int) -> set[str]:
    """Of its TCP listeners: "127.0.0.1", or an IPv6 address in hexadecimal digits."""
    inodes = {inode for _, inode in descriptors(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] != LISTENING or fields[9] not in inodes:
                continue
            digits = fields[1].split(":")[0]
            found.add(digits if table == "tcp6" else socket.inet_ntoa(bytes.fromhex(digits)[::-1]))
    return found


def connections(pid: int) -> list[socket.socket]:
    """Its TCP connections, shared with it: the kernel tells of their options. The caller closes
    them."""
    system_call = ctypes.CDLL(None, use_errno=True).syscall
    process = os.pidfd_open(pid)
    found = []
    try:
        for descriptor, _ in descriptors(pid):
            shared = system_call(PIDFD_GETFD, process, descriptor, 0)
            if shared < 0:
                if ctypes.get_errno() in (errno.EPERM, errno.ENOSYS):
                    raise NotShared
                continue
            taken = socket.socket(fileno=shared)
            try:
                if taken.family != socket.AF_INET:
                    raise OSError
                taken.getpeername()  # a listener has none
                found.append(taken)
            except OSError:
                taken.close()
    finally:
        os.close(process)
    return found
