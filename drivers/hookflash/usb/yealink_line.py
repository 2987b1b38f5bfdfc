"""The telephone line that hangs on a Yealink B2K or B3G.

There is no command that dials, and none that tells what the line sounds of. So calls are answered,
refused, flashed and ended here; numbers are dialled on the telephone that hangs on the box, which
is on the line while this is open. That the far end has hung up is not noticed, and who calls is
not told: a B2K of version 2 is said to hear caller ID, but how it tells it nobody has written down.
"""

import logging
import time
from collections.abc import Callable

from ..device import DeviceState
from ..errors import DeviceLost, NotSupported
from ..events import CallerIdMissing, Evidence, PhoneHook
from ..hid.port import HidInfo, HidPort
from ..line import Capability, Line
from ..operation import Operation
from ..settings import LineSettings
from .yealink_link import ON_LINE, ON_PC, RELEASED, Link, Listener
from .yealink_models import Hook
from .yealink_packet import Command, Packet, tell
from .yealink_senses import HookTold, RingTold, Told
from .yealink_shared import connect, release

log = logging.getLogger(__name__)

SEIZED = tell(Command.SEIZE, b"\1")
APART = tell(Command.JOIN, b"\0")
"""B3G: USB sound is not on the line. Told before the line is released, as ToxPhone does."""

TAKES_WITHIN = 4.0
"""Seconds in which a packet must have been taken: two deadlines, so that a lost reply is borne."""

ONE_RING = 0.5
"""Seconds of silence within one ring: in the UK and Australia it has two bursts, 0.2 s apart."""

NO_NUMBERS = "how this telephone tells who calls, if it does, nobody has written down"

CANNOT_DIAL = frozenset({"dial", "dtmf", "transfer"})


class YealinkLine(Line):
    """A line behind a port, which it shares with the handset of the same phone.

    open_port: opens the port; called on the line's own thread.
    """

    confirms = "report"

    def __init__(
        self, name: str, open_port: Callable[[], HidPort], settings: LineSettings | None = None
    ) -> None:
        super().__init__(name, settings)
        self._open_port = open_port
        self._link: Link | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._end_use: Callable[[], None] = lambda: None
        self._rings = False
        """A burst is on just now."""
        self._rang_at = float("-inf")
        """When one was heard last, in monotonic seconds."""
        self._picked_up = False
        """We have answered, and whether the caller heard it is to be seen yet."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.ANSWER, Capability.REJECT, Capability.FLASH})

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
        if not model.line:
            raise NotSupported(f"open {self.name}: a {model.title} has no telephone line")
        for doubt in self.settings.doubts():
            log.warning("%s: %s", self.name, doubt)
        self._unlisten = link.listen(Listener(self._hear, self._tell_lost))
        self._end_use = link.use(line=True)
        self._release_line(opening=True)  # whatever a program that died has left behind
        self._worker.post(self._begin)
        return model.title

    def _begin(self) -> None:
        """Ready: hear what rings already."""
        link = self._link
        with self._lock:
            if link is not None and link.rings and self._state is DeviceState.READY:
                self._ring(True, Evidence("report", "rings when it is opened"))

    def _close(self) -> None:
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            self._unlisten()
            self._end_use()
            release(link)

    def _leave(self) -> None:
        link = self._link
        if link is None:
            return
        try:
            super()._leave()
        finally:
            self._end_use()
        link.settle(TAKES_WITHIN)

    def _interrupt(self) -> None:
        self._nudge()

    # --- verbs --------------------------------------------------------------------------------

    def _need(self, what: str, *capabilities: Capability) -> None:
        if what in CANNOT_DIAL:
            raise self._cannot_dial(what)
        super()._need(what, *capabilities)

    def _cannot_dial(self, what: str) -> NotSupported:
        return NotSupported(
            f"{what} on {self.name}: it cannot send digits; press them on the telephone that hangs "
            "on it"
        )

    def _dial(self, number: str, operation: Operation) -> None:  # noqa: ARG002
        raise self._cannot_dial(operation.name)

    def _send_keys(self, keys: str, operation: Operation) -> None:  # noqa: ARG002
        raise self._cannot_dial(operation.name)

    def _answer(self, operation: Operation) -> Evidence:
        operation.check()
        self._write(SEIZED)
        operation.taken = True
        self._picked_up = True
        self._worker.after(self.settings.ring_gone_ms / 1000, self._silence_proves)
        return Evidence("command", "line seized", certain=False)

    def _silence_proves(self) -> None:
        """That it rings no more shows that the call was picked up."""
        with self._lock:
            gone = self.settings.ring_gone_ms / 1000
            rest = self._rang_at + gone - time.monotonic()
            if not self._picked_up:
                return
            if self._rings or rest > 0:
                self._worker.after(max(rest, 0.1), self._silence_proves)
                return
            self._picked_up = False
            self._tell_answered(Evidence("timer", f"no ring for {gone:g} s after picking up"))

    def _hang_up(self) -> None:
        with self._lock:
            self._picked_up = False
        self._release_line()

    def _release_line(self, *, opening: bool = False) -> None:
        """Give the line back. A telephone that is lifted holds it too, so that is put on the PC
        until it lies; not when the line is opened, for the call is its own."""
        link = self._need_link("release")
        packets = [RELEASED]
        if link.model is not None and link.model.hook is Hook.EVENTS:
            packets.insert(0, APART)
        if link.lifted and not opening:
            packets.append(ON_PC)
        self._write(*packets, again=opening)

    def _flash(self, operation: Operation) -> None:
        """A break of the line; the telephone that hangs on it would hold it."""
        link = self._need_link("flash")
        held = link.on_line
        operation.check()
        if held:
            self._write(ON_PC)
        try:
            self._write(RELEASED)
            operation.taken = True
            self._pause(operation, self.settings.flash_ms / 1000)
        finally:
            self._write(SEIZED)
            if held:
                self._write(ON_LINE)

    def _pause(self, operation: Operation, seconds: float) -> None:
        """Pause as Operation does; DeviceLost as soon as the device is gone."""
        operation.pause(seconds, lambda: self._state is DeviceState.LOST)
        if self._state is DeviceState.LOST:
            raise DeviceLost(f"{operation.name} on {self.name}: it is gone")

    def _write(self, *packets: Packet, again: bool = False) -> None:
        link = self._need_link("write to")
        link.put(packets, again=again)
        link.settle(TAKES_WITHIN)

    def _need_link(self, verb: str) -> Link:
        link = self._link
        if link is None:
            raise DeviceLost(f"{verb} {self.name}: it is gone")
        return link

    # --- what the phone tells -----------------------------------------------------------------

    def _hear(self, told: Told) -> None:
        """On the link's thread."""
        evidence = Evidence("report", told.detail)
        with self._lock:
            if self._state is not DeviceState.READY:
                return
            match told:
                case RingTold():
                    self._ring(told.on, evidence)
                case HookTold():
                    self._emit(PhoneHook(evidence, "local", told.lifted))

    def _ring(self, on: bool, evidence: Evidence) -> None:
        """A burst begins or ends. With the lock held."""
        now = time.monotonic()
        goes_on = now - self._rang_at < ONE_RING
        self._rings, self._rang_at = on, now
        if not on:
            if self._ringing.count:
                self._ringing.watch()  # the time in which the next one must come begins
        elif not goes_on and self._tell_ring(evidence) == 1:
            self._emit(CallerIdMissing(evidence, "not_supported", NO_NUMBERS))

    def _ring_timed_out(self) -> None:
        with self._lock:
            if self._rings and self._ringing.count:  # it says so all the time
                self._ringing.watch()
                return
        super()._ring_timed_out()
