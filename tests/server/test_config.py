"""The configuration file: defaults, every limit, and errors that name file, key and cure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hookflash import COUNTRIES, LineSettings
from hookflash.hid.profile_file import dumps
from hookflash.hid.profiles import named
from hookflash_server.config import (
    Config,
    ConfigError,
    DeskConfig,
    HandsetConfig,
    LineConfig,
    OneKeyConfig,
    default_state_dir,
    load,
    parse,
    with_options,
)
from hookflash_server.web.access import Caller, judge

FILE = Path("/etc/hookflash/hookflash.toml")


def read(text: str) -> Config:
    return parse(text.encode(), FILE)


def refused(text: str | bytes) -> str:
    """The message, without the file's name, which must come first."""
    with pytest.raises(ConfigError) as error:
        parse(text if isinstance(text, bytes) else text.encode(), FILE)
    message = str(error.value)
    assert message.startswith(f"{FILE}: ")
    return message.removeprefix(f"{FILE}: ")


def line(text: str) -> str:
    return f"[[desks]]\n[desks.line]\n{text}\n"


def test_an_empty_file_is_the_defaults() -> None:
    config = read("")
    assert config == Config()
    assert config.port == 12307
    assert config.language == "zh"
    assert config.access == "open"
    assert [desk.extension for desk in config.desks] == ["1001"]
    assert config.desks[0].page_control
    assert config.desks[0].line.url == ""
    assert config.desks[0].one_key == OneKeyConfig()
    assert config.desks[0].handset == HandsetConfig(url="", dial_after_ms=4000)
    assert config.queues == config.extensions == config.ivrs == {}
    # The figures of North America; the modem's own country is left alone.
    assert config.desks[0].line.settings() == replace(COUNTRIES["us"], gci="")


def test_everything_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hookflash.toml"
    path.write_text(
        """
port = 0
language = "en"
access = ["https://crm.example", "http://192.168.1.5:8080", "http://[::1]:3000"]
state_dir = "/var/lib/hookflash"

[[desks]]
extension = "1001"
[desks.line]
url = "/dev/ttyACM0"
country = "cn"
dialect = "v253"
flash_ms = 100
tone_ms = 80
second_dial_tone_ms = 0
transfer_settle_ms = 500
refuse_ms = 300
ring_gone_ms = 6000
ring_burst_ms = 1200
answer_detection = "modem"
ringback_gone_ms = 5000
command_gap_ms = 0
health_check_s = 0
distinctive_ring = true
gci = "26"
charset = "utf-8"
international = ""
init = ["AT+GCI=B5"]
[desks.one_key]
list = "numbers.txt"

[[desks]]
extension = "front-desk_2"
page_control = false
[desks.one_key]
number = "+8610*1#"

[queues]
"售后" = "*601"
[extensions]
1002 = "1002"
[ivrs]
main = "+86#1"
""",
        encoding="utf-8",
    )
    config = load(path)
    first, second = config.desks
    assert config.access == (
        "https://crm.example",
        "http://192.168.1.5:8080",
        "http://[::1]:3000",
    )
    assert first.line.settings() == LineSettings(
        flash_window=COUNTRIES["cn"].flash_window,
        flash_ms=100,
        tone_ms=80,
        second_dial_tone_ms=0,
        transfer_settle_ms=500,
        refuse_ms=300,
        ring_gone_ms=6000,
        ring_burst_ms=1200,
        answer_detection="modem",
        ringback_gone_ms=5000,
        command_gap_ms=0,
        health_check_s=0,
        distinctive_ring=True,
        gci="26",
        charset="utf-8",
        international="",
        init=("AT+GCI=B5",),
    )
    assert first.one_key.list == str(tmp_path / "numbers.txt")
    assert (second.extension, second.page_control) == ("front-desk_2", False)
    assert second.one_key.number == "+8610*1#"
    assert config.queues == {"售后": "*601"}
    assert config.extensions == {"1002": "1002"}
    assert config.ivrs == {"main": "+86#1"}
    assert config.state_path() == Path("/var/lib/hookflash")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_can_be_named(country: str) -> None:
    config = read(line(f'country = "{country}"\ntone_ms = 99'))
    settings = config.desks[0].line.settings()
    assert settings.tone_ms == 99
    assert settings.flash_ms == COUNTRIES[country].flash_ms
    assert settings.international == COUNTRIES[country].international


def test_every_figure_of_a_line_can_be_set() -> None:
    own = set(LineConfig.__struct_fields__) - {"url", "country", "dialect"}
    assert own == set(LineSettings.__dataclass_fields__) - {"flash_window"}, "the country's own"


