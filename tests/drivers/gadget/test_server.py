"""The verbs of a UsbServer, on hosts of this process."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from hookflash.errors import NotSupported, PortError, WrongState
from hookflash.simulated.usb.acm import FROM_HOST, TO_HOST
from hookflash.simulated.usb.console import BenchConsole
from hookflash.simulated.usb.server import UsbServer
from hookflash.simulated.usb.specs import Spec, parse_spec
from support.lines import FAST, PATIENCE
from support.usbhost import HostedBench


@pytest.fixture
def hosted() -> Iterator[HostedBench]:
    hosted = HostedBench()
    yield hosted
    hosted.close()


@pytest.fixture
def server(hosted: HostedBench) -> Iterator[UsbServer]:
    server = UsbServer(
        {"200": {"does": "busy"}, ".+": {"after": 0.01}},
        asdict(FAST) | {"complete": 0.4},
        hosted,
    )
    yield server
    server.close()


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("modem", Spec("modem", "v253", "1001")),
        ("modem:usr5637", Spec("modem", "usr5637", "1001")),
        ("handset@1002", Spec("handset", "jabra", "1002")),
        ("phone:b3g@7", Spec("phone", "b3g", "7")),
    ],
)
def test_specs(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize("text", ["", "fax", "modem:", "modem@", "modem@x", "modem:a b", "modem "])
def test_what_is_no_device_is_told(text: str) -> None:
    with pytest.raises(PortError, match=r"is none of modem\[:FAMILY\]"):
        parse_spec(text)


def test_other_ids_and_no_serial_number(server: UsbServer) -> None:
    told = server.device(server.plug("modem", ids="0572:1321", serial=None))
    assert (told["ids"], told["serial"]) == ("0572:1321", "")
    told = server.device(server.plug("handset@1002", ids="0b0e:fffe"))
    assert (told["ids"], told["serial"]) == ("0b0e:fffe", "jabra-1002")
    with pytest.raises(ValueError, match="unpack"):
        server.plug("modem@1003", ids="0572")
    server.plug("modem@1003")  # its line is still free


def test_plugs(server: UsbServer, hosted: HostedBench) -> None:
    modem = server.plug("modem:usr5637", serial="A1")
    handset = server.plug("handset:cx300@1002")
    assert (modem, handset) == ("modem", "handset")
    told = server.device(modem)
    assert (told["ids"], told["serial"], told["place"]) == ("0baf:0303", "A1", "1-1")
    assert told["configured"]
    server.unplug(modem)
    server.unplug(modem)
    assert not server.device(modem)["plugged"]
    assert server.replug(modem) == "1-1"
    assert [d["name"] for d in server.devices()] == ["modem", "handset"]
    with pytest.raises(PortError, match="something else is on that number"):
        server.plug("modem")
    server.remove(modem)
    assert server.plug("modem") == "modem"
    assert server.plug("modem@1003", name="other") == "other"
    with pytest.raises(PortError, match="there is a other already"):
        server.plug("modem@1004", name="other")
    with pytest.raises(PortError, match="'fax' is none of"):
        server.unplug("fax")
    server.remove_all()
    assert server.devices() == []


def test_a_device_that_leaves_by_itself_is_seen(server: UsbServer, hosted: HostedBench) -> None:
    modem = server.plug("modem", ["vanishes", "no_echo"])
    assert server.faults(modem) == ["no_echo", "vanishes"]
    hosted.hosts[0].submit(FROM_HOST, data=b"AT\r")
    with pytest.raises(EOFError):
        hosted.hosts[0].wait(99)
    server.replug(modem)
    assert server.faults(modem) == ["no_echo"]
    server.set_faults(modem, ["slow", "stalls"])
    assert server.faults(modem) == ["slow", "stalls"]
    with pytest.raises(PortError, match="fault 'sloth' is none of"):
        server.set_faults(modem, ["sloth"])


def test_a_modem_and_the_network(server: UsbServer, hosted: HostedBench) -> None:
    modem = server.plug("modem")
    host = hosted.hosts[0]
    assert host.control(0x21, 0x22, 3).status == 0
    assert server.wait_modem(modem, dtr=True, rts=True)["rate"] == 115_200
    host.write(FROM_HOST, b"ATD5551234\r")
    server.wait_received(modem, b"ATD5551234\r")
    assert server.wait_dialled() == "5551234"
    server.wait_off_hook()
    assert server.wait_heard("far_answered") == "5551234"
    server.far_end_presses("12")
    server.far_end_hangs_up()
    server.wait_heard("far_hangup")
    server.unplug(modem)
    server.wait_on_hook()
    assert not server.is_off_hook()
    server.replug(modem)
    assert server.call_in("5557654", "Ann")
    server.caller_gives_up()
    server.wait_heard("abandoned")
    assert server.heard() == []
    with pytest.raises(TimeoutError, match=r"1001: no flash .*heard: nothing"):
        server.wait_flash(timeout=0.01)
    with pytest.raises(NotSupported, match="is no handset"):
        server.lift(modem)


def test_waiting_on_one_line_leaves_the_others(server: UsbServer, hosted: HostedBench) -> None:
    server.plug("modem@1")
    server.plug("modem@2")
    for number, host in zip(("1", "2"), hosted.hosts, strict=True):
        host.write(FROM_HOST, b"ATH1\r")
        server.wait_heard("off_hook", on=number)
        host.write(FROM_HOST, b"ATH0\r")
    server.wait_heard("on_hook", on="2")
    assert [(line, what) for _, line, what, _ in server.heard()] == [("1", "on_hook")]
    server.forget()
    assert server.heard("1") == []


def test_bytes_both_ways(server: UsbServer, hosted: HostedBench) -> None:
    modem = server.plug("modem", ["silent"])
    host = hosted.hosts[0]
    host.control(0x21, 0x22, 3)
    server.say(modem, b"\0\xff\x10")
    assert host.read(TO_HOST) == b"\0\xff\x10"
    host.write(FROM_HOST, bytes(range(256)))
    assert server.received(modem) == bytes(range(256))
    server.say(modem, b"later")
    server.halt(modem, TO_HOST)
    assert host.wait(host.submit(TO_HOST, 64)).status == -32
    with pytest.raises(ValueError, match="0x99 is none of"):
        server.halt(modem, 0x99)


def test_people(server: UsbServer, hosted: HostedBench) -> None:
    handset = server.plug("handset")
    host = hosted.hosts[0]
    server.lift(handset)
    with pytest.raises(WrongState):
        server.lift(handset)
    server.press(handset, "1#")
    server.flash(handset)
    server.mute(handset)
    server.put_down(handset)
    done = [detail for _, _, detail in server.journal(handset, "person")]
    assert done == ["lift", "key 1", "key #", "flash", "mute", "put_down"]
    assert host.control(0x21, 9, 0x0202, 0, b"\2\4\0").status == 0
    assert server.wait_seen(handset, ringing=True)["ringing"]
    server.wait_passed(handset, "output", "0204")
    server.clear_journal(handset)
    assert server.journal(handset) == []
    with pytest.raises(TimeoutError, match="'muted': True"):
        server.wait_seen(handset, timeout=0.01, muted=True)
    with pytest.raises(ValueError, match="'x' is none of the keys"):
        server.press(handset, "x")
    with pytest.raises(NotSupported, match="is no modem"):
        server.modem(handset)


def test_a_vendor_phone(server: UsbServer, hosted: HostedBench) -> None:
    phone = server.plug("phone:p1k")
    seen = server.seen(phone)
    assert seen["text"] == ""
    assert seen["icons"] == []
    assert server.wait_text(phone, "") == ""
    server.press_key(phone, "1")
    pickle.loads(pickle.dumps(server.seen(phone)))


def test_the_console_of_several(server: UsbServer, hosted: HostedBench) -> None:
    server.plug("modem")
    server.plug("handset@1002")
    said: list[str] = []
    console = BenchConsole(server._bench, said.append)
    for line in ("", "devices", "unplug modem", "plug modem", "handset: lift", "handset: lamps"):
        console.obey(line)
    assert [line.rpartition(", ")[2] for line in said[:4]] == [
        *("at 1-1", "at 1-2", "unplugged", "at 1-1"),
    ]
    assert said[4] == "handset: lit: none"
    said.clear()
    console.obey("1001: lift")
    assert said == ["1001 lifted local"]
    for line in ("lift", "plug", "plug fax", "handset: dance", "handset: press"):
        said.clear()
        console.obey(line)
        assert said[0].partition(": ")[2 if line.startswith("handset") else 0][0] == "?"


def test_the_console_of_one(server: UsbServer, hosted: HostedBench) -> None:
    server.plug("handset")
    said: list[str] = []
    console = BenchConsole(server._bench, said.append)
    for line in ("lift", "unplug", "plug", "lamps"):
        console.obey(line)
    assert said[0] == "handset: unplugged"
    assert said[-1] == "handset: lit: none"
    assert server.journal("handset", "person")[0][2] == "lift"


IN_A_PROCESS = """
import os
from hookflash.errors import PortError
from hookflash.simulated.usb.server import usb_server
with usb_server(plan={"1": {"does": "busy"}}, timing={"ring_on": 0.1}) as usb:
    print(usb.devices(), "silent" in usb.known_faults()["modem"])
    try:
        usb.plug("fax")
    except PortError as error:
        print("PortError", "'fax' is none of" in str(error))
    try:
        usb.wait_dialled(timeout=0.01)
    except TimeoutError as error:
        print(error)
"""


def test_in_a_process_of_its_own() -> None:
    """Plain values and errors come back, and it ends with its block."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=PATIENCE,
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "[] True",
        "PortError True",
        "1001: no dialled in 0.01 s; heard: nothing",
    ], ran.stderr
    assert ran.returncode == 0


def test_a_telephone_that_is_removed_leaves_its_line(
    server: UsbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lifted or just put down, it holds nothing, and ends nothing of what comes after it."""
    monkeypatch.setattr("hookflash.simulated.yealink_line.LONGEST_FLASH", 0.05)
    box = server.plug("phone:b2k")
    server.lift(box)
    assert server.is_off_hook()
    server.remove(box)
    assert not server.is_off_hook()
    box = server.plug("phone:b2k")
    server.lift(box)
    server.put_down(box)
    server.remove(box)
    box = server.plug("phone:b3g")
    server.lift(box)
    passed = threading.Event()
    server._exchange.later(0.1, passed.set)
    assert passed.wait(PATIENCE)
    assert server.is_off_hook()
