"""Dialects: the command lines of each family."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hookflash import LineSettings
from hookflash.modem.dialect import DIALECTS, V253, DataOnly, Rockwell, Step, frequencies
from hookflash.modem.profiles import DATA_ONLY, GENERIC, PROFILES, Profile

SETTINGS = LineSettings(tone_ms=80)
TONES = replace(GENERIC, keys_as_tones=True)
DIALLED_FLASH = replace(GENERIC, flash="dial")
SHARP = replace(
    GENERIC,
    name="sharp",
    dialect="rockwell",
    flash="dial",
    tone_unit_ms=100,
    vrn_unit_ms=100,
    answer="ATA",
)


def texts(steps: tuple[Step, ...]) -> list[str]:
    return [step.text for step in steps]


@pytest.mark.parametrize(
    ("key", "pair"),
    [
        ("1", (697, 1209)),
        ("5", (770, 1336)),
        ("9", (852, 1477)),
        ("*", (941, 1209)),
        ("0", (941, 1336)),
        ("#", (941, 1477)),
        ("D", (941, 1633)),
    ],
)
def test_frequencies_of_a_key(key: str, pair: tuple[int, int]) -> None:
    assert frequencies(key) == pair


def test_no_frequencies_for_anything_else() -> None:
    with pytest.raises(ValueError, match="no DTMF key"):
        frequencies("!")


@pytest.mark.parametrize(
    ("dialect", "profile", "flash"),
    [
        (V253, GENERIC, ["AT+VTS={!,30}"]),
        (V253, DIALLED_FLASH, ["ATS29=30", "ATX3", "ATDT!;"]),
        (Rockwell, SHARP, ["ATS29=30", "ATX3", "ATDT!;"]),
        (DataOnly, DATA_ONLY, ["ATS29=30", "ATX3", "ATDT!;"]),
    ],
)
def test_a_flash_of_300_ms(
    dialect: type[V253 | Rockwell | DataOnly], profile: Profile, flash: list[str]
) -> None:
    assert texts(dialect(profile, SETTINGS).flash(300)) == flash


@pytest.mark.parametrize(
    ("dialect", "profile", "keys"),
    [
        (V253, GENERIC, ["AT+VTS=1,#"]),
        (V253, TONES, ["AT+VTS=[697,1209,8]", "AT+VTS=[941,1477,8]"]),
        (Rockwell, SHARP, ["AT#VTS=1,#"]),
        (DataOnly, DATA_ONLY, ["ATS11=80", "ATX3", "ATDT1#;"]),
    ],
)
def test_keys(dialect: type[V253 | Rockwell | DataOnly], profile: Profile, keys: list[str]) -> None:
    assert texts(dialect(profile, SETTINGS).keys("1#", 80)) == keys


@pytest.mark.parametrize(
    ("dialect", "profile", "at_once", "detection", "dial"),
    [
        (V253, GENERIC, True, "ringback", "ATDT1"),
        (V253, GENERIC, False, "ringback", "ATDT1;"),
        (V253, GENERIC, False, "off", "ATDT1;"),
        (V253, GENERIC, False, "modem", "ATDT1"),
        (V253, GENERIC, True, "quiet", "ATDT1@"),
        (V253, GENERIC, False, "quiet", "ATDT1@;"),
        (Rockwell, SHARP, True, "off", "ATDT1"),
        (DataOnly, DATA_ONLY, False, "ringback", "ATDT1;"),
        (DataOnly, DATA_ONLY, False, "modem", "ATDT1@;"),
        (DataOnly, DATA_ONLY, False, "quiet", "ATDT1@;"),
    ],
)
def test_a_dial(
    dialect: type[V253 | Rockwell | DataOnly],
    profile: Profile,
    at_once: bool,
    detection: str,
    dial: str,
) -> None:
    settings = replace(SETTINGS, answer_detection=detection)
    made = dialect(profile, settings, returns_at_once=at_once)
    assert made.dial("1") == dial
    assert made.detects_answer == (detection in ("modem", "quiet"))


def test_the_waits_for_an_answer_have_their_units() -> None:
    """+VRN counts seconds, #VRN tenths of one; +VRA and #VRA tenths both."""
    settings = replace(SETTINGS, answer_detection="modem", ringback_gone_ms=6000)
    assert texts(V253(GENERIC, settings).before_dial)[-2:] == ["AT+VRA=60", "AT+VRN=10"]
    assert texts(Rockwell(SHARP, settings).before_dial)[-2:] == ["AT#VRA=60", "AT#VRN=100"]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("profile", [GENERIC, TONES, DIALLED_FLASH, SHARP])
@pytest.mark.parametrize("detection", ["off", "modem", "quiet"])
def test_no_line_is_too_long_for_an_old_modem(name: str, profile: Profile, detection: str) -> None:
    settings = replace(SETTINGS, answer_detection=detection, flash_ms=1500, tone_ms=1000)
    dialect = DIALECTS[name](profile, settings)
    number = "0" * 32
    lines = [
        *texts(dialect.before_dial),
        *texts(dialect.seize),
        *texts(dialect.release),
        dialect.answer.text,
        dialect.dial(number),
        *texts(dialect.flash(1500)),
        *texts(dialect.keys("1234567890*#" * 2, 1000)),
    ]
    assert max(map(len, lines)) <= 40
    assert all(line.startswith("AT") for line in lines)


@pytest.mark.parametrize("name", DIALECTS)
def test_keys_sound_as_long_as_they_are(name: str) -> None:
    steps = DIALECTS[name](TONES if name == "v253" else GENERIC, SETTINGS).keys("123456789", 100)
    assert sum(step.sounds for step in steps) == pytest.approx(0.9)
    assert all(step.seconds >= step.sounds for step in steps)


def test_a_modem_without_voice_says_what_that_means() -> None:
    (usr,) = (profile for profile in PROFILES if profile.name == "usr5637")
    for profile, told in (
        (DATA_ONLY, "^no voice modem"),
        (usr.without_voice(), "1.2.21 it is one"),
    ):
        doubts = DataOnly(profile, LineSettings()).doubts()
        assert re.search(told, doubts[0])
        assert "tells nothing of busy" in doubts[0]
