"""Modem and handset are plugged in and pulled out a hundred times, by an agent without a
configuration: every time both are ready, and nothing is left behind by it or in the kernel."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.times import Times
from support.usbdesk import Desk
from support.usbfixtures import StartAgent
from support.usbnodes import wait_empty
from support.usbsuite import SuiteServer

ROUNDS = 100

USED = 10
"""In each so many-th round the plugs are pulled in a call."""

GROWTH_KIB = 1536
"""By so much the agent may grow in the second half of the rounds. It keeps its latest 1000 events,
and these fill up all the while: some 10 KiB a round."""


class Footprint:
    """What a process takes up."""

    def __init__(self, pid: int) -> None:
        proc = Path(f"/proc/{pid}")
        self.descriptors = len(list((proc / "fd").iterdir()))
        told = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        self.threads = int(told["Threads"])
        self.kib = int(told["VmRSS"].split()[0])

    def __str__(self) -> str:
        return f"{self.descriptors} | {self.threads} | {self.kib}"


def nodes() -> set[str]:
    """The nodes of USB devices in /dev, and what udev calls them."""
    names = ("ttyACM*", "hidraw*", "serial/*/*", "phone/*")
    return {str(path) for name in names for path in Path("/dev").glob(name)}


def use(usb: SuiteServer, handset: str, patience: float) -> None:
    """A call comes in and is answered."""
    assert usb.call_in("5551234")
    usb.wait_seen(handset, timeout=10 * patience, ringing=True)
    usb.lift(handset)
    usb.wait_answered(timeout=10 * patience)


@pytest.mark.usefixtures("seated")
def test_a_hundred_cycles(
    usb: SuiteServer,
    start_agent: StartAgent,
    patience: float,
    times: Times,
    results: Path,
) -> None:
    before = nodes()
    agent = start_agent()
    desk = Desk(agent, patience)
    modem = handset = ""
    prints: list[Footprint] = []
    for number in range(1, ROUNDS + 1):
        began = time.monotonic()
        if number == 1:
            modem = usb.plug("modem:usr5637", timeout=0)
            handset = usb.plug("handset:jabra", timeout=0)
        else:
            usb.replug(modem, timeout=0)
            usb.replug(handset, timeout=0)
        times.took(
            "modem and handset: plugged in to both ready", desk.ready(handset=True, began=began)
        )
        if number % USED == 0:
            use(usb, handset, patience)
        began = time.monotonic()
        usb.unplug(modem)
        usb.unplug(handset)
        times.took(
            "modem and handset: unplugged to both told", desk.offline(handset=True, began=began)
        )
        assert not usb.is_off_hook()
        usb.forget()
        prints.append(Footprint(agent.process.pid))
    wait_empty()
    assert nodes() == before
    shown = (1, *range(10, ROUNDS + 1, 10))
    rows = "".join(f"| {number} | {prints[number - 1]} |\n" for number in shown)
    (results / "cycles.md").write_text(
        f"| round | descriptors | threads | KiB |\n| --- | --- | --- | --- |\n{rows}"
    )
    # The least of several: what has just been unplugged may still be closing.
    early, late = prints[5:10], prints[-5:]
    for what in ("descriptors", "threads"):
        first, last = (min(getattr(one, what) for one in some) for some in (early, late))
        assert last <= first, f"{what}:\n{rows}"
    assert prints[-1].kib - prints[ROUNDS // 2 - 1].kib < GROWTH_KIB, rows
