"""A Yealink USB phone as a handset: P1K, P4K and their like, or the telephone that hangs on a B2K
or B3G."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from ..device import DeviceState
from ..errors import DeviceLost, HookflashError
from ..handset import Feature, Handset, Lamps
from ..handset_events import HandsetEvent
from ..hid.port import HidInfo, HidPort
from ..inbox import Timer
from ..operation import Action
from .yealink_hands import KEYPAD, Hands
from .yealink_link import Link, Listener
from .yealink_models import Hook, Model
from .yealink_outputs import Outputs, features_of
from .yealink_senses import HookTold, KeyTold, SideTold, Told
from .yealink_shared import connect, release

log = logging.getLogger(__name__)

BELL_ON, BELL_OFF = 2.0, 4.0
"""Seconds: a bell rings as long as it is told to, so the bursts are ours (North America's)."""

TAKES_WITHIN = 4.0
"""Seconds in which a box must have switched its telephone over: two deadlines, so that a lost reply
is borne."""

LEAVE_WITHIN = 1.5
"""Seconds that a phone has to take what it shows when it is left."""


class YealinkHandset(Handset):
    """A phone behind a port, which it shares with the line of the same phone.

    open_port: opens the port; called on the handset's own thread.

    While the phone's line is used as well, the telephone that hangs on it is on that line: it rings
    and dials by itself. So its bell is left alone and its keys are not told: their tones are on
    the line already.
    """

    def __init__(self, name: str, open_port: Callable[[], HidPort]) -> None:
        super().__init__(name)
        self._open_port = open_port
        self._link: Link | None = None
        self._model: Model | None = None
        self._hands = Hands(hook=True)
        self._outputs: Outputs | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._end_use: Callable[[], None] = lambda: None
        self._bell = False
        self._bell_timer: Timer[Action] | None = None

    @property
    def features(self) -> frozenset[Feature]:
        return features_of(self._model) if self._model is not None else frozenset()

    @property
    def model(self) -> Model | None:
        """Which it is; None before it is open."""
        return self._model

    @property
    def info(self) -> HidInfo | None:
        """What the device is; None before it is open."""
        return self._link.info if self._link is not None else None

    # --- opening, closing ---------------------------------------------------------------------

    def _open(self) -> str:
        link = connect(self._open_port)
        with self._lock:
            closed = self._state is not DeviceState.OPENING
            if not closed:
                self._link = link
        if closed:
            release(link)
            raise DeviceLost(f"open {self.name}: it was closed meanwhile")
        model = link.ready()
        self._model, self._outputs = model, Outputs(model)
        self._hands = Hands(hook=model.hook is not Hook.NONE)
        self._unlisten = link.listen(Listener(self._hear, self._lose))
        self._end_use = link.use(line=False)
        link.settle(TAKES_WITHIN)  # a telephone that hangs on it is off its line now, if it lies
        self._hands.begin(link.lifted)
        self._lifted = self._hands.lifted
        link.put(self._outputs.first(), again=True)
        self._worker.post(self._opened)
        return model.title

    def _opened(self) -> None:
        """Ready: have it show what it is to show, whatever a program that died has left."""
        if self._state is DeviceState.READY:
            self._do_show()

    def _close(self) -> None:
        with self._lock:
            link, self._link = self._link, None
            self._stop_bell()
        if link is not None:
            self._unlisten()
            self._end_use()
            release(link)

    def _leave(self) -> None:
        link, outputs = self._link, self._outputs
        if link is None or outputs is None:
            return
        with self._lock:
            self._stop_bell()
        self._end_use()
        link.put(outputs.dark(on_line=link.on_line))
        link.settle(LEAVE_WITHIN)

    def _interrupt(self) -> None:
        """Whoever waits for the phone is woken by the port's close."""

    # --- what comes from the phone ------------------------------------------------------------

    def _hear(self, told: Told) -> None:
        self._worker.post(partial(self._judge, told))

    def _lose(self, cause: HookflashError) -> None:
        self._worker.post(partial(self._tell_lost, cause))  # after all that it told before

    def _judge(self, told: Told) -> None:
        link = self._link
        if self._state is not DeviceState.READY or link is None:
            return
        spoke = self._hands.speaks
        events: list[HandsetEvent] = []
        match told:
            case HookTold():
                events = self._hands.hook(told.lifted, told.detail)
            case KeyTold() if not (told.key in KEYPAD and link.on_line):
                events = self._hands.key(told.key, told.detail)
        with self._lock:
            self._lifted = self._hands.lifted
        if spoke != self._hands.speaks or isinstance(told, SideTold):
            self._do_show()
        for event in events:
            self._emit(event)

    # --- lamps --------------------------------------------------------------------------------

    def _show(self, lamps: Lamps) -> None:
        link, outputs = self._link, self._outputs
        if link is None or outputs is None or link.lost is not None:
            raise DeviceLost(f"show on {self.name}: it is gone")
        self._hands.wrote(lamps)
        with self._lock:
            self._lifted = self._hands.lifted
            self._ring_bell(lamps.ringing and not link.on_line)
        link.put(
            outputs.packets(
                lamps,
                datetime.now(),
                bell=self._bell,
                speaks=self._hands.speaks,
                on_line=link.on_line,
            )
        )

    def _ring_bell(self, rings: bool) -> None:
        """Begin or end the bursts. With the lock held."""
        if rings and self._bell_timer is None:
            self._bell = True
            self._bell_timer = self._worker.after(BELL_ON, self._burst_over)
        elif not rings:
            self._stop_bell()

    def _burst_over(self) -> None:
        with self._lock:
            if self._bell_timer is None:
                return
            self._bell = not self._bell
            seconds = BELL_ON if self._bell else BELL_OFF
            self._bell_timer = self._worker.after(seconds, self._burst_over)
        self._do_show()

    def _stop_bell(self) -> None:
        self._bell = False
        if self._bell_timer is not None:
            self._bell_timer.cancel()
            self._bell_timer = None
