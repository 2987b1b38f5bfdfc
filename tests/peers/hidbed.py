"""Made-up hidraw devices, and a process that reaches them with the real hidapi.

umockdev gives a process its own /sys and /dev; hidapi, libudev and the driver in there run
unchanged. A node is a tty in truth: reports are told apart by time only, there are no feature
reports, and an unplug is a hang-up.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import pytest

from support.lines import PATIENCE

SYSTEM_PYTHON = "/usr/bin/python3"
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]


def why_missing() -> str | None:
    """Say why umockdev cannot be used here, or None if it can."""
    if sys.platform != "linux":
        return "umockdev is for Linux"
    if shutil.which("umockdev-wrapper") is None:
        return "umockdev is not installed"
    probe = "import gi; gi.require_version('UMockdev', '1.0')"
    if subprocess.run([SYSTEM_PYTHON, "-c", probe], check=False, capture_output=True).returncode:
        return f"umockdev's bindings (gir1.2-umockdev-1.0, python3-gi) are not {SYSTEM_PYTHON}'s"
    return None


#: `make test` installs it, so in CI its absence is a failure and no skip.
needs_umockdev = pytest.mark.skipif(
    why_missing() is not None and "CI" not in os.environ, reason=str(why_missing())
)


class ClientError(Exception):
    """What the driver raised in the other process: `kind` is the class's name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class HidBed:
    """A testbed without devices, and the client's process."""

    def __init__(self) -> None:
        self._server = _child(["umockdev-wrapper", SYSTEM_PYTHON, str(_HERE / "hidbed_server.py")])
        self._number = 0
        self._waiting: dict[int, Future[Any]] = {}
        roots = (str(_ROOT / name) for name in ("drivers", "tests"))
        environment = {**self._do("start"), "PYTHONPATH": os.pathsep.join(roots)}
        self._client = _child([sys.executable, str(_HERE / "hidclient.py")], environment)
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in (self._client, self._server):
            assert child.stdin is not None
            child.stdin.close()
        for child in (self._client, self._server):
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                raise
            finally:
                assert child.stdout is not None
                if child is self._client:
                    self._listener.join(PATIENCE)
                child.stdout.close()

    # --- the device's side --------------------------------------------------------------------

    def plug(
        self,
        number: int,
        descriptor: bytes,
        ids: tuple[int, int] = (0x1209, 0x0B01),
        title: str = "Test phone",
        serial: str = "",
    ) -> str:
        """Plug a device in; its node. A number is not to be used twice: umockdev aborts."""
        told = {"vendor": ids[0], "product": ids[1], "title": title, "serial": serial}
        return str(self._do("plug", number=number, descriptor=descriptor.hex(), **told))

    def plug_modem(
        self,
        number: int,
        ids: tuple[int, int] = (0x0BAF, 0x0303),
        serial: str = "",
        ttys: Mapping[str, int] | None = None,
        title: str = "Test modem",
    ) -> None:
        """Plug in a device with serial ports: each one's name, ttyACM..., and USB interface."""
        told = {"vendor": ids[0], "product": ids[1], "title": title, "serial": serial}
        self._do("plug_modem", number=number, ttys=dict(ttys or {}), **told)

    def plug_phone(self, number: int, ids: tuple[int, int], title: str, serial: str = "") -> None:
        """Plug in a phone for which there is no hidraw node."""
        told = {"vendor": ids[0], "product": ids[1], "title": title, "serial": serial}
        self._do("plug_phone", number=number, **told)

    def uevent(self, path: str, action: str) -> None:
        """Have udev tell of a device, by its directory below /sys."""
        self._do("uevent", path=path, action=action)

    def say(self, number: int, report: bytes) -> None:
        """Have the device send a report."""
        self._do("say", number=number, report=report.hex())

    def heard(self, number: int, size: int) -> bytes:
        """What the device was sent, that many bytes."""
        return bytes.fromhex(self._do("heard", number=number, size=size))

    def unplug(self, number: int) -> None:
        self._do("unplug", number=number)

    # --- the driver's side --------------------------------------------------------------------

    def start(self, do: str, *arguments: Any) -> Future[Any]:
        """Begin something in the driver's process; see hidclient.command."""
        assert self._client.stdin is not None
        self._number += 1
        future: Future[Any] = Future()
        self._waiting[self._number] = future
        self._client.stdin.write(json.dumps([self._number, do, *arguments]) + "\n")
        self._client.stdin.flush()
        return future

    def call(self, do: str, *arguments: Any) -> Any:
        """Do something in the driver's process; ClientError if the driver raised an error."""
        return self.start(do, *arguments).result(PATIENCE)

    def _listen(self) -> None:
        assert self._client.stdout is not None
        for line in self._client.stdout:
            answer = json.loads(line)
            future = self._waiting.pop(answer["number"])
            if "error" in answer:
                future.set_exception(ClientError(*answer["error"]))
            else:
                future.set_result(answer["result"])
        for future in self._waiting.values():
            future.set_exception(EOFError("the driver's process has ended"))

    def _do(self, do: str, **arguments: Any) -> Any:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{do}: {answer['error']}")
        return answer["result"]


def _child(command: list[str], environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )
