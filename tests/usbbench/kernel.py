"""The kernel of a distribution's package: its image uncompressed, its modules picked out."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_SETUP_SECTORS = 0x1F1
_MAGIC = 0x202
_VERSION = 0x206
_PAYLOAD = 0x248
"""Offset and length of the compressed kernel, since version 2.08 of the boot protocol.

All four: Documentation/arch/x86/boot.rst.
"""
_SECTOR = 512


def uncompressed(image: bytes) -> bytes | None:
    """The ELF kernel in a bzImage; None if it is packed in a way that Python cannot unpack.

    The emulated processor takes some seconds for what the host's does in one. ValueError if it is
    no bzImage.
    """
    if image[_MAGIC : _MAGIC + 4] != b"HdrS":
        raise ValueError("not a Linux kernel for a PC")
    (version,) = struct.unpack_from("<H", image, _VERSION)
    if version < 0x208:
        raise ValueError(f"boot protocol {version >> 8}.{version & 255:02}, older than 2.08")
    offset, length = struct.unpack_from("<II", image, _PAYLOAD)
    start = ((image[_SETUP_SECTORS] or 4) + 1) * _SECTOR + offset
    kernel = _unpacked(image[start : start + length])
    return kernel if kernel is not None and kernel[:4] == b"\x7fELF" else None


def _unpacked(payload: bytes) -> bytes | None:
    # The kernel's length stands after the packed data, so decompressors that tolerate a tail.
    if payload[:6] == b"\xfd7zXZ\0" or payload[:3] == b"\x5d\0\0":
        return lzma.LZMADecompressor().decompress(payload)
    if payload[:2] == b"\x1f\x8b":
        return zlib.decompressobj(wbits=31).decompress(payload)
    if payload[:3] == b"BZh":
        return bz2.BZ2Decompressor().decompress(payload)
    return payload if payload[:4] == b"\x7fELF" else None


def module_name(path: str) -> str:
    """`kernel/drivers/usb/class/cdc-acm.ko.xz` is cdc_acm."""
    return PurePosixPath(path).name.partition(".")[0].replace("-", "_")


def read_dependencies(modules_dep: str) -> dict[str, list[str]]:
    """Each module's path, and those of all modules that it needs, in the order of loading.

    `modules_dep` is depmod's modules.dep, where what is to be loaded first stands last.
    """
    needs: dict[str, list[str]] = {}
    for line in modules_dep.splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()[::-1]
    return needs


def loading_order(names: Iterable[str], needs: Mapping[str, list[str]]) -> list[str]:
    """Paths of the named modules and of what they need, each once, in the order of loading.

    A name that is no module's is left out: the kernel has it built in, or it is missed when it is
    asked for.
    """
    paths = {module_name(path): path for path in needs}
    wanted = [paths[name] for name in (n.replace("-", "_") for n in names) if name in paths]
    return list(dict.fromkeys(path for wish in wanted for path in (*needs[wish], wish)))


def within(folders: Iterable[str], needs: Mapping[str, list[str]]) -> set[str]:
    """Paths of all modules in these folders (`kernel/drivers/usb`), and of what they need."""
    prefixes = tuple(f"{folder}/" for folder in folders)
    chosen = {path for path in needs if path.startswith(prefixes)}
    return chosen | {need for path in chosen for need in needs[path]}
