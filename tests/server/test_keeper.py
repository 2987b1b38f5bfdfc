"""A desk's device is looked for again, however it went away; one that cannot be made too."""

from __future__ import annotations

from typing import Any

import pytest

from hookflash.handset_events import HandsetLost, HandsetReady
from hookflash.inbox import Inbox
from hookflash_server.desk import Desk, EventLog
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
        self.keeper = Keeper(self._make, self.inbox, self.told.append, HandsetLost)

    def _make(self) -> FakeHandset:
        if self.refuses:
            raise NoHandset("open hid:?: no such handset")
        self.made.append(FakeHandset())
        return self.made[-1]

    def run(self) -> None:
        """Do all that is due or waits."""
        self.inbox.post(self._nothing)
        while (item := self.inbox.get()) != self._nothing:
            item()

    def _nothing(self) -> None: ...


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_it_is_looked_for_ever_more_seldom(kept: Kept) -> None:
    kept.keeper.open()
    for pause in (0.3, 1.0, 2.0, 2.0):
        made = len(kept.made)
        kept.keeper.lost()
        assert kept.made[-1].closed
        kept.clock.now += pause - 0.01
        kept.run()
        assert len(kept.made) == made, "not yet"
        kept.clock.now += 0.01
        kept.run()
        assert len(kept.made) == made + 1
    kept.keeper.ready()
    kept.keeper.lost()
    kept.clock.now += 0.3
    kept.run()
    assert len(kept.made) == 6, "once it was there, it is looked for soon"


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

    desk = Desk("1001", None, EventLog(), open_handset=make)
    desk.start()
    handset = desk.ask(Ask("status", {})).result(DEADLINE).data["handset"]
    desk.stop()
    desk.wait_stopped(DEADLINE)
    assert (handset["state"], handset["offline_because"]) == ("offline", "no_handset")
    assert handset["hint"] == "open hid:?: no such handset"
