"""Our own simulated modem on our own exchange: in the process, on a tty, behind a TCP port."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from hookflash.modem import Port, SerialPort
from hookflash.simulated import FAMILIES, Exchange, FarEnd, SimulatedPort, Timing
from hookflash.simulated.modem import ModemTiming, SimulatedModem
from hookflash.simulated.pty import PtyModem
from support.bridge import TcpModem
from support.lines import FAST, FAST_MODEM, PATIENCE, Watch, until

from .backend import Backend, Caller
from .modem_backend import ModemBackend

TIMING = replace(FAST, settle=0.004, complete=0.004, key_gap=0.01)

SEIZABLE = 0.18
"""Seconds between two bursts where the modem can pick up in none."""

SLOW = 0.1
"""Seconds to dial tone on an exchange where a modem can be caught before it has dialled."""

SLOW_DIGITS = 0.15
"""Seconds after the last digit that an exchange waits for where digits come as single tones."""

SECOND = 0.02
"""Seconds that a modem takes for one in its own timers."""

NUMBERS = {
    "102": FarEnd(after=0.002, keys="1234567890*#"),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    ".+": FarEnd(after=0.002),
}

MODEM = replace(
    FAST_MODEM,
    flash_settle=0.001,  # done before the exchange gives dial tone
    second=SECOND,
    key_code=0.01,
    busy_again=0.02,
    dial_again=0.02,
)
SLOW_MODEM = replace(MODEM, dial_tone_wait=0.4)


class OnExchange(Backend):
    """Whatever is subscriber 1001 of our exchange: the network's side of it."""

    def __init__(self, row: str, timing: Timing = TIMING) -> None:
        super().__init__(row)
        self.exchange = Exchange(NUMBERS, timing)
        self.cleanup.callback(self.exchange.close)
        self.watch = Watch(self.exchange)
        self.wire = self.exchange.line("1001")

    def no_dial_tone(self) -> str:
        self.wire.connected = False
        return self.answers

    def wait_dialled(self, number: str) -> None:
        self.exchange.wait_for("dialled", number, PATIENCE)

    def wait_ringback(self) -> None:
        self._wait_sound("ringback")

    def wait_busy(self) -> None:
        self._wait_sound("busy")

    def wait_far_answered(self) -> None:
        self.exchange.wait_for("far_answered", timeout=PATIENCE)

    def far_end_hangs_up(self, sign: str = "busy") -> None:
        self.wire.clears_with = sign
        self.exchange.hang_up("1001")
        self._pass(self.exchange.timing.far_hangup_tone + 3.5 * MODEM.dial_again)

    def call_in(self, caller: Caller) -> Caller | None:
        silent = caller.silent or caller.absent
        assert self.exchange.call(
            "1001",
            "" if silent else caller.number,
            "" if silent else caller.name,
            absent=caller.absent,
            first=caller.first,
            cadence=caller.cadence,
        )
        return caller

    def caller_gives_up(self) -> None:
        self.exchange.hang_up("1001")

    def call_waits(self, number: str, name: str) -> None:
        assert self.exchange.call_waiting("1001", number, name)
        self._pass(2 * self.exchange.timing.caller_id)

    def wait_we_answered(self) -> None:
        self.exchange.wait_for("answered", timeout=PATIENCE)

    def wait_on_hook(self) -> None:
        self.watch.until(lambda: not self.wire.is_off_hook)

    def reverses(self) -> None:
        self.wire.reverses = True

    def wait_keys(self, keys: str) -> None:
        heard = [self.exchange.wait_for("dtmf", timeout=PATIENCE).detail for _ in keys]
        assert "".join(heard) == keys

    def no_keys(self) -> None:
        assert self._heard("dtmf") == []

    def press(self, keys: str, ms: int) -> None:
        self.exchange.press("1001", keys, ms)

    def wait_flash(self) -> None:
        self._flash = self.exchange.wait_for("flash", timeout=PATIENCE)

    def flash_ms(self) -> int:
        return int(self._flash.detail)

    def no_flash(self) -> None:
        assert self._heard("flash") == []

    def wait_second_dial_tone(self) -> None:
        self._wait_sound("dial")

    def wait_transferred(self, target: str) -> None:
        self.exchange.wait_for("transferred", f"{self.answers} to {target}", PATIENCE)

    def no_transfer(self) -> None:
        assert self._heard("transferred") == []

    def sound(self, tone: str) -> None:
        self.exchange.sound("1001", tone)

    def lift(self, phone: str) -> None:
        self.wire.lift(phone)

    def put_down(self, phone: str) -> None:
        self.wire.put_down(phone)

    def _heard(self, what: str) -> list[str]:
        with self.exchange.lock:
            return [entry.detail for entry in self.exchange.journal if entry.what == what]

    def _wait_sound(self, tone: str) -> None:
        until(lambda: self.wire.sounds == tone, f"{tone} on the line")

    def _pass(self, seconds: float) -> None:
        """Let the exchange's time pass, with all that it does by then."""
        passed = threading.Event()
        self.exchange.later(seconds, passed.set)
        assert passed.wait(PATIENCE)


class Simulated(OnExchange, ModemBackend):
    """A simulated modem of one family, in this process."""

    def __init__(self, row: str, family: str) -> None:
        deaf = FAMILIES[family].burst_deaf
        super().__init__(row, replace(TIMING, ring_off=SEIZABLE) if deaf else TIMING)
        self.family = family

    def start(self, slow: bool) -> Callable[[], Port]:
        if slow:
            self.exchange.timing = replace(self.exchange.timing, settle=SLOW)
        return self._opener(SLOW_MODEM if slow else MODEM)

    def _opener(self, timing: ModemTiming) -> Callable[[], Port]:
        return lambda: SimulatedPort(self.exchange, "1001", self.family, timing)

    @property
    def modem(self) -> SimulatedModem:
        """The modem on the line."""
        assert isinstance(self.wire.phone, SimulatedModem)
        return self.wire.phone

    def wait_flash(self) -> None:
        # Digits of a transfer that are sent one by one may not be taken for several numbers.
        self.exchange.timing = replace(TIMING, complete=SLOW_DIGITS)
        super().wait_flash()

    def unplug(self) -> None:
        inner = self.port.inner
        assert isinstance(inner, SimulatedPort)
        inner.unplug()

    def deafen(self) -> None:
        self.modem.faults.add("needs_reset")


class OnPty(Simulated):
    """The same behind a real tty."""

    def _opener(self, timing: ModemTiming) -> Callable[[], Port]:
        self.pty = PtyModem(self.exchange, "1001", self.family, timing)
        self.cleanup.callback(self.pty.close)
        return lambda: SerialPort(self.pty.tty)

    def unplug(self) -> None:
        self.pty.close()


class OverSocket(Simulated):
    """The same behind a TCP port."""

    def _opener(self, timing: ModemTiming) -> Callable[[], Port]:
        self.tcp = TcpModem(self.exchange, "1001", self.family, timing)
        self.cleanup.callback(self.tcp.close)
        return lambda: SerialPort(self.tcp.url)

    def unplug(self) -> None:
        self.tcp.close()
