"""Names of usages."""

from __future__ import annotations

import pytest
from hidtools.hut import HUT

from hookflash.hid import usages
from hookflash.hid.usages import name

CONSTANTS = {
    key: value
    for key, value in vars(usages).items()
    if key.isupper() and isinstance(value, int) and value > 0xFFFF
}


@pytest.mark.parametrize(
    ("usage", "text"),
    [
        (0x000B0020, "Telephony: Hook Switch"),
        (0x000B014B, "Telephony: Dual Mode Phone"),
        (0x00080017, "LED: Off-Hook"),
        (0x00080057, "LED: System Microphone Mute"),
        (0x000C00E9, "Consumer: Volume Increment"),
        (0x00090007, "Button 7"),
        (0x0009FFFF, "Button 65535"),
        (0x00090000, "page 0x0009 usage 0x0000"),
        (0x000B0032, "page 0x000B usage 0x0032"),
        (0xFF300020, "page 0xFF30 usage 0x0020"),
        (0, "page 0x0000 usage 0x0000"),
    ],
)
def test_names(usage: int, text: str) -> None:
    assert name(usage) == text


@pytest.mark.parametrize("key", sorted(CONSTANTS))
def test_constants_are_what_the_tables_call_so(key: str) -> None:
    """Word for word, whatever stands between the words."""
    said = name(CONSTANTS[key]).partition(": ")[2] or name(CONSTANTS[key])
    told = key.removeprefix("LED_").replace("_", "")
    short = {"VOICEMAILWAITING": "VOICEMAILMESSAGEWAITING", "KEYPAD": "TELEPHONYKEYPAD"}
    short |= {"VOLUMEUP": "VOLUMEINCREMENT", "VOLUMEDOWN": "VOLUMEDECREMENT"}
    short |= {"CONSUMERMUTE": "MUTE"}
    letters = "".join(letter for letter in said.upper() if letter.isalnum())
    assert letters == short.get(told, told)


def test_keys() -> None:
    assert [usages.KEYS[usages.PHONE_KEY_0 + place] for place in (0, 9, 10, 11, 12, 15)] == [
        "0", "9", "*", "#", "A", "D"
    ]  # fmt: skip
    assert len(usages.KEYS) == 16
    assert name(usages.PHONE_KEY_STAR) == "Telephony: Phone Key Star"
    assert usages.KEYS[usages.PHONE_KEY_POUND] == "#"


def test_names_are_those_of_an_independent_table() -> None:
    """hid-tools carries the usage tables too, with slips that are not ours: two names lost their
    first letter, one says what kind of control it is, two are older than the tables."""
    slips = {
        "oicemail Message Waiting": "Voicemail Message Waiting",
        "ost Hold": "Host Hold",
        "Line OSC": "Line",
        "Volume Up": "Volume Increment",
        "Volume Down": "Volume Decrement",
    }
    known = 0
    for page in (usages.TELEPHONY, usages.LED, usages.CONSUMER):
        for number, usage in HUT[page].items():
            ours = name(page << 16 | number)
            if ours.startswith("page "):
                continue
            known += 1
            theirs = slips.get(usage.name, usage.name)
            assert ours.partition(": ")[2].lower() == theirs.lower()
    assert known > 170
