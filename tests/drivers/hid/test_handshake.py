"""The handshake: presses told from echoes, brand by brand, and for any order of things."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hookflash.handset import Lamps
from hookflash.handset_events import (
    Button,
    ButtonPressed,
    HandsetEvent,
    KeyPressed,
    Lifted,
    MutePressed,
    PutDown,
)
from hookflash.hid.handshake import Handshake, Reading
from hookflash.hid.hook import HookKind
from hookflash.hid.levelhook import ECHO_WITHIN, FOLLOWS_WITHIN, FRESH
from hookflash.hid.mute import MuteKind

WORDS = {"handset_lifted": "LIFTED", "handset_put_down": "DOWN", "handset_shared": "SHARED"}


class Play:
    """Plays a script and writes down what is told, timers included."""

    def __init__(self, handshake: Handshake) -> None:
        self.handshake = handshake
        self.lamps = Lamps()
        self.reading = Reading(hook=0)
        self.told: list[tuple[float, HandsetEvent]] = []
        self.rewrites: list[float] = []

    def until(self, now: float) -> None:
        """Let the timers run that are due by then."""
        while (due := self.handshake.due()) is not None and due <= now:
            self._tell(due, self.handshake.expired(due))
            assert self.handshake.due() != due

    def report(self, now: float, **values: Any) -> list[HandsetEvent]:
        self.until(now)
        before = self.reading
        self.reading = replace(before, **values)
        repeated = self.reading == before
        events = self.handshake.report(now, self.reading, "report", repeated=repeated)
        return self._tell(now, events)

    def show(self, now: float, **lamps: Any) -> None:
        self.until(now)
        self.lamps = replace(self.lamps, **lamps)
        self.handshake.wrote(now, self.lamps)

    def _tell(self, now: float, events: list[HandsetEvent]) -> list[HandsetEvent]:
        self.told += [(now, event) for event in events]
        if self.handshake.rewrite:
            self.rewrites.append(now)
            self.handshake.wrote(now, self.lamps)
        return events

    def step(self, now: float, word: str) -> None:
        """One word of a script."""
        match word:
            case "up" | "down":
                self.report(now, hook=int(word == "up"))
            case "up,busy" | "down,free":
                self.report(now, hook=int(word == "up,busy"), line_busy=word == "up,busy")
            case "busy" | "free":
                self.report(now, line_busy=word == "busy")
            case "press":  # of a toggle
                self.report(now, hook=1)
                self.report(now, hook=0)
            case "+1" | "-1":
                self.report(now, hook=int(word))
                self.report(now, hook=0)
            case "lit" | "dark":
                self.show(now, off_hook=word == "lit")
            case "same":
                self.report(now)
            case "alone" | "shared":
                self.handshake.alone(word == "alone")
            case _:
                raise ValueError(word)


def play(script: str, hook: HookKind = HookKind.LEVEL) -> Play:
    handshake = Handshake(hook)
    handshake.begin(0.0, [Reading(hook=0, line_busy=False)])
    player = Play(handshake)
    for step in script.split(";"):
        now, word = step.split()
        player.step(float(now), word)
    player.until(1e6)
    return player


def said(player: Play) -> str:
    return "; ".join(f"{now:g} {WORDS.get(e.kind, e.kind)}" for now, e in player.told)


LEVEL_STORIES = """
lift, acknowledged, pressed to hang up
  1 up; 1.02 lit; 9 down; 9.01 dark
  -> 1 LIFTED; 9 DOWN
Jabra takes back what is not acknowledged
  1 up; 3 down
  -> 1 LIFTED
Plantronics does so at once
  1 up; 1.05 down
  -> 1 LIFTED
acknowledged after that, it follows
  1 up; 1.05 down; 1.1 lit; 1.13 up; 9 down
  -> 1 LIFTED; 9 DOWN
acknowledged while it takes back
  1 up; 1.049 lit; 1.05 down; 1.08 up; 9 down
  -> 1 LIFTED; 9 DOWN
a CX300 that nobody follows up
  1 up; 1.05 down; 1.1 lit
  -> 1 LIFTED; 2.1 DOWN
