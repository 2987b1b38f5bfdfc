"""What a descriptor says of a line: built layout by layout, and judged."""

from __future__ import annotations

import time
from random import Random

import pytest

from hookflash import Capability
from hookflash.errors import BadDescriptor
from hookflash.hid import usages
from hookflash.hid.descriptor import parse
from hookflash.hid.line_layout import LineLayout, Signal, understand_line
from hookflash.hid.report import Field, ReportType
from hookflash.hid.roles import Lamp, Role
from hookflash.hid.telephony import understand
from hookflash.simulated.hid_models import MODELS
from hookflash.simulated.hid_writer import (
    CONSTANT,
    LEVEL,
    NULL,
    PULSE,
    VARIABLE,
    Choice,
    Collection,
    Layout,
    Pad,
    Part,
    Report,
    Value,
)
from support.report_structures import harmed

PHONE, DUAL, VENDOR_PHONE = 0x000B0001, 0x000B014B, 0xFF000001
KEYS = (usages.PHONE_KEY_0, usages.PHONE_KEY_D)
HOOK = Value("hook", usages.HOOK_SWITCH)
FLASH = Value("flash", usages.FLASH)
KEYPAD = Choice("key", KEYS, 5, 1, 16)
RING = Value("ring", usages.RINGER)


def line_of(
    *outputs: Part,
    inputs: tuple[Part, ...] = (),
    within: int = PHONE,
    kind: ReportType = ReportType.OUTPUT,
) -> LineLayout | None:
    """What a device with these outputs, or features, is as a line."""
    reports = [Report(kind, 2, outputs)] if outputs else []
    if inputs:
        reports.append(Report(ReportType.INPUT, 1, inputs))
    written = Layout((Collection(within, tuple(reports)),))
    return understand_line(parse(written.descriptor))


def usable(line: LineLayout | None) -> LineLayout:
    assert line is not None
    assert line.usable, line.reason
    return line


def says(values: dict[Field, int] | object) -> dict[int, int]:
    """Values by usage, or by a key's first usage."""
    assert isinstance(values, dict)
    return {field.usages[0]: value for field, value in values.items()}


@pytest.mark.parametrize("model", MODELS)
def test_only_the_dual_ones_have_a_line(model: str) -> None:
    line = understand_line(parse(Layout(MODELS[model].collections).descriptor))
    assert (line is not None) == MODELS[model].line
    if line is not None:
        assert line.usable
        assert line.notes == ()
        assert line.capabilities == set(Capability) - {Capability.CALLER_ID, Capability.MUTE}
        assert set(line.hears) == set(Signal)


@pytest.mark.parametrize("model", ["dual", "dual_feature"])
def test_the_same_device_is_a_handset_still(model: str) -> None:
    """The line's busy tone is not a headset's Line Busy, its hook output no lamp."""
    descriptor = parse(Layout(MODELS[model].collections).descriptor)
    handset, line = understand(descriptor), usable(understand_line(descriptor))
    assert handset.usable
    assert Role.LINE_BUSY not in handset.inputs
    assert not set(handset.lamps.values()) & set(line.idle)
    assert Lamp.LINE not in handset.lamps


@pytest.mark.parametrize("kind", [ReportType.OUTPUT, ReportType.FEATURE])
def test_a_plain_line(kind: ReportType) -> None:
    line = usable(line_of(HOOK, FLASH, Pad(6), KEYPAD, inputs=(RING,), kind=kind))
    assert [says(values) for values in line.seize] == [{usages.HOOK_SWITCH: 1}]
    assert [says(values) for values in line.release] == [{usages.HOOK_SWITCH: 0}]
    assert {one.report_type for one in line.idle} == {kind}
    assert says(line.idle) == {usages.HOOK_SWITCH: 0, usages.FLASH: 0, usages.PHONE_KEY_0: 0}
    values = [line.keys[key].on for key in "0123456789*#ABCD"]
    assert values == list(range(1, 17))
    assert line.select == line.send == ()
    assert line.flash is not None
    assert not line.flash.pulse
    assert sum("dial tone" in note for note in line.notes) == 1
    assert line.capabilities == {
        *(Capability.DIAL, Capability.DTMF, Capability.FLASH),
        *(Capability.ANSWER, Capability.REJECT),
    }


