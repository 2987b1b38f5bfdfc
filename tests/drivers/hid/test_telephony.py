"""What a descriptor means for a handset: layouts by hand, and those of the simulated handsets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hookflash.handset import DARK, Feature, Lamps
from hookflash.handset_events import Button
from hookflash.hid import usages
from hookflash.hid.descriptor import ReportDescriptor, parse
from hookflash.hid.hook import HookKind
from hookflash.hid.mute import MuteKind
from hookflash.hid.profiles import DEFAULT
from hookflash.hid.report import Field, ReportType
from hookflash.hid.roles import Lamp, Role
from hookflash.hid.telephony import Layout, understand
from hookflash.simulated.hid_models import MODELS, find_model
from hookflash.simulated.hid_writer import Layout as Written

IN, OUT, FEATURE = ReportType.INPUT, ReportType.OUTPUT, ReportType.FEATURE
HEADSET = (usages.HEADSET,)


def field(
    report_type: ReportType,
    usage: int,
    bit: int = 0,
    report_id: int = 1,
    collections: tuple[int, ...] = HEADSET,
    **more: Any,
) -> Field:
    low = -1 if more.pop("signed", False) else 0
    size = 2 if low else 1
    return Field(
        report_type, report_id, bit, size, (usage,), low, 1, collections=collections, **more
    )


def array(
    usages_: range | tuple[int, ...],
    low: int,
    high: int,
    bit: int = 0,
    report_type: ReportType = IN,
    size: int = 8,
) -> Field:
    return Field(
        report_type, 1, bit, size, tuple(usages_), low, high, array=True, collections=HEADSET
    )


def layout(*fields: Field, **profile: Any) -> Layout:
    descriptor = ReportDescriptor(fields, (), True, ())
    return understand(descriptor, replace(DEFAULT, **profile))


HOOK = field(IN, usages.HOOK_SWITCH)
KEYS = range(usages.PHONE_KEY_0, usages.PHONE_KEY_POUND + 1)


def simulated(model: str, **profile: Any) -> Layout:
    descriptor = parse(Written(find_model(model).collections).descriptor)
    return understand(descriptor, replace(DEFAULT, **profile))


# --- the simulated handsets -----------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_each_value_is_found_where_it_was_written(name: str) -> None:
    model = MODELS[name]
    written = Written(model.collections)
    found = simulated(name)
    assert found.usable == (name not in ("constant", "constant_sends", "headset_no_telephony"))
    if not found.usable:
        assert found.reason
        return
    names = {role: "key" if role is Role.KEYPAD else role.value for role in found.inputs}
    names[Role.LINE_BUSY] = "busy"
    for role, fields in found.inputs.items():
        place = written.places[names[role]]
        assert {(f.report_id, f.bit) for f in fields} == {(place.report_id, place.bit)}
    for lamp, its in found.lamps.items():
        name_ = "ringer" if lamp is Lamp.RINGER else f"{lamp.value}_lamp"
        place = written.places[name_]
        assert (its.report_id, its.bit) == (place.report_id, place.bit)
    assert found.hook == model.hook
    assert found.mute == model.mute


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.keys])
def test_keys_mean_what_is_printed_on_them(name: str) -> None:
    model = MODELS[name]
    written = Written(model.collections)
    found = simulated(name)
    report = parse(written.descriptor).report(IN, written.places["key"].report_id)
    assert report is not None
    for key, value in {**model.keys, "": 0}.items():
        reading = found.reading(report.decode(written.encode(IN, report.id, {"key": value})))
        assert reading is not None
        assert reading.keys == frozenset(key)


def test_a_profile_trusts_constants() -> None:
    found = simulated("constant_sends", trusts_constant=True)
    assert found.usable
    assert set(found.inputs) == {Role.HOOK, Role.MUTE}


# --- choosing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "usage", [usages.PROGRAMMABLE_BUTTON, usages.BUTTON_7, usages.BUTTON_1], ids=hex
)
def test_reject_in_three_spellings(usage: int) -> None:
    key = field(IN, usage, 1)
    found = layout(HOOK, key)
    assert Feature.REJECT in found.features
    reading = found.reading({HOOK: 0, key: 1})
    assert reading is not None
    assert reading.buttons == {Button.REJECT: True}


@pytest.mark.parametrize("where", [(usages.CONSUMER_CONTROL,), (0xFF300001,), ()])
def test_buttons_elsewhere_reject_nothing(where: tuple[int, ...]) -> None:
    assert Role.REJECT not in layout(HOOK, field(IN, usages.BUTTON_7, 1, 1, where)).inputs


def test_a_makers_mirror_is_not_heard() -> None:
    mirror = field(IN, usages.HOOK_SWITCH, 0, 4, (0xFF300001, usages.HEADSET))
    assert layout(mirror, HOOK).inputs[Role.HOOK] == (HOOK,)
    assert not layout(mirror).usable


def test_only_phone_mute_is_mute() -> None:
    found = layout(
        HOOK,
        field(IN, usages.CONSUMER_MUTE, 1, 2, (usages.CONSUMER_CONTROL,)),
        field(IN, 0xFFA000B5, 0, 3, (0xFFA00001,)),
    )
    assert Role.MUTE not in found.inputs


def test_several_telephony_collections_and_what_is_beside_the_hook() -> None:
    early = field(IN, usages.PHONE_MUTE, 0, 1)
    hook = field(IN, usages.HOOK_SWITCH, 0, 2)
    late = field(IN, usages.PHONE_MUTE, 1, 2)
    assert layout(early, hook, late).inputs[Role.MUTE] == (late,)
    assert layout(early, hook).inputs[Role.MUTE] == (early,)


def test_telephony_in_a_consumer_collection() -> None:
    where = (usages.CONSUMER_CONTROL,)
    hook = field(IN, usages.HOOK_SWITCH, 0, 0, where, relative=True)
    lamp = field(OUT, usages.LED_OFF_HOOK, 0, 0, where)
    other = field(OUT, usages.LED_MUTE, 0, 0, (0x00010006,))
    found = layout(hook, lamp, other)
    assert found.usable
    assert found.hook is HookKind.TOGGLE
    assert set(found.lamps) == {Lamp.OFF_HOOK}, "a keyboard's lamp is its own"


def test_keys_as_variables() -> None:
    one, star = field(IN, usages.PHONE_KEY_0 + 1, 1), field(IN, usages.PHONE_KEY_STAR, 2)
    found = layout(HOOK, one, star)
    reading = found.reading({HOOK: 0, one: 1, star: 1})
    assert reading is not None
    assert reading.keys == frozenset("1*")


def test_keypads_that_count_in_their_own_way() -> None:
    keypad = array(KEYS, 0, 11, 8)
    keys = [layout(HOOK, keypad).reading({keypad: value}) for value in (0, 1, 12)]
    assert [reading and set(reading.keys or ()) for reading in keys] == [set(), {"0"}, {"#"}]
    found = layout(HOOK, keypad, keypad_first=usages.PHONE_KEY_0 + 1)
    reading = found.reading({keypad: 1})
    assert reading is not None
    assert reading.keys == frozenset("1")


def test_send_and_drop_instead_of_a_hook() -> None:
    send, drop = field(IN, usages.SEND, 1), field(IN, usages.DROP, 2)
    found = layout(send, drop)
    assert found.usable
    assert found.hook is HookKind.ON_OFF
    hooks = [found.reading({send: a, drop: b}) for a, b in ((0, 0), (1, 0), (0, 1))]
    assert [reading and reading.hook for reading in hooks] == [0, 1, -1]
    assert found.notes[0] == "no hook switch: Send lifts, Drop puts down"
    assert not layout(send).usable


def test_hook_and_mute_in_an_array() -> None:
    slot = array((usages.HOOK_SWITCH, usages.PHONE_MUTE, usages.REDIAL), 1, 3)
    found = layout(slot)
    told = [found.reading({slot: value}) for value in range(4)]
    assert [r and (r.hook, r.mute, *r.buttons.values()) for r in told] == [
        (0, 0, False),
        (1, 0, False),
        (0, 1, False),
        (0, 0, True),
    ]


def test_busy_tone_of_a_line_is_no_evidence() -> None:
    busy = field(IN, usages.LINE_BUSY_TONE, 1)
    assert Role.LINE_BUSY in layout(HOOK, busy).inputs
    assert Role.LINE_BUSY not in layout(HOOK, replace(busy, report_id=2)).inputs
    assert Role.LINE_BUSY not in layout(HOOK, replace(busy, relative=True)).inputs
    assert Role.LINE_BUSY not in layout(HOOK, busy, field(FEATURE, usages.HOOK_SWITCH)).inputs


def test_a_report_of_something_else_says_nothing() -> None:
    volume = field(IN, usages.VOLUME_UP, 0, 3, (usages.CONSUMER_CONTROL,))
    assert layout(HOOK, volume).reading({volume: 1}) is None


# --- kinds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "profile", "expected"),
    [
        ({}, "", HookKind.LEVEL),
        ({"no_preferred": True}, "", HookKind.LEVEL),
        ({"relative": True}, "", HookKind.TOGGLE),
        ({"relative": True, "signed": True}, "", HookKind.ON_OFF),
        ({}, "toggle", HookKind.TOGGLE),
    ],
)
def test_hook_kinds(flags: dict[str, Any], profile: str, expected: HookKind) -> None:
    assert layout(field(IN, usages.HOOK_SWITCH, **flags), hook=profile).hook is expected


def test_mute_kinds() -> None:
    pulse, level = field(IN, usages.PHONE_MUTE, 1, relative=True), field(IN, usages.PHONE_MUTE, 1)
    assert layout(HOOK, pulse).mute is MuteKind.PULSE
    assert layout(HOOK, level).mute is MuteKind.LEVEL
    assert layout(HOOK, level, mute="pulse").mute is MuteKind.PULSE


# --- lamps ----------------------------------------------------------------------------------------

ALL_LAMPS = {
    usage: field(OUT, usage, bit, 2)
    for bit, usage in enumerate(
        [
            usages.LED_OFF_HOOK, usages.LED_RING, usages.RINGER, usages.LED_MUTE,
            usages.LED_MICROPHONE, usages.LED_HOLD, usages.LED_ON_LINE, usages.LED_MESSAGE_WAITING,
        ]
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("lamps", "lit"),
    [
        (DARK, set()),
        (Lamps(ringing=True), {usages.LED_RING, usages.RINGER}),
        (Lamps(off_hook=True), {usages.LED_OFF_HOOK, usages.LED_ON_LINE}),
        (Lamps(muted=True), set()),
        (
            Lamps(off_hook=True, muted=True),
            {usages.LED_OFF_HOOK, usages.LED_ON_LINE, usages.LED_MUTE, usages.LED_MICROPHONE},
        ),
        (
            Lamps(off_hook=True, held=True),
            {usages.LED_OFF_HOOK, usages.LED_ON_LINE, usages.LED_HOLD},
        ),
        (Lamps(message_waiting=True), {usages.LED_MESSAGE_WAITING}),
    ],
)
def test_lamps_follow_the_call(lamps: Lamps, lit: set[int]) -> None:
    shown = layout(HOOK, *ALL_LAMPS.values()).shown(lamps)
    assert {usage for usage, its in ALL_LAMPS.items() if shown[its]} == lit
    assert set(shown) == set(ALL_LAMPS.values()), "all of them, each time"


def test_a_ringer_whose_value_is_its_usage() -> None:
    ringer = array(range(0x000B0000, 0x000B0100), 0, 255, 0, OUT)
    found = layout(HOOK, ringer)
    assert found.shown(Lamps(ringing=True)) == {ringer: 0x9E}
    assert found.shown(DARK) == {ringer: 0}
    assert Feature.RINGER in found.features


def test_what_a_line_is_told_is_no_lamp() -> None:
    line_hook, line = field(OUT, usages.HOOK_SWITCH, 0, 3), field(OUT, usages.LINE, 1, 3)
    assert layout(HOOK, line_hook, line).lamps == {}
    assert set(layout(HOOK, line).lamps) == {Lamp.LINE}, "without a line it is a lamp"


def test_a_headsets_speaker_lamp_stays_dark() -> None:
    speaker = field(OUT, usages.LED_SPEAKER)
    assert Lamp.SPEAKER not in layout(HOOK, speaker).lamps
    phone = replace(speaker, collections=(usages.PHONE,))
    assert Lamp.SPEAKER in layout(HOOK, phone).lamps


def test_constant_outputs_are_no_lamps() -> None:
    assert layout(HOOK, field(OUT, usages.LED_RING, constant=True)).lamps == {}


# --- refusing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([], "no telephony page (0x0B): it has sound or keys"),
        ([field(IN, usages.VOLUME_UP, 0, 1, (usages.CONSUMER_CONTROL,))], "no telephony page"),
        ([field(IN, 0xFFA000D0, 0, 1, (0xFFA00001,))], "only the maker's own pages 0xFFA0"),
        ([field(IN, usages.PHONE_MUTE)], "no hook switch: it declares telephony"),
        ([field(IN, usages.HOOK_SWITCH, constant=True)], "its hook switch is declared constant"),
        (
            [field(IN, usages.HOOK_SWITCH, 0, 1, (0xFF300001,))],
            "among the maker's own reports only",
        ),
        ([field(OUT, usages.HOOK_SWITCH)], "its hook switch is an output: it is a line"),
    ],
)
def test_why_it_is_no_handset(fields: list[Field], says: str) -> None:
    found = layout(*fields)
    assert not found.usable
    assert says in found.reason


def test_what_it_lacks_is_told() -> None:
    mute = field(IN, usages.PHONE_MUTE, 1, constant=True)
    notes = layout(HOOK, mute).notes
    assert notes[0] == "Telephony: Phone Mute is declared constant, and not used"
    assert [note.split(":")[0] for note in notes[1:]] == [
        "no Off-Hook lamp",
        "no ring lamp and no ringer",
    ]