a page dials, it echoes, a press ends
  1 lit; 1.03 up; 1.04 busy; 9 down; 9.02 dark; 9.05 free
  -> 9 DOWN
a page dials, it echoes, a page ends
  1 lit; 1.03 up; 9 dark; 9.03 down
  ->
the far end ends, then it is put down
  1 up; 1.01 lit; 9 dark; 20 down
  -> 1 LIFTED
lifted anew after that
  1 up; 1.01 lit; 9 dark; 20 down; 21 up
  -> 1 LIFTED; 21 LIFTED
hang up and dial again at once
  1 lit; 1.1 up; 5 dark; 5.01 lit; 5.1 down; 5.2 up; 9 down
  -> 9 DOWN
and in between it is put down
  1 lit; 1.1 up; 5 dark; 5.01 lit; 5.1 down
  -> 6.1 DOWN
dial, hang up and dial before any echo
  1 lit; 1.1 dark; 1.2 lit; 1.8 up; 1.9 down; 2 up; 9 down
  -> 9 DOWN
dial and hang up before the echo
  1 lit; 1.1 dark; 1.2 up; 1.3 down
  ->
lifted just after that
  1 lit; 1.1 dark; 1.5 up
  -> 2.5 LIFTED
lifted in a call that a page made
  1 lit; 4 up; 9 down
  -> 9 DOWN
on hook for a moment after the lamp
  1 lit; 1.03 up; 1.07 down; 1.3 up; 9 down
  -> 9 DOWN
a quick hand
  1 up; 1.01 lit; 1.3 down
  -> 1 LIFTED; 2.3 DOWN
put down, lifted while we hang up
  1 up; 1.01 lit; 9 down; 9.5 up; 10 dark
  -> 1 LIFTED; 9 DOWN; 11 LIFTED
the same as an echo
  1 up; 1.01 lit; 9 down; 9.5 up; 10 dark; 10.1 down
  -> 1 LIFTED; 9 DOWN
no echo ever, a press says on hook again
  1 lit; 9 same
  -> 10 DOWN
the same of a device that repeats itself
  0.5 same; 1 lit; 9 same
  ->
a report right after the lamp that says on hook
  1 lit; 1.1 same; 1.2 up
  ->
repeated reports
  1 up; 1 same; 1.01 lit; 9 down; 9 same; 9.1 dark
  -> 1 LIFTED; 9 DOWN
another program's call
  1 up,busy; 9 down,free
  -> 1 SHARED
another program's call, busy later
  1 busy
  -> 1 SHARED
it puts out our lamp
  1 up; 1.01 lit; 1.02 busy; 9 down,free; 9.03 up,busy; 15 down
  -> 1 LIFTED; 9 SHARED; 15 DOWN
it puts out our lamp, busy before
  1 lit; 1.02 up,busy; 9 free; 9.01 down; 9.03 up,busy
  -> 9.01 SHARED
put down, and Line Busy falls with it
  1 lit; 1.02 up,busy; 9 down,free
  -> 9 SHARED; 10 DOWN
it does so once more
  1 lit; 1.02 up,busy; 9 down,free; 9.1 up,busy; 11 down,free; 11.1 up,busy
  -> 9 SHARED; 11 SHARED
pressed again by who is misunderstood
  1 lit; 1.02 up,busy; 9 down,free; 9.1 up,busy; 10 down,free; 10.1 up,busy; 11 down,free
  -> 9 SHARED; 10 SHARED; 11 DOWN
nobody else has it open
  1 lit; 1.02 up,busy; 4 alone; 9 down,free
  -> 9 DOWN
somebody has, and no Line Busy tells
  1 lit; 1.02 up; 4 shared; 9 down; 9.1 up; 15 down
  -> 9 SHARED; 15 SHARED; 16 DOWN
