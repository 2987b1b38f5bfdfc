"""Modems that are plugged in, as each system lists them, and which one a URL means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from serial.tools.list_ports_common import ListPortInfo

import hookflash
from hookflash.errors import NothingPluggedIn, PortError, SeveralPluggedIn
from hookflash.modem import devices
from hookflash.modem.devices import ModemInfo, choose, list_modems, url_of, wanted_by, with_portless

USR = ModemInfo("/dev/ttyACM0", 0x0BAF, 0x0303, "USB Modem", "A&1", "1-1.4")
TWIN = replace(USR, path="/dev/ttyACM1", serial="B2", place="1-1.3")
ZOOM = ModemInfo("/dev/ttyACM5", 0x0803, 0x3095, "", "", "2-1")
ARDUINO = ModemInfo("/dev/ttyACM9", 0x2341, 0x0043, "Uno", "75", "1-2")
STICK = tuple(
    ModemInfo(f"/dev/ttyUSB{number}", 0x12D1, 0x1001, "Stick", "", "1-3", number)
    for number in range(3)
)
EVERY = (USR, TWIN, ZOOM, ARDUINO, *STICK)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("modem:0baf:0303?serial=A%261", "/dev/ttyACM0"),
        ("modem:0BAF:0303?serial=B2", "/dev/ttyACM1"),
        ("modem:?serial=B2", "/dev/ttyACM1"),
        ("modem:0baf:0303?place=1-1.3", "/dev/ttyACM1"),
        ("modem:?place=2-1", "/dev/ttyACM5"),
        ("modem:0803:3095", "/dev/ttyACM5"),
        ("modem:2341:0043", "/dev/ttyACM9"),
        ("modem:12d1:1001?interface=2", "/dev/ttyUSB2"),
        ("modem:12d1:1001?place=1-3&interface=0", "/dev/ttyUSB0"),
    ],
)
def test_one_among_several(url: str, path: str) -> None:
    assert choose(url, EVERY).path == path


@pytest.mark.parametrize("others", [(), (ARDUINO,), (ARDUINO, *STICK)])
def test_the_only_modem_is_the_only_one_that_is_known(others: tuple[ModemInfo, ...]) -> None:
    assert choose("modem:", [*others, ZOOM]) == ZOOM


@pytest.mark.parametrize(
    ("url", "there", "kind", "told"),
    [
        ("modem:", (), NothingPluggedIn, "no modem is plugged in; plug it in, or name another dev"),
        (
            "modem:",
            (ARDUINO,),
            NothingPluggedIn,
            r"no modem is plugged in; .*there is modem:2341:0043\?serial=75 \(Uno\)$",
        ),
        (
            "modem:",
            (USR, TWIN),
            SeveralPluggedIn,
            r"several modems fit; name one: modem:0baf:0303\?serial=A%261 \(USRobotics USR5637\), "
            r"modem:0baf:0303\?serial=B2 \(",
        ),
        (
            "modem:12d1:1001",
            STICK,
            SeveralPluggedIn,
            r"it has several serial ports; name one: modem:12d1:1001\?place=1-3&interface=0 \(",
        ),
        ("modem:0baf:0303?serial=C3", (USR,), NothingPluggedIn, "no such modem.*serial=A%261"),
        ("modem:0baf:0303?place=1-9", (), NothingPluggedIn, "no such modem is plugged in"),
        ("modem:", (replace(USR, path=""),), PortError, r"at USB 1-1\.4 is plugged in, but"),
    ],
)
def test_what_cannot_be_meant(
    url: str, there: tuple[ModemInfo, ...], kind: type[PortError], told: str
) -> None:
    with pytest.raises(PortError, match=told) as caught:
        choose(url, there)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"open {url}: ")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("hid:0baf:0303", "not a modem: URL"),
        ("modem:usr", "neither USB ids"),
        ("modem:0baf:03", "neither USB ids"),
        ("modem:/dev/ttyACM0", "by its path alone: /dev/ttyACM0"),
        ("modem:0baf:0303?colour=red", "unknown colour; give serial, place, interface"),
        ("modem:0baf:0303?serial", "bad query"),
        ("modem:0baf:0303?interface=two", "'two' is no number"),
    ],
)
def test_a_bad_url(url: str, told: str) -> None:
    with pytest.raises(PortError, match=told):
        wanted_by(url)


@pytest.mark.parametrize(
    ("info", "url"),
    [
        (USR, "modem:0baf:0303?serial=A%261"),
        (ZOOM, "modem:0803:3095?place=2-1"),
        (STICK[1], "modem:12d1:1001?place=1-3&interface=1"),
        # Two of a maker who gives all the same number are told apart by where they are.
        (replace(USR, path="/dev/ttyACM7", place="1-7"), "modem:0baf:0303?place=1-7"),
    ],
)
def test_a_url_that_stays(info: ModemInfo, url: str) -> None:
    every = list(dict.fromkeys([*EVERY, info]))
    assert url_of(info, every) == url
    assert choose(url, every) == info


def test_where_nothing_tells_two_apart_a_url_is_the_path() -> None:
    first = ModemInfo("COM3", 0x0803, 0x3095)
    second = replace(first, path="COM4")
    assert url_of(first, [first]) == "modem:0803:3095"
    assert [url_of(one, [first, second]) for one in (first, second)] == ["COM3", "COM4"]


def test_a_known_modem_without_a_serial_port_is_there_all_the_same() -> None:
    usb = [("1-1.4", 0x0BAF, 0x0303, "A&1"), ("2-1", 0x0803, 0x3095, ""), ("1-9", 0x1D6B, 2, "")]
    assert with_portless([ARDUINO, USR], usb) == [
        ARDUINO,
        USR,
        ModemInfo("", 0x0803, 0x3095, place="2-1"),
    ]


def port(device: str, location: str | None, ids: tuple[int, int] | None = None) -> ListPortInfo:
    info = ListPortInfo(device, skip_link_detection=True)
    info.location = location
    if ids is not None:
        info.vid, info.pid = ids
    return info


@pytest.mark.parametrize(
    ("device", "location", "place", "interface"),
    [
        ("/dev/ttyACM0", "1-1.4:1.0", "1-1.4", 0),
        ("/dev/ttyUSB2", "1-1.4:1.10", "1-1.4", 10),
        ("/dev/ttyUSB0", "1-2", "1-2", 0),
        ("COM3", "1-1.4:x.2", "1-1.4", 2),
        ("COM4", None, "", 0),
        ("/dev/cu.usbmodem14201", "20-2.1", "20-2.1", 0),
    ],
)
def test_serial_ports_as_each_system_tells_of_them(
    device: str, location: str, place: str, interface: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [port("/dev/ttyS0", None), port(device, location, (0x0BAF, 0x0303))]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: listed)
    monkeypatch.setattr(devices, "_usb_devices", list)
    assert list_modems() == [ModemInfo(device, 0x0BAF, 0x0303, place=place, interface=interface)]


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_port_that_goes_while_it_is_listed(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [port("/dev/ttyACM0", "1-1", (0x0BAF, 0x0303))]
    failures = [TypeError("int() argument must be a string, not NoneType")] * looks

    def comports() -> list[ListPortInfo]:
        if failures:
            raise failures.pop()
        return listed

    monkeypatch.setattr("serial.tools.list_ports.comports", comports)
    monkeypatch.setattr(devices, "_usb_devices", list)
    assert len(list_modems()) == (1 if looks < 3 else 0)


def test_a_line_of_such_a_url_is_looked_for_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there: list[ModemInfo] = []
    monkeypatch.setattr(devices, "list_modems", lambda: there)
    line = hookflash.open_line("modem:0803:3095?place=2-1")
    with pytest.raises(NothingPluggedIn, match="no such modem is plugged in"):
        line.open().wait(10)
    line.close()
