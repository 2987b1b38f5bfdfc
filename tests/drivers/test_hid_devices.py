"""HID devices: hidapi's lists as each system has them, and which device a URL means."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import hookflash
from hookflash.errors import NothingPluggedIn, PortError, SeveralPluggedIn
from hookflash.hid.devices import (
    choose,
    devices_of,
    list_devices,
    open_port,
    telephones,
    url_of,
)
from hookflash.hid.library import Entry
from hookflash.hid.port import HidInfo
from support.fakehid import NUMBERED, FakeDevice

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="hidraw nodes are Linux's")

HEADSET = 0x000B0005
CONSUMER = 0x000C0001
VENDOR = 0xFF000005


def entries(
    *paths: str, usages: tuple[int, ...], ids: tuple[int, int] = (0x1209, 0x0B01), serial: str = ""
) -> list[Entry]:
    """hidapi's entries of one device: path and usage of each collection in turn."""
    return [
        Entry(
            path=path.encode(),
            vendor_id=ids[0],
            product_id=ids[1],
            serial_number=serial,
            release_number=0x0123,
            manufacturer_string="Hookflash",
            product_string="Test phone",
            usage_page=usage >> 16,
            usage=usage & 0xFFFF,
            interface_number=3,
        )
        for path, usage in zip(paths, usages, strict=True)
    ]


def windows(collection: int, device: str = "7&1ab2c3d&0") -> str:
    return (
        rf"\\?\HID#VID_1209&PID_0B01&MI_03&Col{collection:02}#{device}&{collection - 1:04}"
        "#{4d1e55b2-f16f-11cf-88cb-001111000030}"
    )


def phone(path: str, serial: str = "", product: str = "Test phone") -> HidInfo:
    return HidInfo(path, 0x1209, 0x0B01, "", product, serial, usages=(HEADSET,))


KEYBOARD = HidInfo("/dev/hidraw9", 0x1209, 0x0B99, product="Keyboard", usages=(0x00010006,))


def test_a_device_is_one_though_it_has_several_collections() -> None:
    path = "/dev/hidraw6"
    (info,) = devices_of(entries(path, path, path, usages=(CONSUMER, HEADSET, VENDOR)))
    assert info == HidInfo(
        path, 0x1209, 0x0B01, "Hookflash", "Test phone", "", 0x0123, 3, (CONSUMER, HEADSET, VENDOR)
    )


def test_on_macos_too() -> None:
    path = "DevSrvsID:4294969312"
    (info,) = devices_of(entries(path, path, usages=(HEADSET, CONSUMER)))
    assert (info.path, info.usages) == (path, (HEADSET, CONSUMER))


def test_on_windows_the_collection_that_telephones_is_opened() -> None:
    paths = [windows(1), windows(2), windows(3)]
    (info,) = devices_of(entries(*paths, usages=(CONSUMER, HEADSET, VENDOR)))
    assert (info.path, info.usages) == (windows(2), (CONSUMER, HEADSET, VENDOR))


def test_on_windows_two_that_are_alike_are_two() -> None:
    first, second = "7&1ab2c3d&0", "7&9f8e7d6&0"
    paths = [windows(number, device) for device in (first, second) for number in (1, 2)]
    infos = devices_of(entries(*paths, usages=(CONSUMER, HEADSET) * 2))
    assert [info.path for info in infos] == [windows(2, first), windows(2, second)]


def test_on_windows_a_device_of_one_collection() -> None:
    path = r"\\?\HID#VID_1209&PID_0B01#7&1ab2c3d&0&0000#{4d1e55b2-f16f-11cf-88cb-001111000030}"
    (info,) = devices_of(entries(path, usages=(HEADSET,)))
    assert info.path == path


def test_usages_that_the_system_does_not_tell() -> None:
    (info,) = devices_of(entries("/dev/hidraw0", usages=(0,)))
    assert info.usages == ()


def test_the_only_telephone() -> None:
    telephone = phone("/dev/hidraw1")
    assert choose("hid:", [KEYBOARD, telephone]) == telephone


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("hid:1209:0b01?serial=B", "/dev/hidraw2"),
        ("hid:1209:0B01?serial=B", "/dev/hidraw2"),
        ("hid:?serial=A", "/dev/hidraw1"),
        ("hid:/dev/hidraw1", "/dev/hidraw1"),
        ("hid:?path=%2Fdev%2Fhidraw1", "/dev/hidraw1"),
        ("hid:1209:0b99", "/dev/hidraw9"),
        ("hid:/dev/hidraw9", "/dev/hidraw9"),
    ],
)
def test_one_among_several(url: str, path: str) -> None:
    devices = [phone("/dev/hidraw1", "A"), phone("/dev/hidraw2", "B"), KEYBOARD]
    assert choose(url, devices).path == path


def test_of_a_headsets_interfaces_the_one_that_telephones() -> None:
    buttons = HidInfo("/dev/hidraw0", 0x1209, 0x0B01, usages=(CONSUMER,))
    headset = phone("/dev/hidraw1")
    assert choose("hid:1209:0b01", [buttons, headset]) == headset
    assert choose("hid:/dev/hidraw0", [buttons, headset]) == buttons