def test_what_is_missing_is_no_capability_and_said() -> None:
    line = usable(line_of(HOOK))
    assert line.capabilities == set()
    for what in ("no keys", "no flash", "does not tell that it rings", "no busy tone", "ringback"):
        assert any(what in note for note in line.notes), what
    line = usable(line_of(HOOK, Choice("key", (KEYS[0], usages.PHONE_KEY_9), 4, 1, 10)))
    assert line.capabilities == {Capability.DIAL, Capability.DTMF}
    assert "no key * and #: numbers with it are refused" in line.notes
    line = usable(line_of(HOOK, Choice("key", (usages.PHONE_KEY_0 + 1, KEYS[1]), 4, 1, 15)))
    assert line.capabilities == set()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (line_of(Value("hook", usages.HOOK_SWITCH, VARIABLE | CONSTANT), KEYPAD), "constant"),
        (line_of(KEYPAD), "no hook switch output: it takes keys"),
        (line_of(FLASH, within=DUAL), "calls itself a dual mode phone"),
        (line_of(Value("hook", usages.HOOK_SWITCH, PULSE), KEYPAD), "is a toggle"),
    ],
)
def test_why_not(line: LineLayout | None, why: str) -> None:
    assert line is not None
    assert not line.usable
    assert why in line.reason
    assert line.capabilities == set()


@pytest.mark.parametrize(
    "line",
    [
        line_of(inputs=(HOOK, FLASH, RING)),  # a handset
        line_of(Value("line", usages.LINE)),  # a lamp of a webcam
        line_of(Value("ringer", usages.RINGER), Value("hold", usages.HOLD)),
        line_of(HOOK, KEYPAD, within=VENDOR_PHONE),  # a maker's mirror
    ],
)
def test_what_says_nothing_of_a_line(line: LineLayout | None) -> None:
    assert line is None


def test_send_and_drop_in_place_of_a_hook() -> None:
    send, drop = (Value("", usage, PULSE) for usage in (usages.SEND, usages.DROP))
    line = usable(line_of(send, drop, Pad(6), KEYPAD))
    assert [says(values) for values in line.seize] == [{usages.SEND: 1}, {usages.SEND: 0}]
    assert [says(values) for values in line.release] == [{usages.DROP: 1}, {usages.DROP: 0}]
    assert line.send == ()
    assert any("Send takes the line" in note for note in line.notes)


def test_send_after_a_number_and_line_before_it() -> None:
    extra = (Value("", usage, PULSE) for usage in (usages.SEND, usages.LINE))
    line = usable(line_of(HOOK, *extra, Pad(5), KEYPAD))
    assert [says(values) for values in line.send] == [{usages.SEND: 1}, {usages.SEND: 0}]
    assert [says(values) for values in line.select] == [{usages.LINE: 1}, {usages.LINE: 0}]


def test_a_hook_with_an_event_for_each_way() -> None:
    hook = Value("hook", usages.HOOK_SWITCH, PULSE, 2, -1, 1)
    line = usable(line_of(hook, Pad(6), KEYPAD))
    assert [says(values) for values in line.seize] == [
        {usages.HOOK_SWITCH: 1},
        {usages.HOOK_SWITCH: 0},
    ]
    assert says(line.release[0]) == {usages.HOOK_SWITCH: -1}
    assert says(line.idle)[usages.HOOK_SWITCH] == 0


@pytest.mark.parametrize("least", [0, -1])
def test_a_flash_that_is_one_event_has_its_own_length(least: int) -> None:
    flash = Value("flash", usages.FLASH, PULSE, 2, least, 1)
    line = usable(line_of(HOOK, flash, Pad(5), KEYPAD))
    assert line.flash is not None
    assert line.flash.pulse
    assert list(line.flash.up.values()) == [0]
    assert any("length of a hookflash is its own" in note for note in line.notes)


