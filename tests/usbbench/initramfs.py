"""An initramfs in the newc format: Documentation/driver-api/early-userspace/buffer-format.rst.

Written without cpio, which not every PC has, and without root, which device nodes would ask for.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass

_MAGIC = b"070701"
_END = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """One file, directory or device node.

    `name` is without a leading slash; `mode` has the type's bits; `device` is major and minor.
    """

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def directory(name: str) -> Entry:
    """A directory that all may read."""
    return Entry(name, stat.S_IFDIR | 0o755)


def program(name: str, data: bytes) -> Entry:
    """A file that can be executed."""
    return Entry(name, stat.S_IFREG | 0o755, data)


def file(name: str, data: bytes) -> Entry:
    """A plain file."""
    return Entry(name, stat.S_IFREG | 0o644, data)


def character_device(name: str, major: int, minor: int) -> Entry:
    """A character device of root's."""
    return Entry(name, stat.S_IFCHR | 0o600, b"", (major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive; a directory has to stand before what is in it."""
    written = bytearray()
    for number, entry in enumerate((*entries, Entry(_END, 0)), 1):
        name = entry.name.encode() + b"\0"
        fields = (
            0 if entry.name == _END else number,
            entry.mode,
            0,  # owner
            0,  # group
            1,  # links
            0,  # time of change
            len(entry.data),
            0,  # device that the file is on: major, minor
            0,
            *entry.device,
            len(name),
            0,  # checksum, which this format does not use
        )
        written += _MAGIC + b"".join(b"%08X" % field for field in fields) + name
        written += bytes(-len(written) % 4) + entry.data
        written += bytes(-len(written) % 4)
    return bytes(written)
