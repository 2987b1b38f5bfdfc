"""Simulated headsets in their makers' layouts.

Sources: descriptors read from real devices, as GOnnect and hidapi's test data publish them;
Gigaset's wiki for the wireless layout. Of their ways: Jabra's integrators' guide and call control
documents, and WICG/webhid issue 61 for how soon Jabra (2 s) and Plantronics (50 ms) take back a
lifting that nobody confirms.
"""

from .hid_model import (
    BUTTON_1,
    BUTTON_PAGE,
    CONSUMER_MUTE,
    DIGITS,
    HEADSET,
    PROGRAMMABLE,
    TELEPHONY,
    VOLUME_DOWN,
    VOLUME_UP,
    HandsetModel,
    each_its_own,
    feature,
    keypad,
    level,
    pulse,
    received,
    reject,
    sent,
    vendor,
    volume,
)
from .hid_writer import (
    NULL,
    PULSE,
    VARIABLE,
    Choice,
    Collection,
    Pad,
    Value,
)

_JABRA_LAMPS = ("off_hook_lamp", "mute_lamp", "ring_lamp", "hold_lamp", "microphone_lamp")
_GN, _EPOS = 0xFF30, 0xFF400000

HEADSETS = (
    HandsetModel(
        "jabra",
        "Simulated handset, Jabra's layout",
        0x0B0E,
        0x0307,
        "Evolve Link; bits 0 to 10 are also Yealink's WH66 and many others'",
        (
            Collection(
                HEADSET,
                (
                    received(
                        2,
                        *level("hook", "busy"),
                        *pulse("mute", "flash", "redial", "speed_dial"),
                        reject(),
                        keypad(4, 0, 11),
                        Pad(5),
                    ),
                    sent(2, *level(*_JABRA_LAMPS, "ringer"), Pad(10)),
                ),
            ),
            Collection(
                0xFF000005,
                (
                    received(
                        4,
                        *vendor("gn", _GN, ("hook", "busy")),
                        *vendor("gn", _GN, ("mute", "flash", "redial", "speed_dial"), PULSE),
                        Pad(1),
                        Choice("gn_key", (0xFF3000B0, 0xFF3000BB), 4, 0, 12),
                        Pad(5),
                    ),
                    sent(4, *vendor("gn", 0xFF40, _JABRA_LAMPS), Pad(11)),
                    feature(4, Value("", 0xFF30FFFF), Pad(7)),
                    sent(5, Value("", 0xFF000001, VARIABLE, 8, 0, 255, 32)),
                    received(5, Value("", 0xFF000001, VARIABLE, 8, 0, 255, 32)),
                ),
            ),
            volume(),
        ),
        reverts=2.0,
        mute_lamps=("microphone_lamp",),
        keys=DIGITS,
        copies={
            name: (f"gn_{name}",)
            for name in ("hook", "busy", "mute", "flash", "redial", "speed_dial", "key")
        },
        copied_by=4,
        features={4: b"\1"},
    ),
    HandsetModel(
        "jabra_wireless",
        "Simulated handset, Jabra's wireless layout",
        0x0B0E,
        0x245E,
        "Gigaset's wiki on the ION, which has the layout of Jabra's wireless headsets",
        (
            volume(),
            Collection(
                HEADSET,
                (
                    received(
                        2,
                        *level("hook", "busy"),
                        *pulse("line", "mute", "flash", "redial", "speed_dial"),
                        reject(),
                    ),
                    sent(2, *level(*_JABRA_LAMPS, "on_line_lamp", "ringer"), Pad(9)),
                ),
            ),
        ),
        reverts=2.0,
        mute_lamps=("mute_lamp", "microphone_lamp"),
    ),
    HandsetModel(
        "plantronics",
        "Simulated handset, Plantronics' layout",
        0x047F,
        0xC056,
        "Blackwire 3220; mute comes three times, as there",
        (
            volume(1, Value("consumer_mute", CONSUMER_MUTE, PULSE)),
            Collection(
                HEADSET,
                (
                    received(8, *pulse("mute"), *level("hook", "flash"), Pad(5)),
                    *each_its_own(
                        mute_lamp=9,
                        off_hook_lamp=23,
                        ring_lamp=24,
                        speaker_lamp=30,
                        hold_lamp=32,
                        on_line_lamp=42,
                    ),
                ),
            ),
            Collection(
                0xFFA00003,
                (received(20, Value("poly_mute", 0xFFA000B5, PULSE), Pad(7)),),
            ),
        ),
        reverts=0.05,
        copies={"mute": ("consumer_mute", "poly_mute")},
    ),
    HandsetModel(
        "epos",
        "Simulated handset, EPOS' layout",
        0x1395,
        0x00A9,
        "IMPACT D: volume first, an array of one bit, an application collection in another",
        (
            Collection(
                HEADSET,
                (
                    received(
                        2,
                        Value("", VOLUME_DOWN, VARIABLE),
                        Value("", VOLUME_UP, VARIABLE),
                        *level("hook"),
                        *pulse("flash", "redial", "mute", "drop"),
                        Choice(
                            "reject",
                            (PROGRAMMABLE, BUTTON_1),
                            1,
                            0,
                            1,
                            NULL,
                            listed=True,
                            page_after=BUTTON_PAGE,
                        ),
                    ),
                    sent(
                        3,
                        *level("ringer", "off_hook_lamp", "microphone_lamp", "ring_lamp"),
                        *level("mute_lamp", "on_line_lamp", "hold_lamp"),
                        Pad(1),
                    ),
                    Collection(
                        _EPOS | 0x01,
                        (
                            feature(0x40, Value("", _EPOS | 0x40, VARIABLE, 16, 0, 65535, 4)),
                            feature(0x41, Value("", _EPOS | 0x41, VARIABLE), Pad(7)),
                        ),
                    ),
                ),
            ),
            volume(),
        ),
        features={0x40: bytes(8), 0x41: b"\0"},
    ),
    HandsetModel(
        "dell",
        "Simulated handset, Dell's layout",
        0x413C,
        0x8223,
        "SP325: one report id both ways, busy and line declared as pulses",
        (
            Collection(
                HEADSET,
                (
                    received(
                        5,
                        *level("hook"),
                        *pulse("mute", "redial", "flash"),
                        Value("", TELEPHONY["busy"], PULSE),
                        *pulse("line", "speed_dial"),
                        reject(surplus=(BUTTON_1,)),
                    ),
                    sent(5, *level(*_JABRA_LAMPS, "on_line_lamp"), Pad(2)),
                ),
            ),
            volume(),
        ),
    ),
    HandsetModel(
        "level_mute",
        "Simulated handset, mute as a level",
        0x18D1,
        0x8001,
        "Google's conference microphone tells mute as a level (systemd pull request 23372)",
        (
            volume(),
            Collection(
                HEADSET,
                (
                    received(2, *level("hook", "mute"), *pulse("flash"), Pad(5)),
                    sent(2, *level("off_hook_lamp", "ring_lamp", "mute_lamp"), Pad(5)),
                ),
            ),
        ),
        mute="level",
    ),
)
