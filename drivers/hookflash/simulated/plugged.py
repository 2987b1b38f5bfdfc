"""What every simulated USB device has: a plug, those who have it open, faults and a journal.

It lives in an exchange's world: its lock, its clock. HID has no lock of its own: several may have
it open, and all hear what it sends.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from ..errors import DeviceLost
from ..hid.port import HidInfo
from ..inbox import Timer
from .clock import Action
from .exchange import Exchange

SLOW = 0.5
"""Seconds that the fault `slow` takes."""

TOLD = 50
"""So many entries of the journal an error tells."""


@dataclass(frozen=True, slots=True)
class HidEntry:
    """What passed, and when (seconds of the clock).

    what: `sent` (an input report, detail in hex), `output`, `second_program`, `feature` (those that
    came), `refused` (and why), `misuse` (taken, and what is wrong with it), `unplugged`,
    `plugged_in`, `keep_alive_missed`, `person` (and what was done).
    """

    at: float
    what: str
    detail: str = ""


class Opening(Protocol):
    """Who has the device open."""

    def deliver(self, report: bytes) -> None:
        """An input report, with its id or 0."""

    def unplugged(self) -> None:
        """The device is gone."""


class PluggedDevice(ABC):
    """A device at the end of a USB cable. `faults` may be changed at any time.

    number: whose it is, and its serial number; a line of its own is that subscriber's.
    """

    def __init__(
        self, info: HidInfo, exchange: Exchange, faults: Iterable[str], number: str
    ) -> None:
        self.info = info
        self.exchange = exchange
        self.number = number
        self.faults = set(faults)
        self.journal: list[HidEntry] = []
        self.is_plugged_in = True
        self._changed = threading.Condition(exchange.lock)
        self._openings: list[Opening] = []
        self._listeners: list[Callable[[HidEntry], None]] = []
        self._power_up()

    def _power_up(self) -> None:
        """Everything as it is when the plug has just been put in."""
        self._life = object()

    # --- what a host does ---------------------------------------------------------------------

    def attach(self, opening: Opening) -> None:
        """Somebody opens it; DeviceLost if it is unplugged."""
        with self.exchange.lock:
            self._must_be_there("open")
            self._openings.append(opening)

    def detach(self, opening: Opening) -> None:
        """Somebody closes it."""
        with self.exchange.lock:
            if opening in self._openings:
                self._openings.remove(opening)

    @abstractmethod
    def write(self, report: bytes) -> None:
        """An output report, first byte its id or 0; DeviceLost if it is not one of the device's."""

    @abstractmethod
    def get_input(self, report_id: int, size: int) -> bytes:
        """The present state of an input report, at most `size` bytes; empty: no answer."""

    @abstractmethod
    def get_feature(self, report_id: int, size: int) -> bytes:
        """A feature report, at most `size` bytes with its id; NotSupported if it has none."""

    @abstractmethod
    def send_feature(self, report: bytes) -> None:
        """Set a feature report; NotSupported if it has none."""

    def _must_be_there(self, verb: str) -> None:
        if not self.is_plugged_in:
            raise DeviceLost(f"{verb} {self.info.path}: unplugged")

    def _must_take(self, verb: str) -> None:
        if "write_fails" in self.faults:
            raise DeviceLost(f"{verb} {self.info.path}: told to fail")

    def _refuse(self, why: str) -> NoReturn:
        self.note("refused", why)
        raise DeviceLost(f"write {self.info.path}: {why}")

    # --- what the device does -----------------------------------------------------------------

    def _deliver(self, report: bytes) -> None:
        self.note("sent", report.hex())
        for opening in self._openings:
            opening.deliver(report)

    def _later(self, seconds: float, action: Action) -> Timer[Action]:
        """Do something later, unless it has been unplugged meanwhile."""
        life = self._life
        return self.exchange.later(seconds, lambda: action() if self._life is life else None)

    # --- its plug, and who watches ------------------------------------------------------------

    def unplug(self) -> None:
        """Pull its plug: who has it open loses it."""
        with self.exchange.lock:
            if not self.is_plugged_in:
                return
            self.is_plugged_in = False
            self._power_up()
            self.note("unplugged")
            openings, self._openings = self._openings, []
            for opening in openings:
                opening.unplugged()

    def plug_in(self) -> None:
        """Put it back: it comes up as new, with its faults."""
        with self.exchange.lock:
            if not self.is_plugged_in:
                self.is_plugged_in = True
                self._power_up()
                self.note("plugged_in")

    def listen(self, listener: Callable[[HidEntry], None]) -> None:
        """Hear each journal entry as it is made (with the lock held: return at once)."""
        with self.exchange.lock:
            self._listeners.append(listener)

    def note(self, what: str, detail: str = "") -> None:
        """Write into the journal. With the lock held."""
        entry = HidEntry(self.exchange.clock.now(), what, detail)
        self.journal.append(entry)
        del self.journal[:-10_000]
        self._changed.notify_all()
        for listener in self._listeners:
            listener(entry)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until something holds of the device; TimeoutError tells what passed last instead.

        It is asked for after each entry in the journal.
        """
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                last = self.journal[-TOLD:]
                passed = ", ".join(f"{e.what} {e.detail}".strip() for e in last)
                raise TimeoutError(f"not so in {timeout:g} s; {passed}")
