"""A UsbServer's verbs for the telephone network."""

from collections.abc import Mapping
from typing import Any

from ..network import FarEnd
from .verbs import Verbs

Heard = tuple[float, str, str, str]
"""What the exchange heard: seconds, number, what, detail."""


class NetworkVerbs(Verbs):
    """The network's side of the lines: calls come in, the far end acts, and what it heard."""

    def call_in(
        self,
        caller: str = "",
        name: str = "",
        to: str = "1001",
        rings: int | None = None,
        absent: str = "",
        *,
        first: bool = False,
    ) -> bool:
        """Call a number from outside; False if it is busy. The rest as in Exchange.call."""
        return self._exchange.call(to, caller, name, rings, absent=absent, first=first)

    def call_waiting(self, caller: str = "", name: str = "", to: str = "1001") -> bool:
        """Let a second call wait on a line that is in one; False if it is not."""
        return self._exchange.call_waiting(to, caller, name)

    def caller_gives_up(self, to: str = "1001") -> None:
        """Whoever calls that number stops."""
        self._exchange.hang_up(to)

    def far_end_hangs_up(self, on: str = "1001") -> None:
        """The far end of that line's call hangs up."""
        self._exchange.hang_up(on)

    def far_end_presses(self, keys: str, on: str = "1001", ms: int = 100) -> None:
        """The far end of that line's call presses DTMF keys."""
        self._exchange.press(on, keys, ms)

    def sound(self, tone: str, on: str = "1001") -> None:
        """One of TONES is heard on that line."""
        self._exchange.sound(on, tone)

    def set_plan(self, plan: Mapping[str, Mapping[str, Any]]) -> None:
        """Who answers how from now on: regular expression -> fields of FarEnd."""
        with self._exchange.lock:
            self._exchange.plan = {number: FarEnd(**far) for number, far in plan.items()}

    def set_wire(self, connected: bool, on: str = "1001") -> None:
        """Cut a line's wire, or mend it."""
        with self._exchange.lock:
            self._exchange.line(on).connected = connected

    def is_off_hook(self, on: str = "1001") -> bool:
        """The line's modem or phone is off hook."""
        with self._exchange.lock:
            return self._exchange.line(on).is_off_hook

    def wait_heard(
        self, what: str, detail: str | None = None, on: str = "1001", timeout: float = 5.0
    ) -> str:
        """Wait until the exchange heard that on a line; its detail. It and all before it on that
        line are then forgotten.

        what: `off_hook`, `on_hook`, `dialled` (number), `dtmf` (key), `flash` (ms), `answered`
        (caller), `far_answered`, `far_hangup`, `abandoned`, `transferred`, `lifted`, `put_down`.
        detail: wait for this one; None: for any.
        """

        def find() -> int | None:
            for index, entry in enumerate(self._heard):
                if entry.line == on and entry.what == what and detail in (None, entry.detail):
                    return index
            return None

        with self._changed:
            if not self._changed.wait_for(lambda: find() is not None, timeout):
                heard = ", ".join(
                    f"{e.what} {e.detail}".strip() for e in self._heard if e.line == on
                )
                wanted = f"{what} {detail or ''}".rstrip()
                raise TimeoutError(
                    f"{on}: no {wanted} in {timeout:g} s; heard: {heard or 'nothing'}"
                )
            index = find()
            assert index is not None
            found = self._heard[index]
            after = self._heard[index + 1 :]
            self._heard = [e for e in self._heard[:index] if e.line != on] + after
            return found.detail

    def wait_dialled(
        self, number: str | None = None, on: str = "1001", timeout: float = 10.0
    ) -> str:
        """The number that was dialled."""
        return self.wait_heard("dialled", number, on, timeout)

    def wait_keys(self, keys: str, on: str = "1001", timeout: float = 10.0) -> None:
        """Wait for these DTMF keys, one after another, as the exchange hears them in a call."""
        for key in keys:
            self.wait_heard("dtmf", key, on, timeout)

    def wait_flash(self, on: str = "1001", timeout: float = 5.0) -> int:
        """How long the flash was, in ms."""
        return int(self.wait_heard("flash", None, on, timeout))

    def wait_answered(self, on: str = "1001", timeout: float = 5.0) -> str:
        """The line took the call that rang; the caller's number."""
        return self.wait_heard("answered", None, on, timeout)

    def wait_off_hook(self, on: str = "1001", timeout: float = 5.0) -> None:
        """The line is off hook now, or goes off hook."""
        self._wait_line(lambda: self._exchange.line(on).is_off_hook, f"{on} off hook", timeout)

    def wait_on_hook(self, on: str = "1001", timeout: float = 5.0) -> None:
        """The line is on hook now, or goes on hook."""
        self._wait_line(lambda: not self._exchange.line(on).is_off_hook, f"{on} on hook", timeout)

    def heard(self, on: str = "") -> list[Heard]:
        """All that the exchange heard and nobody waited for; on one line, or everywhere."""
        with self._exchange.lock:
            return [(e.at, e.line, e.what, e.detail) for e in self._heard if on in ("", e.line)]

    def forget(self) -> None:
        """Forget what the exchange heard."""
        with self._exchange.lock:
            self._heard.clear()
