"""The agent as users run it: a process of its own, asked over HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

ROOT = Path(__file__).parents[2]

FAST_LINE = """
command_gap_ms = 0
second_dial_tone_ms = 1000
transfer_settle_ms = 50
refuse_ms = 20
"""
"""Line figures for a simulated exchange that is fast too."""


class AgentProcess:
    """`hookflash serve` with a configuration of the test's, on a free port.

    config: None: there is no configuration at all. user: uid of who runs it, in no group but an
    own one; the folder is to be theirs. None: whoever runs the tests. verbose: its log has details.
    """

    def __init__(
        self,
        folder: Path,
        config: str | None,
        *options: str,
        user: int | None = None,
        verbose: bool = True,
    ) -> None:
        command = [sys.executable, "-m", "hookflash_server", "serve"]
        if verbose:
            command.append("-vv")
        if config is None:
            command += ["--port", "0"]
        else:
            self.config = folder / "hookflash.toml"
            self.config.write_text(f'port = 0\nstate_dir = "{folder}/state"\n{config}')
            command += ["--config", str(self.config)]
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}",
            "PYTHONUNBUFFERED": "1",
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self._log = (folder / "agent.log").open("w+")
        self.process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert "http://127.0.0.1:" in ready, self.log()
        self.port = int(ready.rsplit(":", 1)[1])

    def ask(self, cmd: str, **parameters: str) -> dict[str, Any]:
        """Ask as a program does; the answer."""
        query = "".join(f"&{name}={quote(value, safe='')}" for name, value in parameters.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/?cmd={cmd}{query}")
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer

    def wait_state(self, *states: str, timeout: float = 10.0) -> dict[str, Any]:
        """Ask for the status until the desk is in one of these states."""
        deadline = time.monotonic() + timeout
        while True:
            status = self.ask("status")
            if status["state"] in states:
                return status
            assert time.monotonic() < deadline, f"not {states}: {status}\n{self.log()}"
            threading.Event().wait(0.01)

    def log(self) -> str:
        """What the agent wrote to stderr."""
        self._log.flush()
        return Path(self._log.name).read_text()

    def stop(self, number: int = signal.SIGTERM, timeout: float = 10.0) -> int:
        """Stop it with a signal; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.returncode is None:
            if error is not None:
                error.add_note(self.log()[-4000:])
            self.stop()
