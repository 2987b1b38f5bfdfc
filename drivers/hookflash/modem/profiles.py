"""Modem families: what is peculiar to each, as data. One table; every row with its source.

A profile is chosen by probing (`probe.py`, `identify.py`), never by ATI alone: voice modems of both
kinds share its answers. What a row leaves out is V.253's own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .dle import Signal

VRA_UNIT_MS = 100
"""Unit of +VRA and #VRA (ringback went away), in all families."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One family. Regular expressions are searched in single lines, whatever their case.

    dialect: `v253` (`+` commands), `rockwell` (`#` commands) or `data`.
    source: where this was read. doubts: what of it could not be read anywhere, or is contradicted.
    voice_since: the firmware from which on there is a voice class.

    How it is known
    USB ids stand in the catalog. identity: regular expressions for the identity replies.
    masks: event masks of `+VLS=?` (label 1, idle). labels: all labels of `+VLS=?`.
    methods: regular expressions for `+VSM=?`. Each alone is enough.

    How it is told
    answer: the command that picks up, in voice class; answer_result: what confirms it.
    answer_again: picking up during a ring burst is confirmed and does not happen.
    keys_as_tones: DTMF is sent as `[f1,f2,duration]`; a bare key gets no answer or ERROR.
    tone_unit_ms: the unit of durations in tone elements.
    after_tones: a command without which it hears no keys after it has sent tones.
    flash: `tone` (`{!,duration}` of +VTS) or `dial` (`!` of the D command).
    flash_set: the command for the length of a `dial` flash, a format string with `ms` and `tens`
        (of ms); empty: there is none. flash_fixed_ms: then this is the length; 0: not known.
    vrn_unit_ms: the unit of +VRN or #VRN (ringback never came). vrn_zero_returns: with 0 a dial
        returns when the digits are out.
    caller_id: commands that switch caller ID on; the first that is taken counts.
    distinctive_ring: the command that has ring cadences told; empty: not known.
    reports: commands, in voice class, that have it tell what it hears; a refusal is no fault.
    class_ends_with_call: the voice class is left by ATH.
    dtr_hangs_up: dropping DTR hangs up (&D2).

    How it is heard
    codes: DLE codes that mean something else here than in V.253.
    dial_tone_trusted: `<DLE>d` is told for a dial tone only.
    quiet_as_silence: `<DLE>s` stands for silence after voice, too (`q` never comes).
    key_length: a key that is heard is told again all the time it is held, so its length is known.
    """

    name: str
    title: str
    dialect: str
    source: str
    doubts: str = ""
    voice_since: str = ""
    identity: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    methods: tuple[str, ...] = ()
    answer: str = "AT+VLS=1"
    answer_result: str = "OK"
    answer_again: bool = False
    keys_as_tones: bool = False
    tone_unit_ms: int = 10
    after_tones: str = ""
    flash: str = "tone"
    flash_set: str = "ATS29={tens}"
    flash_fixed_ms: int = 0
    vrn_unit_ms: int = 1000
    vrn_zero_returns: bool = True
    caller_id: tuple[str, ...] = ("AT+VCID=1", "AT#CID=1")
    distinctive_ring: str = "AT+VDR=1,1"
    reports: tuple[str, ...] = ()
    class_ends_with_call: bool = False
    dtr_hangs_up: bool = True
    codes: Mapping[str, Signal] = field(default_factory=dict)
    dial_tone_trusted: bool = True
    quiet_as_silence: bool = False
    key_length: bool = True

    def without_voice(self) -> "Profile":
        """The same hardware when it refuses the voice class: what the D and H commands can do."""
        return replace(
            self,
            dialect="data",
            answer=DATA_ONLY.answer,
            answer_result="OK",
            keys_as_tones=False,
            after_tones="",
            flash="dial",
            distinctive_ring="",
            reports=(),
            class_ends_with_call=False,
            codes={},
        )


USR5637 = Profile(
    name="usr5637",
    title="USRobotics USR5637",
    dialect="v253",
    source=(
        "USRobotics 56K USB Modem User Guide R46.1999.00 p. 90 (+VRA, +VRN; checked) and its "
        "command reference (`!`, `;`; checked); firmware release notes 1.2.10 and 1.2.21; "
        "foureight84/CallAttendantNext lib/modem/modem.ts (keys as tones, H after +VLS=1; "
        "checked); thess/callattendant#11 (rings on after OK; checked); "
        "emxsys/callattendant#163 (old firmware; checked); xenogenesi/jcblock (DTR)"
    ),
    doubts=(
        "Its answer to `{!,50}` was not found: as it is silent to a bare key, a flash is dialled. "
        "The length of that flash and what +VRN=0 does stand nowhere; S29 is another thing on "
        "older USRobotics modems."
    ),
    voice_since="firmware 1.2.21",
    identity=(r"\b5637\b", r"^5601$", r"\bU\.? ?S\.? ?Robotics\b"),
    answer_again=True,
    keys_as_tones=True,
    flash="dial",
    flash_set="",
    caller_id=("AT+VCID=1",),
    dtr_hangs_up=False,
    codes={"H": Signal.NONE},
)

CX930XX = Profile(
    name="cx930xx",
    title="Conexant CX930xx and kin",
    dialect="v253",
    source=(
        "Conexant 102184B 5-4 to 5-12 (CX81801; +VLS=?, +VTS with `!`, +VNH; checked), 100722A "
        "3-5 (ATI, +GMI; checked), 100722B 3-45 (-STE; checked), Black Box MD1650A p. 30 "
        "(`<DLE>P`, `<DLE>l`; checked); AT0myks/pycallblock#3 (ATI3; checked); cdc-acm's device "
        "table, usb.ids (ids)"
    ),
    doubts=(
        "`l` is a loop break in the event mask and a reversal in the text on -STE. S29 cannot be "
        "written on SmartACF (100722B 3-106). The first masks have no dial tone, the others do."
    ),
    identity=(
        r"\bCX\d{5}\b",
        r"\bConexant\b",
        r"\bACF(?:\d_|\b)",
        r"^56000$",
        r"\bMT56(?:00|56)\w*",
    ),
    masks=("0B8431C1", "0B8419E000"),
    caller_id=("AT+VCID=1",),
    reports=("AT-STE=7",),
    codes={"l": Signal.LOOP_CHANGE},
)

SI24XX = Profile(
    name="si24xx",
    title="Silicon Labs Si24xx",
    dialect="v253",
    source=(
        "Silicon Labs AN93 rev. 1.3: p. 105 (U4F), p. 174 (+VDR), p. 176 (+VRN, +VSM), p. 177 "
        "(+VTS), p. 191 table 118 (ATH), p. 210 (+VLS=0 between labels), p. 229 (+VLS=15 goes "
        "off hook and hears tones), Si2401 data sheet p. 26 (ATI6); all checked"
    ),
    doubts=(
        "The manual's table of labels was not to be had; 15 and not 1 is what its example picks "
        "up with. Whether tones can be sent after a dial, without +VLS=15, stands nowhere. "
        "It is a chip: its USB id is its serial bridge's."
    ),
    identity=(r"^(?:Si)?24(?:04|15|34|39|57|93|94)$",),
    methods=(r"G\.?726",),
    answer="AT+VLS=15",
    keys_as_tones=True,
    flash="dial",
    flash_set="AT:U4F,{ms:04X}",
    caller_id=("AT+VCID=1",),
    class_ends_with_call=True,
)

MULTITECH = Profile(
    name="multitech",
    title="MultiTech MT5634, MT9234",
    dialect="v253",
    source=(
        "MultiTech S000434H p. 49 (MT9234, +VLS 0 to 7; checked), S000263C p. 111 (MT5634SMI, "
        "+VRA, +VRN; checked), MT5634MSV guide p. 40 (`!` is half a second; checked); vgetty "
        "Multitech_5634.c (checked); foureight84/CallAttendantNext lib/modem/modem.ts (tones, "
        "ATI; checked); usb.ids (ids)"
    ),
    doubts=(
        "vgetty counts its tones in 100 ms, the manuals in 10 ms: the manuals are followed. `!` in "
        "+VTS is read in the manuals of other MultiTech models (S000273G)."
    ),
    identity=(r"\bMT(?:5634|9234)\w*", r"\bMulti-?Tech\b"),
    flash_set="",
    flash_fixed_ms=500,
    caller_id=("AT+VCID=1",),
)

LUCENT = Profile(
    name="lucent",
    title="Lucent and Agere",
    dialect="v253",
    source=(
        "Lucent Host-Based Controller Modem AT Command Set 1.1 p. 8 (ATI), p. 45 (+VTS after "
        "IS-101, +VTD; checked); vgetty Lucent.c, README.lucent and Multitech_5634ZPX.c (masks, "
        "+VSM=?; checked); dgnorton/ncid (only `<DLE>s`)"
    ),
    doubts="`!` in +VTS is inferred from IS-101, the length of a dialled `!` from MultiTech's.",
    identity=(r"^LT V\.9", r"\bVenus\b", r"\bAgere\b", r"\bLucent\b", r"^AEIGPM", r"^ZOOM V\.9"),
    masks=("0BC01800",),
    methods=(r"\bIMA ADPCM\b",),
    flash_set="",
    flash_fixed_ms=500,
    caller_id=("AT+VCID=1",),
    quiet_as_silence=True,
)

ZYXEL = Profile(
    name="zyxel",
    title="ZyXEL U-1496, Elite 2864, Omni 56K",
    dialect="v253",
    source=(
        "ZyXEL Elite 2864 p. 16-10 (ATH), p. 16-16 (+VLS=?, VCON, +VRN), p. 13-4 (S40.2; "
        "checked); Omni 56K II p. 5-23 (+VLS=2 is the line, +VTS without `!`; checked), Omni 288S "
        "p. 94 (+VTS; checked), U-1496 p. 85 (ATA, VCON; checked), omni.net p. 131 (S29 is a "
        "telephone book entry; checked); vgetty ZyXEL_1496.c, ZyXEL_2864.c, ZyXEL_Omni56K.c "
        "(checked)"
    ),
    doubts=(
        "+VRN=0 returns at once on the 2864 and turns the timer off on the Omni. S29 was read for "
        "the ISDN models only. How long its flash is stands nowhere."
    ),
    identity=(
        r"\bZyXEL\b",
        r"^(?:1496\w?|150[01]|288|2864[1-3]?)$",
        r"\bU-?1496",
        r"\bOmni ?(?:56K|288)",
    ),
    labels=(0, 1, 2, 8, 16),
    methods=(r"\bZyXEL ADPCM\b", r"^\d+;(?:CELP|ADPCM);"),
    answer="AT+VLS=2",
    answer_result="VCON",
    flash="dial",
    flash_set="",
    vrn_zero_returns=False,
    caller_id=("ATS40.2=1", "AT+VCID=1"),
    distinctive_ring="ATS40.3=1S40.4=1S40.5=1S40.6=1",
    class_ends_with_call=True,
    key_length=False,
)

USR_SHARP = Profile(
    name="usr_sharp",
    title="USRobotics Sportster and 56K Voice (`#`)",
    dialect="rockwell",
    source=(
        "vgetty US_Robotics.c and detect.c (#VLS=0A, 100 ms, keys after tones, dial tone while it "
        "plays; checked); 3Com 56K Voice Faxmodem Internal p. 69 (S29 is no flash; checked); "
        "hharte/mm_manager#17 (ATI4 shows S29=20; checked); NCID Modems.md (#CID, S41)"
    ),
    doubts=(
        "Half a second for its flash is common knowledge, found in no manual. Whether the class "
        "ends with ATH stands nowhere."
    ),
    identity=(
        r"\bU\.? ?S\.? ?Robotics\b",
        r"\b3Com\b",
        r"USR\d{4}",
        r"\bSportster\b",
        r"^(?:1445|2886|336[126]|5601)$",
    ),
    answer="AT#VLS=0A",
    answer_result="VCON",
    tone_unit_ms=100,
    after_tones="AT#VLS=0A",
    flash="dial",
    flash_set="",
    flash_fixed_ms=500,
    vrn_unit_ms=100,
    caller_id=("AT#CID=1", "AT+VCID=1"),
    distinctive_ring="ATS41=1",
    reports=("AT#VTD=3F,3F,3F",),
    dial_tone_trusted=False,
    key_length=False,
)

ROCKWELL = Profile(
    name="rockwell",
    title="Rockwell RCV and other `#` modems",
    dialect="rockwell",
    source=(
        "Rockwell 1048 rev. 4 p. 7-5 table 7-2 (codes; one per key), p. 7-17 (#VLS), p. 7-23 "
        "(#VTD), p. 7-36 (ATA, VCON; class 8 again after a hang-up); order no. 833 as in "
        "old.vk.pp.ru hayes 466 (ATH), 481 (#VRN), 489 (#VTS); Star-Comm V.32bis p. 26, Westermo "
        "TD-33 p. 28 (S29); vgetty Rockwell.c (`t`); all checked"
    ),
    doubts="Some country versions do not let S29 be written.",
    identity=(r"\bRockwell\b", r"^RC(?:V|\d)\d*"),
    answer="ATA",
    answer_result="VCON",
    tone_unit_ms=100,
    flash="dial",
    vrn_unit_ms=100,
    caller_id=("AT#CID=1",),
    distinctive_ring="AT-SDR=7",
    reports=("AT#VTD=3F,3F,3F",),
    class_ends_with_call=True,
    codes={"t": Signal.LOCAL_LIFTED},
    key_length=False,
)

GENERIC = Profile(
    name="v253",
    title="V.253 voice modem",
    dialect="v253",
    source=(
        "ITU-T V.253 and TIA IS-101 as makers' manuals give them: Conexant 102184B chapter 5, "
        "MultiTech S000273G chapter 3, USRobotics 56K softmodem p. 129 to 139"
    ),
    doubts="The Recommendation's own text was not to be had.",
)

DATA_ONLY = Profile(
    name="data",
    title="modem without a voice class",
    dialect="data",
    source="ITU-T V.250; NCID Modems.md (caller ID); S29 as for Rockwell",
    answer="ATH1",
    flash="dial",
    caller_id=("AT+VCID=1", "AT#CID=1", "AT#CC1", "AT*ID1", "AT%CCID=1"),
    distinctive_ring="",
)

PROFILES: tuple[Profile, ...] = (
    USR5637,
    CX930XX,
    SI24XX,
    MULTITECH,
    LUCENT,
    ZYXEL,
    USR_SHARP,
    ROCKWELL,
    GENERIC,
    DATA_ONLY,
)
"""All families; where several fit, the first counts (MultiTech before the Lucent chips in it)."""

FALLBACK: Mapping[str, Profile] = {"v253": GENERIC, "rockwell": ROCKWELL, "data": DATA_ONLY}
"""By dialect: what is left when no other fits."""
