"""The udev rules, evaluated by systemd's own udevadm for every row of the table of devices."""

from __future__ import annotations

import re
import subprocess

import pytest

from hookflash.catalog import Known
from hookflash.udev import GROUP, handset_rule, modem_rule, phone_rule, rules
from peers import udevbed
from peers.udev_promises import broken
from peers.udevbed import BLUETOOTH_BUS, Device, Verdict, judge, judged_rows, needs_udevadm

pytestmark = needs_udevadm

Judged = list[tuple[Known, Device, Verdict]]


@pytest.fixture(scope="module")
def judged() -> Judged:
    return judged_rows()


def test_every_promise_is_kept(judged: Judged) -> None:
    assert [complaint for row in judged for complaint in broken(*row)] == []


def test_promises_can_be_broken(judged: Judged) -> None:
    """A handset's verdict will not do for a modem, and no device's for nothing."""
    modem, handset = (
        next(one for one in judged if one[0].driver == driver) for driver in ("modem", "hid")
    )
    nothing = judge([Device("hidraw", 0x1209, 0x0B03)])[0]
    assert len(list(broken(modem[0], modem[1], handset[2]))) == 3
    assert len(list(broken(handset[0], handset[1], modem[2]))) == 3
    assert len(list(broken(handset[0], handset[1], nothing))) == 6


def test_two_alike_without_serial_numbers_have_names_of_their_own() -> None:
    alike = Device("tty", 0x0BAF, 0x0303, serial="")
    one, other = judge([alike, alike])
    assert len(one.links) == len(other.links) == 1
    assert one.links != other.links


def test_what_is_not_in_the_table_is_left_alone() -> None:
    strangers = [
        Device("tty", 0x0403, 0x6001),  # any serial converter
        Device("usb", 0x0403, 0x6001),
        Device("hidraw", 0x046D, 0xC077),  # a mouse of a vendor who makes headsets, too
        Device("hidraw", 0x0BAF, 0x0303),  # a modem's id on a HID device
        Device("tty", 0x0B0E, 0x0307),  # a handset's id on a tty
        Device("usb", 0x0B0E, 0x0307),
        Device("hidraw", 0x0B0E, 0x0307, bus=BLUETOOTH_BUS),  # a link of its own, not USB
        Device("usb", 0x0D8C, 0x000E),  # a CM109, or a sound stick
        Device("usb", 0x0D8C, 0xB213),
        Device("tty", 0x6993, 0xB001),  # a telephone's id on a tty
    ]
    pairs = list(zip(strangers, judge(strangers), strict=True))
    assert [device for device, verdict in pairs if verdict.ours] == []
    assert [
        device for device, verdict in pairs if "ID_MM_DEVICE_IGNORE" in verdict.properties
    ] == []
    assert [device for device, verdict in pairs if verdict.given] == []


def test_devices_of_an_administrator() -> None:
    own = f"{handset_rule(0x1209, 0x0B01)}\n{modem_rule(0x1209, 0x0B02)}\n"
    own += f"{phone_rule(0x0D8C, 0x000E)}\n"
    devices = [
        Device("hidraw", 0x1209, 0x0B01, interface=3),
        Device("tty", 0x1209, 0x0B02),
        Device("usb", 0x1209, 0x0B02),
        Device("hidraw", 0x1209, 0x0B03),
        Device("usb", 0x0D8C, 0x000E),
    ]
    handset, tty, usb, other, cm109 = judge(devices, others={"69-hookflash-local.rules": own})
    assert (handset.mode, handset.group, handset.given) == ("0660", GROUP, True)
    assert "/dev/phone/handset-1209-0b01-SN1-if03" in handset.links
    assert "/dev/phone/modem-1209-0b02-SN1-if00" in tty.links
    assert tty.properties["ID_MM_DEVICE_IGNORE"] == usb.properties["ID_MM_DEVICE_IGNORE"] == "1"
    assert (cm109.mode, cm109.group, cm109.given) == ("0664", GROUP, True)
    assert "/dev/phone/phone-0d8c-000e-SN1" in cm109.links
    assert not other.ours
    assert handset.ours
    assert usb.ours


def test_a_group_of_one_s_own() -> None:
    devices = [Device("hidraw", 0x0B0E, 0x0307), Device("tty", 0x0BAF, 0x0303)]
    assert [verdict.group for verdict in judge(devices, rules("audio"))] == ["audio", "audio"]


def test_a_later_number_would_come_too_late() -> None:
    """What the file's name is for; and that `given` can be false."""
    text = rules()
    (verdict,) = judge(
        [Device("hidraw", 0x0B0E, 0x0307)], rules="# none\n", others={"90-hookflash.rules": text}
    )
    assert "uaccess" in verdict.tags
    assert not verdict.given


def test_brltty_is_kept_off_a_converter_as_the_document_says() -> None:
    """Rules of brltty's form: they go by PRODUCT, and set the driver's name themselves."""
    brltty = 'SUBSYSTEM=="usb", ENV{PRODUCT}=="403/6001/*", ENV{BRLTTY_BRAILLE_DRIVER}="at"\n'
    document = udevbed.DOCUMENT.read_text(encoding="utf-8")
    (hidden,) = re.findall(r'^    (SUBSYSTEM=="usb".*ENV\{PRODUCT\}=.*)$', document, re.M)
    unnamed = hidden.replace('{PRODUCT}="hidden"', '{BRLTTY_BRAILLE_DRIVER}=""')
    assert unnamed != hidden

    def driver(own: str) -> str | None:
        others = {"85-brltty.rules": brltty, "69-hookflash-local.rules": f"{own}\n"}
        (verdict,) = judge([Device("usb", 0x0403, 0x6001)], others=others)
        return verdict.properties.get("BRLTTY_BRAILLE_DRIVER")

    assert driver("# none") == "at"
    assert driver(unnamed) == "at"
    assert driver(hidden) is None


def test_the_document_shows_the_results(judged: Judged) -> None:
    text = udevbed.DOCUMENT.read_text(encoding="utf-8")
    assert udevbed.within(text) == udevbed.table(judged), (
        "docs/udev.md is behind; run python tests/peers/udevbed.py"
    )


def test_udevadm_finds_no_fault() -> None:
    program = udevbed.udevadm()
    assert program is not None
    told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    if int(told.stdout.split()[0]) < 254:
        pytest.skip(f"udevadm {told.stdout.strip()} has no verify; 254 has")
    done = subprocess.run(
        [program, "verify", str(udevbed.RULES)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
