"""What is not as it should be: nothing plugged in, two modems, what only might be a modem,
a port that another program holds, rights that come late. Said plainly by the agent's status, and
by `hookflash devices`; and mended by doing what that says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support import person
from support.usbdesk import Desk, Status
from support.usbfixtures import StartAgent
from support.usbnodes import node
from support.usbsuite import SuiteServer
from usbbench.guest import PERSON

MODEM = "modem:cx930xx"
UNKNOWN = "modem:v253"
"""Its ids are not in the table of devices."""


def devices(patience: float) -> dict[str, Any]:
    """What `hookflash devices` tells somebody without rights."""
    said = subprocess.run(
        [sys.executable, "-m", "hookflash_server", "devices", "--json"],
        user=PERSON,
        group=PERSON,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=15 * patience,
        check=True,
    )
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def trouble_of(told: dict[str, Any], role: str = "line") -> str:
    """Why the only desk has no such device."""
    (trouble,) = [use["trouble"] for use in told["desks"] if use["role"] == role]
    return str(trouble)


def because(desk: Desk, code: str, seconds: float = 3.0) -> str:
    """Wait until the line is offline for that reason; the hint."""

    def so(status: Status) -> bool:
        return bool(status["offline_because"] == code)

    return str(desk.until(so, code, seconds)[0]["offline_hint"])


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another program of theirs has it open; its process."""
    with (
        path.open("rb", buffering=0) as tty,
        subprocess.Popen(
            ["sleep", "1000"], stdin=tty, user=PERSON, group=PERSON, extra_groups=[]
        ) as program,
    ):
        tty.close()
        try:
            yield program.pid
        finally:
            program.kill()


def test_nothing_is_plugged_in(desk: Desk) -> None:
    assert "plug in a modem" in because(desk, "nothing_plugged_in")
    status = desk.status()
    assert status["handset"]["offline_because"] == "nothing_plugged_in"
    told = devices(desk.patience)
    assert told["devices"] == []
    assert "no line is plugged in" in trouble_of(told)
    assert "no handset is plugged in" in trouble_of(told, "handset")


def test_two_modems(usb: SuiteServer, desk: Desk, start_agent: StartAgent) -> None:
    """None is taken; either may be named. One that is used is kept when another comes."""
    first = usb.plug(f"{MODEM}@1001")
    desk.ready()
    second = usb.plug("modem:usr5637@1002")
    node(usb.device(second)["place"], "tty")
    urls = {
        first: "modem:0572:1321?serial=cx930xx-1001",
        second: "modem:0baf:0303?serial=usr5637-1002",
    }
    told = devices(desk.patience)
    assert {one["url"] for one in told["devices"]} == set(urls.values())
    assert all(url in trouble_of(told) for url in urls.values())
    assert desk.status()["state"] == "idle"
    assert desk.status()["line"]["name"] == urls[first]

    other = Desk(start_agent(), desk.patience)
    hint = because(other, "several_plugged_in")
    assert all(url in hint for url in urls.values())
    desk.do("dial_out", dial_number="100")
    assert usb.wait_dialled(on="1001", timeout=10 * desk.patience) == "100"
    named = Desk(start_agent(None, "--line", urls[second]), desk.patience)
    named.ready()
    named.do("dial_out", dial_number="101")
    assert usb.wait_dialled(on="1002", timeout=10 * desk.patience) == "101"

    usb.unplug(first)
    desk.state("offline")
    assert desk.status()["last_call"]["reason"] == "device_lost"


def test_what_only_might_be_a_modem_is_not_touched(usb: SuiteServer, desk: Desk) -> None:
    thing = usb.plug(UNKNOWN)
    node(usb.device(thing)["place"], "tty")
    desk.until(lambda _: bool(desk.told("plugged in: ")), "seen", 2.0)
    assert "only by name: modem:1209:0010" in because(desk, "nothing_plugged_in")
    (told,) = devices(desk.patience)["devices"]
    assert (told["chosen"], told["profile"]) == (False, "")
    assert "no permission" in told["trouble"]
    assert usb.received(thing) == b""
    usb.plug(f"{MODEM}@1002")
    desk.ready()
    assert desk.status()["line"]["identity"].startswith("Conexant")
    assert usb.received(thing) == b""


def test_a_port_that_another_program_holds(usb: SuiteServer, desk: Desk) -> None:
    with person.stood_up():
        modem = usb.plug(MODEM)
        path = node(usb.device(modem)["place"], "tty")
    with held(path) as process:
        subprocess.run(["udevadm", "trigger", "--action=change", path], check=True)
        hint = because(desk, "port_busy")
        assert f"sleep (pid {process})" in hint
        told = devices(desk.patience)
        assert f"sleep (pid {process})" in told["devices"][0]["trouble"]
    desk.ready()


def test_rights_that_come_late(usb: SuiteServer, desk: Desk) -> None:
    with person.stood_up():
        modem, handset = usb.plug(MODEM), usb.plug("handset:jabra")
        path = node(usb.device(modem)["place"], "tty")
        node(usb.device(handset)["place"], "hidraw")
        assert "no permission" in because(desk, "no_permission")
        desk.until(
            lambda status: status["handset"]["offline_because"] == "no_permission", "told", 3.0
        )
        for one in devices(desk.patience)["devices"]:
            assert "no permission" in one["trouble"]
    assert usb.received(modem) == b""
    subprocess.run(
        ["udevadm", "trigger", "--action=change", "--subsystem-match=hidraw"], check=True
    )
    subprocess.run(["udevadm", "trigger", "--action=change", path], check=True)
    desk.ready(handset=True)


def test_a_rule_that_comes_late(usb: SuiteServer, desk: Desk) -> None:
    """The node is there for seconds before udev has set its rights."""
    subprocess.run(["udevadm", "control", "--stop-exec-queue"], check=True)
    try:
        usb.plug(MODEM)
        because(desk, "nothing_plugged_in")
    finally:
        subprocess.run(["udevadm", "control", "--start-exec-queue"], check=True)
    desk.ready()


def test_a_modem_without_a_voice_class(
    usb: SuiteServer, desk: Desk, start_agent: StartAgent, local_rules: None
) -> None:
    """It is none of the table's, so it is named."""
    usb.plug("modem:data")
    named = Desk(start_agent(None, "--line", "modem:1209:0010"), desk.patience)
    named.ready()
    assert any("voice" in note for note in named.status()["line"]["notes"])
    named.do("dial_out", dial_number="100")
    assert usb.wait_dialled(timeout=10 * desk.patience) == "100"
    named.do("huang_up")
    usb.wait_on_hook(timeout=5 * desk.patience)


def test_what_is_named_and_no_modem(
    usb: SuiteServer, desk: Desk, start_agent: StartAgent, local_rules: None
) -> None:
    usb.plug(UNKNOWN, faults=["silent"])
    named = Desk(start_agent(None, "--line", "modem:1209:0010"), desk.patience)
    assert "modem" in because(named, "device_timeout", 20.0)
