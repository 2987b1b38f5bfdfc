"""`hookflash handset-info`: for people, for programs, and when there is nothing to tell."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hookflash.handset import Feature
from hookflash.hid import devices
from hookflash.hid.port import HidInfo
from hookflash.hid.profile_file import dumps
from hookflash.hid.profiles import named
from hookflash.hid.report import ReportType
from hookflash.simulated.hid_models import MODELS
from hookflash.simulated.hid_writer import Choice, Collection, Layout, Pad, Report, Value
from hookflash_server import handset_info
from hookflash_server.cli import main
from support.agent import ROOT
from support.lines import PATIENCE

KEYS = [
    *("usable", "reason", "origin", "identity", "profile", "features", "notes", "doubts"),
    *("line", "reports", "fields"),
]
"""As docs/adding-a-device.md says."""


def written(directory: Path, model: str) -> Path:
    """A file with this model's report descriptor."""
    path = directory / "report_descriptor"
    path.write_bytes(Layout(MODELS[model].collections).descriptor)
    return path


def told(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """What it prints as JSON."""
    assert main(["handset-info", *options, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    assert list(found) == KEYS
    assert isinstance(found["usable"], bool)
    assert isinstance(found["reason"], str)
    assert found["usable"] == (found["reason"] == "")
    return found


def failed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The one line with which it fails."""
    assert main(["handset-info", *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("hookflash: ")
    return line


# --- what it tells --------------------------------------------------------------------------------


def test_json_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "jabra")
    found = told(capsys, "--descriptor", str(path))
    assert (found["usable"], found["origin"], found["identity"]) == (True, str(path), None)
    assert found["profile"] == {"name": "hid", "title": "USB handset"}
    assert {"hook", "keypad", "flash", "mute", "reject", "off_hook_lamp"} <= set(found["features"])
    assert found["reports"][0] == {"type": "input", "id": 2, "bits": 16, "bytes": 3}
    hook, mute = (
        next(one for one in found["fields"] if one["names"] == [name])
        for name in ("Telephony: Hook Switch", "Telephony: Phone Mute")
    )
    assert hook == {
        "type": "input",
        "report": 2,
        "bit": 0,
        "size": 1,
        "usages": ["000b0020"],
        "names": ["Telephony: Hook Switch"],
        "relative": False,
        "array": False,
        "constant": False,
        "null_state": False,
        "preferred": False,
        "logical": [0, 1],
        "collections": ["Telephony: Headset"],
    }
    assert (mute["bit"], mute["relative"]) == (2, True)
    (keypad,) = (one for one in found["fields"] if one["array"] and one["report"] == 2)
    assert (keypad["bit"], keypad["size"], keypad["logical"]) == (7, 4, [0, 11])
    assert keypad["names"][0] == "Telephony: Phone Key 0"
    assert len(keypad["usages"]) == 12
    padding = [one for one in found["fields"] if one["constant"]]
    assert padding
    assert all(one["usages"] == [] for one in padding)


@pytest.mark.parametrize("model", MODELS)
def test_json_of_every_simulated_handset(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sizes are those that its writer counted by itself."""
    found = told(capsys, "--descriptor", str(written(tmp_path, model)))
    layout = Layout(MODELS[model].collections)
    numbered = any(report_id for _, report_id in layout.sizes)
    assert {(one["type"], one["id"]): one["bytes"] for one in found["reports"]} == {
        (str(kind), report_id): size - (not numbered)
        for (kind, report_id), size in layout.sizes.items()
    }
    assert set(found["features"]) <= set(Feature)
    assert found["usable"] == (model not in ("constant", "constant_sends", "headset_no_telephony"))


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("constant", "its hook switch is declared constant"),
        ("headset_no_telephony", "no telephony page"),
    ],
)
def test_why_not(model: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, model)
    assert why in told(capsys, "--descriptor", str(path))["reason"]
    assert main(["handset-info", "--descriptor", str(path)]) == 0
    assert f"usable      no: {why}" in capsys.readouterr().out


# --- a line of its own ----------------------------------------------------------------------------


def test_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "dual")
    assert told(capsys, "--descriptor", str(path))["line"] == {
        "usable": True,
        "reason": "",
        "capabilities": ["answer", "dial", "dtmf", "flash", "reject"],
        "hears": ["busy", "call_waiting", "dial", "reorder", "ring", "ringback"],
        "notes": [],
    }
    assert main(["handset-info", "--descriptor", str(path)]) == 0
    out = capsys.readouterr().out
    assert "own line    can answer, dial, dtmf, flash, reject" in out
    assert "it tells    busy, call_waiting, dial, reorder, ring, ringback" in out


