"""The families that a simulated modem can play: one row each, with its source.

Identity texts are our own in the makers' layout; codes, masks, units and defaults are theirs. What
a source leaves open is V.253's way.
"""

from types import MappingProxyType

from ..errors import PortError
from .family import EVENT_BITS, TONE_EVENTS, Family, Label, labels, mask, settings
from .sharp_families import ROCKWELL, USR_SHARP

_ON_HOOK = mask("caller_id", "distinctive_ring", "ring", "local_hook")
_ALL = mask(*(set(EVENT_BITS) - {"reorder"}))
_CX_LINE = (0x0B8433C1, 0x0FE431C1, 0x0B8431C1)
_CX_SPEAKER = (0x00800300, 0x04E00100, 0x20800100)
_LT_LINE = (0x0BC01800, 0x0BC01800, 0x0BC01800)
_LT_OTHER = (0x00000000, 0x00000000, 0xB0000000)
_USR = mask(*TONE_EVENTS, "key", "local_hook", "ringback", "underrun", "data_answer", "lost")
_MT = mask(*TONE_EVENTS, "key", "local_hook", "ringback", "call_waiting", "waiting_caller_id")
_SI = mask(
    *TONE_EVENTS, "key", "ringback", "polarity", "loop_break", "call_waiting", "waiting_caller_id"
)
_ZYXEL = mask(*TONE_EVENTS, "ring", "key", "local_hook", "bong", "loop_break", "data_answer")

_OURS = {"+GMI": ("hookflash",), "+GMM": ("simulated modem",), "+GMR": ("1",)}
_OUR_I = {"I": ("hookflash simulated modem",)}
_FEW = frozenset({"L", "M", "P", "T", "&C"})

V253 = Family(
    name="v253",
    title="V.253 voice modem",
    source="ITU-T V.253; nothing peculiar",
    replies=_OURS | _OUR_I,
    classes="0,8",
    voice="+",
    labels=labels(("0", "", _ALL, _ALL, _ALL), ("1", "T", _ALL, _ALL, _ALL)),
    compressions=('128,"8-BIT LINEAR",(8000)',),
    voice_settings=settings(),
    takes_a=False,
    repeats=False,
    held_keys=False,
    keys="0123456789*#",
    pairs_are_keys=False,
    harmless=_FEW,
    waiting_id=("", 0),
)

DATA = Family(
    name="data",
    title="modem without a voice class",
    source="ITU-T V.250",
    replies=_OURS | _OUR_I,
    dron=False,
    country="",
    harmless=_FEW,
)

USR5637 = Family(
    name="usr5637",
    title="USRobotics USR5637",
    source="USR command reference; mgetty detect.c; thess/callattendant#11; emxsys#163; "
    "CallAttendantNext README; jcblock",
    replies={
        "I0": ("5601",),
        "I3": ("U.S. Robotics 56K FAX USB V1.2.23",),
        "I7": (
            "Configuration Profile...",
            "",
            "Product type           US/Canada External",
            "Product ID:            USR5637",
            "Options                V32bis,V.34+,V.90,V.92",
            "Fax Options            Class 1,Class 2.0",
            "Firmware version       1.2.23",
        ),
        "I9": ("(1.0USR9100\\Modem\\PNPC107\\U.S. Robotics 56K Message)FF",),
        "+GMI": ("U.S. Robotics",),
        "+GMM": ("USR5637",),
        "+GMR": ("1.2.23",),
    },
    classes="0,1,1.0,8",
    voice="+",
    labels=labels(
        ("0", "", _ON_HOOK, _ON_HOOK, _ON_HOOK),
        ("1", "T", _USR, _USR, _USR),
        ("2", "L", 0, 0, mask("local_hook")),
        ("4", "S", 0, 0, mask("local_hook")),
        ("5", "ST", _USR, _USR, _USR),
    ),
    compressions=('128,"8-BIT LINEAR",(8000)',),
    voice_settings=settings(),
    forgets=True,
    sounds_at_lift="H",
    bare_keys_answered=False,
    zero_frequency="refused",
    whole_lists=True,
    caller_id_form="tight",
    distinctive="S41",
    burst_deaf=True,
    dtr_hangs_up=False,
)

