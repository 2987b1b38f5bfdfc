"""The line of a telephone that has one of its own and is controlled by its HID reports."""

import logging
import time
from collections.abc import Callable

from ..calls import EndReason
from ..device import DeviceState
from ..digits import check_keys, check_number
from ..errors import CallFailed, DeviceLost, HookflashError, NotSupported
from ..events import Dialled, Evidence
from ..line import Capability, Line
from ..operation import Action, Operation
from ..settings import LineSettings
from .line_controls import Control, Values
from .line_hearing import LineHearing
from .line_layout import LineLayout, Signal, understand_line
from .link import Heard, Link, Listener, connect, release
from .port import HidInfo, HidPort
from .report import ReportType

log = logging.getLogger(__name__)

DIAL_TONE_WAIT = 5.0
"""Seconds to wait for dial tone before a dial is given up."""

BLIND_WAIT = 2.0
"""Seconds before the first digit where dial tone cannot be heard (V.250's default for S6)."""

ON_HOOK_MARGIN_MS = 100
"""By so much longer than the country's longest flash the line is on hook before it is taken again:
else the exchange would take that for a flash."""

SHORTEST_MS = 65
"""Of a tone, and of the pause after it (ETSI ES 201 235-2: senders 65 ms or more)."""


class HidLine(Line):
    """A line behind a HID port, which it shares with the handset of the same telephone.

    open_port: opens the port; called on the line's own thread.
    """

    confirms = "report"

    def __init__(
        self, name: str, open_port: Callable[[], HidPort], settings: LineSettings | None = None
    ) -> None:
        super().__init__(name, settings)
        self._open_port = open_port
        self._link: Link | None = None
        self._layout = LineLayout()
        self._hearing = LineHearing(self, self._worker)
        self._unlisten: Callable[[], None] = lambda: None
        self._picked_up = False
        """We have answered, and whether the caller heard it is to be seen yet."""
        self._released_at = float("-inf")
        """When the line was put on hook last, in monotonic seconds."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._layout.capabilities

    @property
    def layout(self) -> LineLayout:
        """What its descriptor means; without anything before it is open."""
        return self._layout

    @property
    def info(self) -> HidInfo | None:
        """What the device is; None before it is open."""
        return self._link.info if self._link is not None else None

    # --- opening, closing ---------------------------------------------------------------------

    def _open(self) -> str:
        link = connect(self._open_port)
        with self._lock:
            self._link = link
        layout = understand_line(link.descriptor)
        if layout is None or not layout.usable:
            why = layout.reason if layout else "none of its outputs takes or releases a line"
            raise NotSupported(f"open {self.name}: {link.name} has no line that we can use: {why}")
        self._layout = layout
        self._hearing.know(layout)
        self._note((*layout.notes, *self.settings.doubts(), *self._doubts()))
        self._unlisten = link.listen(Listener(self._hear, self._tell_lost))
        self._hang_up()  # whatever a crashed program has left behind
        self._worker.post(self._ask)
        info = link.info
        return info.product or f"{info.vendor_id:04x}:{info.product_id:04x}"

    def _doubts(self) -> list[str]:
        """Figures that mean nothing here."""
        doubts = []
        if self.settings.answer_detection in ("modem", "quiet"):
            doubts.append(
                f"answer_detection = {self.settings.answer_detection}: a telephone guesses no "
                "answer by itself; none is told"
            )
        if self.settings.distinctive_ring:
            doubts.append("this telephone does not tell the cadence of rings")
        return doubts

    def _ask(self) -> None:
        """Ready: hear what the line sounds of already, such as a call that rings."""
        link = self._link
        ids = {one.report_id: None for fields in self._layout.hears.values() for one in fields}
        for report_id in ids:
            if link is None or self._hearing.has_told(report_id):
                continue
            try:
                values = link.ask(report_id)
            except HookflashError as error:
                log.debug("%s: %s", self.name, error)
                return
            if not values:  # who does not answer the first only costs time with the others
                return
            with self._lock:
                if self._state is DeviceState.READY:
                    self._hearing.heard(values, f"input report {report_id}, asked for")

    def _close(self) -> None:
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            self._unlisten()
            release(link)

    def _interrupt(self) -> None:
        self._nudge()

    # --- verbs --------------------------------------------------------------------------------

    def _dial(self, number: str, operation: Operation) -> None:
        keys = self._controls(check_number(number))
        on_hook = (self.settings.flash_window[1] + ON_HOOK_MARGIN_MS) / 1000
        self._pause(operation, max(0.0, self._released_at + on_hook - time.monotonic()))
        self._seize(operation)
        self._await_dial_tone(operation)
        self._press(keys, operation)
        self._write_all(self._layout.send)
        self._hearing.progress.dialled = True
        self._emit(Dialled(Evidence("command", f"{len(keys)} keys written")))

    def _await_dial_tone(self, operation: Operation) -> None:
        if Signal.DIAL not in self._layout.hears:
            self._pause(operation, BLIND_WAIT)
        elif not self._pause(operation, DIAL_TONE_WAIT, lambda: self._heard_last("dial")):
            raise CallFailed(
                f"dial on {self.name}: no dial tone within {DIAL_TONE_WAIT:g} s",
                EndReason.NO_DIAL_TONE,
            )

    def _answer(self, operation: Operation) -> Evidence:
        self._seize(operation, answering=True)
        self._picked_up = True
        self._worker.after(self.settings.ring_gone_ms / 1000, self._silence_proves)
        return Evidence("command", "hook switch written", certain=False)

    def _silence_proves(self) -> None:
        """That it rings no more shows that the call was picked up."""
        with self._lock:
            gone = self.settings.ring_gone_ms / 1000
            rest = self._hearing.rang_at + gone - time.monotonic()
            if not self._picked_up:
                return
            if self._hearing.rings or rest > 0:
                self._worker.after(max(rest, 0.1), self._silence_proves)
                return
            self._picked_up = False
            detail = f"no ring for {gone:g} s after picking up"
            self._tell_answered(Evidence("timer", detail))

    def _seize(self, operation: Operation, *, answering: bool = False) -> None:
        with self._lock:
            self._hearing.begin(answering=answering)
        operation.check()
        self._write_all((*self._layout.select, *self._layout.seize))
        operation.taken = True

    def _hang_up(self) -> None:
        with self._lock:
            self._picked_up = False
            self._hearing.over()
        self._write(self._layout.idle, rewrite=True)
        self._write_all(self._layout.release)
        self._released_at = time.monotonic()

    def _flash(self, operation: Operation) -> None:
        control = self._layout.flash
        if control is None:
            raise NotSupported(f"flash on {self.name}: it has no flash output")
        operation.check()
        with self._lock:
            self._hearing.progress.flashed = True
            self._hearing.progress.tone = ""
        self._hold_down(control, self.settings.flash_ms / 1000, operation)

    def _send_keys(self, keys: str, operation: Operation) -> None:
        self._hearing.progress.tone = ""
        self._press(self._controls(check_keys(keys)), operation)

    def _mute(self, on: bool, operation: Operation) -> None:
        control = self._layout.mute
        if control is None:
            super()._mute(on, operation)
            return
        self._write(control.down if on else control.up)
        operation.taken = True

    def _await_second_dial_tone(self, operation: Operation) -> None:
        seconds = self.settings.second_dial_tone_ms / 1000
        self._pause(operation, seconds, lambda: self._heard_last("dial"))

    def _transfer_refused(self) -> str:
        refused = self._heard_last(Signal.BUSY) or self._heard_last(Signal.REORDER)
        return EndReason.BUSY if refused else ""

    def _ring_timed_out(self) -> None:
        with self._lock:
            if self._hearing.rings and self._ringing.count:  # it says so all the time
                self._ringing.watch()
                return
        super()._ring_timed_out()

    # --- what the device tells ----------------------------------------------------------------

    def _hear(self, heard: Heard) -> None:
        """On the reader's thread. What it tells while it is opened is asked for afterwards."""
        with self._lock:
            if self._state is DeviceState.READY:
                self._hearing.heard(heard.values, heard.data.hex(" "))

    def _ring_ends(self) -> None:
        """A burst is over: the time in which the next one must come begins."""
        if self._ringing.count:
            self._ringing.watch()

    def _heard_last(self, tone: str) -> bool:
        return self._hearing.progress.tone == tone

    def _locked(self, action: Action) -> Action:
        def locked() -> None:
            with self._lock:
                action()

        return locked

    # --- what is written ----------------------------------------------------------------------

    def _controls(self, keys: str) -> list[Control]:
        missing = sorted(set(keys) - self._layout.keys.keys())
        if missing:
            raise NotSupported(f"{self.name} has no key {' '.join(missing)}, which {keys} needs")
        return [self._layout.keys[key] for key in keys]

    def _press(self, keys: list[Control], operation: Operation) -> None:
        tone = max(self.settings.tone_ms, SHORTEST_MS) / 1000
        for key in keys:
            operation.check()
            self._hold_down(key, tone, operation)
            self._pause(operation, SHORTEST_MS / 1000)

    def _hold_down(self, control: Control, seconds: float, operation: Operation) -> None:
        """Turn it on for so long, counted from when the device has it."""
        self._write(control.down)
        operation.taken = True
        try:
            if not control.pulse:
                self._pause(operation, seconds)
        finally:
            self._write(control.up)

    def _pause(
        self, operation: Operation, seconds: float, until: Callable[[], bool] = lambda: False
    ) -> bool:
        """Pause as Operation does; DeviceLost as soon as the device is gone."""
        met = operation.pause(seconds, lambda: self._state is DeviceState.LOST or until())
        if self._state is DeviceState.LOST:
            raise DeviceLost(f"{operation.name} on {self.name}: it is gone")
        return met

    def _write_all(self, steps: tuple[Values, ...]) -> None:
        for values in steps:
            self._write(values)

    def _write(self, values: Values, *, rewrite: bool = False) -> None:
        link = self._link
        if link is None:
            raise DeviceLost(f"write to {self.name}: it is gone")
        outputs = {
            one: value for one, value in values.items() if one.report_type is ReportType.OUTPUT
        }
        features = {one: value for one, value in values.items() if one not in outputs}
        if outputs:
            link.set(outputs, rewrite=rewrite)
        if features:
            link.set_feature(features)
