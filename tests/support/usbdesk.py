"""A desk of the agent, as a test of plugging asks it: what it says, how long things take."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

from support.agent import AgentProcess

Status = dict[str, Any]


class Desk:
    """A desk of an agent. patience: what deadlines are multiplied with. extension: empty: its
    first desk."""

    def __init__(self, agent: AgentProcess, patience: float, extension: str = "") -> None:
        self.agent = agent
        self.patience = patience
        self._which = {"ext": extension} if extension else {}
        self._from = 0

    def status(self) -> Status:
        """What it says now."""
        return self.agent.ask("status", **self._which)

    def do(self, cmd: str, **parameters: str) -> None:
        """Ask for something, which must be done."""
        answer = self.agent.ask(cmd, **parameters, **self._which)
        assert answer["result"] == "success", answer

    def later(self, cmd: str, **parameters: str) -> None:
        """Ask for something, and do not wait for its end, which may be any."""
        asking = threading.Thread(target=self.agent.ask, args=(cmd,), kwargs=parameters)
        asking.start()

    def until(
        self,
        so: Callable[[Status], bool],
        what: str,
        seconds: float,
        began: float | None = None,
    ) -> tuple[Status, float]:
        """Wait until the status is so: it, and the seconds that took. `seconds` are a PC's.

        began: when what is waited for began, by time.monotonic; None: now.
        """
        began = time.monotonic() if began is None else began
        while True:
            status = self.status()
            took = time.monotonic() - began
            if so(status):
                return status, took
            if took > seconds * self.patience:
                raise AssertionError(f"not {what} in {took:.1f} s: {status}\n{self.log()[-6000:]}")
            threading.Event().wait(0.02)

    def state(self, *states: str, seconds: float = 3.0) -> Status:
        """Wait until it is in one of these states."""
        return self.until(lambda status: status["state"] in states, f"{states}", seconds)[0]

    def ready(
        self,
        *,
        line: bool = True,
        handset: bool = False,
        seconds: float = 3.0,
        began: float | None = None,
    ) -> float:
        """Wait until line, handset or both are ready; how long that took."""
        return self.until(
            lambda status: (
                (not line or status["state"] == "idle")
                and (not handset or handset_state(status) == "ready")
            ),
            "ready",
            seconds,
            began,
        )[1]

    def offline(
        self,
        *,
        line: bool = True,
        handset: bool = False,
        seconds: float = 1.0,
        began: float | None = None,
    ) -> float:
        """Wait until they are told to be gone; how long that took."""
        return self.until(
            lambda status: (
                (not line or status["state"] == "offline")
                and (not handset or handset_state(status) == "offline")
            ),
            "offline",
            seconds,
            began,
        )[1]

    # --- its log ------------------------------------------------------------------------------

    def mark(self) -> None:
        """From here on counts what is asked of the log."""
        self._from = len(self.agent.log())

    def log(self) -> str:
        """The log since the mark, without the questions that tests ask."""
        lines = self.agent.log()[self._from :].splitlines(keepends=True)
        return "".join(line for line in lines if "asks cmd=status" not in line)

    def told(self, pattern: str) -> list[str]:
        """The lines of the log since the mark that hold this regular expression."""
        return [line for line in self.log().splitlines() if re.search(pattern, line)]


def handset_state(status: Status) -> str:
    """`ready`, `offline`; "" without a handset."""
    handset: Status | None = status["handset"]
    return str(handset["state"]) if handset else ""
