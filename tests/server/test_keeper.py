"""A desk's device is looked for again, however it went away; one that cannot be made too."""

from __future__ import annotations

from typing import Any

import pytest

from hookflash.errors import NothingPluggedIn
from hookflash.handset_events import HandsetLost, HandsetReady
from hookflash.inbox import Inbox
from hookflash_server.desk import Desk, EventLog, Source
from hookflash_server.desk.keeper import Item, Keeper
from hookflash_server.verbs import Ask
from support.fake_handset import FakeHandset, NoHandset
from support.fake_line import DEADLINE


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """A keeper of fake handsets and all that it tells."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.inbox: Inbox[Item] = Inbox(self.clock)
        self.made: list[FakeHandset] = []
        self.told: list[Any] = []
        self.refuses = False
        self.nothing = False
        self.keeper = Keeper(
            Source(self._make, seldom=30.0), self.inbox, self.told.append, HandsetLost
        )

    def _make(self) -> FakeHandset:
        if self.refuses:
            raise NoHandset("open hid:?: no such handset")
        if self.nothing:
            raise NothingPluggedIn("open auto: no handset is plugged in")
        self.made.append(FakeHandset())
        return self.made[-1]

    def fails(self, code: str) -> None:
        """The latest one cannot be opened, or is lost; its desk gives it up."""
        self.made[-1].lost(code)
        self.run()
        self.keeper.lost()

    def looks_after(self, pause: float) -> None:
        """The next one is made after so many seconds, not before."""
        made = len(self.made)
        self.clock.now += pause - 0.01
        self.run()
        assert len(self.made) == made, "not yet"
        self.clock.now += 0.02
        self.run()
        assert len(self.made) == made + 1

    def run(self) -> None:
        """Do all that is due or waits."""
        self.inbox.post(self._nothing)
        while (item := self.inbox.get()) != self._nothing:
            item()

    def _nothing(self) -> None: ...


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("nothing_plugged_in", 30.0),
        ("several_plugged_in", 30.0),
        ("not_supported", 30.0),  # a telephone that proved to have no line
        ("port_busy", 2.0),  # nobody tells when the other program ends
        ("device_lost", 2.0),
    ],
)
def test_it_is_looked_for_ever_more_seldom(kept: Kept, code: str, last: float) -> None:
    kept.keeper.open()
    for pause in (0.3, 1.0, 2.0, last, last):
        kept.fails(code)
        assert kept.made[-1].closed
        kept.looks_after(pause)
    kept.keeper.ready()
    kept.fails(code)
    kept.looks_after(0.3)  # once it was there, it is looked for soon


def test_only_the_present_one_is_heard(kept: Kept) -> None:
    kept.keeper.open()
    kept.made[0].ready()
    kept.run()
    kept.made[0].lift()  # waits in the inbox while the handset is given up
    kept.keeper.lost()
    kept.run()
    assert [type(event) for event in kept.told] == [HandsetReady]


def test_one_that_cannot_be_made_is_told_as_lost(kept: Kept) -> None:
    kept.refuses = True
    kept.keeper.open()
    assert kept.keeper.device is None
    (event,) = kept.told
    assert (event.code, event.message) == ("no_handset", "open hid:?: no such handset")
    kept.keeper.lost()
    kept.refuses = False
    kept.clock.now += 0.3
    kept.run()
    assert kept.keeper.device is kept.made[0]


def test_after_a_stop_nothing_is_opened(kept: Kept) -> None:
    kept.keeper.open()
    kept.keeper.lost()
    kept.keeper.stop(1.0)
    kept.clock.now += 60
    kept.run()
    assert len(kept.made) == 1
    kept.keeper.lost()
    kept.clock.now += 60
    kept.run()
    assert len(kept.made) == 1


def test_a_desk_says_why_it_has_no_handset() -> None:
    def make() -> FakeHandset:
        raise NoHandset("open hid:?: no such handset")

    desk = Desk("1001", None, EventLog(), handset=Source(make))
    desk.start()
    handset = desk.ask(Ask("status", {})).result(DEADLINE).data["handset"]
    desk.stop()
    desk.wait_stopped(DEADLINE)
    assert (handset["state"], handset["offline_because"]) == ("offline", "no_handset")
    assert handset["hint"] == "open hid:?: no such handset"


# --- something is plugged in ----------------------------------------------------------------------


def test_what_is_plugged_in_is_looked_for_at_once(kept: Kept) -> None:
    kept.keeper.open()
    for pause in (0.3, 1.0, 2.0, 30.0):
        kept.fails("nothing_plugged_in")
        kept.looks_after(pause)
    kept.fails("nothing_plugged_in")
    made = len(kept.made)
    kept.keeper.look()
    assert len(kept.made) == made + 1
    kept.clock.now += 60
    kept.run()
    assert len(kept.made) == made + 1, "the timer that waited is over"


def test_rights_that_settle_late(kept: Kept) -> None:
    """Its node is there, and for 2 s nobody may open it: ready within 3 s of plugging in."""
    plugged = kept.clock.now
    kept.keeper.look()
    while kept.clock.now - plugged < 2.0:
        kept.fails("no_permission")
        kept.looks_after(0.3)
    assert kept.clock.now - plugged <= 2.4


def test_after_a_while_it_is_as_seldom_as_before(kept: Kept) -> None:
    kept.keeper.look()
    kept.clock.now += 3.0
    kept.run()
    for pause in (0.3, 1.0, 2.0, 30.0, 30.0):
        kept.fails("nothing_plugged_in")
        kept.looks_after(pause)


def test_what_cannot_even_be_made_is_looked_for_as_seldom(kept: Kept) -> None:
    kept.keeper.open()
    kept.keeper.lost()
    kept.nothing = True
    for pause in (0.3, 1.0, 2.0, 30.0):
        told = len(kept.told)
        kept.clock.now += pause - 0.01
        kept.run()
        assert len(kept.told) == told, "not yet"
        kept.clock.now += 0.02
        kept.run()
        assert kept.told[-1].code == "nothing_plugged_in"
        kept.keeper.lost()


def test_a_burst_of_plugging_opens_it_once(kept: Kept) -> None:
    for _ in range(20):
        kept.keeper.look()
        kept.clock.now += 0.1
        kept.run()
    assert len(kept.made) == 1


def test_plugging_while_it_is_being_opened(kept: Kept) -> None:
    """The opening is left to itself; if it fails, perhaps too early, the next is soon."""
    kept.keeper.open()
    for pause in (0.3, 1.0, 2.0):
        kept.keeper.lost()
        kept.clock.now += pause
        kept.run()
    kept.keeper.look()
    assert not kept.made[-1].closed
    kept.keeper.lost()
    kept.clock.now += 0.3
    kept.run()
    assert len(kept.made) == 5


def test_a_device_that_is_there_is_kept(kept: Kept) -> None:
    kept.keeper.open()
    kept.made[0].ready()
    kept.keeper.look()
    kept.run()
    assert kept.keeper.device is kept.made[0]
    assert not kept.made[0].closed


def test_after_a_stop_plugging_in_is_nothing(kept: Kept) -> None:
    kept.keeper.open()
    kept.keeper.lost()
    kept.keeper.stop(1.0)
    kept.keeper.look()
    kept.clock.now += 60
    kept.run()
    assert len(kept.made) == 1
