"""DLE codes, DTMF presses, and what `AT+VLS=?` promises."""

from __future__ import annotations

from itertools import chain, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.dle import (
    FALLIBLE,
    HANGUP_SIGNS,
    KEYS,
    REPEAT_MS,
    REPORT_MS,
    STANDARD,
    DleDecoder,
    Heard,
    Masks,
    Signal,
    event_mask,
    vls_masks,
)


def heard(codes: str, decoder: DleDecoder | None = None) -> list[Heard]:
    """What a fresh decoder makes of codes, one by one."""
    decoder = decoder or DleDecoder()
    return [found for code in codes for found in decoder.take(code)]


def press(key: str, ms: int = 0) -> Heard:
    return Heard(Signal.KEY, key, key, ms)


# --- codes ------------------------------------------------------------------------------------

TABLE = {
    "R": Signal.RING,
    "b": Signal.BUSY,
    "K": Signal.REORDER,
    "d": Signal.DIAL,
    "i": Signal.DIAL,
    "r": Signal.RINGBACK,
    "h": Signal.LOCAL_DOWN,
    "H": Signal.LOCAL_LIFTED,
    "p": Signal.EXTENSION_DOWN,
    "P": Signal.EXTENSION_LIFTED,
    "l": Signal.LOOP_BREAK,
    "L": Signal.POLARITY,
    "s": Signal.SILENCE,
    "q": Signal.QUIET,
    "a": Signal.ANSWER_TONE,
    "f": Signal.ANSWER_TONE,
    "c": Signal.FAX_CALLING,
    "m": Signal.FAX_CALLING,
    "e": Signal.DATA_CALLING,
    "v": Signal.VOICE,
    "V": Signal.VOICE,
    "J": Signal.SIT,
    "$": Signal.BONG,
    "t": Signal.TDD,
    "w": Signal.CALL_WAITING,
    "u": Signal.INFO,
    "o": Signal.INFO,
    "Y": Signal.INFO,
    "E": Signal.INFO,
    "T": Signal.INFO,
    "Q": Signal.INFO,
    "S": Signal.INFO,
    "\x03": Signal.NONE,
    "\x10": Signal.NONE,
    "\x1a": Signal.NONE,
}


@pytest.mark.parametrize(("code", "signal"), TABLE.items())
def test_codes_without_a_history(code: str, signal: Signal) -> None:
    assert heard(code) == [Heard(signal, code)]


@pytest.mark.parametrize("code", ["z", "W", "\0", "\xff", "G"])
def test_unknown_codes_mean_nothing(code: str) -> None:
    assert code not in STANDARD
    assert heard(code) == [Heard(Signal.NONE, code)]


def test_every_signal_has_a_code_and_the_constants_name_signals_that_have() -> None:
    assert set(STANDARD.values()) == set(Signal) - {Signal.LOOP_CHANGE}, "that is Conexant's only"
    assert FALLIBLE | HANGUP_SIGNS | REPEAT_MS.keys() <= set(STANDARD.values())


def test_a_family_may_mean_something_else() -> None:
    decoder = DleDecoder({"t": Signal.LOCAL_LIFTED, "z": Signal.BUSY, "~": Signal.SIT})
    assert heard("tzb~", decoder) == [
        Heard(Signal.LOCAL_LIFTED, "t"),
        Heard(Signal.BUSY, "z"),
        Heard(Signal.BUSY, "b"),
        Heard(Signal.SIT, "~"),
    ]
    assert heard("t") == [Heard(Signal.TDD, "t")]


def test_a_family_may_have_fewer_keys_but_no_other_ones() -> None:
    decoder = DleDecoder({"A": Signal.ANSWER_TONE, "x": Signal.KEY})
    assert heard("/AB~x", decoder) == [
        Heard(Signal.ANSWER_TONE, "A"),
        press("B", REPORT_MS),
        Heard(Signal.NONE, "x"),
    ]


# --- presses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(KEYS))
@pytest.mark.parametrize("end", ["~", "\x7f"])
def test_one_press_is_told_once_with_its_length(key: str, end: str) -> None:
    assert heard(f"/{key * 3}{end}") == [press(key, 210)]