def test_keys_as_bits_of_their_own() -> None:
    bits = [Value(f"key{i}", KEYS[0] + i) for i in range(12)]
    line = usable(line_of(HOOK, *bits, Pad(3)))
    assert {Capability.DIAL, Capability.DTMF} <= line.capabilities
    assert says(line.keys["7"].down) == {usages.PHONE_KEY_0 + 7: 1}


def test_keys_whose_none_is_no_zero() -> None:
    """A null state from 0 on: 0 would be the key 0."""
    line = usable(line_of(HOOK, Pad(7), Choice("key", KEYS, 5, 0, 15, NULL)))
    assert line.keys["0"].on == 0
    assert line.keys["0"].off == 16
    assert says(line.idle)[usages.PHONE_KEY_0] == 16


def test_a_slot_of_an_array_serves_one_control() -> None:
    """Hook and flash in one slot: there is no flash while the hook is on."""
    slot = Choice("control", (usages.HOOK_SWITCH, usages.FLASH), 2, 1, 2)
    line = usable(line_of(slot, Pad(6), KEYPAD))
    assert line.flash is None
    both = Choice("more", (usages.HOOK_SWITCH, usages.FLASH), 2, 1, 2)
    line = usable(line_of(slot, both, Pad(4), KEYPAD))
    assert line.flash is not None
    assert line.flash.on == 2


def test_signals_as_variables_and_in_an_array() -> None:
    ring = Value("ring", usages.OUTSIDE_RING_TONE, PULSE)
    tone = Choice("tone", (usages.INSIDE_DIAL_TONE, usages.CALL_WAITING_TONE), 4, 1, 10)
    line = usable(line_of(HOOK, Pad(7), KEYPAD, inputs=(ring, Pad(3), tone)))
    (slot,) = line.hears[Signal.BUSY]
    also, rings = line.hears[Signal.RING]  # the array has ring tones too
    assert also == slot
    assert slot.array
    assert line.told({}) == set()
    assert line.told({slot: 8, rings: 0}) == {Signal.BUSY}
    assert line.told({slot: 0, rings: 1}) == {Signal.RING}
    assert line.told({slot: 2}) == {Signal.DIAL}
    assert line.told({slot: 3}) == {Signal.RING}


def test_mute_is_a_level_or_nothing() -> None:
    level = usable(line_of(HOOK, Value("mute", usages.PHONE_MUTE, LEVEL)))
    assert Capability.MUTE in level.capabilities
    pulse = usable(line_of(HOOK, Value("mute", usages.PHONE_MUTE, PULSE)))
    assert Capability.MUTE not in pulse.capabilities


def test_harmed_descriptors_are_judged() -> None:
    """Whatever can be read can be judged, and what is then written can be."""
    random = Random(20261123)
    parents = [Layout(MODELS[model].collections).descriptor for model in ("dual", "dual_feature")]
    lines = 0
    for number in range(4000):
        data = harmed(parents[number % 2], parents[random.randrange(2)], random)
        try:
            told = parse(data)
        except BadDescriptor:
            continue
        line = understand_line(told)
        if line is None:
            continue
        assert line.usable == (line.reason == "")
        steps = [line.idle, *line.seize, *line.release, *line.select, *line.send]
        steps += [part for key in line.keys.values() for part in (key.down, key.up)]
        for values in steps:
            for field, value in values.items():
                report = told.report(field.report_type, field.report_id)
                assert report is not None
                assert report.decode(report.encode({field: value}))[field] == value
        lines += line.usable
    assert lines > 500


def test_a_great_array_takes_no_time() -> None:
    """Thousands of slots of thousands of usages, as a device that means harm may declare."""
    array = (
        "05 0b 09 01 a1 01"  # a phone
        "05 0b 1a 00 00 2a ff ff 15 00 26 ff 7f 75 10 96 ff 1f 91 00"
        "1a 00 00 2a ff ff 81 00 c0"
    )
    told = parse(bytes.fromhex(array))
    began = time.process_time()
    understand_line(told)
    assert time.process_time() - began < 1.0
