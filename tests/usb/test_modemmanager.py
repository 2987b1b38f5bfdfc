"""The real ModemManager of the distribution beside telephone modems: it writes nothing into them.

Of its policies the strict one asks ports of known makers of mobile modems. A modem with such ids is
asked, and is not when it has our mark.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.lines import PATIENCE, until
from support.usbsuite import SuiteServer

BUS = """\
<busconfig>
  <type>system</type>
  <listen>unix:path={0}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""

IGNORED = re.compile(r"port filtered: device is bl(?:ock|ack)listed")
"""In its log."""

MOBILE, OTHER = "1e2d:0010", "1e2d:0011"
"""Ids of a maker of mobile modems (Cinterion), all of whose ports it asks; in no table of ours."""

RELOAD = ["udevadm", "control", "--reload"]
RULES = Path("/etc/udev/rules.d/69-hookflash-local.rules")
OURS = 'ATTRS{idVendor}=="1e2d", ATTRS{idProduct}=="0010", ENV{HOOKFLASH_DEVICE}="modem"\n'
"""As docs/udev.md has people tell that a device is a modem for us."""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """The address of a message bus."""
    path = tmp_path / "bus"
    config = tmp_path / "bus.conf"
    config.write_text(BUS.format(path))
    daemon = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--nofork"])
    try:
        until(path.exists, "the bus is there")
        yield f"unix:path={path}"
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)


@contextmanager
def told_to_be_ours() -> Iterator[None]:
    """Those ids are a telephone modem's."""
    RULES.write_text(OURS)
    subprocess.run(RELOAD, check=True)
    try:
        yield
    finally:
        RULES.unlink()
        subprocess.run(RELOAD, check=True)


@pytest.fixture
def manager(bus: str, results: Path) -> Iterator[Path]:
    """It runs; its log."""
    log = results / "ModemManager.log"
    options = ("--filter-policy=strict", "--log-level=DEBUG", f"--log-file={log}")
    daemon = subprocess.Popen(
        ["/usr/sbin/ModemManager", *options], env={"DBUS_SYSTEM_BUS_ADDRESS": bus}
    )
    try:
        yield log
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)


def test_it_keeps_off(usb: SuiteServer, manager: Path, patience: float) -> None:
    """Of one of our table, and of one that it would ask but for our mark."""

    def ignored(times: int) -> None:
        until(lambda: len(IGNORED.findall(manager.read_text())) >= times, f"{times} ignored")

    mobile = usb.plug("modem:v253@1002", ids=MOBILE)
    usb.wait_received(mobile, b"AT", timeout=10 * patience)
    ours = usb.plug("modem:usr5637@1001")
    ignored(1)
    usb.remove(mobile)
    with told_to_be_ours():
        marked = usb.plug("modem:v253@1002", ids=MOBILE)
        ignored(2)
        other = usb.plug("modem:v253@1003", ids=OTHER)
        usb.wait_received(other, b"AT", timeout=10 * patience)  # and those before it would be, too
        for modem in (ours, marked):
            assert usb.received(modem) == b""
            assert not usb.modem(modem)["dtr"]  # nor has it opened the port