LIMITS: list[tuple[str, int, int]] = [
    ("flash_ms", 40, 1500),
    ("tone_ms", 50, 1000),
    ("second_dial_tone_ms", 0, 30_000),
    ("transfer_settle_ms", 0, 30_000),
    ("refuse_ms", 0, 30_000),
    ("ring_gone_ms", 1000, 30_000),
    ("ring_burst_ms", 100, 5000),
    ("ringback_gone_ms", 2000, 25_000),
    ("command_gap_ms", 0, 1000),
    ("health_check_s", 0, 86_400),
]


@pytest.mark.parametrize(("key", "least", "most"), LIMITS)
def test_limits_of_a_line(key: str, least: int, most: int) -> None:
    for value in (least, most):
        settings = read(line(f"{key} = {value}")).desks[0].line.settings()
        assert getattr(settings, key) == value
    for value in (least - 1, most + 1):
        message = refused(line(f"{key} = {value}"))
        assert message.startswith(f"desks[0].line.{key}: ")
        assert f"from {least} to {most}" in message


@pytest.mark.parametrize("port", [0, 1, 12307, 65535])
def test_ports(port: int) -> None:
    assert read(f"port = {port}").port == port


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("port = -1", "port", "0 to 65535"),
        ("port = 65536", "port", "0 to 65535"),
        ('port = "12307"', "port", "a whole number from 0 to 65535"),
        ("port = 12307.0", "port", "a whole number from 0 to 65535"),
        ("port = true", "port", "a whole number from 0 to 65535"),
        ('language = "de"', "language", '"en" or "zh"'),
        ("language = 1", "language", '"en" or "zh"'),
        ('access = "closed"', "access", '"open" or a list'),
        ("access = true", "access", '"open" or a list'),
        ("access = [1]", "access[0]", "an exact origin"),
        ("state_dir = 1", "state_dir", "a text"),
        ("desks = 1", "desks", "a list"),
        ("[desks]\nextension = '1'", "desks", "a list"),
        ("[[desks]]\nextension = 1001", "desks[0].extension", "1 to 20 letters"),
        ('[[desks]]\nextension = ""', "desks[0].extension", "1 to 20 letters"),
        ("[[desks]]\nextension = 'a b'", "desks[0].extension", "1 to 20 letters"),
        ("[[desks]]\nextension = '../x'", "desks[0].extension", "1 to 20 letters"),
        ('[[desks]]\nextension = "1001\\n"', "desks[0].extension", "1 to 20 letters"),
        (f"[[desks]]\nextension = '{'1' * 21}'", "desks[0].extension", "1 to 20 letters"),
        ("[[desks]]\n[[desks]]\nextension = 1", "desks[1].extension", "1 to 20 letters"),
        ("[[desks]]\npage_control = 1", "desks[0].page_control", "true or false"),
        ("[[desks]]\nline = '/dev/ttyACM0'", "desks[0].line", "a table"),
        (line("url = 1"), "desks[0].line.url", "a text"),
        (line("country = 'xx'"), "desks[0].line.country", '"cn"'),
        (line("dialect = 'hayes'"), "desks[0].line.dialect", '"rockwell"'),
        (line("gci = 'b4'"), "desks[0].line.gci", 'such as "B4"'),
        (line("charset = 'klingon'"), "desks[0].line", "no such charset"),
        (line("answer_detection = 'maybe'"), "desks[0].line.answer_detection", '"ringback"'),
        (line("flash_ms = '100'"), "desks[0].line.flash_ms", "40 to 1500"),
        (line("international = '+'"), "desks[0].line.international", "at most 8 digits"),
        (line("international = '000000000'"), "desks[0].line.international", "at most 8 digits"),
        (line('international = "00\\n"'), "desks[0].line.international", "at most 8 digits"),
        (line("init = 'ATZ'"), "desks[0].line.init", "a list"),
        (line("init = ['ATZ', '+GCI=B5']"), "desks[0].line.init[1]", "AT"),
        (line("init = ['AT']"), "desks[0].line.init[0]", "AT"),
        (line('init = ["ATZ\\rATD1"]'), "desks[0].line.init[0]", "AT"),
        (line('init = ["ATZ\\n"]'), "desks[0].line.init[0]", "AT"),
        (line(f"init = ['AT{'0' * 39}']"), "desks[0].line.init[0]", "AT"),
        ("[[desks]]\none_key.number = 5", "desks[0].one_key.number", "1 to 32 digits"),
        ("[[desks]]\none_key.number = '5;'", "desks[0].one_key.number", "1 to 32 digits"),
        ('[[desks]]\none_key.number = "5\\n"', "desks[0].one_key.number", "1 to 32 digits"),
        (f"[[desks]]\none_key.number = '{'5' * 33}'", "desks[0].one_key.number", "1 to 32 digits"),
        ("[queues]\na = 5", "queues", "1 to 32 digits"),
        ("[queues]\na = 'x'", "queues", "1 to 32 digits"),
        ("[extensions]\na = ''", "extensions", "1 to 32 digits"),
        ("[ivrs]\na = '1,2'", "ivrs", "1 to 32 digits"),
        ("[ivrs.a]\nb = '1'", "ivrs", "1 to 32 digits"),
    ],
)
def test_bad_values_are_named_with_what_is_allowed(text: str, key: str, allowed: str) -> None:
    message = refused(text)
    assert message.startswith(key), message
    assert allowed in message


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("prot = 1", "prot", Config),
        ("[desk]", "desk", Config),
        ("[line]\nurl = 'x'", "line", Config),
        ("[[desks]]\nname = 'x'", "desks[0].name", DeskConfig),
        ("[[desks]]\n[[desks]]\nurl = 'x'", "desks[1].url", DeskConfig),
        (line("speed = 9600"), "desks[0].line.speed", LineConfig),
        ("[[desks]]\n[[desks]]\n[desks.line]\nx = 1", "desks[1].line.x", LineConfig),
        ("[[desks]]\none_key.file = 'x'", "desks[0].one_key.file", OneKeyConfig),
    ],
)
def test_an_unknown_key_is_told_the_known_ones(text: str, key: str, allowed: Any) -> None:
    told = ", ".join(allowed.__struct_fields__)
    assert refused(text) == f"{key}: there is no such key; allowed here are {told}"