CX930XX = Family(
    name="cx930xx",
    title="Conexant CX930xx",
    source="Conexant 102752B, 100498E 5-8 to 5-12, 102184B 3-51; MultiTech MT5600SMI (masks); "
    "callattendant",
    replies={
        "I0": ("56000",),
        "I1": ("255",),
        "I2": (),
        "I3": ("CX93001-EIS_V0.2002-V92",),
        "+GMI": ("OEM",),
        "+GMI9": ("CONEXANT ACF",),
        "+GMM": ("V92",),
        "+GMR": ("CX93001-EIS_V0.2002-V92",),
        "-PV": ("0000",),
    },
    classes="0,1,1.0,2,8",
    voice="+",
    labels=labels(
        ("0", "", 0xB0804100, 0xB0804100, 0xB0804100),
        ("1", "T", *_CX_LINE),
        ("2", "L", 0x08800300, 0x0CE00100, 0x08800100),
        ("3", "LT", *_CX_LINE),
        ("4", "S", *_CX_SPEAKER),
        ("5", "ST", *_CX_LINE),
        ("8", "S1", *_CX_SPEAKER),
        ("9", "S1T", *_CX_LINE),
        ("11", "M1", *_CX_SPEAKER),
        ("14", "H", *_CX_SPEAKER),
        ("18", "M1S", *_CX_SPEAKER),
        ("19", "M1S1", *_CX_SPEAKER),
    ),
    compressions=(
        '1,"UNSIGNED PCM",(8000),(0),(0)',
        '129,"IMA ADPCM",(8000),(0),(0)',
    ),
    voice_settings=settings(VSM="1,8000,0,0", VSD="0,0"),
    same_as={"polarity": "loop_break"},
    ste_hook=True,
    waiting_id=("-SCID", 1),
    distinctive="-SDR",
    stored={"-STE": 0, "-SCID": 0, "-SDR": 0},
)

SI24XX = Family(
    name="si24xx",
    title="Silicon Labs Si24xx",
    source="Silicon Laboratories AN93 p105 (U4F), p177 (+VTS), p191 (ATH), p229 (+VLS=15), tables "
    "110, 112",
    replies={
        "I0": ("2457",),
        "I1": ("B",),
        "I6": ("2457",),
        "+GMI": ("Silicon Labs",),
        "+GMM": ("Si2457",),
        "+GMR": ("B",),
    },
    classes="0,1,8",
    voice="+",
    labels=labels(
        ("0", "", _ON_HOOK, _ON_HOOK, _ON_HOOK),
        *((name, devices, _SI | _ON_HOOK, _SI | _ON_HOOK, _SI | _ON_HOOK) for name, devices in (
            ("14", "H"), ("15", "HT"), ("20", "LT"), ("21", "MST"))),
    ),
    compressions=(
        '0,"SIGNED PCM",8,0,8000,0,0',
        '1,"UNSIGNED PCM",8,0,8000,0,0',
        '4,"G.711U",8,0,8000,0,0',
        '5,"G.711A",8,0,8000,0,0',
        '129,"G.726 ADPCM",2,0,8000,0,0',
        '131,"G.726 ADPCM",4,0,8000,0,0',
    ),
    voice_settings=settings(VRN="0"),
    class_ends_with_call=True,
    keys="",
    flash_in_tones=False,
    whole_lists=True,
    key_end=0x7F,
    complex_reports=True,
    flash_register="U4F",
    ampersand=True,
    caller_id_form="tight",
    waiting_id=("+PCW", 0),
    stored={"+PCW": 2, "+VCDT": 0},
)  # fmt: skip