def test_no_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "jabra")
    assert told(capsys, "--descriptor", str(path))["line"] is None
    assert main(["handset-info", "--descriptor", str(path)]) == 0
    assert "own line" not in capsys.readouterr().out


def test_a_line_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A phone that takes keys, and no hook switch."""
    path = tmp_path / "report_descriptor"
    keys = Choice("key", (0x000B00B0, 0x000B00BB), 4, 1, 12)
    phone = Collection(0x000B0001, (Report(ReportType.OUTPUT, 1, (keys, Pad(4))),))
    path.write_bytes(Layout((phone,)).descriptor)
    line = told(capsys, "--descriptor", str(path))["line"]
    assert (line["usable"], line["capabilities"]) == (False, [])
    assert line["reason"].startswith("no hook switch output")
    assert main(["handset-info", "--descriptor", str(path)]) == 0
    assert "own line    not usable: no hook switch output" in capsys.readouterr().out


def test_what_a_line_lacks_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report_descriptor"
    hook = Value("hook", 0x000B0020)
    phone = Collection(0x000B0001, (Report(ReportType.OUTPUT, 1, (hook, Pad(7))),))
    path.write_bytes(Layout((phone,)).descriptor)
    assert main(["handset-info", "--descriptor", str(path)]) == 0
    out = capsys.readouterr().out
    assert "own line    can only be taken" in out
    assert "it tells    nothing of its line" in out
    assert "line note   no flash output: no hookflash and no transfer" in out


def test_json_of_a_simulated_handset(capsys: pytest.CaptureFixture[str]) -> None:
    url = "sim-hid:?model=constant_sends&number=1666"
    found = told(capsys, "--handset", url)
    assert found["origin"] == url
    assert found["identity"] == {
        "usb": "291a:3301",
        "vendor": 0x291A,
        "product": 0x3301,
        "manufacturer": "hookflash",
        "name": MODELS["constant_sends"].product,
        "serial": "1666",
        "path": found["identity"]["path"],
        "known_as": "Anker PowerConf",
    }
    assert found["profile"]["name"] == "anker"
    assert found["usable"], "its profile says that what it declares constant is sent"


def test_a_profile_that_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path, "constant_sends"))
    assert not told(capsys, "--descriptor", path)["usable"]
    assert told(capsys, "--descriptor", path, "--profile", "anker")["usable"]
    mine = tmp_path / "mine.toml"
    mine.write_text(dumps(replace(named("anker"), name="mine")), encoding="utf-8")
    found = told(capsys, "--descriptor", path, "--profile", str(mine))
    assert (found["usable"], found["profile"]["name"]) == (True, "mine")
    url = "sim-hid:?model=constant_sends&number=1668"
    assert not told(capsys, "--handset", url, "--profile", "hid")["usable"]
    assert "there is none of this name" in failed(capsys, "--profile", "x")


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handset-info", "--handset", "sim-hid:?number=1667"]) == 0
    out = capsys.readouterr().out
    head, table = out.split("\n\n")
    rows = [line.split(maxsplit=1) for line in head.splitlines()]
    assert ["descriptor", "sim-hid:?number=1667"] in rows
    assert ["profile", "Jabra (jabra)"] in rows
    assert ["usable", "yes"] in rows
    assert "report     bit    size  kind                  usage" in table.splitlines()
    assert "input 2      0       1  absolute 0..1         Telephony: Hook Switch" in table
    assert "output 5     0  32 x 8  absolute 0..255       page 0xFF00 usage 0x0001" in table
    assert out.isascii()


def test_linux_tells_whose_descriptor_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a descriptor in /sys stands `uevent`."""
    path = written(tmp_path, "level_mute")
    (tmp_path / "uevent").write_text(
        "DRIVER=hid-generic\nHID_ID=0003:000018D1:00008001\nHID_NAME=Google Speakermic\nHID_UNIQ=\n"
    )
    found = told(capsys, "--descriptor", str(path))
    assert (found["identity"]["usb"], found["identity"]["name"]) == (
        "18d1:8001",
        "Google Speakermic",
    )
    assert found["profile"]["name"] == "google"


