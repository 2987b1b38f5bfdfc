"""A link: an open Yealink phone, shared by its handset and its line. It owns the port.

The phone tells nothing by itself, so its thread asks, again and again. What the phone is to show
and to do is kept here as packets, one for each command and offset; the thread sends those that
changed, in order, until the phone has taken them.

How often it is asked: at rest every 0.15 s, which rings (0.4 s at least) and hands can bear, and
keys are kept by the phone until they are asked for; every 0.05 s for a while after anything
happened, for keys should show at once. Measured with simulated phones: at rest 25 context switches
a second, or 45 for those that are asked for their hook as well, and 0.2 % of a processor; every
0.025 s, as others poll, 140 and 240.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ..errors import CommandTimeout, DeviceLost, HookflashError, LineClosed, NotSupported
from ..hid.port import HidInfo, HidPort
from .yealink_models import Model, model_of, name_of
from .yealink_packet import Command, Packet, ask, tell
from .yealink_senses import HookTold, RingTold, Senses, SideTold, Told
from .yealink_talk import Talk
from .yealink_wanted import Wanted

log = logging.getLogger(__name__)

T = TypeVar("T")

RESTING = 0.15
"""Seconds between polls."""

AWAKE = 0.05
"""The same soon after something happened."""

AWAKE_FOR = 5.0
"""Seconds."""

OPEN_WITHIN = 5.0
"""Seconds that a phone has to say which it is: it may only just have got current."""

ENDS_WITHIN = 2.0
"""Seconds that the threads have to end."""

ON_PC = tell(Command.SWITCH, b"\0")
ON_LINE = tell(Command.SWITCH, b"\1")
RELEASED = tell(Command.SEIZE, b"\0")


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of a link, on its thread: must return at once.

    told: something has changed. lost: the phone is gone; told once, and nothing after it.
    """

    told: Callable[[Told], None]
    lost: Callable[[HookflashError], None]


