"""The kernel's image is unpacked by its header, and its modules are put into order."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from collections.abc import Callable

import pytest

from usbbench.kernel import loading_order, module_name, read_dependencies, uncompressed, within

ELF = b"\x7fELF" + bytes(range(256)) * 40


def image(payload: bytes, *, version: int = 0x20F, sectors: int = 27) -> bytes:
    """A bzImage with this payload, laid out as in the kernel's boot.rst."""
    before = b"\xcc" * 0x2C0  # code that unpacks, in the protected-mode part
    header = bytearray(((sectors or 4) + 1) * 512)
    header[0x1F1] = sectors
    header[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", header, 0x206, version)
    struct.pack_into("<II", header, 0x248, len(before), len(payload))
    return bytes(header) + before + payload + b"\xcc" * 99


@pytest.mark.parametrize("sectors", [0, 1, 27])
@pytest.mark.parametrize("pack", [lzma.compress, gzip.compress, bz2.compress, bytes])
def test_it_is_unpacked(pack: Callable[[bytes], bytes], sectors: int) -> None:
    length = struct.pack("<I", len(ELF))  # as the kernel's makefile appends it
    kernel = uncompressed(image(pack(ELF) + length, sectors=sectors))
    assert kernel is not None
    assert kernel[: len(ELF)] == ELF


def test_old_lzma_is_unpacked() -> None:
    packed = lzma.compress(ELF, format=lzma.FORMAT_ALONE)
    assert uncompressed(image(packed)) == ELF


@pytest.mark.parametrize("payload", [b"\x28\xb5\x2f\xfd zstd", gzip.compress(b"no ELF file")])
def test_what_cannot_be_unpacked_is_left_to_the_kernel_itself(payload: bytes) -> None:
    assert uncompressed(image(payload)) is None


@pytest.mark.parametrize("data", [b"", ELF, image(ELF, version=0x207)])
def test_what_is_no_such_image_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a Linux kernel|boot protocol 2\.07"):
        uncompressed(data)


MODULES_DEP = """\
kernel/fs/9p/9p.ko: kernel/fs/netfs/netfs.ko kernel/net/9p/9pnet.ko
kernel/fs/netfs/netfs.ko:
kernel/net/9p/9pnet.ko:
kernel/net/9p/9pnet_virtio.ko.xz: kernel/net/9p/9pnet.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko:
kernel/drivers/usb/core/usbcore.ko: kernel/drivers/usb/common/usb-common.ko
kernel/drivers/usb/common/usb-common.ko:
kernel/drivers/usb/class/cdc-acm.ko: kernel/drivers/usb/core/usbcore.ko \
kernel/drivers/usb/common/usb-common.ko
"""


def test_what_a_module_needs_is_loaded_before_it_and_once() -> None:
    order = loading_order(["9pnet_virtio", "9p", "built-in"], read_dependencies(MODULES_DEP))
    names = [module_name(path) for path in order]
    assert names == ["virtio", "9pnet", "9pnet_virtio", "netfs", "9p"]


def test_modules_are_named_with_either_dash() -> None:
    needs = read_dependencies(MODULES_DEP)
    assert loading_order(["cdc-acm"], needs) == loading_order(["cdc_acm"], needs)
    assert [module_name(path) for path in loading_order(["cdc-acm"], needs)] == [
        "usb_common",
        "usbcore",
        "cdc_acm",
    ]


def test_a_folder_brings_what_its_modules_need_from_elsewhere() -> None:
    chosen = within(["kernel/drivers/usb/class", "kernel/fs/netf"], read_dependencies(MODULES_DEP))
    assert {module_name(path) for path in chosen} == {"cdc_acm", "usbcore", "usb_common"}