@pytest.mark.parametrize(
    "origin",
    [
        *("crm.example", "https://crm.example/", "https://crm.example/a", "https://*.example"),
        *("https://CRM.example", "HTTPS://crm.example", "ftp://crm.example", "null", "*", "open"),
        *("https://", "https://a b", "https://user@crm.example", "https://crm.example:", ""),
        *("https://crm.example:443x", "https://crm.example:123456", "https://中文.example"),
        *("https://crm.example\n", "https://crm.example?x", "file:///x", "https://[::1"),
        # Browsers leave the default port out, so these would never match.
        *("https://crm.example:443", "http://crm.example:80", "https://crm.example:99999"),
    ],
)
def test_bad_origins(origin: str) -> None:
    quoted = origin.replace("\n", "\\n")
    message = refused(f'access = ["https://a.example", "{quoted}"]')
    assert message.startswith("access[1]: ")


@pytest.mark.parametrize(
    "origin",
    [
        *("https://crm.example", "http://crm", "https://a-b.c.example:8443", "http://10.0.0.1"),
        *("http://localhost:8000", "http://[2001:db8::1]", "https://xn--fiq228c.example"),
        *("https://crm.example:80", "http://crm.example:443"),
    ],
)
def test_an_origin_that_the_file_may_hold_is_let_in(origin: str) -> None:
    config = read(f'access = ["{origin}"]')
    caller = Caller(host="127.0.0.1:12307", origin=origin, user_agent="Mozilla/5.0")
    assert judge(caller, 12307, config.access).allowed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("desks = []", "desks: at least one [[desks]] is needed, or leave it out"),
        (
            "[[desks]]\n[[desks]]\n",
            "desks.extension: '1001' is given twice",
        ),
        (
            "[[desks]]\n[[desks]]\nextension = '2'\none_key = {number = '1', list = 'x'}",
            "desks[1].one_key: give a number or a list, not both",
        ),
    ],
)
def test_what_does_not_go_together(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    "data",
    [b"port = ", b"= 1", b"[[desks]", b"port = 1\nport = 2", b"\xff\xfe\x00", b'a = "\xff"', b"\0"],
)
def test_not_toml(data: bytes) -> None:
    assert refused(data).startswith("this is not TOML: ")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read") as error:
            load(path)
        assert str(path) in str(error.value)


def test_relative_paths_count_from_the_files_folder(tmp_path: Path) -> None:
    path = tmp_path / "hookflash.toml"
    path.write_text("state_dir = 'state'\n[[desks]]\none_key.list = '../numbers.txt'")
    config = load(path)
    assert config.desks[0].one_key.list == str(tmp_path / ".." / "numbers.txt")
    assert config.state_path() == tmp_path / "state"


def test_absolute_and_home_paths_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    config = read("state_dir = '~/state'\n[[desks]]\none_key.list = '~/numbers.txt'")
    assert config.desks[0].one_key.list == str(Path("/home/somebody/numbers.txt"))
    assert config.state_path() == Path("/home/somebody/state")
    config = read("state_dir = '/srv/state'\n[[desks]]\none_key.list = '/srv/numbers.txt'")
    assert config.desks[0].one_key.list == "/srv/numbers.txt"
    assert config.state_path() == Path("/srv/state")


