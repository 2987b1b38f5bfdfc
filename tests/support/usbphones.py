"""Vendor phones on the real kernel: which driver has one, and programs that hold it. Linux only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hookflash.simulated.usb.server import UsbServer
from support.lines import until
from support.usbnodes import USB

INTERFACE = 3
"""Of the HID interface; those before it are a sound card's."""

HOLD = """\
import sys
from hookflash.errors import HookflashError
from hookflash.usb.devices import open_port
try:
    port = open_port(sys.argv[1])
except HookflashError as error:
    sys.exit(f"{error.code}: {error}")
print("open", flush=True)
sys.stdin.read()
port.close()
"""
"""A program that opens a phone's port, says so, and gives it back at the end of its input."""


class Plugged:
    """A phone that is plugged in. url: by its serial number."""

    def __init__(self, server: UsbServer, spec: str, query: str = "") -> None:
        self.server = server
        self.name = server.plug(spec)
        told = server.device(self.name)
        self.place = str(told["place"])
        query = f"serial={told['serial']}" + (f"&{query}" if query else "")
        self.url = f"usb:{told['ids']}?{query}"

    @property
    def driver(self) -> str:
        """The kernel's driver of its HID interface; `usbfs` is a program, empty is none."""
        try:
            return (USB / f"{self.place}:1.{INTERFACE}" / "driver").readlink().name
        except FileNotFoundError:
            return ""

    def wait_driver(self, name: str, timeout: float = 20.0) -> None:
        """Wait until that driver has it."""
        until(lambda: self.driver == name, f"{self.place} is {name or 'nobody'}'s", timeout)

    def let_go(self) -> None:
        """Take it from the kernel's driver, which writes to it as well; nobody has it then."""
        interface = f"{self.place}:1.{INTERFACE}"
        (USB / interface / "driver" / "unbind").write_text(interface)
        self.server.clear_journal(self.name)

    def misuse(self) -> list[str]:
        """What it did not understand, or refused. The kernel's driver sends it things, too, that
        not every model knows: to be asked while it is ours, with the journal cleared since."""
        wrong = ("misuse", "refused")
        return [detail for _, what, detail in self.server.journal(self.name) if what in wrong]

    def written(self) -> list[str]:
        """Every report that anybody wrote to it."""
        return [detail for _, _, detail in self.server.journal(self.name, "output")]

    def replug(self) -> None:
        """Plug it in again, and wait until the kernel's driver has it."""
        self.place = self.server.replug(self.name)


@contextmanager
def held(url: str, **popen: Any) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the port of that URL open."""
    process = run_holder(url, **popen)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said == "open\n", said or process.communicate()[1]
        yield process
    finally:
        process.kill()
        process.communicate()


def run_holder(url: str, **popen: Any) -> subprocess.Popen[str]:
    """Start a process that opens the port of that URL; it says `open`, or ends with an error."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=pipe, stdout=pipe, stderr=pipe, text=True, **popen
    )