LUCENT = Family(
    name="lucent",
    title="Lucent/Agere",
    source="mgetty Lucent.c, Multitech_5634ZPX.c (masks, +VSM); Lucent host-based controller "
    "modem AT manual (ATI)",
    replies={
        "I0": ("LT V.92 1.0 Serial Data/Fax/Voice Modem Version 1.25p",),
        "I3": ("LT V.92 1.0 Serial Data/Fax/Voice Modem Version 1.25p",),
        "I6": (),
        "I7": (),
        "I9": ("US",),
        "+GMI": ("Lucent",),
        "+GMM": ("LT V.92",),
        "+GMR": ("1.25p",),
    },
    classes="0,1,8",
    voice="+",
    labels=labels(
        ("0", "", 0xB0000000, 0xB0000000, 0xB0000000),
        ("1", "T", *_LT_LINE),
        ("2", "L", *_LT_OTHER),
        ("3", "LT", *_LT_LINE),
        ("4", "S", *_LT_OTHER),
        ("5", "ST", *_LT_LINE),
        ("6", "M", *_LT_OTHER),
        ("7", "MST", *_LT_LINE),
    ),
    compressions=(
        '128,"8-BIT LINEAR",(7200,8000,11025)',
        '129,"16-BIT LINEAR",(7200,8000,11025)',
        '130,"8-BIT ALAW",(8000)',
        '131,"8-BIT ULAW",(8000)',
        '132,"IMA ADPCM",(7200,8000,11025)',
    ),
    voice_settings=settings(),
    same_as={"quiet": "silence"},
    zero_frequency="both",
    flash_register="",
    caller_id_form="tight",
)

MULTITECH = Family(
    name="multitech",
    title="MultiTech MT9234MU",
    source="MultiTech S000273G p30-31, MT5634SMI p64; CallAttendantNext README",
    replies={
        "I0": ("MT9234MU",),
        "I1": ("0116",),
        "I2": ("MT9234MU",),
        "+GMI": ("Multi-Tech Systems",),
        "+GMM": ("MT9234MU",),
        "+GMR": ("1.16",),
    },
    classes="0,1,1.0,2,8",
    voice="+",
    labels=labels(
        ("0", "", _ON_HOOK, _ON_HOOK, _ON_HOOK),
        ("1", "T", _MT, _MT, _MT),
        ("2", "L", 0, 0, mask("local_hook")),
        ("3", "LT", _MT, _MT, _MT),
    ),
    compressions=('132,"IMA ADPCM",(7200,8000,11025)',),
    voice_settings=settings(VSM="132,7200,0,0", VIT="10"),
    flash_register="",
    waiting_id=("", 0),
)

ZYXEL = Family(
    name="zyxel",
    title="ZyXEL",
    source="ZyXEL Omni 56K (tables 4-12 to 4-14), Omni 288S p10-9 to 10-18, 2864 p13-4 (S40.2), "
    "p16-10, p16-16; mgetty cnd.c, ZyXEL_1496.c",
    replies={"I0": ("2864",), "I1": ("00000",), "I2": (), "I3": ("ZyXEL Omni V 1.10",)},
    classes="0,2,2.0,6,8",
    voice="+",
    labels=(
        Label("0", "", _ON_HOOK, _ON_HOOK, _ON_HOOK, off_hook=False),
        Label("2", "T", _ZYXEL, _ZYXEL, _ZYXEL, off_hook=True, confirms="VCON"),
        *(Label(name, "", _ZYXEL, _ZYXEL, _ZYXEL, None, "VCON") for name in ("1", "8", "16")),
    ),
    label_list=("0,1,2,8,16",),
    compressions=("1;CELP;1;0;(9600)", "2;ADPCM;2;0;(9600)", "3;ADPCM;3;0;(9600)"),
    voice_settings=settings(VRA="70", VSD="15,70", VSM="2", VIT="70"),
    class_ends_with_call=True,
    connected="VCON",
    ring_result="RINGING",
    no_answer="NO CARRIER",
    held_keys=False,
    flash_in_tones=False,
    flash_register="",
    caller_id="S40.2",
    caller_id_form="zyxel",
    dron=False,
    country="",
)

FAMILIES = MappingProxyType(
    {
        family.name: family
        for family in (
            V253,
            DATA,
            USR5637,
            CX930XX,
            SI24XX,
            LUCENT,
            MULTITECH,
            ZYXEL,
            ROCKWELL,
            USR_SHARP,
        )
    }
)


def find_family(name: str) -> Family:
    """The family of that name; PortError lists all that there are."""
    if name not in FAMILIES:
        raise PortError(f"family {name!r} is none of {', '.join(FAMILIES)}")
    return FAMILIES[name]
