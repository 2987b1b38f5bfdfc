"""What a simulated handset is: its descriptor, its brand's ways. The words rows are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..hid.report import ReportType
from .hid_writer import LEVEL, PULSE, VARIABLE, Choice, Collection, Pad, Part, Report, Value

PHONE, HEADSET, HANDSET, KEYPAD = 0x000B0001, 0x000B0005, 0x000B0004, 0x000B0006
DUAL_MODE_PHONE, PROGRAMMABLE = 0x000B014B, 0x000B0007
CONSUMER_CONTROL, CONSUMER_MUTE = 0x000C0001, 0x000C00E2
VOLUME_UP, VOLUME_DOWN = 0x000C00E9, 0x000C00EA
KEY_0, KEY_9, KEY_POUND, KEY_A, KEY_D = 0x000B00B0, 0x000B00B9, 0x000B00BB, 0x000B00BC, 0x000B00BF
BUTTON_1, BUTTON_7, BUTTON_PAGE = 0x00090001, 0x00090007, 0x0009

TELEPHONY: Mapping[str, int] = MappingProxyType(
    {
        "hook": 0x000B0020,
        "flash": 0x000B0021,
        "hold": 0x000B0023,
        "redial": 0x000B0024,
        "drop": 0x000B0026,
        "line": 0x000B002A,
        "mute": 0x000B002F,
        "send": 0x000B0031,
        "speed_dial": 0x000B0050,
        "voice_mail": 0x000B0070,
        "dial_tone": 0x000B0091,
        "busy": 0x000B0097,
        "reorder": 0x000B0098,
        "call_waiting": 0x000B0099,
        "ringback": 0x000B009D,
        "ringer": 0x000B009E,
    }
)
"""HID usage tables, telephony page. Names of inputs, but for the ringer."""

LAMPS: Mapping[str, int] = MappingProxyType(
    {
        "mute_lamp": 0x00080009,
        "off_hook_lamp": 0x00080017,
        "ring_lamp": 0x00080018,
        "message_lamp": 0x00080019,
        "speaker_lamp": 0x0008001E,
        "hold_lamp": 0x00080020,
        "microphone_lamp": 0x00080021,
        "on_line_lamp": 0x0008002A,
    }
)
"""HID usage tables, LED page. Names of outputs."""

DIGITS: Mapping[str, int] = MappingProxyType({key: i for i, key in enumerate("0123456789*#", 1)})
"""Key -> what its keypad reports: 0 is none, 1 is the key 0, as handsets do whatever they declare.
Source: GOnnect's mapping for all its devices, and the CX300, which declares exactly that."""

ALL_KEYS: Mapping[str, int] = MappingProxyType(
    {key: i for i, key in enumerate("0123456789*#ABCD", 1)}
)


@dataclass(frozen=True, slots=True)
class HandsetModel:
    """A simulated handset.

    hook: `level`, `toggle` (relative, each 1 is a press), `on_off` (relative, 1 and -1), or empty:
        it reports none. cradle: lifted and put down for real; else a key does both.
    follows: it goes off hook and on hook with its Off-Hook lamp, and tells so.
    reverts: seconds after which a lifting that the lamp does not confirm is taken back.
    mute: `pulse` asks for the other state; `level`: the handset itself has the state.
    mute_lamps: which outputs light it. keys: key -> value of the array. copies: name -> further
    names that always have its value; copied_by: the feature report that turns that off when it is
    0, none: 0. features: report id -> what it holds, without the id.
    line: it has a line of its own. display: one of the CX300's kind.
    """

    name: str
    product: str
    vendor_id: int
    product_id: int
    source: str
    collections: tuple[Collection, ...]
    hook: str = "level"
    cradle: bool = False
    follows: bool = True
    reverts: float | None = None
    mute: str = "pulse"
    mute_lamps: tuple[str, ...] = ("mute_lamp",)
    keys: Mapping[str, int] = field(default_factory=dict)
    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    copied_by: int = 0
    features: Mapping[int, bytes] = field(default_factory=dict)
    line: bool = False
    display: bool = False


def level(*names: str) -> tuple[Part, ...]:
    """Values that stay: absolute, no preferred state."""
    return tuple(Value(name, _usage(name)) for name in names)


def pulse(*names: str) -> tuple[Part, ...]:
    """Values that are 1 for a moment: relative."""
    return tuple(Value(name, _usage(name), PULSE) for name in names)


def reject(surplus: tuple[int, ...] = ()) -> Value:
    """The reject key, its usage given before the page it belongs to, as most makers write it."""
    return Value("reject", PROGRAMMABLE, VARIABLE, page_after=BUTTON_PAGE, surplus=surplus)


def keypad(size: int, low: int, high: int, last: int = KEY_POUND, flags: int = 0) -> Choice:
    """The keys from 0 on, as an array in a collection of its own."""
    return Choice("key", (KEY_0, last), size, low, high, flags, within=KEYPAD)


def received(report_id: int, *parts: Part) -> Report:
    """An input report: what the handset sends."""
    return Report(ReportType.INPUT, report_id, parts)


def sent(report_id: int, *parts: Part) -> Report:
    """An output report: what the host sends."""
    return Report(ReportType.OUTPUT, report_id, parts)


def feature(report_id: int, *parts: Part) -> Report:
    """A feature report: what the host reads and writes."""
    return Report(ReportType.FEATURE, report_id, parts)


def volume(report_id: int = 1, *more: Part) -> Collection:
    """The volume keys, which every headset has."""
    used = 2 + len(more)
    keys = (Value("", VOLUME_UP, VARIABLE), Value("", VOLUME_DOWN, VARIABLE))
    return Collection(CONSUMER_CONTROL, (received(report_id, *keys, *more, Pad(8 - used)),))


def each_its_own(**ids: int) -> tuple[Report, ...]:
    """Output reports of one lamp each: name -> report id."""
    return tuple(sent(number, *level(name), Pad(7)) for name, number in ids.items())


def vendor(prefix: str, page: int, names: tuple[str, ...], flags: int = LEVEL) -> tuple[Part, ...]:
    """A maker's copies of telephony values: the same usages on a page of its own."""
    return tuple(
        Value(f"{prefix}_{name}", page << 16 | _usage(name) & 0xFFFF, flags) for name in names
    )


def _usage(name: str) -> int:
    usage = LAMPS.get(name) or TELEPHONY.get(name)
    if usage is None:
        raise KeyError(f"no usage is known by the name {name!r}")
    return usage
