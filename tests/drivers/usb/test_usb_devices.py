"""Which phone a URL means, what is there instead, and how sysfs tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookflash.errors import PortError
from hookflash.hid.port import HidInfo
from hookflash.opening import open_handset
from hookflash.usb.devices import choose, url_of
from hookflash.usb.sysfs import list_devices
from hookflash.usb.url import Wanted, keypad_of, wanted_by


def device(
    number: int, vendor: int, product: int, name: str = "Phone", serial: str = "", place: str = ""
) -> HidInfo:
    path = f"/dev/bus/usb/001/{number:03d}"
    return HidInfo(
        path,
        vendor,
        product,
        product=name,
        serial=serial,
        interface=3,
        place=place or f"1-{number}",
    )


P1K = device(4, 0x6993, 0xB001, "VOIP USB Phone", "A1")
B3G = device(5, 0x6993, 0xB001, "VOIP USB Box", "B2")
NAMELESS = [device(number, 0x6993, 0xB001) for number in (6, 7)]
STICK = device(8, 0x0D8C, 0x000E, "Generic USB Audio Device")
MOUSE = device(9, 0x046D, 0xC077, "Mouse")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("usb:", Wanted()),
        ("usb:6993:b001", Wanted(0x6993, 0xB001)),
        ("usb:6993:B001?serial=A%201", Wanted(0x6993, 0xB001, serial="A 1")),
        ("usb:6993:b001?place=1-1.4", Wanted(0x6993, 0xB001, place="1-1.4")),
        ("usb:?serial=A1", Wanted(serial="A1")),
        ("usb:/dev/phone/phone-6993-b001-A1", Wanted(path="/dev/phone/phone-6993-b001-A1")),
        ("usb:0d8c:000e?keypad=gtalk", Wanted(0x0D8C, 0x000E, keypad="gtalk")),
        ("usb:0d8c:0008?keypad=au100", Wanted(0x0D8C, 0x0008, keypad="au100")),
    ],
)
def test_urls(url: str, wanted: Wanted) -> None:
    assert wanted_by(url) == wanted
    assert keypad_of(url) == wanted.keypad


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("hid:", "not a usb: URL"),
        ("usb:b3g", "neither USB ids .* nor a path"),
        ("usb:6993:b001?serial", "give [?]serial="),
        ("usb:6993:b001?port=1", "unknown port; give serial, place, keypad"),
        ("usb:0d8c:000e", "how do its keys lie[?] add [?]keypad= with one of kip1000, gtalk"),
        ("usb:0d8c:000e?keypad=nokia", "keypad 'nokia' is none of kip1000, gtalk, au100"),
        ("usb:?keypad=gtalk", "a keypad is of a device that is named"),
        ("usb:6993:b001?keypad=gtalk", "only a CM109 has a keypad"),
        ("usb:0b0e:0307", "0b0e:0307 is no telephone with a protocol that is known"),
        ("usb:1234:5678", "1234:5678 is no telephone with a protocol that is known"),
    ],
)
def test_urls_that_mean_nothing(url: str, says: str) -> None:
    for read in (wanted_by, open_handset) if url.startswith("usb:") else (wanted_by,):
        with pytest.raises(PortError, match=f"open {url}: ".replace("?", "[?]") + f".*{says}"):
            read(url)


def test_the_only_phone() -> None:
    assert choose("usb:", [MOUSE, STICK, P1K]) is P1K


def test_of_several() -> None:
    every = [P1K, B3G, *NAMELESS, STICK, MOUSE]
    assert choose("usb:6993:b001?serial=B2", every) is B3G
    assert choose("usb:?serial=A1", every) is P1K
    assert choose("usb:6993:b001?place=1-7", every) is NAMELESS[1]
    for found in every[:4]:
        assert choose(url_of(found, every), every) is found
    assert url_of(P1K, every) == "usb:6993:b001?serial=A1"
    assert url_of(NAMELESS[0], every) == "usb:6993:b001?place=1-6"


def test_two_of_one_serial_number_go_by_their_place() -> None:
    twins = [device(4, 0x6993, 0xB001, serial="0"), device(5, 0x6993, 0xB001, serial="0")]
    assert [url_of(twin, twins) for twin in twins] == [
        "usb:6993:b001?place=1-4",
        "usb:6993:b001?place=1-5",
    ]


def test_a_cm109_is_taken_only_when_it_is_named() -> None:
    with pytest.raises(PortError, match="no USB telephone is plugged in that may be taken unasked"):
        choose("usb:", [STICK, MOUSE])
    with pytest.raises(PortError, match="no such device"):
        choose("usb:?place=1-8", [STICK])
    assert choose("usb:0d8c:000e?keypad=kip1000", [STICK, P1K]) is STICK


def test_what_is_there_instead() -> None:
    with pytest.raises(PortError, match=r"no USB telephone is plugged in .* name a device\.$"):
        choose("usb:", [MOUSE])
    with pytest.raises(
        PortError,
        match=r"open usb:: several devices fit; name one: usb:6993:b001\?serial=A1 \(VOIP USB "
        r"Phone\), usb:6993:b001\?serial=B2 \(VOIP USB Box\)",
    ):
        choose("usb:", [P1K, B3G, STICK])
    with pytest.raises(
        PortError, match=r"is it plugged in\? There is usb:6993:b001\?serial=A1 \(VOIP USB Phone\)"
    ):
        choose("usb:6993:b001?serial=C3", [P1K, MOUSE])


def test_by_path(tmp_path: Path) -> None:
    node = tmp_path / "004"
    node.touch()
    (tmp_path / "phone").symlink_to(node)
    there = HidInfo(str(node), 0x6993, 0xB001, place="1-4")
    assert choose(f"usb:{tmp_path}/phone", [MOUSE, there]) is there
    with pytest.raises(PortError, match="there is no such device; is it plugged in"):
        choose(f"usb:{tmp_path}/other", [there])
    stick = HidInfo(str(node), 0x0D8C, 0x000E, product="Stick", place="1-4")
    with pytest.raises(PortError, match=r"that is Stick \(0d8c:000e\), which is no telephone"):
        choose(f"usb:{tmp_path}/phone", [stick])
    assert choose(f"usb:{tmp_path}/phone?keypad=gtalk", [stick]) is stick


# --- sysfs ------------------------------------------------------------------------------------


def plug(root: Path, place: str, interfaces: dict[int, str], **strings: str) -> None:
    """Make up a device's directory. interfaces: number -> class."""
    entry = root / "bus" / "usb" / "devices" / place
    entry.mkdir(parents=True)
    told = {"busnum": "1", "devnum": "12", "idVendor": "6993", "idProduct": "b001"}
    for name, text in (told | {"bcdDevice": "0205"} | strings).items():
        (entry / name).write_text(f"{text}\n")
    for number, usb_class in interfaces.items():
        folder = entry / f"{place}:1.{number}"
        folder.mkdir()
        (folder / "bInterfaceNumber").write_text(f"{number:02x}\n")
        (folder / "bInterfaceClass").write_text(f"{usb_class}\n")


