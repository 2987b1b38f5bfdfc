"""Power of a USB hub's ports, switched by the program uhubctl where it is installed.

uhubctl is another project's program (GPL-2.0); it is run, never part of this one.
Its options and exit statuses: uhubctl(8), version 2.5.0.
"""

import logging
import os
import shutil
import subprocess
from dataclasses import dataclass
from time import monotonic

from ..errors import PortError

log = logging.getLogger(__name__)

OFF_SECONDS = 5
"""How long the power stays off; uhubctl's own 2 s may leave charge in a modem's supply."""

SWITCH_ON_TIMEOUT = 10.0
"""Seconds for switching a port on again that was left off: beyond any deadline of the caller."""

_ADMIN_PATH = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Debian has uhubctl in /usr/sbin, which is not on a user's PATH."""


def find_uhubctl() -> str | None:
    """The program's path; None where it is not installed."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_ADMIN_PATH])
    return shutil.which("uhubctl", path=path)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of uhubctl ended. status: its exit status; None if it was ended by force."""

    status: int | None
    output: str

    @property
    def no_permission(self) -> bool:
        """It could not reach the hub. It may say so and exit with 0 all the same."""
        return "permission" in self.output.lower()

    @property
    def told(self) -> str:
        """What it said, as the end of a message; its advice to read its help left out."""
        lines = [line.strip() for line in self.output.splitlines()]
        said = "; ".join(line for line in lines if line and "-h to get usage" not in line)
        return f" (uhubctl: {said})" if said else ""


@dataclass(frozen=True, slots=True)
class HubPort:
    """One port of one hub. hub: as uhubctl names it: `1-1`, or `1` for bus 1's root hub."""

    hub: str
    port: str
    program: str

    def cycle(self, deadline: float) -> Outcome:
        """Off, OFF_SECONDS, on; ended by force at `deadline` (time.monotonic).

        The port is not left off: not when uhubctl fails or hangs half way, for then it is run
        once more to switch on; and not when we are killed, for it is uhubctl that waits.
        """
        outcome = self._run("cycle", deadline - monotonic(), "-d", str(OFF_SECONDS))
        if outcome.status == 0:
            return outcome
        on = self._run("on", SWITCH_ON_TIMEOUT)
        if outcome.status is None and on.status != 0:
            return Outcome(None, f"{outcome.output}\nperhaps the port is off now\n{on.output}")
        return outcome

    def _run(self, action: str, timeout: float, *options: str) -> Outcome:
        command = [self.program, "-l", self.hub, "-p", self.port, "-a", action, *options]
        log.info("run %s", " ".join(command))
        try:
            # A session of its own: Ctrl-C in our terminal may not end it between off and on.
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=max(0.0, timeout),
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return Outcome(None, _text(late.stdout))
        except OSError as error:
            raise PortError(f"power cycle: {self.program} cannot be run: {error}") from error
        outcome = Outcome(done.returncode, _text(done.stdout))
        log.debug("exit status %d%s", done.returncode, outcome.told)
        return outcome


def _text(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace")
