"""Programs that the measurements start: each is ended and waited for, whatever happens."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
PATIENCE = 20.0
"""Seconds for anything that a child owes us, far above what it takes."""

_UNWANTED = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONDEVMODE"})


class NotMeasured(Exception):
    """A figure could not be had; the message says why."""


class Child:
    """A running program whose standard output we read line by line."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = " ".join(Path(part).name for part in command[:3])
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is ours to deal with
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        self._buffer = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def line(self, timeout: float = PATIENCE) -> str:
        """Its next line of output; NotMeasured if none comes."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self._output], [], [], wait)[0]:
                raise NotMeasured(f"{self.name} said nothing for {timeout:g} s")
            data = os.read(self._output.fileno(), 4096)
            if not data:
                raise NotMeasured(f"{self.name} ended with status {self._process.wait()}")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def wait(self) -> int:
        """Wait for its own end; the exit status."""
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise NotMeasured(f"{self.name} did not end within {PATIENCE:g} s") from error

    def end(self, *, gently: bool = False) -> None:
        """End it and wait until it is gone; again, does no harm."""
        if self._process.poll() is None:
            if gently:
                self._process.terminate()
                try:
                    self._process.wait(5.0)
                except subprocess.TimeoutExpired:
                    self._process.kill()
            else:
                self._process.kill()
        self._process.wait()
        self._output.close()


class Children:
    """All programs that were started; ends them when its block ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """For what the programs write; goes away at the end."""
        self._running: list[Child] = []
        # Not the state of the agent that this user may be running; and compiled files are kept, or
        # each start would compile anew.
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in _UNWANTED},
            "XDG_STATE_HOME": str(folder / "state"),
            "LOCALAPPDATA": str(folder / "state"),
        }

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in reversed(self._running):
            child.end()

    def start(self, *command: str) -> Child:
        """Start a program."""
        child = Child(command, self.environment)
        self._running.append(child)
        return child

    def start_own(self, program: str, *arguments: str) -> Child:
        """Start one of the programs in this folder."""
        return self.start(sys.executable, "-P", str(HERE / program), *arguments)

    def hookflash(self, *arguments: str) -> Child:
        """Start the agent's command as it is installed."""
        return self.start(str(Path(sys.executable).with_name("hookflash")), *arguments)

    def run(self, *command: str) -> None:
        """Run a program to its end."""
        child = self.start(*command)
        status = child.wait()
        self.forget(child)
        if status:
            raise NotMeasured(f"{child.name} ended with status {status}")

    def forget(self, child: Child) -> None:
        """End a program that is not needed any more."""
        child.end(gently=True)
        self._running.remove(child)
