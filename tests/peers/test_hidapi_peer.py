"""The real hidapi, with libudev and nodes in /dev, against devices that umockdev makes up."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from peers.hidbed import ClientError, HidBed, needs_umockdev
from support.fakehid import NUMBERED, UNNUMBERED
from support.leaks import no_leaks
from support.lines import until

pytestmark = needs_umockdev

#: Telephony first or last, for a device's order is its own.
BUTTONS = bytes.fromhex("050c 0901 a101 8503 1500 2501 7501 9502 09e9 09ea 8102 9506 8103 c0")
LAMPS = bytes.fromhex(
    "050b 0905 a101 8502 1500 2501 7501 9501 0920 8122 9507 81030508 0917 9501 9122 9507 9103 c0"
)


@pytest.fixture
def bed() -> Iterator[HidBed]:
    with no_leaks(), HidBed() as bed:
        yield bed


def test_a_headset_is_one_device_though_it_has_two_collections(bed: HidBed) -> None:
    node = bed.plug(3, BUTTONS + LAMPS, serial="SN1")
    assert bed.call("list") == [
        {
            "path": node,
            "vendor_id": 0x1209,
            "product_id": 0x0B01,
            "manufacturer": "Hookflash",
            "product": "Test phone",
            "serial": "SN1",
            "release": 0x0123,
            "interface": 3,
            "usages": [0x000C0001, 0x000B0005],
            "place": "1-3",
        }
    ]


@pytest.mark.parametrize(
    "url",
    ["hid:", "hid:1209:0b01", "hid:?serial=SN1", "hid:/dev/hidraw1", "hid:?path=/dev/hidraw1"],
)
def test_a_url_opens_it(bed: HidBed, url: str) -> None:
    bed.plug(0, BUTTONS, (0x1209, 0x0B99), "Keyboard")
    bed.plug(1, LAMPS, serial="SN1")
    assert bed.call("telephones") == ["/dev/hidraw1"]
    info, descriptor = bed.call("open", url)
    assert (info["path"], info["serial"]) == ("/dev/hidraw1", "SN1")
    assert bytes.fromhex(descriptor) == LAMPS
    bed.call("close")


def test_what_cannot_be_opened_is_told_with_what_is_there(bed: HidBed) -> None:
    with pytest.raises(ClientError, match="no telephone is plugged in"):
        bed.call("open", "hid:")
    bed.plug(0, LAMPS, serial="A")
    bed.plug(1, LAMPS, serial="B")
    with pytest.raises(ClientError, match=r"several devices fit.*serial=A.*serial=B") as caught:
        bed.call("open", "hid:")
    assert caught.value.kind == "SeveralPluggedIn"
    with pytest.raises(ClientError, match="There is hid:1209:0b01"):
        bed.call("open", "hid:0b0e:0307")
    with pytest.raises(ClientError, match="no such device"):
        bed.call("open", "hid:/dev/hidraw7")


def test_reports_go_both_ways_byte_by_byte(bed: HidBed) -> None:
    bed.plug(0, LAMPS)
    bed.call("open", "hid:")
    # What a tty would take for itself, if it were one to the driver.
    for value in (0x00, 0x01, 0x03, 0x0A, 0x0D, 0x11, 0x13, 0x7F, 0xFF):
        bed.say(0, bytes([2, value]))
        assert bytes.fromhex(bed.call("read")) == bytes([2, value])
        bed.call("write", bytes([2, value]).hex())
        assert bed.heard(0, 2) == bytes([2, value])
    bed.call("close")


def test_reports_without_an_id(bed: HidBed) -> None:
    bed.plug(0, UNNUMBERED)
    bed.call("open", "hid:")
    bed.say(0, b"\x01")
    assert bed.call("read") == "0001"
    bed.call("close")


def test_what_the_device_does_not_have(bed: HidBed) -> None:
    bed.plug(0, NUMBERED)
    bed.call("open", "hid:")
    assert bed.call("get_input", 2, 2) == ""
    with pytest.raises(ClientError, match="get feature report 9 of Test phone") as caught:
        bed.call("get_feature", 9, 2)
    assert caught.value.kind == "NotSupported"
    bed.call("close")


def test_close_ends_a_read_and_releases_the_device(bed: HidBed) -> None:
    bed.plug(0, NUMBERED)
    bed.call("list")
    before = bed.call("descriptors")
    for _ in range(20):
        bed.call("open", "hid:")
        read = bed.start("read")
        until(lambda: bed.call("sleeps") >= 0, "it waits for a report")
        bed.call("close")
        assert read.result(0.5) == ""
        bed.call("close")
    assert bed.call("descriptors") == before


def test_an_unplug_while_reading(bed: HidBed) -> None:
    bed.plug(0, LAMPS)
    bed.call("open", "hid:")
    read = bed.start("read")
    until(lambda: bed.call("sleeps") >= 0, "it waits for a report")
    bed.unplug(0)
    with pytest.raises(ClientError, match=r"read Test phone .*the device is gone") as caught:
        read.result(5)
    assert caught.value.kind == "DeviceLost"
    with pytest.raises(ClientError) as caught:
        bed.call("write", "0201")
    assert caught.value.kind == "DeviceLost"
    bed.call("close")
    assert bed.call("list") == []
    bed.plug(1, LAMPS)
    bed.call("open", "hid:")
    bed.say(1, b"\x02\x01")
    assert bed.call("read") == "0201"
    bed.call("close")


def test_who_waits_for_a_report_sleeps(bed: HidBed) -> None:
    bed.plug(0, NUMBERED)
    bed.call("open", "hid:")
    read = bed.start("read")
    until(lambda: bed.call("sleeps") >= 0, "it waits for a report")
    before = bed.call("sleeps")
    threading.Event().wait(2.0)
    assert bed.call("sleeps") == before
    bed.call("close")
    assert read.result(5) == ""


def test_a_handset_is_lifted_lit_and_unplugged(bed: HidBed) -> None:
    bed.plug(0, LAMPS)
    assert bed.call("handset", "hid:") == ["hook", "off_hook_lamp"]
    assert bed.call("event") == "HandsetReady"
    assert bed.heard(0, 2) == b"\x02\x00"
    bed.say(0, b"\x02\x01")
    assert bed.call("event") == "Lifted"
    bed.call("show", {"off_hook": True})
    assert bed.heard(0, 2) == b"\x02\x01"
    bed.unplug(0)
    assert bed.call("event") == "HandsetLost"
    bed.call("close_handset")


def test_a_handset_that_is_closed_is_dark(bed: HidBed) -> None:
    bed.plug(0, LAMPS)
    bed.call("handset", "hid:")
    assert bed.heard(0, 2) == b"\x02\x00"
    bed.call("show", {"off_hook": True})
    assert bed.heard(0, 2) == b"\x02\x01"
    bed.call("close_handset")
    assert bed.heard(0, 2) == b"\x02\x00"
