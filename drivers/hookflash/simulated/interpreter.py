"""The AT line discipline of a simulated modem (V.250 5): echo, results, concatenation, abort.

What the commands do is told by a subclass; what is answered passes through the faults here.
"""

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from ..inbox import Timer
from .clock import Action
from .exchange import Exchange
from .faults import DEAF

CR, LF, BS, DLE, ETX, ESC = 13, 10, 8, 0x10, 3, 0x1B
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
    "NO ANSWER": 8,
}
_BASIC = re.compile(r"S(\d+)(\?|=(\d*))|(&[A-Z]|[A-Z])(\d*)", re.ASCII)
_EXTENDED = re.compile(r"([+\-][A-Z0-9]+)(\?|=\?|=([^;]*))?;?", re.ASCII)
_SHARP = re.compile(r"(#VTS)(=\?|=([^;]*));?|(#[A-Z]+)(\?|=\?|=([^;#+]*))?;?", re.ASCII)
_BIT = re.compile(r"(S\d+\.[0-7])=([01])", re.ASCII)
_REGISTER = re.compile(r"(:[UR])([0-9A-F]+)(?:,([0-9A-F]+))?", re.ASCII)
_STREAM_ENDS = (ETX, ord("!"), ESC, ord("^"))
"""What ends a voice stream, after DLE (V.253 10.1: +VTX, +VRX, +VTR)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemTiming:
    """Durations in seconds: how fast the modem is.

    second: how long a second of the modem's own timers is (S7, +VRA, +VRN, @, +VDR, pauses of
    +VTS), for tests that have no time. late: how late a slow modem answers. key_code: between two
    reports of a key that is held. busy_again, dial_again: between two reports of a tone that lasts.
    """

    dial_tone_wait: float = 3.0
    blind_wait: float = 2.0
    digit: float = 0.19
    pause: float = 2.0
    flash_settle: float = 0.1
    second: float = 1.0
    late: float = 0.5
    key_code: float = 0.07
    busy_again: float = 4.0
    dial_again: float = 3.0


@dataclass(frozen=True, slots=True)
class Await:
    """A script waits for one of these tones, `seconds` at most."""

    tones: frozenset[str]
    seconds: float


Script = Generator[float | Await, str | None, str]
"""A long command: yields seconds, or what to wait for; is told the tone that came, None if the time
passed; returns a result, empty for none."""


class Interpreter(ABC):
    """An AT command interpreter: `feed` it bytes, it calls `output` with its answers."""

    def __init__(
        self, exchange: Exchange, output: Callable[[bytes], None], timing: ModemTiming | None
    ) -> None:
        self.faults: set[str] = set()
        """Names from FAULTS; may be changed at any time."""
        self.hangs_on = "+VTS"
        """What the fault hangs_on is about."""
        self.timing = timing or ModemTiming()
        self.output = output
        """Where bytes for the host go; may be changed: the modem outlives its openings."""
        self.exchange = exchange
        self._buffer = bytearray()
        self._after_dle = False
        self._script: Script | None = None
        self._script_abortable = False
        self._script_since = 0.0
        self._script_timer: Timer[Action] | None = None
        self._script_waits: frozenset[str] = frozenset()
        self._rest = ""
        """What follows a long command in its line."""
        self._trailing = ""
        self._skewed: bytearray | None = None
        self._late: deque[bytes] = deque()
        self._default()

    def _default(self) -> None:
        """All settings of the command line as they are after ATZ."""
        self._echo, self._verbose, self._quiet = True, True, False
        self.registers = {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 50, 8: 2, 11: 95, 29: 70}

    # --- what a modem does --------------------------------------------------------------------

    @abstractmethod
    def _basic(self, name: str, value: int) -> str | None:
        """Do a basic command; its result, or None if that comes later or never."""

    @abstractmethod
    def _extended(self, name: str, form: str, value: str) -> str | None:
        """Do an extended command. form: empty, `?`, `=?` or `=…`; value: what follows `=`.

        Also `S40.2=1`, a bit of a register, and `:U4F,01F4`, which is name, form and value.
        """

    @abstractmethod
    def _dial(self, text: str) -> Script:
        """Do a D command."""

    @abstractmethod
    def _aborted(self) -> None:
        """A dial was broken off."""

    @abstractmethod
    def climb(self, rung: str) -> None:
        """A rung of the recovery ladder reached the modem."""

    # --- bytes in -----------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take bytes from the host."""
        with self.exchange.lock:
            for byte in data:
                self._take(byte)

    def _take(self, byte: int) -> None:
        if "needs_abort" in self.faults:
            self._take_in_stream(byte)
            return
        if self._script is not None:
            guarded = self.exchange.clock.now() < self._script_since + ABORT_GUARD
            if self._script_abortable and not guarded:
                self._end_script()
                self._aborted()
                self._result("NO CARRIER")
            return
        dials = bytes(self._buffer).upper() == b"AT" and byte in b"Dd"
        if dials and "deaf_on_dial" in self.faults:
            self._fall_silent("deaf_on_dial")
        if self.deaf:
            return
        if self._echo and not self.faults & {"no_echo", "garbage"}:
            self.output(bytes([byte]))
        if byte == CR:
            # A modem hunts for AT: what stands before it is not looked at.
            _, found, text = self._buffer.decode("latin-1").upper().partition("AT")
            self._buffer.clear()
            if found:
                self._line(text.strip())
        elif byte == BS:
            del self._buffer[-1:]
        elif byte >= 0x20:
            self._buffer.append(byte)

    def _take_in_stream(self, byte: int) -> None:
        """A voice stream ends by DLE and a code, or by a whole line ATZ, and by nothing else."""
        if self._after_dle:
            self._after_dle = False
            if byte in _STREAM_ENDS:
                self._buffer.clear()
                self.climb("abort")
                self._send((b"" if byte == ETX else bytes([DLE, ETX])) + self._worded("OK"))
        elif byte == DLE:
            self._after_dle = True
        elif byte == CR:
            text = self._buffer.decode("latin-1").upper()
            self._buffer.clear()
            if text.endswith("ATZ"):
                self._line("Z")
        else:
            self._buffer.append(byte)
            del self._buffer[:-80]

    @property
    def deaf(self) -> bool:
        """Takes bytes and says nothing."""
        return not DEAF.isdisjoint(self.faults)

    def _fall_silent(self, fault: str) -> None:
        self.faults.discard(fault)
        self.faults.add("silent")

    # --- command lines ------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        """Do a line, without its AT."""
        if "garbage" in self.faults:
            self.output(b"\xff\x00\x7f~}#\r\n\x80K\r")
            return
        if self._skewed is not None:
            late, self._skewed = bytes(self._skewed), None
            self._send(late)
        if "reply_skew" in self.faults:
            self.faults.discard("reply_skew")
            self._skewed = bytearray()
        if text.startswith("Z"):
            self.climb("reset")
        elif "needs_reset" in self.faults:
            self._result("ERROR")
            return
        result = self._run(text)
        if result:
            self._result(result)
        trailing, self._trailing = self._trailing, ""
        for code in trailing:
            self.event(code)

    def _run(self, text: str) -> str | None:
        result: str | None = "OK"
        self._rest = ""
        while text and result == "OK":
            if "hangs_on" in self.faults and text.startswith(self.hangs_on):
                return None
            if text[0] == "D":
                if "hang_on_dial" in self.faults:
                    self._fall_silent("hang_on_dial")
                    return None
                self.begin(self._dial(text[1:]), abortable=True)
                return None
            result, text = self._command(text)
            if self._script is not None:
                self._rest = text
        return result

    def _command(self, text: str) -> tuple[str | None, str]:
        """Do the first command of `text`; its result, and the rest of the line."""
        if match := _BIT.match(text):
            result = self._extended(match[1], "=", match[2])
        elif match := _EXTENDED.match(text) or _REGISTER.match(text):
            result = self._extended(match[1], match[2] or "", match[3] or "")
        elif match := _SHARP.match(text):
            one = 1 if match[1] else 4
            result = self._extended(match[one], match[one + 1] or "", match[one + 2] or "")
        elif match := _BASIC.match(text):
            if match[1] is not None:
                result = self._register(int(match[1]), match[2], match[3])
            else:
                result = self._basic(match[4], int(match[5] or 0))
        else:
            return "ERROR", ""
        return result, text[match.end() :]

    def _register(self, number: int, form: str, value: str | None) -> str:
        if form == "?":
            self.info(f"{self.registers.get(number, 0):03d}")
        else:
            self.registers[number] = int(value or 0)
        return "OK"

    def _line_setting(self, name: str, value: int) -> bool:
        """E, V and Q; False if it is none of them."""
        match name:
            case "E":
                self._echo = value == 1
            case "V":
                self._verbose = value == 1
            case "Q":
                self._quiet = value == 1
            case _:
                return False
        return True

    # --- long commands ------------------------------------------------------------------------

    def begin(self, script: Script, *, abortable: bool) -> None:
        """Do a long command; its result comes at its end."""
        self._script = script
        self._script_abortable = abortable
        self._script_since = self.exchange.clock.now()
        self._step(script, None)

    def _step(self, script: Script, came: str | None) -> None:
        self._script_waits = frozenset()
        try:
            wish = script.send(came)
        except StopIteration as end:
            self._end_script()
            result = self._run(self._rest) if self._rest and end.value == "OK" else end.value
            if result:
                self._result(result)
            return
        if isinstance(wish, Await):
            self._script_waits = wish.tones
            wish = wish.seconds
        self._script_timer = self.exchange.later(wish, lambda: self._due(script))

    def _due(self, script: Script) -> None:
        if self._script is script:
            self._step(script, None)

    def _came(self, tone: str) -> bool:
        """A tone is heard; True if a long command waited for it."""
        if self._script is None or tone not in self._script_waits:
            return False
        if self._script_timer is not None:
            self._script_timer.cancel()
        self._step(self._script, tone)
        return True

    def _end_script(self) -> None:
        self._script = None
        self._script_waits = frozenset()
        if self._script_timer is not None:
            self._script_timer.cancel()
            self._script_timer = None

    # --- bytes out ----------------------------------------------------------------------------

    def info(self, *lines: str) -> None:
        """Information text, of a command: one block of lines."""
        self._reply(self._framed("\r\n".join(lines).encode("latin-1")))

    def tell(self, line: bytes) -> None:
        """A line that nobody asked for."""
        self._send(self._noise() + self._framed(line))

    def tell_result(self, result: str) -> None:
        """A result code that nobody asked for: RING."""
        if not self._quiet:
            self._send(self._noise() + self._worded(result))

    def event(self, code: str) -> None:
        """A DLE code."""
        self._send(bytes([DLE, ord(code)]))

    def after_result(self, code: str) -> None:
        """Tell an event once the result of this command line is out."""
        self._trailing += code

    def _result(self, result: str) -> None:
        if not self._quiet:
            self._reply(self._worded(result))

    def _framed(self, text: bytes) -> bytes:
        return b"\r\n" + text + b"\r\n" if self._verbose else text + b"\r\n"

    def _worded(self, result: str) -> bytes:
        if self._verbose:
            return f"\r\n{result}\r\n".encode("latin-1")
        return f"{_NUMERIC.get(result, result)}\r".encode("latin-1")

    def _noise(self) -> bytes:
        return b"\xff" if "garbage_byte" in self.faults else b""

    def _reply(self, data: bytes) -> None:
        data = self._noise() + data
        if self._skewed is not None:
            self._skewed += data
        else:
            self._send(data)

    def _send(self, data: bytes) -> None:
        if self.deaf or "needs_abort" in self.faults:
            return
        if "slow" in self.faults or self._late:
            self._late.append(data)
            self.exchange.later(self.timing.late, self._send_late)
        else:
            self.output(data)

    def _send_late(self) -> None:
        data = self._late.popleft() if self._late else b""
        if not self.deaf:
            self.output(data)
