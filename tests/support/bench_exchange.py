"""A fast exchange with a modem on a tty: calls take milliseconds, the bytes are real."""

from hookflash.simulated import Exchange, FarEnd, Timing
from hookflash.simulated.modem import ModemTiming

FAST = Timing(
    settle=0.005,
    complete=0.03,
    ring_on=0.1,
    ring_off=0.1,
    caller_id=0.02,
    ringback=0.2,
    far_hangup_tone=0.01,
)
FAST_MODEM = ModemTiming(
    dial_tone_wait=0.3, blind_wait=0.005, digit=0.002, pause=0.02, flash_settle=0.002
)

PLAN = {
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "203": FarEnd(after=0.01, talk=0.05),
    ".+": FarEnd(after=0.01),
}


def fast_exchange() -> Exchange:
    """An exchange on which everything is over soon."""
    return Exchange(PLAN, FAST)
