"""What is plugged in: one look, a word at each change, none while nothing happens."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from hookflash.discovery import Found
from hookflash_server.presence import Change, Discovery, Presence, difference, the_same
from support.lines import until
from support.sockets import Sockets, headset, modem

USR = modem("modem:0baf:0303", serial="1")
JABRA = headset("hid:0b0e:0311")


class Watched:
    """A presence and what it told."""

    def __init__(self, sockets: Sockets) -> None:
        self.sockets = sockets
        self.told: list[Change] = []
        self.presence = Presence(sockets.discovery, self.told.append)

    def wait_told(self, count: int) -> Change:
        until(lambda: len(self.told) >= count, f"{count} changes are told")
        return self.told[count - 1]

    def look(self) -> None:
        """Have it look, and wait until it has."""
        looks = self.sockets.looks
        self.sockets.tell()
        until(lambda: self.sockets.looks > looks, "it has looked")


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched(Sockets())
    yield watched
    watched.presence.close()


def test_what_is_there_at_the_start_is_known_once_it_has_started() -> None:
    watched = Watched(Sockets(USR, JABRA))
    watched.presence.start()
    assert watched.presence.found == (USR, JABRA)
    assert watched.wait_told(1) == Change((USR, JABRA), ())
    watched.presence.close()
    assert not watched.sockets.watching


def test_coming_and_going(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hookflash_server.presence")
    watched.presence.start()
    watched.sockets.plug(USR)
    assert watched.wait_told(1) == Change((USR,), ())
    watched.sockets.plug(JABRA)
    assert watched.wait_told(2) == Change((JABRA,), ())
    watched.sockets.unplug(USR)
    assert watched.wait_told(3) == Change((), (USR,))
    assert watched.presence.found == (JABRA,)
    assert caplog.messages == [
        "plugged in: USRobotics USR5637 (modem:0baf:0303)",
        "plugged in: Jabra Evolve 65 (hid:0b0e:0311)",
        "unplugged: USRobotics USR5637 (modem:0baf:0303)",
    ]


def test_nothing_is_told_and_logged_while_nothing_changes(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    watched.sockets.plug(USR)
    watched.presence.start()
    watched.wait_told(1)
    caplog.clear()
    for _ in range(5):
        watched.look()
    assert len(watched.told) == 1
    assert not caplog.messages


def test_a_device_that_becomes_usable_is_told(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hookflash_server.presence")
    shut = replace(USR, trouble="no permission; log in again")
    watched.sockets.plug(shut)
    watched.presence.start()
    watched.sockets.unplug(shut)
    watched.sockets.plug(USR)
    until(lambda: watched.presence.found == (USR,), "it is usable")
    assert "plugged in: USRobotics USR5637 (modem:0baf:0303): no permission; log in again" in (
        caplog.messages
    )


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (modem("a", serial="1", place="1-1"), modem("a", serial="1", place="1-4"), True),
        (modem("a", place="1-1"), modem("b", place="1-4"), False),
        (modem("a", place="1-1", node="/dev/x"), modem("b", place="1-1", node="/dev/y"), True),
        (modem("a", place="", node="COM3"), modem("a", place="", node="COM4"), False),
        (modem("a", serial="1"), modem("a", serial="2"), False),
        (modem("a", serial="1"), headset("a", serial="1"), False),
    ],
)
def test_the_same_device_by_serial_number_else_by_place(
    before: Found, now: Found, same: bool
) -> None:
    change = difference([before], [now])
    assert change == (Change((), (), (now,)) if same else Change((now,), (before,)))
    assert difference([now], [now]) == Change((), ())


def test_a_look_that_fails_is_told_and_the_next_one_counts(
    defect_expected: None, caplog: pytest.LogCaptureFixture
) -> None:
    sockets = Sockets(USR)
    fails = True

    def look() -> Sequence[Found]:
        if fails:
            raise RuntimeError("a library's mood")
        return sockets.discovery.look()

    told: list[Change] = []
    presence = Presence(Discovery(look, sockets.discovery.watcher), told.append)
    presence.start()
    assert presence.found == ()
    assert "what is plugged in: a defect of ours" in caplog.messages
    fails = False
    sockets.tell()
    until(lambda: presence.found == (USR,), "it is found")
    presence.close()


def test_closed_without_a_start_and_twice(watched: Watched) -> None:
    watched.presence.close()
    watched.presence.close()


# --- twins ----------------------------------------------------------------------------------------

A = modem("modem:0baf:0303?serial=0", serial="0", place="1-1", node="/dev/ttyACM0")
A_BESIDE_B = replace(A, url="modem:0baf:0303?place=1-1")
B = modem("modem:0baf:0303?place=1-2", serial="0", place="1-2", node="/dev/ttyACM1")
PORTS = [
    modem(f"modem:0baf:0303?interface={n}", serial="0", place="1-1", node=f"/dev/ttyUSB{n}")
    for n in range(3)
]


def test_twins_by_their_makers_serial_number() -> None:
    assert difference([A], [A_BESIDE_B, B]) == Change((B,), (), (A_BESIDE_B,))
    assert difference([A_BESIDE_B, B], [A]) == Change((), (B,), (A,))
    assert the_same(A, [B, A_BESIDE_B]) == A_BESIDE_B
    assert the_same(A, [B]) == B, "with that serial number it may have moved"
    assert the_same(A, []) is None


def test_the_ports_of_one_device_are_several() -> None:
    assert difference([], PORTS) == Change(tuple(PORTS), ())
    assert difference(PORTS, PORTS[:1]) == Change((), tuple(PORTS[1:]))
    assert [the_same(one, PORTS) for one in PORTS] == PORTS
