"""`hookflash modem-info`: for people, for programs, and when there is nothing to tell."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hookflash.errors import CommandTimeout, PortError
from hookflash.modem import Place, Port, SerialPort
from hookflash.modem.conversation import SYNC
from hookflash.modem.profiles import PROFILES
from hookflash.opening import open_port
from hookflash_server import modem_info
from hookflash_server.cli import main
from hookflash_server.modem_info import look
from support import played
from support.agent import ROOT
from support.lines import PATIENCE
from support.played import Played
from support.scripted import ScriptedModem

KEYS = [
    *("line", "name", "usb", "identity", "dialect", "profile", "title", "why"),
    *("capabilities", "probes"),
]
"""As docs/modems.md says."""


@pytest.fixture
def modem() -> Iterator[ScriptedModem]:
    with ScriptedModem() as modem:
        yield modem


def told(modem: ScriptedModem, family: Played, *options: str) -> int:
    """Run the command on a played modem; the exit status."""
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(main, ["modem-info", "--line", modem.tty, *options])
        return family.serve(modem, asking)


def as_users_run_it(*options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}"}
    return subprocess.run(
        [sys.executable, "-m", "hookflash_server", "modem-info", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 3,
        check=False,
    )


# --- what it tells --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "dialect"), [("sim:?dialect=v253", "v253"), ("sim:?dialect=data", "data")]
)
def test_json_of_a_simulated_modem(url: str, dialect: str) -> None:
    done = as_users_run_it("--line", url, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    info = json.loads(done.stdout)
    assert list(info) == KEYS
    assert (info["line"], info["usb"], info["dialect"]) == (url, None, dialect)
    assert info["profile"] in {row.name for row in PROFILES}
    assert set(info["capabilities"]) == {"hears", "caller_id", "flash", "flash_settable", "dtmf"}
    for one in info["probes"]:
        assert set(one) == {"command", "result", "lines"}
        assert one["command"].startswith("AT")
    assert "AT+FCLASS=8" in [one["command"] for one in info["probes"]]


def test_json_of_a_family(modem: ScriptedModem, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(modem, played.cx930xx(), "--json") == 0
    out, err = capsys.readouterr()
    assert err == ""
    info: dict[str, Any] = json.loads(out)
    assert info["identity"]["ATI0"] == ["56000"]
    assert (info["profile"], info["dialect"], info["why"]) == ("cx930xx", "v253", "ATI0: 56000")
    assert info["name"] == "CX93001-EIS_V0.1234-V92"
    assert info["title"] == "Conexant CX930xx and kin"
    able = info["capabilities"]
    assert {"busy", "key"} <= set(able["hears"])
    assert (able["flash"], able["flash_settable"], able["dtmf"]) == ("tone", True, "keys")
    assert able["caller_id"] == ["formatted", "unformatted"]
    assert {"command": "AT+GMM", "result": "ERROR", "lines": []} in info["probes"]


def test_text_of_a_family(modem: ScriptedModem, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(modem, played.zyxel()) == 0
    out, _ = capsys.readouterr()
    head, identity, answers = out.rstrip("\n").split("\n\n")
    rows = {line[:12].rstrip(): line[12:] for line in head.splitlines()}
    assert rows == {
        "line": modem.tty,
        "modem": "2864",
        "USB id": "none known",
        "family": "ZyXEL U-1496, Elite 2864, Omni 56K (zyxel)",
        "known by": "ATI0: 2864",
        "dialect": "v253",
        "hears": "it does not say",
        "caller ID": "it does not say",
        "flash": "by dialling `!`, its length is the modem's",
        "DTMF": "as keys",
    }
    assert identity.splitlines() == ["identity", "  ATI0         2864"]
    title, *lines = answers.splitlines()
    assert title == "answers"
    assert "  AT+VLS=?     OK         0,1,2,8,16" in lines
    assert "  AT+GMI       ERROR" in lines


def test_text_is_ascii_and_each_line_has_its_place(
    modem: ScriptedModem, capsys: pytest.CaptureFixture[str]
) -> None:
    family = Played({"ATI3": played.info("Mod\xe8le", "1\x1b[2J")})
    assert told(modem, family) == 0
    out, _ = capsys.readouterr()
    assert out.isascii()
    assert "\x1b" not in out
    lines = out.splitlines()
    at = lines.index("  ATI3         OK         Mod\\xe8le")
    assert lines[at + 1].startswith(" " * 26 + "1")


def test_a_usb_modem_is_known_by_its_place(
    modem: ScriptedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OnUsb(Place):
        name = "1-1"

        def reset(self, timeout: float) -> None:
            raise AssertionError(timeout)

        def power_cycle(self, timeout: float) -> None:
            raise AssertionError(timeout)

        def ids(self) -> tuple[int, int]:
            return (0x0BAF, 0x0303)

    def placed(url: str) -> Port:
        port = open_port(url)
        port.place = OnUsb()
        return port

    monkeypatch.setattr(modem_info, "open_port", placed)
    with ThreadPoolExecutor() as pool:
        looked = played.unknown_voice().serve(modem, pool.submit(look, modem.tty))
    assert looked.usb == (0x0BAF, 0x0303)
    assert looked.probed.why == "USB id 0baf:0303"
    assert modem_info.as_json(looked)["usb"] == "0baf:0303"


# --- when there is nothing to tell ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/dev/no-such-modem", "no-such-modem"),
        ("nonsense://x", "nonsense"),
        ("sim:?colour=red", "colour"),
        ("", "no device named"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_bad_url(
    url: str, says: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["modem-info", "--line", url, *options]) == 1
    assert_one_line(capsys, says)


def test_a_host_that_does_not_listen(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{deaf.getsockname()[1]}"
        assert main(["modem-info", "--line", f"socket://{place}"]) == 1
    assert_one_line(capsys, place)


def test_a_busy_port(modem: ScriptedModem, capsys: pytest.CaptureFixture[str]) -> None:
    port = SerialPort(modem.tty)
    try:
        assert main(["modem-info", "--line", modem.tty]) == 1
    finally:
        port.close()
    assert_one_line(capsys, modem.tty)


def test_a_silent_modem(modem: ScriptedModem, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modem-info", "--line", modem.tty]) == 1
    assert_one_line(capsys, "does not answer")


def test_what_is_no_modem(modem: ScriptedModem, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(modem, Played(dict.fromkeys(SYNC, played.ERROR))) == 1
    assert_one_line(capsys, "is it a modem?")


def test_a_port_that_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opening, enough = threading.Event(), threading.Event()

    def stuck(url: str) -> Port:
        opening.set()
        enough.wait(PATIENCE)
        raise PortError(url)

    monkeypatch.setattr(modem_info, "open_port", stuck)
    with pytest.raises(CommandTimeout, match="given up"):
        look("/dev/stuck", deadline=0.01)
    assert opening.wait(PATIENCE)
    enough.set()
    for thread in threading.enumerate():
        if thread.name == "modem-info /dev/stuck":
            thread.join(PATIENCE)


def test_a_line_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["modem-info"])
    assert ended.value.code == 2
    assert "--line" in capsys.readouterr().err


def assert_one_line(capsys: pytest.CaptureFixture[str], says: str) -> None:
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hookflash: ")
    assert err.count("\n") == 1
    assert says in err
