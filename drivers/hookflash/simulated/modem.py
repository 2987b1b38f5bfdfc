"""A simulated modem: an AT command interpreter that speaks bytes and hangs on an exchange line.

It plays a V.253 voice modem or a data-only one, as the manuals describe them. What it does not
model stands in docs/simulator.md. `fault` makes it misbehave.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass

from ..inbox import Timer
from .clock import Action
from .exchange import ExchangeLine

CR, LF, BS, DLE = 13, 10, 8, 0x10
ABORT_GUARD = 0.125
"""Seconds after a command line in which characters do not abort it (V.250 5.6.1)."""

_NUMERIC = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "NO DIALTONE": 6,
    "BUSY": 7,
}
_TONE_EVENTS = {"dial": "d", "ringback": "r", "busy": "b", "reorder": "b"}
_BASIC = re.compile(r"S(\d+)(\?|=(\d*))|(&[A-Z]|[A-Z])(\d*)", re.ASCII)
_EXTENDED = re.compile(r"(\+[A-Z0-9]+)(\?|=\?|=([^;]*))?;?", re.ASCII)
_VTS = re.compile(r"\{([0-9*#!]),(\d+)\}|([0-9*#!])|\[(\d*),(\d*),(\d*)\]", re.ASCII)

FAULTS = (
    "",
    "silent",  # takes bytes and answers nothing
    "garbage",  # answers nonsense
    "hang_on_dial",  # echoes the dial line, then silent
    "deaf_on_dial",  # does not even echo the dial line, then silent
    "no_echo",
    "ignores_dtr",
    "stuck_off_hook",  # says OK to ATH and does not hang up
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemTiming:
    """Durations in seconds: how fast the modem is."""

    dial_tone_wait: float = 3.0
    blind_wait: float = 2.0
    digit: float = 0.19
    pause: float = 2.0
    flash_settle: float = 0.1


@dataclass(frozen=True, slots=True)
class _Await:
    """A script waits for one of these tones, `seconds` at most."""

    tones: frozenset[str]
    seconds: float


Script = Generator[float | _Await, bool, str]
"""A long command: yields seconds or what to wait for, is told whether it came; returns a result."""


class SimulatedModem:
    """The modem. `feed` it what the host writes; it calls `output` with what it answers.

    dialect: `v253` or `data`. fault: one of FAULTS, may be changed at any time.
    """

    def __init__(
        self,
        line: ExchangeLine,
        output: Callable[[bytes], None],
        dialect: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        self.line = line
        self.fault = ""
        self._lock = line.exchange.lock
        self._output = output
        self._voice = dialect == "v253"
        self._timing = timing or ModemTiming()
        self._buffer = bytearray()
        self._script: Script | None = None
        self._script_abortable = False
        self._script_since = 0.0
        self._script_timer: Timer[Action] | None = None
        self._script_waits: frozenset[str] = frozenset()
        self._reset()
        line.phone = self

    def _reset(self) -> None:
        self._echo, self._verbose, self._quiet, self._x, self._dtr_mode = True, True, False, 4, 0
        self._class = 0
        self._caller_id = 0
        self._registers = {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 50, 8: 2, 11: 95, 29: 70}
        self._tone_10ms = 100
        self._vrn = 10

    # --- the host's side ----------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take bytes from the host."""
        with self._lock:
            for byte in data:
                self._take(byte)

    def dtr(self, on: bool) -> None:
        """DTR changed: its drop hangs up if &D2 was given."""
        with self._lock:
            if not on:
                self._buffer.clear()
                if self._dtr_mode == 2 and self.fault != "ignores_dtr":
                    self._end_script()
                    self._on_hook()

    def _take(self, byte: int) -> None:
        if self._script is not None:
            guarded = self.line.exchange.clock.now() < self._script_since + ABORT_GUARD
            if self._script_abortable and not guarded:
                self._end_script()
                self._on_hook()
                self._result("NO CARRIER")
            return
        if self.fault == "deaf_on_dial" and bytes(self._buffer).upper() == b"AT" and byte in b"Dd":
            self.fault = "silent"
        if self.fault == "silent":
            return
        if self._echo and self.fault not in ("no_echo", "garbage"):
            self._output(bytes([byte]))
        if byte == CR:
            text = self._buffer.decode("latin-1").strip().upper()
            self._buffer.clear()
            if text.startswith("AT"):
                self._run(text[2:])
        elif byte == BS:
            del self._buffer[-1:]
        elif byte >= 0x20:
            self._buffer.append(byte)

    def _run(self, text: str) -> None:
        if self.fault == "garbage":
            self._output(b"\xff\x00\x7f~}#\r\n\x80K\r")
            return
        result: str | None = "OK"
        while text and result == "OK":
            if text[0] == "D" and self.fault == "hang_on_dial":
                self.fault = "silent"
                return
            if text[0] == "D":
                self._begin(self._dial(text[1:]), abortable=True)
                return
            if match := _EXTENDED.match(text):
                result = self._extended(match[1], match[2] or "", match[3] or "")
            elif match := _BASIC.match(text):
                result = self._basic(match)
            else:
                result = "ERROR"
            text = text[match.end() :] if match else ""
        if result is not None:
            self._result(result)

    # --- commands -----------------------------------------------------------------------------

    def _basic(self, match: re.Match[str]) -> str:
        if match[1] is not None:
            register = int(match[1])
            if match[2] == "?":
                self._info(f"{self._registers.get(register, 0):03d}")
            else:
                self._registers[register] = int(match[3] or 0)
            return "OK"
        name, value = match[4], int(match[5] or 0)
        match name:
            case "E":
                self._echo = value == 1
            case "V":
                self._verbose = value == 1
            case "Q":
                self._quiet = value == 1
            case "X":
                self._x = value
            case "&D":
                self._dtr_mode = value
            case "H" if value == 0:
                self._on_hook()
            case "H":
                self.line.off_hook()
            case "I":
                self._info("hookflash simulated modem")
            case "Z" | "&F":
                self._on_hook()
                self._reset()
            case "A":
                return "ERROR"  # no data carrier here; voice answers with H1 or +VLS
            case "L" | "M" | "&C" | "T" | "P":
                pass
            case _:
                return "ERROR"
        return "OK"

    def _extended(self, name: str, form: str, value: str) -> str | None:
        if name in ("+GMI", "+GMM", "+GMR") and not form:
            self._info({"+GMI": "hookflash", "+GMR": "1"}.get(name, "simulated modem"))
            return "OK"
        if name == "+FCLASS":
            return self._set_class(form, value)
        if name == "+VCID" and form.startswith("=") and value in ("0", "1"):
            self._caller_id = int(value)
            return "OK"
        if not self._voice or self._class != 8:
            return "ERROR"
        match name:
            case "+VLS" if value in ("0", "1"):
                if value == "1":
                    self.line.off_hook()
                else:
                    self._on_hook()
            case "+VTD" if value.isdecimal():
                self._tone_10ms = int(value)
            case "+VRN" if value.isdecimal():
                self._vrn = int(value)
            case "+VTS" if value:
                self._begin(self._tones(value), abortable=False)
                return None
            case _:
                return "ERROR"
        return "OK"

    def _set_class(self, form: str, value: str) -> str:
        if form == "?":
            self._info(str(self._class))
        elif form == "=?":
            self._info("0,8" if self._voice else "0")
        elif value == "0" or (value == "8" and self._voice):
            self._class = int(value)
        else:
            return "ERROR"
        return "OK"

    def _dial(self, text: str) -> Script:
        digits, semicolon, _ = text.partition(";")
        line, timing = self.line, self._timing
        if not line.is_off_hook:
            line.off_hook()
        if self._x in (2, 4):
            if line.sounds != "dial" and not (
                yield _Await(frozenset({"dial"}), timing.dial_tone_wait)
            ):
                self._on_hook()
                return "NO DIALTONE"
        else:
            yield timing.blind_wait
        for char in digits:
            if char in "0123456789*#":
                line.digit(char)
                yield timing.digit
            elif char == "!":
                line.flash(self._registers[29] * 10)
                yield timing.flash_settle
            elif char == ",":
                yield timing.pause
            elif char == "W" and line.sounds != "dial":
                yield _Await(frozenset({"dial"}), timing.dial_tone_wait)
        if semicolon or (self._class == 8 and self._vrn == 0):
            return "OK"
        wait = float(self._vrn if self._class == 8 else self._registers[7])
        if (yield _Await(frozenset({"busy", "reorder"}), wait)):
            self._on_hook()
            return "BUSY"
        if self._class == 8:
            return "OK"
        self._on_hook()
        return "NO CARRIER"

    def _tones(self, value: str) -> Script:
        position = 0
        while position < len(value):
            match = _VTS.match(value, position)
            if match is None:
                return "ERROR"
            key = match[1] or match[3]
            tens = int(match[2]) if match[1] else int(match[6] or 0) if match[6] is not None else -1
            seconds = (self._tone_10ms if tens < 0 else tens) / 100
            if key == "!":
                self.line.flash(round(seconds * 1000))
                yield self._timing.flash_settle
            elif key:
                self.line.digit(key)
                yield min(seconds * 2, self._timing.digit)
            position = match.end() + 1
        return "OK"

    # --- long commands ------------------------------------------------------------------------

    def _begin(self, script: Script, *, abortable: bool) -> None:
        self._script = script
        self._script_abortable = abortable
        self._script_since = self.line.exchange.clock.now()
        self._step(None)

    def _step(self, came: bool | None) -> None:
        script = self._script
        if script is None:
            return
        self._script_waits = frozenset()
        try:
            wish = next(script) if came is None else script.send(came)
        except StopIteration as end:
            self._end_script()
            self._result(end.value)
            return
        seconds = wish.seconds if isinstance(wish, _Await) else wish
        if isinstance(wish, _Await):
            self._script_waits = wish.tones
        self._script_timer = self.line.exchange.later(seconds, lambda: self._due(script))

    def _due(self, script: Script) -> None:
        if self._script is script:
            self._step(False)

    def _end_script(self) -> None:
        self._script = None
        self._script_waits = frozenset()
        if self._script_timer is not None:
            self._script_timer.cancel()
            self._script_timer = None

    # --- the exchange's side ------------------------------------------------------------------

    def ring(self) -> None:
        if self._class == 8:
            self._event("R")
        else:
            self._result("RING")

    def caller_id(self, number: str, name: str) -> None:
        if self._caller_id:
            for text in ("DATE = 1122", "TIME = 0930", f"NMBR = {number or 'O'}"):
                self._info(text)
            if name:
                self._info(f"NAME = {name}")

    def tone(self, tone: str) -> None:
        if tone in self._script_waits:
            if self._script_timer is not None:
                self._script_timer.cancel()
            self._step(True)
        elif tone and self._class == 8 and self.line.is_off_hook and self._script is None:
            self._event(_TONE_EVENTS[tone])

    def key(self, key: str) -> None:
        if self._class == 8 and self.line.is_off_hook:
            self._event(key)

    # --- answers ------------------------------------------------------------------------------

    def _on_hook(self) -> None:
        if self.fault != "stuck_off_hook":
            self.line.on_hook()

    def _info(self, text: str) -> None:
        self._say(f"\r\n{text}\r\n" if self._verbose else f"{text}\r\n")

    def _result(self, result: str) -> None:
        if self._quiet:
            return
        self._say(f"\r\n{result}\r\n" if self._verbose else f"{_NUMERIC[result]}\r")

    def _event(self, code: str) -> None:
        if self.fault != "silent":
            self._output(bytes([DLE, ord(code)]))

    def _say(self, text: str) -> None:
        if self.fault != "silent":
            self._output(text.encode("latin-1"))
