"""`hookflash devices`: what is plugged in, who uses it, what is wrong; for people, for programs."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from hookflash.discovery import Found, Kind
from hookflash_server.cli import main
from hookflash_server.config import Config, parse, with_options
from hookflash_server.plugged_list import as_json, as_text, changes_json, changes_text, uses
from hookflash_server.presence import Change
from support.sockets import headset, modem

USR = modem("modem:0baf:0303?serial=77", serial="77", place="1-1.4", node="/dev/ttyACM0")
OTHER = modem("modem:0baf:0303?place=1-2", place="1-2", node="/dev/ttyACM1", name="Another")
JABRA = headset("hid:0b0e:0311", node="/dev/hidraw0")
ARDUINO = Found(
    Kind.MODEM, "modem:2341:0043?place=1-3", "Arduino Uno", 0x2341, 0x0043, "", "1-3",
    "/dev/ttyACM2", has_line=True, chosen=False,
)  # fmt: skip
B2K = Found(
    Kind.PHONE, "usb:6993:b001?place=1-4", "Yealink", 0x6993, 0xB001, "", "1-4", "",
    "yealink", has_line=True, has_handset=True,
)  # fmt: skip
AUTO = with_options(None, line=None, port=None)


def text(*found: Found, config: Config = AUTO) -> str:
    return as_text(found, uses(config, found))


def config_of(toml: str) -> Config:
    return parse(toml.encode(), Path("/etc/hookflash.toml"))


def used(config: Config, *found: Found) -> dict[tuple[str, str], str]:
    """By desk and role: the device's URL, or what is wrong."""
    return {
        (use.desk, use.role): use.device.url if use.device else use.trouble
        for use in uses(config, found)
    }


def test_nothing() -> None:
    assert "No modem and no handset is plugged in." in text()
    assert "line        auto:  no line is plugged in; plug in a modem" in text()
    assert "handset     auto:  no handset is plugged in; plug in" in text()


def test_a_desk_of_what_is_there() -> None:
    told = text(USR, JABRA)
    assert "used        line of desk 1001 (auto:)" in told
    assert "used        handset of desk 1001 (auto:)" in told
    assert "place       USB 1-1.4, now /dev/ttyACM0" in told
    assert "serial      77" in told
    assert told.splitlines()[-3:] == [
        "desk 1001",
        "  line        auto:  USRobotics USR5637",
        "  handset     auto:  Jabra Evolve 65",
    ]


def test_the_lines_for_the_configuration_file_are_such() -> None:
    """As they stand there, below [[desks]]."""
    told = text(USR, JABRA).splitlines()
    begin = [number for number, line in enumerate(told) if "to name it" in line]
    pasted = "\n".join(line[12:] for number in begin for line in told[number : number + 2])
    desk = tomllib.loads(f"[[desks]]\n{pasted}")["desks"][0]
    assert desk == {"line": {"url": USR.url}, "handset": {"url": JABRA.url}}
    assert used(config_of(f"[[desks]]\n{pasted}"), USR, OTHER, JABRA) == {
        ("1001", "line"): USR.url,
        ("1001", "handset"): JABRA.url,
    }


def test_trouble_is_told_with_the_device_and_with_the_desk() -> None:
    shut = modem(USR.url, trouble="another program (pid 7) holds it; close that program")
    told = text(shut)
    assert "trouble     another program (pid 7) holds it; close that program" in told
    assert told.count("close that program") == 2


def test_two_modems_are_listed_with_their_urls() -> None:
    told = used(AUTO, USR, OTHER)["1001", "line"]
    assert told.startswith("there is more than one line; name one")
    assert USR.url in told
    assert OTHER.url in told
    assert text(USR, OTHER).count("used        no\n") == 2


def test_what_must_be_named() -> None:
    told = text(ARDUINO)
    assert "is          serial port, perhaps a modem" in told
    assert "used        no; must be named to be used" in told
    named = config_of(f"[[desks]]\n[desks.line]\nurl = '{ARDUINO.url}'")
    assert used(named, ARDUINO) == {("1001", "line"): ARDUINO.url}


def test_a_telephone_that_is_line_and_handset() -> None:
    assert used(AUTO, B2K) == {("1001", "line"): B2K.url, ("1001", "handset"): B2K.url}
    assert "used        line of desk 1001 (auto:), handset of desk 1001 (auto:)" in text(B2K)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("modem:", USR.url),
        ("modem:0BAF:0303?serial=77", USR.url),
        ("modem:0baf:0303?place=1-1.4", USR.url),
        ("/dev/ttyACM0", USR.url),
        ("modem:0baf:0303?serial=78", "it is not plugged in"),
        ("modem:nonsense", "nonsense is neither USB ids"),
        ("sim:", ""),
        ("socket://10.0.0.1:4000", ""),
        ("/dev/ttyS9", ""),
    ],
)
def test_named_lines(url: str, meant: str) -> None:
    config = config_of(f"[[desks]]\n[desks.line]\nurl = '{url}'")
    told = used(config, USR, JABRA)["1001", "line"]
    assert told.startswith(meant) if meant else told == ""


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("hid:", JABRA.url),
        ("hid:0b0e:0311", JABRA.url),
        ("usb:", B2K.url),
        ("usb:6993:b001?place=1-4", B2K.url),
        ("hid:0b0e:0312", "it is not plugged in"),
        ("sim-hid:", ""),
    ],
)
def test_named_handsets(url: str, meant: str) -> None:
    config = config_of(f"[[desks]]\n[desks.handset]\nurl = '{url}'")
    assert used(config, USR, JABRA, B2K) == {("1001", "handset"): meant}


