"""What DLE codes mean (V.253 table 14, IS-101), and DTMF presses out of their repetitions. Pure."""

from enum import StrEnum


class Signal(StrEnum):
    """What the modem hears or notices on the line."""

    RING = "ring"
    KEY = "key"
    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"
    CALL_WAITING = "call_waiting"
    LOOP_BREAK = "loop_break"
    POLARITY = "polarity"
    LOCAL_LIFTED = "local_lifted"
    LOCAL_DOWN = "local_down"
    EXTENSION_LIFTED = "extension_lifted"
    EXTENSION_DOWN = "extension_down"
    SILENCE = "silence"
    QUIET = "quiet"
    VOICE = "voice"
    ANSWER_TONE = "answer_tone"
    FAX_CALLING = "fax_calling"
    DATA_CALLING = "data_calling"
    SIT = "sit"
    BONG = "bong"
    TDD = "tdd"
    INFO = "info"
    NONE = "none"
