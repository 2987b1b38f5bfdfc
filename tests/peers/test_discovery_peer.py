"""Discovery with the real pyudev, hidapi and pyserial, against devices that umockdev makes up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from peers.hidbed import ClientError, HidBed, needs_umockdev
from support.leaks import no_leaks
from support.lines import until

pytestmark = needs_umockdev

HEADSET = bytes.fromhex(
    "050b 0905 a101 8502 1500 2501 7501 9501 0920 8122 9507 81030508 0917 9501 9122 9507 9103 c0"
)

SOON = 10.0
"""Seconds that news may take on a busy machine."""


@pytest.fixture
def bed() -> Iterator[HidBed]:
    with no_leaks(), HidBed() as bed:
        yield bed


def found(bed: HidBed) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = bed.call("plugged_in")
    return every


def test_what_is_plugged_in(bed: HidBed) -> None:
    assert found(bed) == []
    bed.plug_modem(1, serial="M1", ttys={"ttyACM0": 0})
    bed.plug(2, HEADSET)
    bed.plug_phone(3, (0x6993, 0xB001), "VOIP USB Phone")
    modem, handset, phone = found(bed)
    assert modem == {
        "kind": "modem",
        "url": "modem:0baf:0303?serial=M1",
        "name": "USRobotics USR5637",
        "vendor_id": 0x0BAF,
        "product_id": 0x0303,
        "serial": "M1",
        "place": "1-1",
        "node": "/dev/ttyACM0",
        "profile": "usr5637",
        "has_line": True,
        "has_handset": False,
        "chosen": True,
        "trouble": "",
    }
    assert handset["url"] == "hid:1209:0b01?place=1-2"
    assert (handset["kind"], handset["node"]) == ("handset", "/dev/hidraw2")
    assert (handset["has_line"], handset["has_handset"]) == (False, True)
    assert phone["url"] == "usb:6993:b001?place=1-3"
    assert (phone["kind"], phone["name"]) == ("phone", "VOIP USB Phone")


def test_a_device_with_several_serial_ports_is_asked_for(bed: HidBed) -> None:
    bed.plug_modem(1, (0x12D1, 0x1001), ttys={"ttyACM0": 0, "ttyACM1": 2}, title="Stick")
    assert [one["url"] for one in found(bed)] == [
        "modem:12d1:1001?place=1-1&interface=0",
        "modem:12d1:1001?place=1-1&interface=2",
    ]
    assert not any(one["chosen"] for one in found(bed))
    assert bed.call("choose_modem", "modem:12d1:1001?interface=2") == "/dev/ttyACM1"
    with pytest.raises(ClientError, match=r"several serial ports; name one: .*interface=0 \(Stick"):
        bed.call("choose_modem", "modem:12d1:1001")
    with pytest.raises(ClientError, match="no modem is plugged in") as caught:
        bed.call("choose_modem", "modem:")
    assert caught.value.kind == "NothingPluggedIn"


def test_a_modem_whose_serial_port_has_not_come_yet(bed: HidBed) -> None:
    bed.plug_modem(1)
    (modem,) = found(bed)
    assert (modem["url"], modem["node"]) == ("modem:0baf:0303?place=1-1", "")
    assert "no serial port (yet)" in modem["trouble"]
    with pytest.raises(ClientError, match=r"at USB 1-1 is plugged in, but.*cdc_acm") as caught:
        bed.call("choose_modem", "modem:")
    assert caught.value.kind == "PortError"


def test_the_watcher_tells_of_what_comes_and_goes_and_rests_between(bed: HidBed) -> None:
    assert bed.call("watch") == "udev's events"
    until(lambda: bed.call("sleeps") >= 0, "the watcher sleeps")
    bed.plug(2, HEADSET)
    assert bed.call("news", SOON)
    assert not bed.call("news", 0.3)  # one device, many events, one call
    rested = bed.call("sleeps")
    assert not bed.call("news", 1.0)
    assert bed.call("sleeps") == rested >= 0
    bed.uevent("/sys/devices/pci0000:00/usb1/1-2", "remove")
    assert bed.call("news", SOON)
    bed.call("close_watch")
    bed.plug_modem(1, ttys={"ttyACM0": 0})
    assert not bed.call("news", 0.5)
