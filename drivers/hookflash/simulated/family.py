"""What a simulated modem family is: identity, voice class, units and forms, quirks. Data only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EVENT_BITS: Mapping[str, int] = {
    "caller_id": 0,
    "distinctive_ring": 2,
    "ring": 3,
    "key": 4,
    "fax_calling": 6,
    "data_calling": 7,
    "local_hook": 8,
    "silence": 9,
    "quiet": 10,
    "sit": 11,
    "bong": 12,
    "loop_break": 13,
    "polarity": 14,
    "call_waiting": 15,
    "tdd": 17,
    "ringback": 18,
    "busy": 19,
    "dial": 20,
    "reorder": 21,
    "underrun": 23,
    "extension_hook": 24,
    "answer_tone": 25,
    "data_answer": 26,
    "voice": 27,
    "waiting_caller_id": 28,
    "lost": 31,
}
"""Events and their bits in the masks of +VLS=?, from the left (Rockwell RC56, table 6-6)."""

TONE_EVENTS = ("fax_calling", "data_calling", "silence", "quiet", "busy", "dial", "answer_tone")
"""What all voice modems hear, but for those whose masks say otherwise."""

CODES: Mapping[str, str] = {
    "ring": "R",
    "fax_calling": "c",
    "data_calling": "e",
    "local_lifted": "H",
    "local_down": "h",
    "extension_lifted": "P",
    "extension_down": "p",
    "silence": "s",
    "quiet": "q",
    "sit": "J",
    "bong": "$",
    "loop_break": "l",
    "polarity": "L",
    "call_waiting": "w",
    "tdd": "t",
    "ringback": "r",
    "busy": "b",
    "dial": "d",
    "reorder": "K",
    "answer_tone": "a",
    "data_answer": "f",
    "voice": "V",
}
"""DLE codes of events (V.253 table 14, IS-101)."""


def mask(*events: str) -> int:
    """The event mask that holds these events."""
    return sum(1 << (31 - EVENT_BITS[event]) for event in set(events))


@dataclass(frozen=True, slots=True)
class Label:
    """A source and destination of sound, as +VLS numbers them.

    play, record, idle: masks of the events that are told while playing, recording, and otherwise.
    off_hook: what choosing it does to the hook; None: nothing.
    """

    name: str
    devices: str
    play: int
    record: int
    idle: int
    off_hook: bool | None
    confirms: str = "OK"

    def __str__(self) -> str:
        return f'{self.name},"{self.devices}",{self.play:08X},{self.record:08X},{self.idle:08X}'


def labels(*rows: tuple[str, str, int, int, int], confirms: str = "OK") -> tuple[Label, ...]:
    """Labels whose devices tell the hook: with T, the telephone line, they are off hook."""
    return tuple(Label(*row, off_hook="T" in row[1], confirms=confirms) for row in rows)


VOICE_SETTINGS: Mapping[str, str] = {
    "VEM": "FFFFFFFF",
    "VGR": "128",
    "VGT": "128",
    "VIP": "",
    "VIT": "0",
    "VNH": "0",
    "VPR": "0",
    "VRA": "50",
    "VRN": "10",
    "VSD": "128,50",
    "VSM": "128,8000",
    "VSP": "0",
    "VTD": "100",
}
"""Parameters of the voice class and what they are to begin with (V.253 10)."""


def settings(**other: str) -> Mapping[str, str]:
    """V.253's voice parameters, some of them otherwise."""
    return {**VOICE_SETTINGS, **other}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family, as its manuals and its users describe it.

    replies: command (without AT) -> lines of its answer; `I` stands for any I command that is not
        named. What is not named is ERROR.
    classes: what +FCLASS=? lists. sharp_classes: the same of #CLS=?.
    voice: `+`, `#`, or empty: how voice commands begin.
    labels: what +VLS (#VLS) takes, the first to begin with. label_list: +VLS=? where it is not
        V.253's list of masks. compressions: what +VSM=? lists.
    voice_settings: parameters of the voice class, and their defaults.
    forgets: these are lost when the voice class is left. class_ends_with_call: ATH leaves it.
    connected: what confirms picking up and an answered dial. takes_a: ATA picks up in voice class.
    ring_result: told for each ringback while a dial waits, if any. no_answer: the result when a
        called party never answers. sounds_at_lift: DLE code sent after picking up with +VLS.
    codes: DLE codes other than CODES'; same_as: events that are told as another one.
    repeats: busy and dial tone are told again and again. needs_detection: nothing is told of tones
        and keys before #VTD=,,n. ste_hook: extensions are told only after -STE with bit 2.
    held_keys: a key comes as `/`, its digit every 70 ms, and `key_end`; else once.
    complex_reports: in voice class, caller ID and cadences come inside <DLE>X … <DLE>. .
    tone_unit_ms: unit of durations in tone elements, and of +VTD. keys: what may stand bare or in
        braces. bare_keys_answered: False: no answer at all to a bare key or one in braces.
    flash_in_tones: `!` may stand where a key may. zero_frequency: `any` (one may be empty or 0),
        `refused`, or `both` (both, or neither). whole_lists: a dual tone has all its three parts.
    deaf_after_tones: no keys are heard after a tone until the line is chosen anew.
    pairs_are_keys: dual tones with the frequencies of a key are taken for it by the exchange.
    flash_register: `S29` (10 ms), `U4F` (ms, hexadecimal), or none: half a second. ampersand: &
        flashes as ! does.
    caller_id: the command for it; `S40.2` is bit 2 of register 40. caller_id_form: `spaced`,
        `tight` or `zyxel`.
    hex_checksum, hex_wrap: of unformatted caller ID; characters in a line, 0: all in one.
    waiting_id: the stored command and its value with which caller ID of a second call is told;
        no command: always, in a call of the modem's own; None: never.
    vra_unit, vrn_unit: seconds.
    distinctive: `-SDR` or `S41` for RING with a letter or number; dron: +VDR is known.
    country: +GCI to begin with; empty: there is no such command.
    burst_deaf: picking up during a ring burst is confirmed and not done.
    dtr_hangs_up: False: not even with &D2.
    harmless: basic commands that are taken and do nothing that is modelled here.
    stored: commands of the form name=number, and what they are at first.
    """

    name: str
    title: str
    source: str
    replies: Mapping[str, tuple[str, ...]]
    classes: str = "0"
    sharp_classes: str = ""
    voice: str = ""
    labels: tuple[Label, ...] = ()
    label_list: tuple[str, ...] = ()
    compressions: tuple[str, ...] = ()
    voice_settings: Mapping[str, str] = field(default_factory=dict)
    forgets: bool = False
    class_ends_with_call: bool = False
    connected: str = "OK"
    takes_a: bool = True
    ring_result: str = ""
    no_answer: str = "NO ANSWER"
    sounds_at_lift: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    repeats: bool = True
    needs_detection: bool = False
    ste_hook: bool = False
    held_keys: bool = True
    key_end: int = 0x7E
    complex_reports: bool = False
    tone_unit_ms: int = 10
    keys: str = "0123456789*#ABCD"
    bare_keys_answered: bool = True
    flash_in_tones: bool = True
    zero_frequency: str = "any"
    whole_lists: bool = False
    deaf_after_tones: bool = False
    pairs_are_keys: bool = True
    flash_register: str = "S29"
    ampersand: bool = False
    caller_id: str = "+VCID"
    caller_id_form: str = "spaced"
    hex_checksum: bool = True
    hex_wrap: int = 0
    waiting_id: tuple[str, int] | None = None
    vra_unit: float = 0.1
    vrn_unit: float = 1.0
    distinctive: str = ""
    dron: bool = True
    country: str = "B5"
    burst_deaf: bool = False
    dtr_hangs_up: bool = True
    harmless: frozenset[str] = frozenset(
        {"B", "L", "M", "N", "P", "T", "W", "Y", "&C", "&G", "&H", "&I", "&K", "&R", "&S", "&W"}
    )
    stored: Mapping[str, int] = field(default_factory=dict)

    def code(self, event: str) -> str:
        """The DLE code of an event."""
        return self.codes.get(event) or CODES[event]

    def find_label(self, name: str) -> Label | None:
        """The label of that name."""
        return _first(label for label in self.labels if label.name == name)

    @property
    def line_label(self) -> Label | None:
        """The label that a dial or ATA chooses: the first that is off hook."""
        return _first(label for label in self.labels if label.off_hook)


def _first(found: Iterable[Label]) -> Label | None:
    return next(iter(found), None)
