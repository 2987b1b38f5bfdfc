"""One subscriber's line on the exchange: hook, digits, flash, ringing, tones."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ..inbox import Timer
from .clock import Action
from .network import KEYS, Burst, Calling, FarEnd

if TYPE_CHECKING:
    from .exchange import Exchange

PHONES = ("local", "extension")
"""Telephones beside the modem: on the modem's own socket, and elsewhere on the same line."""


class Phone(Protocol):
    """What hangs on an exchange line; called with the exchange's lock held."""

    def ring(self, burst: Burst) -> None:
        """A ring burst began."""

    def ring_over(self, burst: Burst) -> None:
        """A ring burst ended."""

    def caller_id(self, calling: Calling, *, waiting: bool) -> None:
        """Caller ID arrived; `waiting`: of a second caller, in a call (type II)."""

    def tone(self, tone: str) -> None:
        """The line sounds of one of TONES, or of nothing (empty)."""

    def key(self, key: str, ms: int) -> None:
        """The far end pressed a DTMF key, for `ms` ms; 0: too short to measure."""

    def hook(self, phone: str, lifted: bool) -> None:
        """One of PHONES was lifted or put down."""

    def polarity(self) -> None:
        """The exchange reversed the line."""

    def loop_break(self) -> None:
        """The line's current was interrupted for a moment."""


