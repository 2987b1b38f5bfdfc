"""Simulated handsets that are odd: other hooks, and such as must be refused."""

from .hid_model import (
    CONSUMER_CONTROL,
    CONSUMER_MUTE,
    HEADSET,
    TELEPHONY,
    VOLUME_DOWN,
    VOLUME_UP,
    HandsetModel,
    level,
    pulse,
    received,
    sent,
    volume,
)
from .hid_writer import (
    CONSTANT,
    LEVEL,
    PULSE,
    RELATIVE,
    VARIABLE,
    Collection,
    Pad,
    Value,
)

ODD = (
    HandsetModel(
        "relative",
        "Simulated handset, a hook key that toggles",
        0x1209,
        0x0002,
        "the kernel's table for C-Media's HS-100B: hook relative, mute absolute",
        (
            Collection(
                HEADSET,
                (
                    received(3, *pulse("hook"), *level("mute"), Pad(6)),
                    sent(3, *level("off_hook_lamp", "ring_lamp", "mute_lamp"), Pad(5)),
                ),
            ),
        ),
        hook="toggle",
        follows=False,
        mute="level",
    ),
    HandsetModel(
        "cmedia",
        "Simulated handset, C-Media's layout",
        0x0D8C,
        0x0014,
        "C-Media HS-100B: telephony in a consumer collection, no report ids, no lamps",
        (
            Collection(
                CONSUMER_CONTROL,
                (
                    received(
                        0,
                        Value("", VOLUME_UP, VARIABLE),
                        Value("", VOLUME_DOWN, VARIABLE),
                        *pulse("hook"),
                        *level("mute"),
                        Pad(4),
                    ),
                ),
            ),
        ),
        hook="toggle",
        follows=False,
        mute="level",
        mute_lamps=(),
    ),
    HandsetModel(
        "on_off",
        "Simulated handset, a hook that tells 1 and -1",
        0x1209,
        0x0003,
        "libhidtelephony's OnOffButtons: relative, no preferred state, -1 to 1",
        (
            Collection(
                HEADSET,
                (
                    received(
                        1,
                        Value("hook", TELEPHONY["hook"], LEVEL | RELATIVE, 2, -1, 1),
                        *pulse("mute"),
                        Pad(5),
                    ),
                    sent(1, *level("off_hook_lamp", "ring_lamp", "mute_lamp"), Pad(5)),
                ),
            ),
        ),
        hook="on_off",
        follows=False,
    ),
    HandsetModel(
        "constant",
        "Simulated microphone, its hook declared constant",
        0x1532,
        0x0511,
        "Razer's microphone: a constant that never says anything",
        (
            volume(),
            Collection(
                HEADSET,
                (
                    received(
                        2,
                        Value("", TELEPHONY["hook"], LEVEL | CONSTANT),
                        Value("", TELEPHONY["mute"], PULSE | CONSTANT),
                        Pad(6),
                    ),
                ),
            ),
        ),
        hook="",
        mute="",
        mute_lamps=(),
    ),
    HandsetModel(
        "constant_sends",
        "Simulated handset, its hook declared constant",
        0x291A,
        0x3301,
        "Anker's PowerConf declares hook and mute constant and sends them all the same",
        (
            Collection(
                HEADSET,
                (
                    received(
                        2,
                        Value("hook", TELEPHONY["hook"], LEVEL | CONSTANT),
                        Value("mute", TELEPHONY["mute"], PULSE | CONSTANT),
                        Pad(6),
                    ),
                    sent(2, *level("off_hook_lamp", "ring_lamp", "mute_lamp"), Pad(5)),
                ),
            ),
        ),
    ),
    HandsetModel(
        "headset_no_telephony",
        "Simulated headset without telephony",
        0x046D,
        0x0A37,
        "Logitech H540: volume keys only",
        (volume(1, Value("consumer_mute", CONSUMER_MUTE, PULSE)),),
        hook="",
        mute="",
        mute_lamps=(),
    ),
)
