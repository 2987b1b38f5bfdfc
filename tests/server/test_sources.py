"""Which device `auto:` means, from one plug to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hookflash.discovery import Found
from hookflash.errors import NothingPluggedIn, PortError, SeveralPluggedIn
from hookflash_server.config import DeskConfig, HandsetConfig, LineConfig
from hookflash_server.presence import Presence
from hookflash_server.sources import NET, handset_source, line_source, may_be_plugged, preload
from support.fake_handset import FakeHandset
from support.fake_line import FakeLine
from support.lines import until
from support.sockets import Sockets, headset, modem

A, B = modem("modem:a", serial="A", name="Modem A"), modem("modem:b", serial="B", name="Modem B")
HEADSET = headset("hid:1")


class Room:
    """A PC's sockets, and the line of a desk whose line is `auto:`."""

    def __init__(self) -> None:
        self.sockets = Sockets()
        self.presence = Presence(self.sockets.discovery, lambda _: None)
        self.presence.start()
        source = line_source(LineConfig(url="auto:"), self.presence)
        assert source is not None
        self.source = source

    def there_is(self, *found: Found) -> None:
        self.sockets.unplug(*self.presence.found)
        self.sockets.plug(*found)
        until(lambda: self.presence.found == found, "it is seen")

    def line(self, *, good: bool = True) -> str:
        """The name of the line that is made now; good: it gets ready."""
        line: Any = self.source.make()
        if good:
            line.ready()
        return str(line.name)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr("hookflash_server.sources.open_line", lambda url, *_, **__: FakeLine(url))
    room = Room()
    yield room
    room.presence.close()


def test_the_only_one(room: Room) -> None:
    room.there_is(HEADSET, A)
    assert room.line() == "modem:a"
    assert room.source.seldom == NET


def test_none_is_said_and_looked_for_once_more(room: Room) -> None:
    looks = room.sockets.looks
    with pytest.raises(NothingPluggedIn):
        room.line()
    until(lambda: room.sockets.looks > looks, "should a word have been lost")


def test_two_are_named(room: Room) -> None:
    room.there_is(A, B)
    with pytest.raises(SeveralPluggedIn, match=r"modem:a .*modem:b"):
        room.line()


def test_one_that_was_good_is_kept_to(room: Room) -> None:
    room.there_is(A)
    assert room.line() == "modem:a"
    room.there_is(B, A)
    assert room.line() == "modem:a", "the same, after a fault of the moment"
    elsewhere = modem("modem:a-elsewhere", serial="A", place="1-7")
    room.there_is(B, elsewhere)
    assert room.line() == "modem:a-elsewhere", "known by its serial number"


def test_one_that_never_got_ready_is_not(room: Room) -> None:
    room.there_is(A)
    assert room.line(good=False) == "modem:a"
    room.there_is(A, B)
    with pytest.raises(SeveralPluggedIn):
        room.line()


def test_the_only_one_that_is_left_is_taken(room: Room) -> None:
    room.there_is(A)
    room.line()
    room.there_is(B)
    assert room.line() == "modem:b"
    room.there_is(A, B)
    assert room.line() == "modem:b", "it does not go back by itself"


def test_what_was_tried_on_a_modem_is_not_held_against_another(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladders: dict[str, list[object]] = {}

    def open_line(url: str, *_: object, ladder: object) -> FakeLine:
        ladders.setdefault(url, []).append(ladder)
        return FakeLine(url)

    monkeypatch.setattr("hookflash_server.sources.open_line", open_line)
    for one in (A, B, A):
        room.there_is(one)
        room.line()
    assert ladders["modem:a"][0] is ladders["modem:a"][1]
    assert ladders["modem:b"][0] is not ladders["modem:a"][0]


def test_a_handset(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.sources.open_handset", lambda url, **_: FakeHandset(url))
    source = handset_source(HandsetConfig(url="auto:"), room.presence)
    assert source is not None
    with pytest.raises(NothingPluggedIn, match="no handset"):
        source.make()
    room.there_is(A, HEADSET)
    assert source.make().name == "hid:1"


@pytest.mark.parametrize("make", [line_source, handset_source])
def test_no_url_is_no_device(make: Callable[..., object]) -> None:
    config = LineConfig() if make is line_source else HandsetConfig()
    assert make(config, None) is None


@pytest.mark.parametrize(
    ("url", "plugged", "net"),
    [
        ("auto:", True, NET),
        ("modem:0baf:0303", True, NET),
        ("hid:", True, NET),
        ("usb:6993:b001?place=1-1", True, NET),
        ("/dev/ttyACM0", True, 0.0),
        ("COM3", True, 0.0),
        (r"\\.\COM12", True, 0.0),
        ("/dev/pts/3", False, 0.0),
        ("sim:", False, 0.0),
        ("sim-hid:?model=cx300", False, 0.0),
        ("sim-usb:?model=p1k", False, 0.0),
        ("socket://10.0.0.1:4000", False, 0.0),
        ("rfc2217://10.0.0.1:4000", False, 0.0),
        ("", False, 0.0),
    ],
)
def test_what_can_be_plugged_in_is_watched_for(
    room: Room, url: str, plugged: bool, net: float
) -> None:
    line, handset = LineConfig(url=url), HandsetConfig(url=url)
    assert may_be_plugged(DeskConfig(line=line)) is plugged
    assert may_be_plugged(DeskConfig(handset=handset)) is plugged
    if url:
        sources = line_source(line, room.presence), handset_source(handset, room.presence)
        assert [source.seldom for source in sources if source is not None] == [net, net]


def test_drivers_are_loaded_before_a_desk_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, str]] = []

    def refuse(url: str) -> None:
        made.append(("line", url))
        raise PortError(f"open {url}: no")

    monkeypatch.setattr("hookflash_server.sources.open_line", refuse)
    monkeypatch.setattr(
        "hookflash_server.sources.open_handset", lambda url: made.append(("handset", url))
    )
    preload([A, HEADSET, modem("modem:arduino", chosen=False)])
    assert made == [("line", "modem:a"), ("handset", "hid:1")]