@dataclass(eq=False, slots=True)
class Call:
    """One leg from a line to whoever was dialled, or from a caller to a line."""

    number: str
    outgoing: bool
    far: FarEnd = field(default_factory=FarEnd)
    calling: Calling = field(default_factory=Calling)
    answered: bool = False
    timers: list[Timer[Action]] = field(default_factory=list)

    def stop(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


class ExchangeLine:
    """One subscriber's line, as its telephone sees it. The attributes are the line's options."""

    def __init__(self, exchange: Exchange, number: str) -> None:
        self.exchange = exchange
        self.number = number
        self.phone: Phone | None = None
        self.connected = True
        """False: the wire is cut; no dial tone, no ring."""
        self.reverses = False
        """The polarity is reversed when the far end answers, and back when it hangs up."""
        self.clears_with = "busy"
        """One of CLEARING."""
        self.caller_id_first = False
        """Caller ID comes before the first ring, as in the UK."""
        self.country = ""
        """Caller ID is understood only by a modem set to this country (+GCI, two hex digits)."""
        self.is_off_hook = False
        """The modem is off hook."""
        self.in_burst = False
        """The ring voltage is on just now."""
        self.sounds = ""
        self.call: Call | None = None
        self.held: Call | None = None
        self.lifted: set[str] = set()
        """Which of PHONES are lifted."""
        self._digits = ""
        self._collecting: Timer[Action] | None = None
        self._owed_call_back = False

    @property
    def _seized(self) -> bool:
        return self.is_off_hook or bool(self.lifted)

    # --- what the telephones do ---------------------------------------------------------------

    def off_hook(self) -> None:
        """The modem lifts: answers what rings, joins a call, or asks for dial tone."""
        with self.exchange.lock:
            if self.is_off_hook:
                return
            was_seized = self._seized
            self.is_off_hook = True
            self.exchange.note(self, "off_hook")
            if not was_seized:
                self._seize("answered")

    def on_hook(self) -> None:
        """The modem puts down: ends the call or completes a transfer, unless another is lifted."""
        with self.exchange.lock:
            if not self.is_off_hook:
                return
            self.is_off_hook = False
            if self._seized:
                self.exchange.note(self, "on_hook")
            else:
                self._release("on_hook")

    def lift(self, phone: str = "local") -> None:
        """A person lifts the local handset or an extension."""
        with self.exchange.lock:
            if phone in self.lifted:
                return
            was_seized = self._seized
            self.lifted.add(_known(phone))
            self.exchange.note(self, "lifted", phone)
            if self.phone is not None:
                self.phone.hook(phone, True)
            if not was_seized:
                self._seize(f"answered_by_{phone}")

    def put_down(self, phone: str = "local") -> None:
        """A person puts the local handset or an extension down."""
        with self.exchange.lock:
            if _known(phone) not in self.lifted:
                return
            self.lifted.remove(phone)
            if self._seized:
                self.exchange.note(self, "put_down", phone)
            else:
                self._release("put_down", phone)
            if self.phone is not None:
                self.phone.hook(phone, False)

    def digit(self, key: str) -> None:
        """A DTMF key: a digit to dial, or a key for the far end in a call."""
        with self.exchange.lock:
            if not self._seized:
                return
            if self.call is not None:
                self.exchange.note(self, "dtmf", key)
                return
            if self.sounds == "dial":
                self._sound("")
            self._digits += key
            self._stop_collecting()
            self._collecting = self.exchange.later(self.exchange.timing.complete, self._dialled)

    def flash(self, ms: int) -> None:
        """A hookflash of `ms`: holds the call and gives dial tone, or takes the held one back."""
        with self.exchange.lock:
            if not self.is_off_hook:
                return
            self.exchange.note(self, "flash", str(ms))
            if self.held is not None:
                if self.call is not None:
                    self.call.stop()
                self._stop_collecting()
                self._digits = ""
                self.call, self.held = self.held, None
                self._sound("")
            elif self.call is not None and self.call.answered:
                self.held, self.call = self.call, None
                self._want_dial_tone()

    # --- what the exchange does ---------------------------------------------------------------

    def ring_from(self, calling: Calling) -> bool:
        """Ring this line; False if it is busy or cut off."""
        if self._seized or self.call is not None or not self.connected:
            return False
        call = self.call = Call(calling.number, outgoing=False, calling=calling)
        if calling.keys:
            self._press(calling.keys, 0)
            self._later(call, self.exchange.timing.caller_id, lambda: self._ring(call, 0))
        elif calling.told and (calling.first or self.caller_id_first):
            if self.reverses and self.phone is not None:
                self.phone.polarity()
            self._send_caller_id(call)
            self._later(call, self.exchange.timing.caller_id, lambda: self._ring(call, 0))
        else:
            self._ring(call, 0)
            if calling.told:
                self._later(
                    call, self.exchange.timing.caller_id, lambda: self._send_caller_id(call)
                )
        return True

    def wait_from(self, calling: Calling) -> bool:
        """A second call waits: its tone and its caller ID; False if there is no call to wait for.

        It is only told: nothing rings, and a flash does not take it.
        """
        call = self.call
        if call is None or not call.answered:
            return False
        self.exchange.note(self, "call_waiting", calling.number)
        self.far_sounds("call_waiting")
        if calling.told:
            self._later(call, self.exchange.timing.caller_id, lambda: self._tell_waiting(calling))
        return True

    def far_hangs_up(self) -> None:
        """The other side ends the call."""
        call = self.call
        if call is None:
            return
        call.stop()
        self.call = None
        self.in_burst = False
        if not self._seized:
            self.exchange.note(self, "abandoned")
            return
        self.exchange.note(self, "far_hangup")
        if self.reverses and call.outgoing and call.answered and self.phone is not None:
            self.phone.polarity()
        self.exchange.later(self.exchange.timing.far_hangup_tone, self._clear)

    def far_presses(self, keys: str, ms: int) -> None:
        """The other side presses keys, one after another, each for `ms` ms."""
        self._press(keys, ms)

    def far_sounds(self, tone: str) -> None:
        """Something is heard for a moment that is no signal of the exchange's own."""
        if self.phone is not None and self._seized:
            self.phone.tone(tone)

    def _later(self, call: Call, seconds: float, action: Action) -> None:
        """Do something later if `call` is still what is going on."""
        call.timers.append(
            self.exchange.later(seconds, lambda: action() if self.call is call else None)
        )

    def _ring(self, call: Call, count: int) -> None:
        calling, timing = call.calling, self.exchange.timing
        cadence = calling.cadence or (timing.ring_on, timing.ring_off)
        cycle, place = divmod(count, len(cadence) // 2)
        if calling.rings is not None and cycle >= calling.rings:
            self.far_hangs_up()
            return
        on, off = cadence[2 * place : 2 * place + 2]
        last = 2 * place + 2 == len(cadence)
        burst = Burst(place, on, off, first=count == 0, last=last)
        self.in_burst = True
        self._later(call, on, lambda: self._ring_over(burst))
        self._later(call, on + off, lambda: self._ring(call, count + 1))
        if self.phone is not None:
            self.phone.ring(burst)

    def _ring_over(self, burst: Burst) -> None:
        self.in_burst = False
        if self.phone is not None:
            self.phone.ring_over(burst)

    def _send_caller_id(self, call: Call) -> None:
        if not call.answered and self.phone is not None:
            self.phone.caller_id(call.calling, waiting=False)

    def _tell_waiting(self, calling: Calling) -> None:
        if self.phone is not None:
            self.phone.caller_id(calling, waiting=True)

    def _press(self, keys: str, ms: int) -> None:
        if not set(keys) <= KEYS:
            raise ValueError(f"{keys!r} holds something else than 0-9 * # A-D")
        step = (ms / 1000 + self.exchange.timing.key_gap) if ms else 0.0
        for count, key in enumerate(keys):
            if step and count:
                self.exchange.later(step * count, partial(self._far_key, key, ms))
            else:
                self._far_key(key, ms)

    def _far_key(self, key: str, ms: int) -> None:
        if self.phone is not None:
            self.phone.key(key, ms)

    def _seize(self, answered: str) -> None:
        call = self.call
        if call is None or call.outgoing or call.answered:
            self._want_dial_tone()
            return
        call.stop()
        call.answered = True
        self.in_burst = False
        self.exchange.note(self, answered, call.number)
        self._sound("")

    def _release(self, what: str, detail: str = "") -> None:
        self._stop_collecting()
        self._digits = ""
        self.sounds = ""
        call, held = self.call, self.held
        self.call = self.held = None
        for leg in (call, held):
            if leg is not None:
                leg.stop()
        self.exchange.note(self, what, detail)
        refused = call is None or call.far.does in ("busy", "reorder")
        if held is not None and call is not None and not refused:
            self.exchange.note(self, "transferred", f"{held.number} to {call.number}")
        if self._owed_call_back:
            self._owed_call_back = False
            self.exchange.later(2.0, self._call_back)

    def _call_back(self) -> None:
        self.ring_from(Calling(number="199", name="CALL BACK", rings=10))

    def _want_dial_tone(self) -> None:
        if self.connected:
            self.exchange.later(
                self.exchange.timing.settle,
                lambda: self._sound_if_idle("dial") if not self._digits else None,
            )

    def _dialled(self) -> None:
        number, self._digits = self._digits, ""
        if not self._seized or not self.connected:
            return
        self.exchange.note(self, "dialled", number)
        far = self.exchange.far_end(number)
        call = self.call = Call(number, outgoing=True, far=far)
        if far.does in ("busy", "reorder"):
            self._sound(far.does)
        elif far.does != "silent":
            self._ringback(call)
            if far.does != "ring":
                self._later(call, far.after, lambda: self._far_answers(call))

    def _ringback(self, call: Call) -> None:
        """One ring at the far end; `sounds` stays `ringback` in the pauses, which are only told."""
        if call.answered:
            return
        timing = self.exchange.timing
        self._sound("ringback")
        self._later(call, min(timing.ring_on, timing.ringback), lambda: self._ringback_pause(call))
        self._later(call, timing.ringback, lambda: self._ringback(call))

    def _ringback_pause(self, call: Call) -> None:
        if not call.answered and self.phone is not None:
            self.phone.tone("")

    def _far_answers(self, call: Call) -> None:
        call.stop()
        call.answered = True
        self._owed_call_back = call.far.does == "callback"
        self.exchange.note(self, "far_answered", call.number)
        self._sound("")
        if self.reverses and self.phone is not None:
            self.phone.polarity()
        self._press(call.far.keys, 0)
        if call.far.talk is not None:
            self._later(call, call.far.talk, self.far_hangs_up)

    def _clear(self) -> None:
        """Tell that the far end has hung up."""
        if self.clears_with != "loop_break":
            self._sound_if_idle(self.clears_with)
        elif self._seized and self.call is None and self.phone is not None:
            self.phone.loop_break()

    def _sound(self, tone: str) -> None:
        self.sounds = tone
        if self.phone is not None:
            self.phone.tone(tone)

    def _sound_if_idle(self, tone: str) -> None:
        if self._seized and self.call is None:
            self._sound(tone)

    def _stop_collecting(self) -> None:
        if self._collecting is not None:
            self._collecting.cancel()
            self._collecting = None


def _known(phone: str) -> str:
    if phone not in PHONES:
        raise ValueError(f"{phone!r} is none of {', '.join(PHONES)}")
    return phone
