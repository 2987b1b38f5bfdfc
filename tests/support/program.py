"""A command of ours as a process: lines in, lines out."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

from support.agent import ROOT


class Program:
    """`hookflash ...`; user: uid of who runs it, in no group but an own one."""

    def __init__(self, *arguments: str, user: int | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hookflash_server", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env=os.environ
            | {"PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}", "PYTHONUNBUFFERED": "1"},
        )
        self._said: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, part: str, timeout: float) -> str:
        """The next line that holds this; those before it are passed over."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                said = "\n".join(self._said)
                raise TimeoutError(f"no {part!r} in {timeout:g} s; it said:\n{said}") from None
            if part in line:
                return line

    def tell(self, line: str) -> None:
        """A line for its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")

    def stop(self, number: int = signal.SIGTERM, timeout: float = 30.0) -> int:
        """Stop it with a signal; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.append(line.rstrip("\n"))
            self._lines.put(self._said[-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
