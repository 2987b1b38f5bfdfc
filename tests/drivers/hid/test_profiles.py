"""Handsets' profiles: the table holds together, and a file of one is read as it was written."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash import catalog
from hookflash.errors import BadSettings
from hookflash.hid.profile_file import DISPLAYS, HOOKS, MUTES, dumps, load, loads
from hookflash.hid.profiles import (
    DEFAULT,
    PROFILES,
    HandsetProfile,
    KeepAlive,
    named,
    profile_of,
)

GOOD = '[profile]\nname = "mine"\ntitle = "Mine"\nsource = "learned"\n'

every_row = pytest.mark.parametrize("row", PROFILES, ids=lambda row: row.name)

usages = st.integers(0, 0xFFFFFFFF)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
profiles = st.builds(
    HandsetProfile,
    name=texts,
    title=texts,
    source=texts,
    hook=st.sampled_from(HOOKS),
    mute=st.sampled_from(MUTES),
    two_falls=st.booleans(),
    keypad_first=usages,
    trusts_constant=st.booleans(),
    startup=st.lists(st.tuples(usages, st.integers(0, 255)), max_size=3).map(tuple),
    keep_alive=st.none()
    | st.builds(KeepAlive, st.binary(min_size=1, max_size=64), st.floats(1, 3600)),
    display=st.sampled_from(DISPLAYS),
)


@every_row
def test_a_row_is_complete(row: HandsetProfile) -> None:
    assert row.title
    assert row.source
    assert row.hook in HOOKS
    assert row.mute in MUTES
    assert row.display in DISPLAYS
    assert loads(dumps(row)) == row


def test_names_are_unique_and_found() -> None:
    assert len({row.name for row in PROFILES}) == len(PROFILES)
    assert all(named(row.name) is row for row in PROFILES)
    with pytest.raises(BadSettings, match=r"'jabbra'.*jabra, jabra_dial"):
        named("jabbra")


def test_every_row_is_some_device_s_or_chosen_by_name() -> None:
    used = {row.profile for row in catalog.CATALOG if row.driver == "hid"}
    assert {row.name for row in PROFILES} - used == {"gigaset"}


@pytest.mark.parametrize(
    ("vendor", "product", "name"),
    [
        (0x0B0E, 0x0307, "jabra"),
        (0x0B0E, 0x0520, "jabra_dial"),
        (0x0B0E, 0xBEEF, "jabra"),
        (0x095D, 0x9201, "cx300"),
        (0x18D1, 0x8001, "google"),
        (0x18D1, 0x5026, "hid"),
        (0x0BAF, 0x0303, "hid"),
        (0, 0, "hid"),
    ],
)
def test_profile_of(vendor: int, product: int, name: str) -> None:
    assert profile_of(vendor, product).name == name
    assert (profile_of(vendor, product) is DEFAULT) == (name == "hid")


@given(profiles)
def test_what_is_written_is_read(profile: HandsetProfile) -> None:
    assert loads(dumps(profile)) == profile


def test_every_field_can_stand_in_a_file() -> None:
    """A field that is added to the type is added to the file, too."""
    full = GOOD + (
        'hook = "toggle"\nmute = "level"\ntwo_falls = true\nkeypad_first = 0x000B00B1\n'
        "trusts_constant = true\nstartup = [[0xFF30FFFF, 0]]\n"
        'keep_alive = { report = "17 09", seconds = 30 }\ndisplay = "cx300"\n'
    )
    profile = loads(full)
    for field in fields(HandsetProfile):
        assert getattr(profile, field.name), field.name
    assert profile.startup == ((0xFF30FFFF, 0),)
    assert profile.keep_alive == KeepAlive(b"\x17\x09", 30.0)


def test_other_tables_are_not_read() -> None:
    assert loads(GOOD + '[recording]\ntext = "0.0 in 02 01"\n').name == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"no table \[profile\]"),
        ("profile = 3", r"no table \[profile\]"),
        (GOOD + "colour = 1", "no key colour; the keys are name, title"),
        (GOOD + 'hook = "up"', "hook = 'up': must be one of level, toggle, on_off"),
        (GOOD + "hook = [1]", "hook"),
        (GOOD + "two_falls = 1", "two_falls = 1: must be true or false"),
        (GOOD + "keypad_first = -1", "keypad_first = -1: must be a usage"),
        (GOOD + "keypad_first = true", "keypad_first"),
        (GOOD + "startup = [1, 2]", "list of"),
        (GOOD + "startup = [[1, 2, 3]]", "list of"),
        (GOOD + 'keep_alive = { report = "zz", seconds = 1 }', "not hexadecimal"),
        (GOOD + 'keep_alive = { report = "", seconds = 1 }', "needs bytes"),
        (GOOD + 'keep_alive = { report = "17", seconds = 0.001 }', "1 to 3600"),
        (GOOD + 'keep_alive = { report = "17", seconds = nan }', "1 to 3600"),
        (GOOD + 'keep_alive = { report = "17" }', "report and seconds"),
        ('[profile]\nname = "x"\ntitle = 3', "title = 3 is no text"),
        ('[profile]\nname = "x"\ntitle = "y"', "source is missing"),
    ],
)
def test_a_file_that_is_wrong(text: str, told: str) -> None:
    with pytest.raises(BadSettings, match=told):
        loads(text)


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(BadSettings, match=r"mine\.toml: No such file"):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match=r"mine\.toml: not text in UTF-8"):
        load(path)
    path.write_text("[profile", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"mine\.toml: Expected") as told:
        load(path)
    assert isinstance(told.value.__cause__, tomllib.TOMLDecodeError)
    path.write_text(GOOD, encoding="utf-8")
    assert load(path).title == "Mine"
    with pytest.raises(BadSettings, match="directory"):
        load(tmp_path)