def test_the_press_is_told_at_its_end() -> None:
    decoder = DleDecoder()
    assert heard("/55", decoder) == []
    assert decoder.pressed
    assert heard("~", decoder) == [press("5", 140)]
    assert not decoder.pressed


def test_the_same_key_pressed_again_is_another_press() -> None:
    assert heard("/55~/5~") == [press("5", 140), press("5", 70)]


def test_without_marks_each_digit_is_a_press_of_unknown_length() -> None:
    assert heard("55#A") == [press("5"), press("5"), press("#"), press("A")]


def test_different_digits_in_one_pair_are_presses() -> None:
    assert heard("/5566~") == [press("5", 140), press("6", 140)]
    assert heard("/565~") == [press("5", 70), press("6", 70), press("5", 70)]


def test_other_codes_within_a_press_are_told_at_once_and_leave_it_alone() -> None:
    assert heard("/5b5Rz5~") == [
        Heard(Signal.BUSY, "b"),
        Heard(Signal.RING, "R"),
        Heard(Signal.NONE, "z"),
        press("5", 210),
    ]


def test_a_start_mark_ends_the_press_before_it() -> None:
    decoder = DleDecoder()
    assert heard("/55/", decoder) == [press("5", 140)]
    assert decoder.pressed
    assert heard("6~", decoder) == [press("6", 70)]


def test_an_end_mark_that_never_came() -> None:
    decoder = DleDecoder()
    assert heard("/55", decoder) == []
    assert decoder.expire() == [press("5", 140)]
    assert not decoder.pressed
    assert decoder.expire() == []
    assert heard("~", decoder) == []
    assert heard("5", decoder) == [press("5")]


@pytest.mark.parametrize("codes", ["/~", "~", "\x7f", "/\x7f", "//~", "~~"])
def test_marks_without_digits_say_nothing(codes: str) -> None:
    decoder = DleDecoder()
    assert heard(codes, decoder) == []
    assert not decoder.pressed
    assert decoder.expire() == []


PRESSES = st.lists(st.tuples(st.sampled_from(sorted(KEYS)), st.integers(1, 20)), max_size=12)
SIGNALS = [code for code, signal in STANDARD.items() if signal not in (Signal.KEY, Signal.INFO)]
NOISE = st.lists(st.sampled_from(SIGNALS), max_size=3)


