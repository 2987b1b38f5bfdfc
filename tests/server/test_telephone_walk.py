"""Pages, the line and a hand at once, at random: the lamps tell the truth throughout."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import Future

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hookflash import Button, DeviceState, Lamps
from hookflash.errors import (
    Aborted,
    CallFailed,
    CommandRefused,
    CommandTimeout,
    HookflashError,
    WrongState,
)
from hookflash.handset import DARK
from hookflash.handset_events import PutDown
from hookflash_server.answers import Answer
from support.fake_handset import REPORT, FakeHandset
from support.fake_line import (
    ANSWERED,
    COMMANDS,
    DEADLINE,
    DIALLED,
    RING_STOPPED,
    RINGING_OUT,
    DeskBench,
    FakeLine,
    caller,
    ended,
    ring,
)

TOLD = [DIALLED, RINGING_OUT, ANSWERED, ring(), ring(), RING_STOPPED, ended(), caller()]
ERRORS: list[HookflashError | None] = [
    *(None, None, None),
    CallFailed("dial: BUSY", "busy"),
    CommandTimeout("no answer"),
    CommandRefused("ERROR"),
    WrongState("no call is ringing"),
    Aborted("given up"),
]
ANSWERS_OR_DIALS = frozenset(("answer", "dial"))


class Walk:
    """One desk with a handset. Everybody may do anything."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.replies: list[Future[Answer]] = []
        self.wanted: Counter[str] = Counter()
        """How often a page or a hand may have meant an answer or a dial."""
        self.begun: Counter[str] = Counter()
        self.bench = DeskBench(with_handset=True)
        self.bench.opened().ready()

    def step(self) -> None:
        what = self.random.choices(
            [self.ask, self.end, self.tell, self.hand, self.lose_line, self.lose_handset],
            [6, 8, 8, 10, 0.4, 0.4],
        )[0]
        what()
        self.check()

    @property
    def line(self) -> FakeLine:
        return self.bench.line

    @property
    def handset(self) -> FakeHandset:
        return self.bench.handset

    def ask(self) -> None:
        verb = self.random.choice(list(COMMANDS))
        self.wanted["answer"] += verb == "answer"
        self.wanted["dial"] += verb in ("dial_out", "onekey_dial_out")
        self.replies.append(self.bench.ask(verb, **COMMANDS[verb]))

    def end(self) -> None:
        if pending := [o for o in self.line.pending() if o.name != "open"]:
            self.line.end(self.random.choice(pending).name, self.random.choice(ERRORS))

    def tell(self) -> None:
        self.line.tell(*self.random.choices(TOLD, k=self.random.randint(1, 2)))

    def hand(self) -> None:
        does = self.random.choice(["lift", "lift", "down", "down", "keys", "button", "mute"])
        handset = self.handset
        if does == "lift":
            self.wanted.update(answer=1, dial=1)  # it dials what was typed before
            handset.lift()
        elif does == "down":
            # Also at once after the lamp was lit or put out, as hands do.
            if self.random.choice([True, False]):
                handset.put_down()
            else:
                handset.tell(PutDown(REPORT))
        elif does == "keys":
            keys = "".join(self.random.choices("0123456789*#", k=self.random.randint(1, 12)))
            self.wanted["dial"] += keys.count("#")
            handset.keys(keys)
        elif does == "button":
            button = self.random.choice(list(Button))
            begins = button in (Button.REDIAL, Button.SPEED_DIAL, Button.SEND)
            self.wanted["dial"] += begins
            self.wanted["answer"] += button is Button.SEND
            handset.press(button)
        else:
            handset.press_mute(self.random.choice([True, False]))

    def lose_line(self) -> None:
        self.count_begun()
        count = len(self.bench.lines)
        self.line.lost()
        self.bench.opened(count + 1).ready()

    def lose_handset(self) -> None:
        count = len(self.bench.handsets)
        self.handset.lost()
        self.bench.handset_opened(count + 1).ready(lifted=self.random.choice([True, False]))

    def count_begun(self) -> None:
        """Of a line that goes; its list goes with it."""
        self.bench.status()
        self.begun.update(name for name, _ in self.line.asked if name in ANSWERS_OR_DIALS)

    def check(self) -> None:
        state = self.bench.state()
        under_way = set(self.bench.desk.under_way)
        lamps = self.handset.lamps
        assert self.handset.state is DeviceState.READY
        ringing = state == "ringing_in" and not under_way & {"answer", "hang_up"}
        assert lamps.ringing == ringing, (state, under_way, lamps)
        assert not (lamps.ringing and lamps.off_hook)
        in_call = state in ("dialing", "ringing_out", "active") and "hang_up" not in under_way
        if in_call:
            assert lamps.off_hook, (state, under_way)
        else:
            assert not lamps.held
        if state == "offline":
            assert lamps == DARK
        if not lamps.off_hook:
            assert lamps == Lamps(ringing=lamps.ringing, text=lamps.text)
        now = Counter(name for name, _ in self.line.asked if name in ANSWERS_OR_DIALS)
        for name, count in (self.begun + now).items():
            assert count <= self.wanted[name], f"{name}: nobody wanted it"

    def finish(self) -> None:
        """Everything must come to an end now, whatever happened; and it still works."""
        self.handset.tell(PutDown(REPORT))
        self.bench.status()
        while pending := [o for o in self.line.pending() if o.name != "open"]:
            self.line.end(pending[0].name, self.random.choice(ERRORS))
            self.bench.status()
        self.line.tell(ended())
        self.bench.status()
        for reply in self.replies:
            assert reply.result(DEADLINE).result
        self.handset.tell(PutDown(REPORT))
        assert self.bench.state() == "idle"
        assert self.bench.lamps == DARK
        self.handset.lift()
        assert self.bench.lamps == Lamps(off_hook=True)
        dials = sum(name == "dial" for name, _ in self.line.asked)
        self.handset.keys("100#")
        self.line.wait_for("dial", dials + 1)
        assert self.line.asked[-1] == ("dial", "100")


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 80))
def test_a_random_walk(seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.desk.keeper.REOPEN_AFTER", (0.0,))
    monkeypatch.setattr("hookflash_server.desk.running.PATIENCE", 1000.0)
    walk = Walk(seed)
    try:
        for _ in range(steps):
            walk.step()
        walk.finish()
    finally:
        walk.bench.close()