class Link:
    """An open phone. `yealink_shared` makes it and counts its users.

    gone: called when it can be used no more, but for our own close.
    """

    def __init__(self, port: HidPort, gone: Callable[["Link"], None]) -> None:
        self._gone = gone
        self.info: HidInfo = port.info
        self._changed = threading.Condition()
        self._talk = Talk(port, self._changed)
        self.name = self._talk.name
        self.model: Model | None = None
        """None until `ready` has returned."""
        self.version = 0
        self.serial = b""
        """Of the phone itself, 10 bytes; empty if it does not tell."""
        self._senses: Senses | None = None
        self._wanted = Wanted()
        self._listeners: list[Listener] = []
        self._users = 0
        self._telephones: set[object] = set()
        self._lines: set[object] = set()
        """Who uses its telephone, and who its line."""
        self._slots: deque[int] = deque()
        """Key events that are still to be asked for."""
        self._later: list[Told] = []
        """What is told after them."""
        self._awake_until = 0.0
        self._thread = threading.Thread(target=self._run, name=f"usb {self.name}", daemon=True)

    # --- its users ----------------------------------------------------------------------------

    def ready(self) -> Model:
        """Wait until the phone has said which it is.

        NotSupported if it is none that is served, CommandTimeout if it does not say, DeviceLost if
        it is gone.
        """
        with self._changed:
            if self._thread.ident is None and self._talk.over is None:
                self._talk.start()
                self._thread.start()
            self._changed.wait_for(lambda: self.model is not None or self._talk.over is not None)
        self._check()
        assert self.model is not None
        return self.model

    @property
    def lost(self) -> HookflashError | None:
        """Why it is gone, if it is."""
        return self._talk.over

    @property
    def lifted(self) -> bool:
        """Its hook, as far as it has one."""
        return self._senses is not None and bool(self._senses.lifted)

    @property
    def rings(self) -> bool:
        """A burst of ringing is on the line just now."""
        return self._senses is not None and self._senses.rings

    @property
    def _has_line(self) -> bool:
        return self.model is not None and self.model.line

    @property
    def on_line(self) -> bool:
        """The telephone that hangs on it is, or is to be, on its line and not on the PC. Until
        it was told otherwise it is: so it is without a PC."""
        return self._has_line and ON_PC not in self._wanted

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear what changes, and its loss; returns the callable that ends it."""
        with self._changed:
            self._check()
            self._listeners.append(listener)

        def end() -> None:
            with self._changed:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def use(self, *, line: bool) -> Callable[[], None]:
        """Use its line, or the telephone that hangs on it; returns the callable that ends it.

        The telephone hangs on the PC while only that is used, else on the line. Nothing is switched
        while it is lifted, which would cut a call short, but for the last user to leave: without
        the PC it is to be an ordinary telephone.
        """
        use = object()
        uses = self._lines if line else self._telephones
        with self._changed:
            uses.add(use)
            self._changed.notify_all()

        def end() -> None:
            with self._changed:
                was_used = use in uses
                uses.discard(use)
                if was_used and self._has_line and not self._telephones and not self._lines:
                    self._wanted.put(ON_LINE)
                self._changed.notify_all()

        return end

    # --- what it shows and does -----------------------------------------------------------------

    def put(self, packets: Iterable[Packet], *, again: bool = False) -> None:
        """Have the phone take these packets, soon, in this order; each replaces what was put with
        its command and offset before. again: also those that it has taken already."""
        with self._changed:
            for packet in packets:
                self._wanted.put(packet, again=again)
            self._changed.notify_all()

    def settle(self, seconds: float) -> None:
        """Wait until the phone has taken all that was put, and its telephone hangs where its users
        want it, unless that is lifted; CommandTimeout if it has not in time."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: not self._is_behind or self._talk.over is not None, seconds
            )
        self._check()
        if not done:
            raise CommandTimeout(f"write to {self.name}: it has not taken it in {seconds:g} s")

    # --- its thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._begin()
            while True:
                self._poll()
                self._wait()
        except HookflashError as error:
            self._end(error)
        except Exception as error:  # a defect of ours must not leave a deaf phone behind
            log.exception("%s: a defect of ours", self.name)
            lost = DeviceLost(f"use {self.name}: {error!r}; unplug it and plug it in again")
            lost.__cause__ = error
            self._end(lost)

    def _begin(self) -> None:
        deadline = time.monotonic() + OPEN_WITHIN
        version = self._patiently(partial(self._talk.ask, ask(Command.VERSION, 2)), deadline)
        self.version = int.from_bytes(version.data[:2], "big")
        model = model_of(self.version)
        if model is None:
            what = name_of(self.version) or f"of version {self.version:04x}"
            raise NotSupported(
                f"open {self.name}: nobody has written down how a Yealink phone {what} is used; "
                "P1K, P3K, P4K, V1K, B2K and B3G can be"
            )
        try:
            self.serial = self._talk.ask(ask(Command.SERIAL, 10)).used
        except CommandTimeout as error:
            log.info("%s: it tells no serial number: %s", self.name, error)
        log.info("%s: %s, version %04x", self.name, model.title, self.version)
        if model.doubt:
            log.warning("%s: %s: %s", self.name, model.title, model.doubt)
        self._senses = Senses(model)
        self._patiently(self._look, deadline)
        with self._changed:
            self.model = model
            self._changed.notify_all()

    def _patiently(self, step: Callable[[], T], deadline: float) -> T:
        """Do it, again if the phone does not reply."""
        while True:
            try:
                return step()
            except CommandTimeout as error:
                if time.monotonic() > deadline:
                    raise
                log.debug("%s; tried again", error)

    def _poll(self) -> None:
        """Send what is to be sent and ask what has changed; a phone may leave one out."""
        for step in (self._send, self._look, self._choose_side):
            try:
                step()
            except CommandTimeout as error:
                log.warning("%s; tried again", error)

    def _send(self) -> None:
        while True:
            with self._changed:
                packet = self._wanted.next()
            if packet is None:
                return
            self._talk.tell(packet)
            with self._changed:
                self._wanted.took(packet)
                self._changed.notify_all()
            if packet.command == Command.SWITCH:
                self._tell(SideTold(str(packet), packet == ON_LINE))

    def _choose_side(self) -> None:
        """Have its telephone hang where its users want it: right after a look at its hook."""
        with self._changed:
            side = self._other_side
            if side is not None:
                self._wanted.put(side, first=True)

    @property
    def _other_side(self) -> Packet | None:
        """What is to be told so that its telephone hangs where its users want it, if it does not
        and lies on its hook. With the lock held."""
        if not self._has_line or not (self._telephones or self._lines) or self.lifted:
            return None
        side = ON_LINE if self._lines else ON_PC
        return side if side not in self._wanted else None

    @property
    def _is_behind(self) -> bool:
        """There is something that the phone is to be told. With the lock held."""
        return bool(self._wanted) or self._other_side is not None

    def _look(self) -> None:
        senses = self._senses
        assert senses is not None
        for command in senses.asks:
            reply = self._talk.ask(ask(command))
            was_lifted = senses.lifted
            changes = senses.state(reply)
            if (
                was_lifted
                and self.on_line
                and any(isinstance(t, RingTold) and t.on for t in changes)
            ):
                changes += self._corrected(senses.proves_lying(reply))
            for told in changes:
                # Keys that came with it were pressed before it was put down.
                if self._later or (isinstance(told, HookTold) and not told.lifted):
                    self._later.append(told)
                else:
                    self._tell(told)
            if command is Command.EVENTS:
                self._keys(senses, reply)
        while self._later:
            self._tell(self._later.pop(0))

    def _keys(self, senses: Senses, events: Packet) -> None:
        self._slots.extend(senses.slots(events))
        if senses.overrun:
            log.warning("%s: more keys were pressed than it remembers; they are lost", self.name)
        while self._slots:
            reply = self._talk.ask(ask(Command.SCAN_CODE, 1, self._slots[0]))
            self._slots.popleft()
            told = senses.key(reply)
            if told and not self.on_line:
                for more in self._corrected(senses.proves_lifted(events)):
                    self._tell(more)
            for one in told:
                self._tell(one)

    def _corrected(self, told: list[Told]) -> list[Told]:
        if told:
            log.warning("%s: its hook means the opposite of what was thought", self.name)
        return told

    def _tell(self, told: Told) -> None:
        log.debug("%s: %s", self.name, told)
        if not isinstance(told, SideTold):  # that was us
            self._awake_until = time.monotonic() + AWAKE_FOR
        with self._changed:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.told(told)

    def _wait(self) -> None:
        """Until the next poll, or there is something to send."""
        now = time.monotonic()
        pause = AWAKE if now < self._awake_until else RESTING
        with self._changed:
            self._changed.wait_for(lambda: self._is_behind or self._talk.over is not None, pause)
        self._check()

    def _check(self) -> None:
        over = self._talk.over
        if over is not None:
            raise type(over)(*over.args) from over

    # --- its end --------------------------------------------------------------------------------

    def _end(self, cause: HookflashError) -> None:
        """It is gone, or never was what we wanted: all hear it once, but not of our own close."""
        self._talk.end(cause)
        self._gone(self)
        with self._changed:
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.lost(cause)

    def count(self, more: int) -> int:
        """So many users more; how many there are."""
        with self._changed:
            self._users += more
            return self._users

    def close(self) -> None:
        """Release the port; nothing is told."""
        with self._changed:
            self._listeners.clear()
        self._talk.end(LineClosed(f"use {self.name}: it was closed"))
        self._talk.join(ENDS_WITHIN)
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(ENDS_WITHIN)
