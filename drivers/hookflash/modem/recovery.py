"""The recovery ladder: how a modem that does not answer is brought back, gentlest means first."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

from ..errors import CommandTimeout, HookflashError, LineClosed, NotSupported
from .place import Place
from .session import Session

log = logging.getLogger(__name__)


class Rung(StrEnum):
    """The rungs, from the ground up."""

    ABORT = "abort"
    """End whatever the modem is in: a dial, a voice stream."""
    RESET = "reset"
    """ATZ."""
    DTR = "dtr"
    REOPEN = "reopen"
    USB_RESET = "usb_reset"
    POWER_CYCLE = "power_cycle"


REST: dict[Rung, float] = {Rung.USB_RESET: 60.0, Rung.POWER_CYCLE: 600.0}
"""Seconds between two uses: a modem that is broken for good is not switched on and off for ever."""

TRIED_IN_VAIN = 60.0
"""Seconds after a climb that did not help until the next. A device is looked for more often than
that, and each look finds out by itself whether it answers now."""

DTR_DROP = 0.5
"""Seconds DTR stays down."""

RESET_WITHIN = 30.0
"""Seconds for a device to come back after a USB reset, or a power cycle (5 s without power)."""


class Ladder:
    """What was tried on one device and when. It outlives lines: a lost one is made anew."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, rest: Mapping[Rung, float] | None = None
    ) -> None:
        self.counts: Counter[Rung] = Counter()
        self.known = False
        """The device has answered as a modem: then it may be reset by force."""
        self._now = now
        self._rest = REST if rest is None else rest
        self._used: dict[Rung, float] = {}
        self._in_vain = float("-inf")

    def may(self, rung: Rung) -> bool:
        """Tell whether the rung may be used now."""
        if rung not in self._rest:
            return self._now() - self._in_vain >= TRIED_IN_VAIN
        rested = self._now() - self._used.get(rung, float("-inf")) >= self._rest[rung]
        return self.known and rested

    def use(self, rung: Rung) -> int:
        """Note that the rung is used; how often it was."""
        self._used[rung] = self._now()
        self.counts[rung] += 1
        return self.counts[rung]

    def climbed(self, *, helped: bool) -> None:
        """Note how a climb ended."""
        self._in_vain = float("-inf") if helped else self._now()


Tell = Callable[[Rung, bool, int, float], None]
"""Told of each rung: whether it helped, how often it was used, seconds it took."""


def climb(
    session: Session,
    ladder: Ladder,
    check: Callable[[], None],
    tell: Tell,
    wanted: Callable[[], bool],
) -> bool:
    """Try rung after rung until `check` finds the modem in order; tell whether one helped.

    check: gets in step with the modem and sets it up; raises HookflashError if that fails.
    wanted: False once nobody wants the device any more (it was unplugged).
    Raises LineClosed when the session is closed meanwhile, nothing else.
    """
    allowed = [rung for rung in Rung if ladder.may(rung)]
    helped = any(wanted() and _try(rung, session, ladder, check, tell) for rung in allowed)
    if allowed:
        ladder.climbed(helped=helped)
    return helped


def _try(
    rung: Rung, session: Session, ladder: Ladder, check: Callable[[], None], tell: Tell
) -> bool:
    """Tell whether this rung helped; one that cannot be used here does not."""
    began = time.monotonic()
    try:
        _ACTIONS[rung](session)
    except NotSupported as error:
        log.debug("%s: %s cannot be done: %s", session.name, rung, error)
        return False
    except LineClosed:
        if session.closed:
            raise
        return False
    except HookflashError as error:
        log.info("%s: %s: %s", session.name, rung, error)
    helped = _in_order(session, check)
    tell(rung, helped, ladder.use(rung), time.monotonic() - began)
    return helped


def _in_order(session: Session, check: Callable[[], None]) -> bool:
    try:
        check()
    except LineClosed:
        if session.closed:
            raise
        return False
    except HookflashError as error:
        log.info("%s: %s", session.name, error)
        return False
    return True


def _abort(session: Session) -> None:
    session.talk.break_off()


def _reset(session: Session) -> None:
    session.talk.reset()


def _drop_dtr(session: Session) -> None:
    if not session.talk.port.drop_dtr(DTR_DROP):
        raise NotSupported(f"{session.name} has no DTR")


def _reopen(session: Session) -> None:
    session.disconnect()
    session.connect()


def _usb_reset(session: Session) -> None:
    _by_force(session, lambda place: place.reset(RESET_WITHIN))


def _power_cycle(session: Session) -> None:
    _by_force(session, lambda place: place.power_cycle(RESET_WITHIN))


def _by_force(session: Session, act: Callable[[Place], None]) -> None:
    if session.place is None:
        raise NotSupported(f"{session.name}: it is not known where it is plugged in")
    session.disconnect()  # first, so that its going away is not taken for a loss
    try:
        act(session.place)
    finally:
        session.connect()


_ACTIONS: dict[Rung, Callable[[Session], None]] = {
    Rung.ABORT: _abort,
    Rung.RESET: _reset,
    Rung.DTR: _drop_dtr,
    Rung.REOPEN: _reopen,
    Rung.USB_RESET: _usb_reset,
    Rung.POWER_CYCLE: _power_cycle,
}


class Quarantine:
    """Commands that a modem that lives on does not answer: after two time-outs they stay unsent.

    A time-out counts once the modem answers again; a result in between wipes it out. What every
    call needs (synchronising, dialling, hanging up) is never kept back.
    """

    LIMIT = 2

    def __init__(self) -> None:
        self._suspects: set[str] = set()
        self._strikes: Counter[str] = Counter()

    def __contains__(self, text: str) -> bool:
        return self._strikes[_name(text)] >= self.LIMIT

    def answered(self, text: str) -> None:
        """The command got a result."""
        self._suspects.discard(_name(text))
        self._strikes.pop(_name(text), None)

    def timed_out(self, text: str, error: CommandTimeout) -> None:
        """It got none."""
        if not _essential(text):
            log.info("%s timed out: %s", text, error)
            self._suspects.add(_name(text))

    def alive(self) -> list[str]:
        """The modem answers again: the commands that are given up from now on."""
        self._strikes.update(self._suspects)
        given_up = [name for name in self._suspects if self._strikes[name] == self.LIMIT]
        self._suspects.clear()
        return sorted(given_up)


def _name(text: str) -> str:
    return text.partition("=")[0].rstrip("?")


_ESSENTIAL = (
    *("ATD", "ATE", "ATH", "ATA", "AT+VLS", "AT#VLS"),
    *("AT+FCLASS", "AT#CLS", "AT+VRN", "AT#VRN"),  # before each dial
)


def _essential(text: str) -> bool:
    return text.startswith(_ESSENTIAL)
