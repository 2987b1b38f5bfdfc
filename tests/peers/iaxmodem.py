"""iaxmodem (a software modem on a pty) run in the foreground for one test.

It is an AT command interpreter that is not ours; its telephone line is an IaxPeer.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import pytest

from peers.iax import Address, IaxPeer

#: iaxmodem opens this directory + its argument, hence the "../.." below.
CONFIG_HOME = Path("/etc/iaxmodem")
#: The device name is copied to a buffer of 64 bytes without a check.
LONGEST_DEVICE = 63


def why_missing() -> str | None:
    """Say why iaxmodem cannot be run here, or None if it can."""
    if shutil.which("iaxmodem") is None or not CONFIG_HOME.is_dir():
        return "iaxmodem is not installed"
    if os.geteuid() != 0:
        # iaxmodem insists on being root; root of a user namespace will do.
        probe = ["unshare", "--map-root-user", "true"]
        if shutil.which("unshare") is None or subprocess.run(probe, check=False).returncode:
            return "iaxmodem must be run as root, and user namespaces are not to be had"
    return None


#: `make test` installs it, so in CI its absence is a failure and no skip.
needs_iaxmodem = pytest.mark.skipif(
    why_missing() is not None and "CI" not in os.environ, reason=str(why_missing())
)


def free_udp_port() -> int:
    """Return a UDP port that nothing is bound to at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])


class IaxModem:
    """One iaxmodem whose line is ``peer``; ``tty`` is its serial port.

    A fresh one takes calls at once; one that went on hook (ATZ, AT&F, ATH, or a hangup
    by either end) refuses them for 5 s, so a modem for each test is the quick way.
    """

    def __init__(self, peer: IaxPeer, timeout: float = 10.0) -> None:
        self.peer = peer
        self.timeout = timeout
        self.port = 0
        self.tty = ""
        self._home: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="iaxm"))
        try:
            self._start(self._home)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def output(self) -> str:
        """Return what iaxmodem has printed (its standard output comes in blocks)."""
        return "" if self._home is None else (self._home / "log").read_text(errors="replace")

    def close(self) -> None:
        """Stop iaxmodem and remove what was written for it."""
        if self._child is not None:
            self.go_on()  # who is stopped does not end
            self._child.terminate()
            try:
                self._child.wait(5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None
        if self._home is not None:
            shutil.rmtree(self._home)
            self._home = None

    def stop(self) -> None:
        """Let it do nothing, so that its tty takes bytes and is silent."""
        assert self._child is not None
        self._child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on: it reads what was written meanwhile."""
        assert self._child is not None
        self._child.send_signal(signal.SIGCONT)

    def _start(self, home: Path) -> None:
        device = home / "tty"
        if len(os.fsencode(device)) > LONGEST_DEVICE:
            raise RuntimeError(f"device name too long for iaxmodem: {device}")
        self.tty = str(device)
        self.port = free_udp_port()
        config = home / "config"
        config.write_text("".join(f"{line}\n" for line in self._settings(device, home.name)))
        command = ["iaxmodem", f"../..{config}"]
        if os.geteuid() != 0:
            command = ["unshare", "--map-root-user", *command]
        with (home / "log").open("wb") as log:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        modem = ("127.0.0.1", self.port)
        self._wait_until_served(self._child, modem)
        self.peer.modem = modem

    def _settings(self, device: Path, name: str) -> list[str]:
        user = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else "root"
        group = grp.getgrgid(os.getegid()).gr_name if os.geteuid() == 0 else "root"
        return [
            f"device {device}",
            f"owner {user}:{group}",
            "mode 600",
            f"port {self.port}",
            "refresh 0",  # no registration: the peer is told the port
            f"server 127.0.0.1:{self.peer.port}",
            f"peername {name}",
            "secret none",
            "cidname HOOKFLASH",
            "cidnumber 5550100",
            "codec ulaw",
            "nodaemon",
        ]

    def _wait_until_served(self, child: subprocess.Popen[bytes], modem: Address) -> None:
        # The pty link is made before the socket, so an answer there means both exist.
        end = time.monotonic() + self.timeout
        while not self.peer.poke(modem, 0.02):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0)
                raise RuntimeError(f"iaxmodem ended: {self.output()}")
            if time.monotonic() > end:
                raise TimeoutError(f"iaxmodem not up within {self.timeout} s: {self.output()}")
