"""Which device is meant where none is named."""

from __future__ import annotations

import pytest

import hookflash
from hookflash.discovery import Found, Kind, look
from hookflash.discovery.choice import choose_handset, choose_line
from hookflash.errors import NothingPluggedIn, PortError, SeveralPluggedIn

MODEM = Found(Kind.MODEM, "modem:0baf:0303?serial=1", "USR", has_line=True)
OTHER = Found(Kind.MODEM, "modem:0803:3095?place=2-1", "Zoom", has_line=True)
ARDUINO = Found(Kind.MODEM, "modem:2341:0043?serial=7", "Uno", has_line=True, chosen=False)
HEADSET = Found(Kind.HANDSET, "hid:0b0e:0307?serial=2", "Jabra", has_handset=True)
SLIC = Found(Kind.HANDSET, "hid:190d:0002?place=1-3", "SLIC", has_line=True)
B3G = Found(Kind.PHONE, "usb:6993:b001?place=1-4", "B3G", has_line=True, has_handset=True)
CM109 = Found(Kind.PHONE, "usb:0d8c:000e?place=1-5", "Stick", has_handset=True, chosen=False)


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        ((MODEM,), MODEM),
        ((ARDUINO, HEADSET, MODEM, CM109), MODEM),
        ((B3G, MODEM, SLIC), MODEM),
        ((B3G, HEADSET), B3G),
        ((SLIC,), SLIC),
    ],
)
def test_the_line_that_is_meant(there: tuple[Found, ...], meant: Found) -> None:
    assert choose_line(there) == meant


@pytest.mark.parametrize(
    ("there", "meant"), [((HEADSET, MODEM, CM109), HEADSET), ((SLIC, B3G), B3G)]
)
def test_the_handset_that_is_meant(there: tuple[Found, ...], meant: Found) -> None:
    assert choose_handset(there) == meant


@pytest.mark.parametrize(
    ("there", "kind", "line", "handset"),
    [
        ((), NothingPluggedIn, "no line is .*; plug in a modem", "no handset is .*; plug in a USB"),
        ((ARDUINO, CM109), NothingPluggedIn, r"modem:2341:.* \(Uno\)$", r"usb:0d8c:.*\(Stick\)$"),
        ((MODEM, OTHER, HEADSET, B3G), SeveralPluggedIn, "modem:0baf.*modem:0803", "hid:0b.*usb:6"),
        ((SLIC, B3G, HEADSET), SeveralPluggedIn, r"hid:190d.*usb:6993", "usb:6993.*hid:0b0e"),
    ],
)
def test_where_it_is_not_one(
    there: tuple[Found, ...], kind: type[PortError], line: str, handset: str
) -> None:
    for choose, told in ((choose_line, line), (choose_handset, handset)):
        with pytest.raises(PortError, match=f"^open auto: .*{told}") as caught:
            choose(there)
        assert type(caught.value) is kind


def test_auto_is_what_is_there_now(monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[Found] = []
    monkeypatch.setattr("hookflash.discovery.choice.plugged_in", lambda: there)
    with pytest.raises(NothingPluggedIn, match="no line"):
        hookflash.open_line("auto:")
    with pytest.raises(NothingPluggedIn, match="no handset"):
        hookflash.open_handset("auto:")
    there += [MODEM, HEADSET]
    assert hookflash.open_line("auto:").name == MODEM.url
    assert hookflash.open_handset("auto:").name == HEADSET.url


def test_what_cannot_be_looked_for_hides_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_library() -> list[Found]:
        raise PortError("open: no Python module hidraw")

    monkeypatch.setattr(look, "_modems", lambda: [MODEM])
    monkeypatch.setattr(look, "_handsets", no_library)
    monkeypatch.setattr(look, "_phones", lambda: [B3G])
    assert look.plugged_in() == [MODEM, B3G]
