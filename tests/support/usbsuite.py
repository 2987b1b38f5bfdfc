"""The simulated devices of the bench's tests, and what these tests ask of the network besides.

A module of its own, since the process that serves the devices imports it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hookflash.simulated.network import Timing
from hookflash.simulated.usb.server import UsbServer
from support.lines import until

PLAN: Mapping[str, Mapping[str, Any]] = {
    "100": {"after": 0.1},
    "101": {"after": 0.1, "talk": 0.3},
    "102": {"after": 0.1, "keys": "1234567890*#"},
    "200": {"does": "busy"},
    "201": {"does": "ring"},
    "202": {"does": "reorder"},
    ".+": {"after": 0.1},
}
"""Who answers how, unless a test says otherwise."""

TIMING: Mapping[str, float] = {
    "settle": 0.02,
    "complete": 0.5,
    "ring_on": 0.3,
    "ring_off": 0.5,
    "caller_id": 0.05,
    "ringback": 0.3,
}
"""A network that is quick, and yet slow enough for an emulated PC."""


NUMBERS = ("1001", "1002", "1003")
"""Numbers that the tests plug devices in on."""


class SuiteServer(UsbServer):
    """What the bench's tests plug in, on one exchange for all of them."""

    def renew(self) -> None:
        """As it was at first: nothing plugged in, nobody calls, the plan and the times of above."""
        self.remove_all()
        self.renew_network()

    def renew_network(self) -> None:
        """The network alone as it was at first."""
        with self._exchange.lock:
            for number in NUMBERS:
                line = self._exchange.line(number)
                line.far_hangs_up()
                line.connected, line.reverses, line.clears_with = True, False, "busy"
                for phone in [*line.lifted]:
                    line.put_down(phone)
            self._exchange.timing = Timing(**TIMING)
        self.set_plan(PLAN)
        self.forget()

    def set_timing(self, **seconds: float) -> None:
        """Other durations of the network, by the fields of Timing."""
        with self._exchange.lock:
            self._exchange.timing = replace(self._exchange.timing, **seconds)

    def set_modem_timing(self, name: str, **seconds: float) -> None:
        """How fast a modem is, by the fields of ModemTiming."""
        modem = self._modem(name).modem
        with self._exchange.lock:
            modem.timing = replace(modem.timing, **seconds)

    def set_line(self, on: str, **options: Any) -> None:
        """Options of a line: `reverses`, `clears_with`, `connected`."""
        with self._exchange.lock:
            for name, value in options.items():
                setattr(self._exchange.line(on), name, value)

    def call_in_rhythm(
        self,
        to: str,
        caller: str,
        name: str | bytes,
        *,
        absent: str,
        first: bool,
        cadence: tuple[float, ...],
    ) -> bool:
        """Call a number, with all that a call may have."""
        return self._exchange.call(to, caller, name, absent=absent, first=first, cadence=cadence)

    def lift_beside(self, phone: str, on: str) -> None:
        """Somebody lifts a telephone beside the modem: `local` or `extension`."""
        self._exchange.line(on).lift(phone)

    def put_down_beside(self, phone: str, on: str) -> None:
        """Somebody puts it down."""
        self._exchange.line(on).put_down(phone)

    def wait_sound(self, tone: str, on: str, timeout: float) -> None:
        """Wait until that is on the line: one of TONES."""
        line = self._exchange.line(on)
        until(lambda: line.sounds == tone, f"{tone} on the line of {on}", timeout)

    def let_pass(self, seconds: float) -> None:
        """Let the network's time pass, with all that it does by then."""
        passed = threading.Event()
        self._exchange.later(seconds, passed.set)
        assert passed.wait(seconds + 20.0)