"""


def stories(text: str) -> list[Any]:
    """A name, what happens, what is told; seconds before each word."""
    lines = [line.strip().removeprefix("->").strip() for line in text.strip().splitlines()]
    threes = zip(lines[::3], lines[1::3], lines[2::3], strict=True)
    return [pytest.param(script, told, id=name) for name, script, told in threes]


@pytest.mark.parametrize(("script", "expected"), stories(LEVEL_STORIES))
def test_level_hook(script: str, expected: str) -> None:
    assert said(play(script)) == expected


PRESS_STORIES = {
    "each press is a change": ("1 press; 1.1 lit; 9 press; 9.1 dark", "1 LIFTED; 9 DOWN"),
    "a page's call, ended by a press": ("1 lit; 9 press", "9 DOWN"),
    "echo of a page's lamp": ("1 lit; 1.1 press; 9 press; 9.1 dark; 20 dark", "9 DOWN"),
    "echo of the far end's hang-up": ("1 press; 1.1 lit; 9 dark; 9.2 press", "1 LIFTED"),
    "no echo of a press": ("1 press; 1.1 lit; 1.2 press", "1 LIFTED; 1.2 DOWN"),
}


@pytest.mark.parametrize(("script", "expected"), PRESS_STORIES.values(), ids=PRESS_STORIES)
def test_toggle_hook(script: str, expected: str) -> None:
    assert said(play(script, HookKind.TOGGLE)) == expected


def test_a_key_for_each_way() -> None:
    script = "1 +1; 1.1 lit; 4 +1; 9 -1; 9.1 dark; 9.2 -1; 20 -1; 30 lit; 31 +1; 32 -1"
    assert said(play(script, HookKind.ON_OFF)) == "1 LIFTED; 9 DOWN; 32 DOWN"


def test_lamps_are_written_again_only_where_that_helps() -> None:
    assert play("1 lit; 1.03 up; 1.07 down; 1.3 up").rewrites == [1.07]
    assert play("1 up; 1.01 lit; 1.05 down; 1.3 up").rewrites == [1.05]
    assert play("1 lit; 1.02 up,busy; 9 down,free").rewrites == [9.0]
    assert play("1 up; 1.01 lit; 1.3 down").rewrites == [], "that would undo what a hand did"
    assert play("1 lit; 1.1 up; 5 dark; 5.01 lit; 5.1 down").rewrites == [5.1], "some must be asked"
    assert play("1 lit; 1.1 up; 5 dark; 5.01 lit; 5.3 down").rewrites == [], "it may be a hand"
    assert play("1 lit; 1.01 up; 1.02 down; 1.03 up; 1.04 down").rewrites == [1.02], "but once"


# --- the first state ------------------------------------------------------------------------------


def test_what_is_told_right_after_opening_is_no_press() -> None:
    handshake = Handshake()
    handshake.begin(10.0, [])
    first = Reading(hook=1, mute=1, buttons={Button.FLASH: True}, keys=frozenset("5"))
    assert handshake.report(10.3, first) == []
    assert handshake.lifted
    assert handshake.report(12.0, first) == []
    assert _kinds(handshake.report(13.0, replace(first, hook=0))) == []
    assert _kinds(handshake.report(14.0, replace(first, hook=1))) == [Lifted]


def test_a_silent_device_lay_on_hook() -> None:
    handshake = Handshake()
    handshake.begin(10.0, [])
    assert _kinds(handshake.report(10.6, Reading(hook=1))) == [Lifted]


def test_a_key_of_a_handset_lifted_before_is_no_lift() -> None:
    handshake = Handshake()
    handshake.begin(10.0, [])
    events = handshake.report(11.0, Reading(hook=1, keys=frozenset("5")))
    assert _kinds(events) == [KeyPressed]
    assert handshake.lifted


def test_a_device_that_answered_may_be_lifted_at_once() -> None:
    handshake = Handshake()
    handshake.begin(10.0, [Reading(hook=0)])
    assert _kinds(handshake.report(10.01, Reading(hook=1))) == [Lifted]


# --- keys and buttons -----------------------------------------------------------------------------


def test_a_key_is_pressed_once() -> None:
    player = Play(_ready())
    steps = [(1, "5"), (1.1, "5"), (1.2, ""), (1.3, "5"), (1.4, "56"), (1.5, "6")]
    for now, keys in steps:
        player.report(now, keys=frozenset(keys))
    told = [(now, event.key) for now, event in player.told if isinstance(event, KeyPressed)]
    assert told == [(1, "5"), (1.3, "5"), (1.4, "6")]


def test_a_button_is_pressed_once_whatever_else_is_told() -> None:
    player = Play(_ready())
    down, up = {Button.FLASH: True}, {Button.FLASH: False}
    assert _kinds(player.report(1, buttons=down)) == [ButtonPressed]
    assert _kinds(player.report(1.1, hook=1)) == [Lifted]
    assert player.report(1.2, buttons=up) == []
    assert _kinds(player.report(1.3, buttons=down)) == [ButtonPressed]


def test_one_report_can_lift_and_press() -> None:
    events = Play(_ready()).report(1, hook=1, buttons={Button.REDIAL: True})
    assert _kinds(events) == [Lifted, ButtonPressed]


def test_two_falls_reject() -> None:
    player = Play(Handshake(two_falls=True))
    player.handshake.begin(0.0, [Reading(hook=0)])
    player.show(1, ringing=True)
    assert player.report(2) == []
    [event] = player.report(2.1)
    assert isinstance(event, ButtonPressed)
    assert event.button is Button.REJECT
    player.show(3, ringing=False)
    assert player.report(4) == player.report(5) == []


def test_one_fall_and_a_lift_answers() -> None:
    player = Play(Handshake(two_falls=True))
    player.handshake.begin(0.0, [Reading(hook=0)])
    player.show(1, ringing=True)
    assert player.report(2) == []
    assert _kinds(player.report(2.1, hook=1)) == [Lifted]


# --- mute -----------------------------------------------------------------------------------------


@dataclass
class Muting:
    """A headset in a call."""

    player: Play

    def pulse(self, now: float) -> list[bool]:
        events = self.player.report(now, mute=1)
        assert self.player.report(now, mute=0) == []
        return [event.muted for event in events if isinstance(event, MutePressed)]

    def show(self, now: float, muted: bool) -> None:
        self.player.show(now, muted=muted)


@pytest.fixture
def muting() -> Muting:
    player = Play(_ready())
    player.show(0.5, off_hook=True)
    return Muting(player)


def test_each_pulse_asks_for_the_other_state(muting: Muting) -> None:
    assert muting.pulse(1) == [True]
    muting.show(1.1, muted=True)
    assert muting.pulse(5) == [False]
    muting.show(5.1, muted=False)
    assert muting.pulse(9) == [True]


def test_a_pulse_that_did_not_come_about_asks_again(muting: Muting) -> None:
    assert muting.pulse(1) == [True]
    assert muting.pulse(5) == [True]


def test_the_boom_is_up(muting: Muting) -> None:
    muting.show(1, muted=True)
    assert muting.pulse(5) == [False]
    muting.show(5.1, muted=False)
    assert muting.pulse(5.2) == [True]
    muting.show(5.3, muted=True)
    muting.show(20, muted=False)
    assert muting.pulse(20.6) == [True], "also against a page"


def test_pulses_in_a_row_mute(muting: Muting) -> None:
    muting.show(1, muted=True)
    assert muting.pulse(5) == [False]
    assert muting.pulse(5.5) == [True]
    assert muting.pulse(5.9) == []


def test_on_hook_there_is_nothing_to_mute() -> None:
    assert Muting(Play(_ready())).pulse(1) == []


def test_mute_as_a_level() -> None:
    player = Play(Handshake(mute=MuteKind.LEVEL))
    player.handshake.begin(0.0, [Reading(hook=0, mute=0)])
    assert player.report(1, mute=1) == [], "on hook"
    assert player.report(1, mute=0) == []
    player.show(2, off_hook=True)
    assert [e.muted for e in player.report(3, mute=1) if isinstance(e, MutePressed)] == [True]
    player.show(3.1, muted=True)
    assert [e.muted for e in player.report(4, mute=0) if isinstance(e, MutePressed)] == [False]
    player.show(4.1, muted=False)
    player.show(5, muted=True)
    assert player.report(5.1, mute=1) == [], "the device follows the lamp"


# --- any order of things --------------------------------------------------------------------------


def _ready() -> Handshake:
    handshake = Handshake()
    handshake.begin(0.0, [Reading(hook=0, mute=0)])
    return handshake


def _kinds(events: list[HandsetEvent]) -> list[type[HandsetEvent]]:
    return [type(event) for event in events]


class Desk(RuleBasedStateMachine):
    """A device that follows its lamp, a hand, and a desk that writes whatever it likes.

    The device heeds a lamp some time after it was written, and takes a lift back that it does not
    see confirmed in time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 10.0
        self.player = Play(_ready())
        self.queue: list[tuple[float, int, str]] = []
        self.heeds_next = 0.0
        self.lamp = False
        """What was written."""
        self.seen = False
        """The lamp as the device has seen it."""
        self.hook = False
        self.by_hand = False
        """The last change of the hook was a person's."""
        self.lifts = 0
        self.downs = 0
        self.judged = 0
        self.owed: float | None = None
        """When a PutDown must have been told, unless the device goes off hook again."""

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.04, 0.1, 0.3, 0.7, 1.5, 3.0]))
    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.queue and self.queue[0][0] <= end:
            at, _, what = self.queue.pop(0)
            self.pass_time(at)
            self.happen(what)
        self.pass_time(end)

    def pass_time(self, now: float) -> None:
        self.now = max(self.now, now)
        self.player.until(self.now)
        self.judge()
        if self.owed is not None and self.now >= self.owed:
            raise AssertionError(f"put down, and not told by {self.now}")

    def happen(self, what: str) -> None:
        if what == "revert":
            if not self.seen and self.by_hand:
                self.move(False, by_hand=False)
        else:
            self.seen = what == "lit"
            if self.seen != self.hook:
                self.move(self.seen, by_hand=False)
        self.judge()

    def move(self, hook: bool, *, by_hand: bool) -> None:
        if hook != self.hook:
            self.hook, self.by_hand = hook, by_hand
            if hook:
                self.owed = None
            self.player.report(self.now, hook=int(hook))

    def later(self, seconds: float, what: str) -> None:
        at = self.now + seconds
        if what != "revert":
            at = self.heeds_next = max(at, self.heeds_next)
        self.queue.append((at, len(self.player.told), what))
        self.queue.sort(key=lambda entry: entry[0])

    @rule(revert=st.sampled_from([0.05, 2.0]))
    @precondition(lambda self: not self.hook and not self.seen)
    def lift(self, revert: float) -> None:
        self.lifts += 1
        self.move(True, by_hand=True)
        self.later(revert, "revert")
        self.judge()

    @rule()
    @precondition(lambda self: self.hook and self.seen)
    def put_down(self) -> None:
        self.downs += 1
        if self.lamp:
            self.owed = self.now + FOLLOWS_WITHIN
        self.move(False, by_hand=True)
        self.judge()

    @rule(lag=st.sampled_from([0.0, 0.02, 0.2]))
    @precondition(lambda self: not self.lamp and self.unheeded() < 3)
    def light(self, lag: float) -> None:
        self.lamp = True
        self.player.show(self.now, off_hook=True)
        self.later(lag, "lit")

    @rule(lag=st.sampled_from([0.0, 0.02, 0.2]))
    @precondition(lambda self: self.lamp and self.unheeded() < 3)
    def put_out(self, lag: float) -> None:
        self.lamp = False
        self.owed = None
        self.player.show(self.now, off_hook=False)
        self.later(lag, "dark")

    def unheeded(self) -> int:
        return sum(what != "revert" for _, _, what in self.queue)

    def judge(self) -> None:
        """Each event that is told is of a hand, at the time at which it is told."""
        for _, event in self.player.told[self.judged :]:
            assert self.by_hand, f"{event} is an echo"
            if isinstance(event, PutDown):
                assert not self.hook
                self.owed = None
            else:
                assert isinstance(event, Lifted)
                assert self.hook
        self.judged = len(self.player.told)

    @invariant()
    def never_more_events_than_presses(self) -> None:
        told = [event for _, event in self.player.told]
        assert sum(isinstance(event, Lifted) for event in told) <= self.lifts
        assert sum(isinstance(event, PutDown) for event in told) <= self.downs


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None, derandomize=True
)


def test_figures_leave_room_for_each_other() -> None:
    assert FRESH < FOLLOWS_WITHIN < ECHO_WITHIN