@pytest.mark.parametrize(
    ("url", "devices", "told"),
    [
        ("hid:", [], "no telephone is plugged in; plug one in, or name a device$"),
        ("hid:", [KEYBOARD], r"no telephone .* name a device: hid:1209:0b99 \(Keyboard\)$"),
        (
            "hid:",
            [phone("/dev/hidraw1", "A"), phone("/dev/hidraw2", "B&C")],
            r"several devices fit; name one: hid:1209:0b01\?serial=A \(Test phone\), "
            r"hid:1209:0b01\?serial=B%26C \(Test phone\)$",
        ),
        (
            "hid:1209:0b01",
            [phone("/dev/hidraw1"), phone("/dev/hidraw2")],
            r"name one: hid:/dev/hidraw1 \(Test phone\), hid:/dev/hidraw2 \(Test phone\)$",
        ),
        (
            "hid:0b0e:0307",
            [phone("/dev/hidraw1"), KEYBOARD],
            r"no such device; is it plugged in\? There is hid:1209:0b01 \(Test phone\)$",
        ),
        ("hid:0b0e:0307", [KEYBOARD], r"no such device; .* No telephone is$"),
        ("hid:1209:0b01?serial=Z", [phone("/dev/hidraw1", "A")], "There is hid:1209:0b01.serial=A"),
        ("hid:/dev/hidraw77", [], r"no such device; is it plugged in\?$"),
    ],
)
def test_no_such_device(url: str, devices: list[HidInfo], told: str) -> None:
    with pytest.raises(PortError, match=told) as caught:
        choose(url, devices)
    several = "name one" in told
    assert type(caught.value) is (SeveralPluggedIn if several else NothingPluggedIn)
    assert str(caught.value).startswith(f"open {url}: ")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("hid:jabra", "neither USB ids .* nor a path"),
        ("hid:0b0e:307", "neither USB ids .* nor a path"),
        ("hid:0b0e:0307?serial", "give .serial="),
        ("hid:0b0e:0307?colour=red", "unknown colour; give serial, place, path"),
        ("serial:x", "not a hid: URL"),
    ],
)
def test_a_bad_url(url: str, told: str) -> None:
    with pytest.raises(PortError, match=told):
        choose(url, [])


@pytest.mark.parametrize("url", ["", "/dev/hidraw3", "tel:1001", "hid"])
def test_a_handset_has_a_url_of_its_own(url: str) -> None:
    with pytest.raises(PortError, match="not a URL of a handset"):
        hookflash.open_handset(url)


def test_each_has_a_url_that_means_it() -> None:
    devices = [
        phone("/dev/hidraw1", "A"),
        phone("/dev/hidraw2", "?&#%"),
        phone("/dev/hidraw3"),
        phone(windows(2)),
        KEYBOARD,
    ]
    urls = [url_of(info, devices) for info in devices]
    assert [choose(url, devices) for url in urls] == devices
    assert urls[4] == "hid:1209:0b99"


def test_without_a_serial_number_the_place_tells_two_apart() -> None:
    first = replace(phone("/dev/hidraw1"), place="1-1.4")
    buttons = replace(first, path="/dev/hidraw0", usages=(CONSUMER,))
    second = replace(phone("/dev/hidraw2"), place="1-2")
    named = replace(phone("/dev/hidraw3", "A"), place="1-3")
    alike = replace(phone("/dev/hidraw4", "B"), place="1-4")
    twin = replace(alike, path="/dev/hidraw5", place="1-5")
    devices = [buttons, first, second, named, alike, twin]
    urls = [url_of(info, devices) for info in devices[1:]]
    query = ["place=1-1.4", "place=1-2", "serial=A", "place=1-4", "place=1-5"]
    assert urls == [f"hid:1209:0b01?{one}" for one in query]
    assert [choose(url, devices) for url in urls] == devices[1:]
    assert url_of(buttons, devices) == "hid:/dev/hidraw0"
    with pytest.raises(NothingPluggedIn, match=r"There is hid:1209:0b01\?place=1-1\.4"):
        choose("hid:?place=9-9", devices)


@needs_linux
def test_a_link_that_udev_made_means_its_node(tmp_path: Path) -> None:
    link = tmp_path / "phone"
    link.symlink_to("/dev/null")
    (info,) = devices_of(entries("/dev/null", usages=(HEADSET,)))
    assert choose(f"hid:{link}", [info, KEYBOARD]) == info


@needs_linux
def test_what_hidapi_does_not_list_can_be_opened_by_path() -> None:
    assert choose("hid:/dev/zero", []) == HidInfo("/dev/zero", 0, 0)


def test_listed_and_opened() -> None:
    device = FakeDevice()
    assert telephones(device) == list_devices(device)
    port = open_port("hid:", device)
    assert port.info.serial == "SN1"
    assert port.descriptor == NUMBERED
    port.close()


@needs_linux
def test_the_descriptor_tells_more_than_the_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.hid.nodes._SYSFS", tmp_path)
    # A hook switch in a consumer collection; a headset that has buttons only.
    hidden = bytes.fromhex("050c 0901 a101 050b 0920 1500 2501 7501 9501 8122 9507 8103 c0")
    empty = bytes.fromhex("050b 0905 a101 0509 1901 2908 1500 2501 7501 9508 8102 c0")
    broken = bytes.fromhex("050b 0905 a101 27")
    listed = []
    for number, (descriptor, usage) in enumerate(
        [(hidden, CONSUMER), (empty, HEADSET), (broken, HEADSET), (broken, CONSUMER)]
    ):
        device = tmp_path / f"hidraw{number}" / "device"
        device.mkdir(parents=True)
        (device / "report_descriptor").write_bytes(descriptor)
        listed += entries(f"/dev/hidraw{number}", usages=(usage,))

    class Listing(FakeDevice):
        def enumerate(self) -> list[Entry]:
            return listed

    assert [info.path for info in telephones(Listing())] == ["/dev/hidraw0", "/dev/hidraw2"]