def test_sysfs(tmp_path: Path) -> None:
    phone = {0: "01", 1: "01", 2: "01", 3: "03"}
    plug(tmp_path, "1-1.4", phone, product="VOIP USB Phone", serial="A1", manufacturer="Yealink")
    plug(tmp_path, "2-3", phone)
    plug(tmp_path, "usb1", {0: "09"})
    plug(tmp_path, "1-2", {0: "08"})
    devices = tmp_path / "bus" / "usb" / "devices"
    (devices / "1-1.4:1.3").mkdir()
    (devices / "1-5").mkdir()  # about to go
    assert list_devices(tmp_path) == [
        HidInfo(
            "/dev/bus/usb/001/012",
            0x6993,
            0xB001,
            manufacturer="Yealink",
            product="VOIP USB Phone",
            serial="A1",
            release=0x0205,
            interface=3,
            place="1-1.4",
        ),
        HidInfo("/dev/bus/usb/001/012", 0x6993, 0xB001, release=0x0205, interface=3, place="2-3"),
    ]


def test_a_device_that_goes_while_it_is_looked_at(tmp_path: Path) -> None:
    plug(tmp_path, "1-1", {0: "03"})
    (tmp_path / "bus" / "usb" / "devices" / "1-1" / "devnum").unlink()
    plug(tmp_path, "1-2", {0: "03"}, idVendor="")
    assert list_devices(tmp_path) == []


def test_no_usb_at_all(tmp_path: Path) -> None:
    assert list_devices(tmp_path / "none") == []
