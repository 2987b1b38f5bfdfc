"""A desk with a simulated handset on a stage: seeded people and pages, and what must come of it.

The desk of this play is the simplest that there is: lifted is a call, put down is none, mute is
as asked; it takes its time. What it believes is compared with what people did.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from fuzz.stage import Stage
from fuzz.staging import staged
from hookflash.handset import DARK, Lamps
from hookflash.handset_events import HandsetEvent, Lifted, MutePressed, PutDown
from hookflash.hid.handset import HidHandset
from hookflash.inbox import Inbox
from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort

SETTLED = 5.0
"""Seconds after which nothing is in doubt any more."""

Act = Callable[[], None]


class Play:
    """One desk's day. `story`: what happened, for the failure's message."""

    def __init__(self, model: str, faults: Iterable[str] = (), seed: int = 0) -> None:
        self.random = random.Random(f"{model} {sorted(faults)} {seed}")
        self.stage = Stage(lambda: self.random.random() < 0.3, steps=400_000)
        self.story: list[str] = []
        self.in_call = False
        """What the desk believes."""
        self._model, self._faults = model, set(faults)
        self._muted = False

    def run(self, body: Act) -> None:
        """Play it; AssertionError tells the story."""

        def play() -> None:
            exchange = Exchange()
            self.person = SimulatedHandset(find_model(self._model), exchange, self._faults)
            self.person.listen(lambda e: self._tell(f"  {e.what} {e.detail}"))
            self._acts: Inbox[Act | None] = Inbox()
            self.stage.spawn("desk", self._desk)
            handset = self._handset = HidHandset("play", lambda: SimulatedHidPort(self.person))
            handset.subscribe(self._hear)
            opened = handset.open()  # a future, whose wait is no wait on a stage
            self.wait(SETTLED)
            opened.wait(0.0)
            try:
                body()
            finally:
                self._acts.post(None)
                handset.close()
                self.wait(1.0)  # for a slow one
                exchange.close()
            lamps = self.person.lamps
            assert not (lamps.off_hook or lamps.muted), "a lamp stays lit after close"

        try:
            with staged(self.stage):
                self.stage.run(play)
            assert not self.stage.errors
        except AssertionError as error:
            story = "\n".join(self.story[-80:])
            raise AssertionError(f"{self._model} {self._faults}: {error}\n{story}") from error

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.stage.sleep(seconds)

    def sometime(self, least: float, most: float) -> None:
        """Some time passes."""
        self.wait(self.random.uniform(least, most))

    def page(self, *, calls: bool) -> None:
        """A page dials, or hangs up."""
        self._tell(f"page {'calls' if calls else 'hangs up'}")
        self._acts.post(lambda: self._call(calls))

    def unmute(self) -> None:
        """A page unmutes."""
        self._tell("page unmutes")
        self._acts.post(lambda: self._mute(False))

    def believes_muted(self, muted: bool, why: str) -> None:
        """Whether the desk must believe that it is muted by now, and what the lamp must show."""
        self.wait(SETTLED)
        if self._muted != muted or self.person.lamps.muted != muted:
            raise AssertionError(f"{'not ' if muted else ''}muted {why}")

    def believes(self, in_call: bool, why: str) -> None:
        """What the desk must believe by now, and what the lamp must show."""
        self.wait(SETTLED)
        if self.in_call != in_call or (
            "off_hook_lamp" in self.person.outputs and self.person.lamps.off_hook != in_call
        ):
            raise AssertionError(f"{'no call' if in_call else 'a call'} {why}")

    def _tell(self, what: str) -> None:
        self.story.append(f"{self.stage.now - 1000:8.3f} {what}")

    def _hear(self, event: HandsetEvent) -> None:
        self._tell(f"event {event.kind}")
        if isinstance(event, Lifted | PutDown):
            self._acts.post(lambda: self._call(isinstance(event, Lifted)))
        elif isinstance(event, MutePressed):
            self._acts.post(lambda: self._mute(event.muted))

    def _desk(self) -> None:
        while (act := self._acts.get()) is not None:
            self.sometime(0.0, self.random.choice([0.0, 0.02, 0.3, 1.0]))
            act()

    def _call(self, up: bool) -> None:
        self.in_call = up
        self._muted = False
        self._show()

    def _mute(self, muted: bool) -> None:
        self._muted = muted
        self._show()

    def _show(self) -> None:
        self._handset.show(Lamps(off_hook=True, muted=self._muted) if self.in_call else DARK)
