"""The suite run on `hookflash simulate modem`, as if that were a modem of metal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.lines import until

from .table import DOCUMENT, Table, parse, within

PLAN = """
[numbers]
"100" = { does = "answer", after = 0.3 }
"200" = { does = "busy" }
"201" = { does = "ring" }
"203" = { does = "answer", after = 0.3, talk = 0.5 }
"205" = { does = "answer", after = 0.3, keys = "12#" }
"199" = { does = "callback", after = 0.3 }
"""

OPTIONS = (
    *("--line-name", "a proof", "--line-setting", "command_gap_ms=0", "--flashes"),
    *("--number-answers", "100", "--number-busy", "200", "--number-rings", "201"),
    *("--number-hangs-up", "203", "--number-presses", "205=12#"),
)

DEADLINE = 110.0
"""Seconds: what a run may take that is begun before the rest of the suite."""


class Proof:
    """Such a run in a process of its own, begun when this is made; its table is a copy.

    tests: as `-k` wants it. options: besides OPTIONS. by_hand: it is answered by `type`.
    """

    def __init__(self, directory: Path, tests: str, *options: str, by_hand: bool = False) -> None:
        self._table = directory / "conformance.md"
        self._table.write_text(DOCUMENT.read_text("utf-8"), "utf-8")
        self._said = directory / "said"
        plan = directory / "plan.toml"
        plan.write_text(PLAN)
        program = [sys.executable, "-m", "hookflash_server", "simulate", "modem"]
        self.modem = subprocess.Popen(
            [*program, "--family", "multitech", "--plan", str(plan)],
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.modem.stdout is not None
        line = ["--line", self.modem.stdout.readline().strip()]
        with self._said.open("w") as said:
            self.run = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-m",
                        "pytest",
                        str(Path(__file__).parent),
                        "-q",
                        "-k",
                        tests,
                    ),
                    *("-p", "no:cacheprovider", "--table", str(self._table), "--write-table"),
                    *(*line, *OPTIONS, *options),
                ],
                cwd=DOCUMENT.parents[1],
                stdin=subprocess.PIPE if by_hand else subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
            )

    @property
    def said(self) -> str:
        """What the run has printed so far."""
        return self._said.read_text("utf-8")

    def asked(self, what: str) -> None:
        """Wait until the run asks for something."""
        until(lambda: what in self.said or self.run.poll() is not None, f"asked: {what}", DEADLINE)
        assert what in self.said, self.said

    def type(self, text: str, into: subprocess.Popen[str]) -> None:
        """Type a line into the run, or into the simulated modem's exchange."""
        assert into.stdin is not None
        into.stdin.write(f"{text}\n")
        into.stdin.flush()

    def table(self) -> Table:
        """Wait for the end, which must be a good one; the table that was written."""
        assert self.run.wait(DEADLINE) == 0, self.said
        return parse(within(self._table.read_text("utf-8")))

    def close(self) -> None:
        """End both, if they have not."""
        for process in (self.run, self.modem):
            process.kill()
            process.communicate()