def test_linux_needs_no_rights_to_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = HidInfo("/dev/hidraw7", 0x047F, 0xC056, "Plantronics", "Blackwire", "A1")
    data = written(tmp_path, "plantronics").read_bytes()
    monkeypatch.setattr(handset_info, "list_devices", lambda: [info])
    for module in (handset_info, devices):
        monkeypatch.setattr(module, "readable_descriptor", lambda _: data)
    found = told(capsys)
    assert (found["identity"]["path"], found["usable"]) == ("/dev/hidraw7", True)
    assert found["identity"]["known_as"] == "Plantronics Blackwire 3220"
    monkeypatch.setattr(handset_info, "list_devices", lambda: [info, info])
    assert "several devices fit; name one" in failed(capsys)
    monkeypatch.setattr(handset_info, "list_devices", list)
    assert "no telephone is plugged in" in failed(capsys)


@pytest.mark.parametrize(
    "form",
    [
        lambda data: data.hex(" "),
        lambda data: "# a remark: abc\n" + data.hex(" ", 16).upper() + "\n",
        lambda data: "// C\n" + ", ".join(f"0x{byte:02x}" for byte in data) + ",\n",
        lambda data: "\r\n".join(data[i : i + 16].hex() for i in range(0, len(data), 16)),
    ],
)
def test_hexadecimal_text_is_understood(
    form: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "epos")
    raw = told(capsys, "--descriptor", str(path))
    path.write_bytes(form(path.read_bytes()).encode("ascii"))
    assert told(capsys, "--descriptor", str(path)) == raw


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = written(tmp_path, "dell").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = told(capsys, "--descriptor", "-")
    assert (found["origin"], found["usable"]) == ("standard input", True)


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"\x05", "at byte 0: the item goes beyond the end"),
        (b"05 0b 9", "looks like hexadecimal text, but not in pairs"),
        (b"# only a remark\n", "no report descriptor, or not all of it"),
        (b"\0" * 5000, "5000 bytes, more than 4096"),
        (b'{"usable": true}', "no report descriptor, or not all of it"),
    ],
)
def test_a_file_that_is_none(
    data: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "descriptor.bin"
    path.write_bytes(data)
    line = failed(capsys, "--descriptor", str(path))
    assert why in line
    assert str(path) in line


def test_every_cut_of_a_descriptor_ends_in_one_line_or_is_understood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "cx300")
    data = path.read_bytes()
    refused = 0
    for length in range(1, len(data)):
        path.write_bytes(data[:length])
        if main(["handset-info", "--descriptor", str(path), "--json"]) == 1:
            (line,) = capsys.readouterr().err.splitlines()
            assert "no report descriptor, or not all of it" in line
            refused += 1
        capsys.readouterr()
    assert refused > len(data) * 0.8, "an open collection is told"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--descriptor", "/nowhere/report_descriptor"), "No such file"),
        (("--descriptor", "/"), "directory"),
        (("--handset", "hid:zz"), "neither USB ids"),
        (("--handset", "/dev/ttyACM0"), "not a URL of a handset"),
        (("--handset", "sim-hid:?model=none"), "model 'none' is none of"),
    ],
)
def test_a_place_where_there_is_none(
    options: tuple[str, str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why in failed(capsys, *options)


def test_a_file_and_a_handset_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["handset-info", "--descriptor", "x", "--handset", "hid:"])
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_as_users_run_it(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}"}
    command = [sys.executable, "-m", "hookflash_server", "handset-info", "--json", "--descriptor"]
    for data, status in ((written(tmp_path, "jabra").read_bytes(), 0), (b"\xff\xff", 1)):
        done = subprocess.run(
            [*command, "-"],
            env=environment,
            input=data,
            capture_output=True,
            timeout=PATIENCE * 3,
            check=False,
        )
        assert done.returncode == status
        assert b"Traceback" not in done.stderr
        assert (done.stderr == b"") == (status == 0)
        told = json.loads(done.stdout)  # also of what is no descriptor
        assert told["usable"] is (status == 0)
        assert (told["reason"] == "") == (status == 0)


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}"}
    end, pipe = os.pipe()
    os.close(end)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hookflash_server", "devices", "--supported"],
            env=environment,
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=PATIENCE * 3,
            check=False,
        )
    finally:
        os.close(pipe)
    assert (done.returncode, done.stderr) == (1, b"")
