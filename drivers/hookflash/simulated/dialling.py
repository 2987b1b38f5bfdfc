"""How a simulated modem dials, and by what it tells an answer (V.250 6.3.1; V.253 +VRA, +VRN)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .interpreter import Await, Script

if TYPE_CHECKING:
    from .modem import SimulatedModem

_REFUSALS = frozenset({"busy", "reorder"})
_ANY = _REFUSALS | {"ringback", ""}
QUIET_ANSWER = 5.0
"""Seconds of silence after ringback that @ takes for an answer (AN93, Boca)."""

Waiting = Generator[float | Await, str | None, str]


def dial(modem: SimulatedModem, text: str) -> Script:
    """Do `ATD` with `text`: wait for dial tone, send digits, and wait for an answer or not."""
    digits, semicolon, _ = text.partition(";")
    line, timing = modem.line, modem.timing
    if modem.line_in_use:
        return "LINE IN USE"
    modem.take_line()
    if modem.waits_for_dial_tone:
        if line.sounds != "dial" and not (yield Await(frozenset({"dial"}), timing.dial_tone_wait)):
            modem.hang_up()
            return "NO DIALTONE"
    else:
        yield timing.blind_wait
    for char in digits:
        if char in "0123456789*#":
            line.digit(char)
            yield timing.digit
        elif char == "!" or (char == "&" and modem.family.ampersand):
            line.flash(modem.flash_ms)
            yield timing.flash_settle
        elif char == ",":
            yield timing.pause
        elif char == "W" and line.sounds != "dial":
            yield Await(frozenset({"dial"}), timing.dial_tone_wait)
        elif char == "@":
            result = yield from _quiet_answer(modem)
            if result:
                modem.hang_up()
                return result
    if semicolon:
        return "OK"
    if modem.voice.active:
        return (yield from _voice_answer(modem))
    # Class 0: the far end would have to be a modem.
    refused = yield Await(_REFUSALS, modem.registers[7] * timing.second)
    modem.hang_up()
    return "BUSY" if refused else "NO CARRIER"


def _quiet_answer(modem: SimulatedModem) -> Waiting:
    """@: ringback, then 5 s of silence; the result that ends the dial, or empty."""
    ringback = _Ringback(modem, QUIET_ANSWER)
    outcome = yield from ringback.gone(modem.registers[7])
    return {"busy": "BUSY", "late": "NO ANSWER"}.get(outcome, "")


def _voice_answer(modem: SimulatedModem) -> Waiting:
    """A dial in voice class without semicolon: +VRA and +VRN tell an answer."""
    family, voice = modem.family, modem.voice
    never = voice.number("VRN") * family.vrn_unit
    if never == 0:
        return family.connected
    ringback = _Ringback(modem, voice.number("VRA") * family.vra_unit)
    outcome = yield from ringback.gone(modem.registers[7], never)
    if outcome == "answer":
        return family.connected
    modem.hang_up()
    return "BUSY" if outcome == "busy" else family.no_answer


@dataclass(slots=True)
class _Ringback:
    """Waits for ringback to come and to go away. Seconds are the modem's."""

    modem: SimulatedModem
    silence: float
    """So long without ringback, after ringback, is an answer."""

    def gone(self, patience: float, never: float | None = None) -> Waiting:
        """`answer`, `busy`, or `late` when `patience` seconds passed.

        never: so long without any ringback is an answer; None: nothing is without ringback.
        """
        modem = self.modem
        second = modem.timing.second
        clock = modem.exchange.clock
        end = clock.now() + patience * second
        limit = end if never is None else clock.now() + never * second
        heard = False
        while True:
            came = yield Await(_ANY, max(0.0, min(limit, end) - clock.now()))
            if came in _REFUSALS:
                return "busy"
            if came == "ringback":
                heard = True
                if modem.family.ring_result and modem.voice.active:
                    modem.tell(modem.family.ring_result.encode())
                if self.silence == 0:
                    return "answer"
                limit = end
            elif came is None:
                answered = limit < end and (heard or never is not None)
                return "answer" if answered else "late"
            elif heard:
                limit = min(limit, clock.now() + self.silence * second)
