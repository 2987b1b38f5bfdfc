"""A line on a network, and the network's side of it: what the suite runs on."""

# The base class does nothing with what it is told, for it can do nothing.
# ruff: noqa: ARG002, B027

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from hookflash import EndReason, Line, LineSettings, Operation
from hookflash.events import CallEnded, Ring
from support.lines import PATIENCE, QUICK, Heard

SETTINGS = replace(
    QUICK,
    flash_ms=60,
    second_dial_tone_ms=50,
    transfer_settle_ms=250,
    ring_burst_ms=60,
    ringback_gone_ms=200,
    ring_gone_ms=450,
)
"""Figures with which little time passes."""


class NotChecked(Exception):
    """Nobody here can do or see what the test needs; the message says what is missing."""


class _Doubts(logging.Handler):
    """Keeps what lines warn of."""

    def __init__(self, doubts: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._doubts = doubts

    def emit(self, record: logging.LogRecord) -> None:
        self._doubts.append(record.getMessage())


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and how.

    absent: `withheld` or `unavailable`. silent: no caller ID is sent at all. first: it is sent
    before the first ring. cadence: seconds on, off ...; empty: the network's own.
    """

    number: str = "5551234"
    name: str | bytes = "CALLER"
    absent: str = ""
    silent: bool = False
    first: bool = False
    cadence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    make: a new backend. lacks: facts that this one lacks -> the reason. ours: who wrote the device
    and the network, in words. missing: why it cannot be run here; empty: it can.
    family: the profile that its modem must be found to have; empty: any.
    slow_calls: calls that come in cost seconds, unless the line has been open for some.
    by_hand: it is on a network that nobody here commands, at that network's pace.
    pace: by this times of our own are multiplied, in which nothing is expected any more.
    on_usb: `make` is given the server of its simulated USB devices.
    """

    name: str
    make: Callable[..., Backend]
    lacks: Mapping[str, str] = field(default_factory=dict)
    what: str = ""
    ours: str = ""
    missing: str = ""
    family: str = ""
    slow_calls: bool = False
    by_hand: bool = False
    pace: float = 1.0
    on_usb: bool = False


class Backend(ABC):
    """A line, not open yet, and the network behind it.

    The base class can do nothing on the network's side: each verb of it raises NotChecked.
    Who ends a dial: `answer_ends_dial` if the modem waits for the answer (it has no `;`).
    """

    answer_ends_dial = False
    tells_callers = True
    """It has caller ID."""
    flash_slack_ms = 0
    """By so much a flash may be longer than was set, where the host's own clock makes it."""
    patience = PATIENCE
    """Seconds: a deadline far above what anything takes."""
    settings: LineSettings = SETTINGS
    line: Line
    heard: Heard

    def __init__(self, row: str) -> None:
        self.row = row
        self.cleanup = ExitStack()
        self.figures: dict[str, Any] = {}
        """Of LineSettings, besides those that all tests have."""
        self.doubts: list[str] = []
        """What lines warned of while this one was open."""
        self._opening: Operation | None = None

    # --- numbers ----------------------------------------------------------------------------------

    @property
    def sure_of_picking_up(self) -> bool:
        """A device that confirms picking up has done so."""
        return True

    @property
    def answers(self) -> str:
        """A number that rings and is answered."""
        return "100"

    @property
    def busy(self) -> str:
        return "200"

    @property
    def congested(self) -> str:
        return "202"

    @property
    def rings_on(self) -> str:
        """A number that rings for ever."""
        return "201"

    @property
    def target(self) -> str:
        """A number that a call may be transferred to."""
        return "12"

    @property
    def presses(self) -> tuple[str, str]:
        """A number that answers and presses keys; the keys."""
        return "102", "1234567890*#"

    # --- the line ---------------------------------------------------------------------------------

    def open(self, *, slow: bool = False, wait: bool = True) -> None:
        """Bring up the network and open the line, once.

        slow: the modem can be caught before it has dialled.
        """
        if self._opening is not None:
            if wait:
                self._opening.wait(self.patience)
            return
        doubts = _Doubts(self.doubts)
        logging.getLogger("hookflash").addHandler(doubts)
        self.cleanup.callback(logging.getLogger("hookflash").removeHandler, doubts)
        self.line = self.make_line(replace(self.settings, **self.figures), slow)
        self.cleanup.callback(self.line.close)
        self.heard = Heard(self.line)
        self._opening = self.line.open()
        if wait:
            self._opening.wait(self.patience)

    def close(self) -> None:
        """Take all down."""
        self.cleanup.close()

    @abstractmethod
    def make_line(self, settings: LineSettings, slow: bool) -> Line:
        """Bring up the network, and make the line; not open."""

    @property
    @abstractmethod
    def written(self) -> list[bytes]:
        """All that went to the port so far."""

    @abstractmethod
    def dialled_in(self, written: list[bytes]) -> list[bytes]:
        """The digits in what went to the port, of each dial and of keys in calls."""

    def dialled_lines(self) -> list[bytes]:
        """The digits of every dial so far."""
        return self.dialled_in(self.written)

    @property
    def profile(self) -> str:
        """What family the device was found to be of; empty where there are none."""
        return ""

    def ends(self) -> list[EndReason]:
        """How calls have ended so far."""
        return [event.reason for event in self.heard.of(CallEnded)]

    def call(self) -> None:
        """Dial, and have it answered."""
        self.line.dial(self.answers).wait(self.patience)
        self.wait_far_answered()

    def ring(self, caller: Caller | None = None) -> None:
        """Have the line rung, and wait until it tells so."""
        self.call_in(caller or Caller())
        self.heard.wait_for(Ring, self.patience)

    def take_call(self) -> None:
        """Have the line rung, and answer."""
        self.ring()
        self.line.answer().wait(self.patience)
        self.wait_we_answered()

    # --- the network's side -----------------------------------------------------------------------

    def cannot(self, what: str) -> NoReturn:
        """Nobody here can do or see that."""
        raise NotChecked(f"nobody here {what}")

    def no_dial_tone(self) -> str:
        """See to it that there is none; the number to dial."""
        self.cannot("takes the dial tone away")

    def wait_dialled(self, number: str) -> None:
        """Wait until the network has that number, which may ring by now."""
        self.cannot("sees what was dialled")

    def wait_ringback(self) -> None:
        """Wait until ringback is on the line."""
        self.cannot("hears what is on the line")

    def wait_far_answered(self) -> None:
        """Wait until the far end has answered our call."""
        self.cannot("sees the answer")

    def wait_busy(self) -> None:
        """Wait until busy tone is on the line."""
        self.cannot("hears what is on the line")

    def end_call_out(self, sign: str = "busy") -> None:
        """Make a call that the far end answers and ends, with that sign."""
        self.call()
        self.far_end_hangs_up(sign)

    def far_end_hangs_up(self, sign: str = "busy") -> None:
        """End an answered call from the other side; the line then tells it by `sign`.

        sign: one of the exchange's CLEARING. Returns when the sign is on the line.
        """
        self.cannot("ends the call at its far end")

    def call_in(self, caller: Caller) -> Caller | None:
        """Ring the line until it is answered; who it will say calls, None if that is not known."""
        self.cannot("calls this line")

    def caller_gives_up(self) -> None:
        """End that call before it is answered."""
        self.cannot("calls this line and gives up")

    def call_waits(self, number: str, name: str) -> None:
        """A second caller waits while a call is up."""
        self.cannot("calls this line during a call")

    def wait_we_answered(self) -> None:
        """Wait until the network knows that we took its call."""
        self.cannot("sees that we answer")

    def wait_on_hook(self) -> None:
        """Wait until the network says that the line is on hook."""
        self.cannot("sees the line's hook")

    def reverses(self) -> None:
        """The network reverses the line at an answer, and at the end."""
        self.cannot("reverses the line")

    # --- in a call --------------------------------------------------------------------------------

    def wait_keys(self, keys: str) -> None:
        """Wait until the far end has heard so many keys as these; they must be these."""
        self.cannot("hears the keys")

    def no_keys(self) -> None:
        """Check that the network has heard no keys."""
        self.cannot("hears keys")

    def press(self, keys: str, ms: int) -> None:
        """The far end presses keys, for so many ms each."""
        self.cannot("presses a key for a length that is known")

    def wait_flash(self) -> None:
        """Wait until the network hears a flash."""
        self.cannot("hears the flash")

    def flash_ms(self) -> int:
        """How long that flash was."""
        self.cannot("measures the flash")

    def no_flash(self) -> None:
        """Check that the network has heard no flash."""
        self.cannot("hears flashes")

    def wait_second_dial_tone(self) -> None:
        """Wait until dial tone is on the line, after a flash."""
        self.cannot("hears what is on the line")

    def wait_transferred(self, target: str) -> None:
        """Wait until the network has put the held call through."""
        self.cannot("sees that the call was put through")

    def no_transfer(self) -> None:
        """Check that the network has put no call through."""
        self.cannot("sees whether a call was put through")

    def sound(self, tone: str) -> None:
        """The line sounds of one of the exchange's TONES, for a moment."""
        self.cannot("makes that sound")

    def lift(self, phone: str) -> None:
        """Somebody lifts the telephone beside the modem: `local` or `extension`."""
        self.cannot("lifts the telephone")

    def put_down(self, phone: str) -> None:
        """Somebody puts it down again."""
        self.cannot("puts the telephone down")

    # --- the device -------------------------------------------------------------------------------

    def unplug(self) -> None:
        """Take the device away."""
        self.cannot("unplugs the device")

    def deafen(self) -> None:
        """Let the device answer nothing that is right, or take nothing."""
        self.cannot("makes the modem deaf")

    def cure(self) -> None:
        """Let it answer again, if the driver alone cannot bring it back."""
