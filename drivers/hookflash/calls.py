"""What is known of a call: its states and the ways it ends."""

from enum import StrEnum


class CallState(StrEnum):
    """States of a call, named as in ModemManager's MMCallState."""

    DIALING = "dialing"
    RINGING_OUT = "ringing_out"
    RINGING_IN = "ringing_in"
    ACTIVE = "active"
    HELD = "held"
    WAITING = "waiting"
    TERMINATED = "terminated"


class Direction(StrEnum):
    """Who began the call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class EndReason(StrEnum):
    """Why a call ended, or why a dial came to nothing."""

    LOCAL_HANGUP = "local_hangup"
    FAR_HANGUP = "far_hangup"
    BUSY = "busy"
    NO_DIAL_TONE = "no_dial_tone"
    NO_ANSWER = "no_answer"
    NO_CARRIER = "no_carrier"
    DELAYED = "redial_delayed"
    """The modem itself waits before it redials a number (country rules)."""
    BLACKLISTED = "redial_forbidden"
    """The modem itself refuses to redial a number (country rules)."""
    REFUSED = "device_refused"
    TIMEOUT = "device_timeout"
    MISSED = "missed"
    REJECTED = "rejected"
    TRANSFERRED = "transferred"
    LOST = "device_lost"