@given(PRESSES, st.sampled_from("~\x7f"), st.data())
def test_every_press_comes_out_whole_whatever_is_told_between(
    presses: list[tuple[str, int]], end: str, data: st.DataObject
) -> None:
    codes = "".join(f"/{key * count}{end}" for key, count in presses)
    noise = [data.draw(NOISE) for _ in codes]
    mixed = "".join(
        chain.from_iterable((code, *others) for code, others in zip(codes, noise, strict=True))
    )
    found = heard(mixed)
    assert [one for one in found if one.signal is Signal.KEY] == [
        press(key, count * REPORT_MS) for key, count in presses
    ]
    assert [one.code for one in found if one.signal is not Signal.KEY] == list(chain(*noise))


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_digit_is_lost_and_none_is_invented(codes: str) -> None:
    decoder = DleDecoder()
    found = heard(codes, decoder) + decoder.expire()
    keys = [one for one in found if one.signal is Signal.KEY]
    assert sum(max(1, one.ms // REPORT_MS) for one in keys) == sum(code in KEYS for code in codes)
    runs = [key for key, _ in groupby(code for code in codes if code in KEYS)]
    assert [key for key, _ in groupby(one.key for one in keys)] == runs
    assert len([one for one in found if one not in keys]) == sum(
        code not in KEYS and code not in "/~\x7f" for code in codes
    )


# --- masks ------------------------------------------------------------------------------------


def test_events_by_their_numbers() -> None:
    assert event_mask("80000000") == frozenset()  # 0: caller ID comes as text
    assert event_mask("10000000") == {Signal.RING}  # 3
    assert event_mask("08000000") == {Signal.KEY}  # 4
    assert event_mask("00800000") == {Signal.LOCAL_LIFTED, Signal.LOCAL_DOWN}  # 8
    assert event_mask("00001800") == {Signal.BUSY, Signal.DIAL}  # 19, 20
    assert event_mask("00000001") == {Signal.INFO}  # 31
    assert event_mask("000000008") == {Signal.ANSWER_TONE}  # 32, in a ninth digit


def test_a_whole_mask() -> None:
    assert event_mask("0b840981") == {
        Signal.KEY,
        Signal.FAX_CALLING,
        Signal.DATA_CALLING,
        Signal.LOCAL_LIFTED,
        Signal.LOCAL_DOWN,
        Signal.LOOP_BREAK,
        Signal.DIAL,
        Signal.EXTENSION_LIFTED,
        Signal.EXTENSION_DOWN,
        Signal.INFO,
    }


def test_a_longer_mask_begins_with_the_same_events() -> None:
    assert event_mask("0B84098100") == event_mask("0B840981")


@pytest.mark.parametrize(
    "text", ["", "0B84", "0B84098", "0B8409G1", "OK", "0B840981" * 3, "-B840981"]
)
def test_what_is_no_mask(text: str) -> None:
    assert event_mask(text) == frozenset()


def test_every_signal_but_none_can_be_promised() -> None:
    assert event_mask("F" * 10) == set(Signal) - {Signal.NONE, Signal.LOOP_CHANGE}


def test_labels_and_their_masks() -> None:
    found = vls_masks(
        [
            "AT+VLS=?",
            '0,"",A0800000,A0800000,A0800000',
            '1,"T",0a800001, 0A800002 ,0A800003',
            '3," LT ",0A80000100,0A80000200,0A80000300',
            "OK",
        ]
    )
    assert found == {
        0: Masks("", "A0800000", "A0800000", "A0800000"),
        1: Masks("T", "0A800001", "0A800002", "0A800003"),
        3: Masks("LT", "0A80000100", "0A80000200", "0A80000300"),
    }
    assert event_mask(found[1].idle) == event_mask("0A800003") != frozenset()


@pytest.mark.parametrize(
    ("line", "masks"),
    [
        ('4,"S"', Masks("S")),
        ('4,"S",00800000', Masks("S", "00800000")),
        ('4,"S",,,00800000', Masks("S", "", "", "00800000")),
        ('4,"S",00800000,broken,00800001,more', Masks("S", "00800000", "", "00800001")),
        ("4,S,00800000", Masks("S", "00800000")),
        ('+VLS: 4,"S",00800000', Masks("S", "00800000")),
        ('#VLS: 4,"S",00800000', Masks("S", "00800000")),
        ("4,,", Masks()),
    ],
)
def test_missing_and_strange_fields(line: str, masks: Masks) -> None:
    assert vls_masks([line]) == {4: masks}


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("0,1,2,8,16", [0, 1, 2, 8, 16]),
        ("(0,1,2)", [0, 1, 2]),
        ("+VLS: (0-3,8-9,14)", [0, 1, 2, 3, 8, 9, 14]),
        ("7", [7]),
        ("0-999", list(range(256))),
        ("9-8", []),
    ],
)
def test_labels_without_masks(line: str, labels: list[int]) -> None:
    assert vls_masks([line]) == dict.fromkeys(labels, Masks())


def test_a_list_of_labels_does_not_take_masks_away() -> None:
    row = '1,"T",0A800001,0A800002,0A800003'
    assert vls_masks([row, "0,1"]) == {**vls_masks([row]), 0: Masks()}


@pytest.mark.parametrize(
    "line", ["", "OK", "ERROR", "NMBR = 12,34", ",,", "x,1", "1234,5678", '"T",1']
)
def test_other_lines_are_passed_over(line: str) -> None:
    assert vls_masks([line]) == {}


@given(st.lists(st.text(st.sampled_from('0189AF,"T()- VLS:+x'), max_size=40), max_size=5))
def test_any_reply_gives_labels_and_masks_that_can_be_read(lines: list[str]) -> None:
    for label, masks in vls_masks(lines).items():
        assert 0 <= label <= 999
        for mask in (masks.transmit, masks.receive, masks.idle):
            assert mask == "" or event_mask(mask) <= set(Signal)
