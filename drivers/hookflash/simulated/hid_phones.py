"""Simulated telephones: with keypad and cradle, a display, a line of their own.

Source of the CX300's layout and ways: agent-phone's protocol document, tSIP's log of one. Ids
1209:0001 and on are pid.codes' for tests.
"""

from ..hid.report import ReportType
from .hid_model import (
    ALL_KEYS,
    BUTTON_1,
    DIGITS,
    DUAL_MODE_PHONE,
    HANDSET,
    KEY_A,
    KEY_D,
    KEYPAD,
    PHONE,
    TELEPHONY,
    HandsetModel,
    feature,
    keypad,
    level,
    pulse,
    received,
    reject,
    sent,
)
from .hid_writer import (
    LOGICAL,
    PULSE,
    VARIABLE,
    Choice,
    Collection,
    Pad,
    Report,
    Value,
)

_UC = 0xFF990000
_UC_DISPLAY = Collection(
    _UC | 0x01,
    (
        feature(0x11, Value("", _UC | 0xFF02, VARIABLE, 8, 0, 255, 4)),
        sent(0x13, Value("screen", _UC | 0x26, VARIABLE, 8, 0, 255)),
        sent(
            0x14,
            Value("area", _UC | 0x48, VARIABLE, 4, 0, 15),
            Pad(4),
            Value("", _UC | 0xFF23, VARIABLE, 2, 0, 3),
            Pad(5),
            Value("area_chosen", _UC | 0xFF22, VARIABLE),
        ),
        sent(
            0x15,
            Pad(7),
            Value("text_ends", _UC | 0xFF24, VARIABLE),
            Value("text", _UC | 0xFF2C, VARIABLE, 16, 0, 65535, 8),
        ),
        sent(
            0x16,
            Value("presence", _UC | 0xFF18, VARIABLE, 4, 0, 15),
            Pad(4),
            Value("presence_flags", _UC | 0xFF1A, VARIABLE, 8, 0, 255),
        ),
        feature(0x17, Value("", _UC | 0x65, VARIABLE, 8, 0, 255, 4)),
    ),
)


def _dual_mode(
    name: str, product: str, product_id: int, source: str, controls: ReportType
) -> HandsetModel:
    """A telephone with a handset and a line of its own, which reports of type `controls` take."""
    line = Report(
        controls,
        3,
        (
            Value("line_hook", TELEPHONY["hook"]),
            Value("line_flash", TELEPHONY["flash"]),
            Value("line_drop", TELEPHONY["drop"], PULSE),
            Value("line_send", TELEPHONY["send"], PULSE),
            Value("line_hold", TELEPHONY["hold"]),
            Pad(3),
            Choice("line_key", (0x000B00B0, KEY_D), 5, 1, 16, within=KEYPAD),
            Pad(3),
        ),
    )
    handset = (
        received(1, *level("hook"), *pulse("flash", "mute", "redial"), keypad(4, 1, 12)),
        received(
            2,
            Value("line_ringer", TELEPHONY["ringer"]),
            Value("line_busy_tone", TELEPHONY["busy"]),
            Value("line_dial_tone", TELEPHONY["dial_tone"]),
            Value("line_ringback", TELEPHONY["ringback"]),
            Value("line_reorder", TELEPHONY["reorder"]),
            Value("line_call_waiting", TELEPHONY["call_waiting"]),
            Pad(2),
        ),
        line,
        sent(4, *level("off_hook_lamp", "ring_lamp", "mute_lamp", "message_lamp"), Pad(4)),
    )
    return HandsetModel(
        name,
        product,
        0x1209,
        product_id,
        source,
        (Collection(DUAL_MODE_PHONE, handset),),
        cradle=True,
        follows=False,
        keys=DIGITS,
        features={3: bytes(2)} if controls is ReportType.FEATURE else {},
        line=True,
    )


PHONES = (
    HandsetModel(
        "cx300",
        "Simulated handset, the CX300's layout",
        0x095D,
        0x9201,
        "Polycom CX300: a telephone with a display; no lamp for ringing or muting",
        (
            Collection(
                PHONE,
                (
                    Collection(HANDSET, (sent(2, *level("off_hook_lamp"), Pad(7)),), LOGICAL),
                    Collection(
                        HANDSET,
                        (
                            received(
                                1,
                                *(
                                    Value(name, TELEPHONY[name], VARIABLE)
                                    for name in ("hook", "flash", "redial", "speed_dial")
                                ),
                                *pulse("mute"),
                                reject(surplus=(BUTTON_1,)),
                                Value("", _UC | 0xFF1E, VARIABLE),
                                Pad(1),
                                keypad(4, 1, 13, last=KEY_A),
                                Pad(4),
                                Value("audio_in", _UC | 0x60, VARIABLE),
                                Value("audio_out", _UC | 0x61, VARIABLE),
                                Pad(6),
                                Value("path", _UC | 0x62, VARIABLE, 8, 0, 255),
                                Value("volume", _UC | 0x62, VARIABLE, 8, 0, 255, 2),
                                Value("", _UC | 0x62, VARIABLE, 8, 0, 255),
                            ),
                        ),
                        LOGICAL,
                    ),
                ),
            ),
            _UC_DISPLAY,
        ),
        cradle=True,
        reverts=0.05,
        mute_lamps=(),
        keys=DIGITS,
        copies={"audio_in": ("audio_out",)},
        features={0x11: bytes.fromhex("5e040002"), 0x17: bytes(4)},
        display=True,
    ),
    HandsetModel(
        "deskphone",
        "Simulated handset, a telephone with a cradle",
        0x1209,
        0x0004,
        "none: all keys that the telephony page has, a hook switch that is just one",
        (
            Collection(
                PHONE,
                (
                    received(
                        1,
                        *level("hook"),
                        *pulse("flash", "hold", "redial", "drop", "send", "mute", "voice_mail"),
                        keypad(5, 1, 16, last=KEY_D),
                        Pad(3),
                    ),
                    sent(
                        2,
                        *level("off_hook_lamp", "ring_lamp", "hold_lamp", "mute_lamp"),
                        *level("message_lamp", "speaker_lamp", "ringer"),
                        Pad(1),
                    ),
                ),
            ),
        ),
        cradle=True,
        follows=False,
        keys=ALL_KEYS,
    ),
    HandsetModel(
        "unnumbered",
        "Simulated handset, reports without ids",
        0x1209,
        0x0001,
        "USB SLIC adapters and other plain handsets number no reports",
        (
            Collection(
                PHONE,
                (
                    received(0, *level("hook"), *pulse("flash", "mute"), Pad(1), keypad(4, 1, 12)),
                    sent(0, *level("off_hook_lamp", "ring_lamp", "mute_lamp"), Pad(5)),
                ),
            ),
        ),
        keys=DIGITS,
    ),
    _dual_mode(
        "dual",
        "Simulated telephone with a line of its own",
        0x0005,
        "HID usage tables, Dual Mode Phone (0B:14B): the line's controls are outputs",
        ReportType.OUTPUT,
    ),
    _dual_mode(
        "dual_feature",
        "Simulated telephone with a line of its own, by features",
        0x0006,
        "the same, the line's controls are features",
        ReportType.FEATURE,
    ),
)
