"""What recordings show: read from text as bug reports carry them, and judged without a device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.errors import BadRecording
from hookflash.hid.descriptor import parse
from hookflash.hid.learning import Learned, conclude
from hookflash.hid.recording import Entry, Recording, read
from hookflash.simulated.hid_models import MODELS
from hookflash.simulated.hid_writer import Layout

JABRA = Layout(MODELS["jabra"].collections).descriptor


def learned(*lines: str, descriptor: bytes = JABRA) -> Learned:
    """What a recording with these entries shows; one is made every 10 ms unless it says when."""
    entries = "\n".join(
        line if line[0].isdigit() else f"{number / 100:.3f} {line}"
        for number, line in enumerate(lines)
    )
    text = f"recording 1\ndevice 0b0e:0307 It\ndescriptor {descriptor.hex()}\n{entries}\n"
    return conclude(parse(descriptor), read(text), "it", "It")


# --- what is concluded ----------------------------------------------------------------------------


def test_a_level_hook_and_a_pulse_of_mute_are_as_declared() -> None:
    found = learned(
        *("step lift", "in 02 01 00", "out 02 01 00", "in 02 03 00"),
        *("step mute", "in 02 07 00", "in 02 03 00"),
        *("step unmute", "in 02 07 00", "in 02 03 00"),
        *("step down", "in 02 02 00", "in 02 00 00"),
    )
    assert (found.profile.hook, found.profile.mute) == ("", "")
    assert "hook: it lies in one of two positions (level)" in found.findings
    assert "mute: each press asks for the other state (pulse)" in found.findings
    assert "mute: Telephony: Phone Mute = 1, Telephony: Phone Mute = 0" in found.findings


def test_a_rise_when_put_down_is_a_toggle() -> None:
    found = learned("step lift", "in 02 01 00", "in 02 00 00", "step down", "in 02 01 00")
    assert found.profile.hook == "toggle"


@pytest.mark.parametrize(
    ("lines", "finding"),
    [
        (("step lift", "step down"), "hook: nothing came when it was lifted"),
        (("step lift", "in 02 01 00", "step down"), "hook: nothing came when it was put down"),
    ],
)
def test_a_hook_that_tells_half_is_not_guessed(lines: tuple[str, ...], finding: str) -> None:
    found = learned(*lines)
    assert found.profile.hook == ""
    assert finding in found.findings


def test_vendor_copies_and_volume_are_no_hook_and_no_mute() -> None:
    found = learned("step lift", "in 04 01 00", "in 01 03", "step mute", "in 04 05 00", "in 01 01")
    assert (found.profile.hook, found.profile.mute) == ("", "")
    assert "hook: nothing came when it was lifted" in found.findings
    assert "mute: page 0xFF30 usage 0x002F = 1" in "\n".join(found.findings)
    assert "Volume" not in "\n".join(found.findings)


def test_the_time_of_a_fall_is_that_between_the_reports() -> None:
    found = learned("step lift_unanswered", "5.000 in 02 01 00", "7.004 in 02 00 00")
    assert "lifted, and no lamp lit: it falls back after 2004 ms" in found.findings


def test_reports_of_no_known_id_and_cut_ones_do_no_harm() -> None:
    found = learned(
        "step lift", "in 7e ff", "in 02", "in", "in 02 01", "step down", "in 02 00 ff ff"
    )
    assert "hook: it lies in one of two positions (level)" in found.findings


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ("1=02 2=03 0=01", 0),
        ("1=03 2=04", 0x000B00AF),
        ("1=01 2=02 9=09", 0x000B00B1),
        ("1=05 2=05", 0),
    ],
)
def test_where_the_keypad_begins(values: str, first: int) -> None:
    lines = []
    for press in values.split():
        key, _, value = press.partition("=")
        bits = int(value, 16) << 7
        lines += [f"step key {key}", f"in 02 {bits & 0xFF:02x} {bits >> 8:02x}", "in 02 00 00"]
    assert learned(*lines).profile.keypad_first == first


@pytest.mark.parametrize(("count", "needed"), [(0, False), (1, False), (2, True), (3, True)])
def test_two_reports_that_say_nothing_refuse_a_call(count: int, needed: bool) -> None:
    level_mute = Layout(MODELS["level_mute"].collections).descriptor
    found = learned("step reject", *["in 02 00"] * count, descriptor=level_mute)
    assert found.profile.two_falls is needed
    assert learned("step reject", *["in 02 00 00"] * count).profile.two_falls is False, (
        "with a key for it there is no need"
    )


def test_what_is_constant_and_padding_is_not_trusted_for_that() -> None:
    assert learned("step lift", "in 02 01 f8", "in 01 fc").profile.trusts_constant is False


# --- the text -------------------------------------------------------------------------------------


entries = st.builds(
    Entry,
    at=st.integers(0, 10_000_000).map(lambda ms: ms / 1000),
    kind=st.sampled_from(["in", "out", "feature"]),
    data=st.binary(min_size=1, max_size=64),
) | st.builds(
    Entry,
    at=st.integers(0, 10_000_000).map(lambda ms: ms / 1000),
    kind=st.sampled_from(["step", "note"]),
    text=st.sampled_from(["lift", "key #", "lamps not put out: gone"]),
)


@given(st.binary(min_size=1, max_size=300), st.lists(entries, max_size=20))
def test_what_is_written_is_read(descriptor: bytes, lines: list[Entry]) -> None:
    recording = Recording("0b0e:0307 It", descriptor, lines)
    assert read(recording.to_text()) == recording


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "its head is wrong"),
        ("recording 2\ndevice x\ndescriptor 05", "does not begin with 'recording 1'"),
        ("recording 1\ndevice x\ndescriptor 5", "its head is wrong"),
        ("recording 1\ndevice x\ndescriptor 05\n0.1 in 0g", "line 4"),
        ("recording 1\ndevice x\ndescriptor 05\n0.1 step lift\nsoon in 02", "line 5"),
        ("recording 1\ndevice x\ndescriptor 05\n0.1 sang a song", "'sang' is no kind"),
        ("recording 1\ndevice x\ndescriptor 05\n0.1", "line 4"),
    ],
)
def test_text_that_is_no_recording(text: str, told: str) -> None:
    with pytest.raises(BadRecording, match=told):
        read(text)