def test_the_state_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert Config().state_path() == default_state_dir() == Path("/x/hookflash")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_state_dir() == Path.home() / ".local" / "state" / "hookflash"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_state_dir().parts[-3:] == ("Library", "Application Support", "hookflash")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert default_state_dir() == Path("/local/hookflash")


def test_options_go_before_the_file() -> None:
    config = read("port = 1\n[[desks]]\n[desks.line]\nurl = 'a'\ncountry = 'gb'\n"
                  "[[desks]]\nextension = '2'\n[desks.line]\nurl = 'b'")  # fmt: skip
    changed = with_options(config, line="sim:", port=0)
    assert (changed.port, [desk.line.url for desk in changed.desks]) == (0, ["sim:", "b"])
    assert changed.desks[0].line.country == "gb", "the rest of the line stays"
    assert with_options(config, line=None, port=None) == config


def test_a_handset() -> None:
    desks = read("[[desks]]\n[desks.handset]\nurl = 'hid:'\ndial_after_ms = 0\n").desks
    assert desks[0].handset == HandsetConfig(url="hid:", dial_after_ms=0)
    message = refused("[[desks]]\n[desks.handset]\ndial_after_ms = 30001")
    assert message.startswith("desks[0].handset.dial_after_ms: ")
    assert "0 to 30000" in message
    allowed = "allowed here are url, profile, dial_after_ms"
    assert allowed in refused("[[desks]]\n[desks.handset]\nx = 1")


def test_a_handset_s_profile(tmp_path: Path) -> None:
    start = "[[desks]]\n[desks.handset]\nprofile = "
    assert read("[[desks]]\n").desks[0].handset.chosen() is None
    assert read(start + "'gigaset'").desks[0].handset.chosen() is named("gigaset")
    assert "desks[0].handset: profile 'x': there is none of this name" in refused(start + "'x'")
    (tmp_path / "mine.toml").write_text(dumps(named("google")), encoding="utf-8")
    file = tmp_path / "hookflash.toml"
    file.write_text(start + "'mine.toml'", encoding="utf-8")
    handset = load(file).desks[0].handset
    assert handset.profile == str(tmp_path / "mine.toml")
    assert handset.chosen() == named("google")
    (tmp_path / "mine.toml").write_text("[profile]\nhook = 'up'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"desks\[0\]\.handset: .*mine\.toml: hook = 'up'"):
        load(file)


def test_a_handset_by_option() -> None:
    config = read("[[desks]]\n[desks.handset]\nurl = 'hid:'\ndial_after_ms = 0\n[[desks]]\n"
                  "extension = '2'")  # fmt: skip
    changed = with_options(config, line=None, handset="hid:0b0e:0307", port=None)
    assert changed.desks[0].handset == HandsetConfig(url="hid:0b0e:0307", dial_after_ms=0)
    assert changed.desks[1:] == config.desks[1:]


def test_options_without_a_file() -> None:
    config = with_options(None, line="/dev/ttyACM0", port=4711)
    assert (config.port, config.desks[0].line.url) == (4711, "/dev/ttyACM0")
    assert Config().desks[0].line.url == "", "the defaults are not touched"


# --- without a device that is named ---------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "port = 4711", "[[desks]]\nextension = '7'"])
def test_the_only_desk_uses_what_is_plugged_in(text: str | None) -> None:
    (desk,) = with_options(read(text) if text is not None else None, line=None, port=None).desks
    assert (desk.line.url, desk.handset.url) == ("auto:", "auto:")


def test_what_is_said_of_what_is_plugged_in_holds() -> None:
    text = "[[desks]]\n[desks.line]\ncountry = 'gb'\n[desks.handset]\ndial_after_ms = 0"
    (desk,) = with_options(read(text), line=None, port=None).desks
    assert desk.line == LineConfig(url="auto:", country="gb")
    assert desk.handset == HandsetConfig(url="auto:", dial_after_ms=0)


@pytest.mark.parametrize(
    ("line", "handset"), [("/dev/ttyACM0", None), (None, "hid:"), ("sim:", "sim-hid:")]
)
def test_a_named_device_is_the_only_one(line: str | None, handset: str | None) -> None:
    (desk,) = with_options(None, line=line, handset=handset, port=None).desks
    assert (desk.line.url, desk.handset.url) == (line or "", handset or "")


def test_of_several_desks_each_names_its_own() -> None:
    config = read("[[desks]]\n[[desks]]\nextension = '2'")
    assert with_options(config, line=None, port=None) == config