def test_several_that_a_url_fits() -> None:
    config = config_of("[[desks]]\n[desks.line]\nurl = 'modem:0baf:0303'")
    told = used(config, USR, OTHER)["1001", "line"]
    assert told.startswith("several devices fit; name one: ")
    assert USR.url in told


def test_for_programs() -> None:
    told = json.loads(json.dumps(as_json([USR], uses(AUTO, [USR]))))
    (device,) = told["devices"]
    assert (device["kind"], device["usb"], device["serial"]) == ("modem", "0baf:0303", "77")
    assert device["url"] == USR.url
    line, handset = told["desks"]
    assert (line["desk"], line["role"], line["device"]) == ("1001", "line", USR.url)
    assert (handset["role"], handset["device"]) == ("handset", None)
    assert "no handset is plugged in" in handset["trouble"]


def test_changes() -> None:
    change = Change((USR,), (JABRA,))
    assert [line[9:] for line in changes_text(change)] == [
        "unplugged: Jabra Evolve 65 (hid:0b0e:0311)",
        "plugged in: USRobotics USR5637 (modem:0baf:0303?serial=77)",
    ]
    told = [json.loads(line) for line in changes_json(change)]
    assert [(one["change"], one["url"]) for one in told] == [
        ("gone", JABRA.url),
        ("came", USR.url),
    ]


def test_devices_that_call_themselves_anything() -> None:
    assert r"Telefon \xfc\u0142" in text(headset("hid:1", name="Telefon üł"))


# --- with an agent that runs ----------------------------------------------------------------------

IDLE = {"ext": "1001", "state": "idle", "line": {"name": USR.url}, "handset": None}


def test_what_the_agent_has_is_in_use() -> None:
    """It holds it, which is no trouble."""
    held = replace(USR, trouble="hookflash (pid 7) holds it; close that program")
    told = as_text([held], uses(AUTO, [held], {"1001": IDLE}))
    assert "trouble" not in told
    assert "line        auto:  USRobotics USR5637; in use" in told


def test_the_agent_keeps_the_one_it_has() -> None:
    told = uses(AUTO, [OTHER, USR], {"1001": IDLE})
    line = next(use for use in told if use.role == "line")
    assert (line.device, line.trouble, line.in_use) == (USR, "", True)


def test_what_the_agent_says_is_wrong_is_told() -> None:
    hint = "open modem:0baf:0303?serial=77: no permission; log in again"
    away = {"state": "offline", "offline_hint": hint, "line": None}
    handset = {"state": "offline", "hint": "open auto: no handset is plugged in", "name": ""}
    told = uses(AUTO, [USR, JABRA], {"1001": {"ext": "1001", "handset": handset, **away}})
    assert [(use.role, use.trouble, use.in_use) for use in told] == [
        ("line", "modem:0baf:0303?serial=77: no permission; log in again", False),
        ("handset", "no handset is plugged in", False),
    ]


def test_an_agent_with_other_desks_says_nothing_of_these() -> None:
    assert uses(AUTO, [USR], {"1002": IDLE}) == uses(AUTO, [USR])


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    """What is plugged in for the command; nothing at first."""
    found: list[Found] = []
    monkeypatch.setattr("hookflash.discovery.plugged_in", lambda: found)
    monkeypatch.setattr("hookflash_server.running_agent.statuses", lambda *_: {})
    return found


def test_the_command(plugged: list[Found], capsys: pytest.CaptureFixture[str]) -> None:
    plugged.append(USR)
    assert main(["devices"]) == 0
    assert "line of desk 1001" in capsys.readouterr().out
    assert main(["devices", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["devices"][0]["url"] == USR.url


def test_the_command_with_a_configuration(
    plugged: list[Found], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugged.append(USR)
    file = tmp_path / "hookflash.toml"
    file.write_text("[[desks]]\nextension = '7'\n[desks.line]\nurl = 'modem:0baf:0303'\n")
    assert main(["devices", "--config", str(file)]) == 0
    assert "line of desk 7 (modem:0baf:0303)" in capsys.readouterr().out
    file.write_text("desk = 1")
    assert main(["devices", "--config", str(file)]) == 1
    assert "there is no such key" in capsys.readouterr().err


def test_supported_and_watch_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["devices", "--supported", "--watch"])
    assert "not allowed with" in capsys.readouterr().err
