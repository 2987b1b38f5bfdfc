"""What a handset's report descriptor cannot say, per model: known devices' peculiarities.

One table; every row with its source. Which device has which row stands in the catalog. A row
without peculiarities says that the descriptor of this make was looked at and tells all.
"""

from dataclasses import dataclass

from .. import catalog
from ..errors import BadSettings


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """A feature report, with its id, that a device wants to hear every so many seconds."""

    report: bytes
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetProfile:
    """One model, or one family of models. An empty value: the descriptor decides.

    name, title: for programs and for people. source: where the rest was taken from.
    hook: `level` (lies still in either position), `toggle` (each press is a change) or `on_off`
        (-1 and 1, one for each way).
    mute: `pulse` (each press asks for the other state) or `level` (the microphone's own state).
    two_falls: while it rings, two reports without the hook bit mean reject, and one means nothing.
    keypad_first: the usage that value 1 of the keypad's array means; 0: the array's first.
    trusts_constant: fields that are declared constant are sent all the same.
    startup: usages of output or feature fields, and the value that is written there on opening.
    keep_alive: what it wants to hear again and again. display: `cx300` or none.
    """

    name: str
    title: str
    source: str
    hook: str = ""
    mute: str = ""
    two_falls: bool = False
    keypad_first: int = 0
    trusts_constant: bool = False
    startup: tuple[tuple[int, int], ...] = ()
    keep_alive: KeepAlive | None = None
    display: str = ""


DEFAULT = HandsetProfile(name="hid", title="USB handset", source="HID Usage Tables 1.5, page 0x0B")
"""A device that no table knows: all is as its descriptor says."""


JABRA_HOST_MODE = 0xFF30FFFF
"""Jabra: whether its own page (1) or the telephony page (0) is used for calls."""

PROFILES: tuple[HandsetProfile, ...] = (
    DEFAULT,
    HandsetProfile(
        name="jabra",
        title="Jabra",
        source="X-Lite 0B0E-0910.cps (FF30:FFFF at start); descriptors of Evolve Link, Speak 810",
        startup=((JABRA_HOST_MODE, 0),),
    ),
    HandsetProfile(
        name="jabra_dial",
        title="Jabra DIAL 520",
        source="X-Lite 0B0E-0520.cps: mute on is 1, off is 0; FF30:FFFF at start",
        mute="level",
        startup=((JABRA_HOST_MODE, 0),),
    ),
    HandsetProfile(
        name="plantronics",
        title="Plantronics, Poly",
        source="descriptors of Blackwire 3220, C5220, BT700, Voyager Base CD",
    ),
    HandsetProfile(
        name="epos",
        title="EPOS, Sennheiser",
        source="descriptors of SC 660, IMPACT D, DW, D1",
    ),
    HandsetProfile(name="yealink", title="Yealink", source="descriptor of WH66"),
    HandsetProfile(name="logitech", title="Logitech", source="descriptor of MX Brio"),
    HandsetProfile(name="dell", title="Dell", source="descriptor of SP325"),
    HandsetProfile(
        name="cx300",
        title="Polycom CX300",
        source=(
            "SJM7/agent-phone docs/cx300-hid-protocol.md (display, feature 17h every 30 s, else it "
            "shows its upgrade screen); its descriptor (keys from 1)"
        ),
        keep_alive=KeepAlive(bytes.fromhex("17 09 04 01 02"), 30.0),
        display="cx300",
    ),
    HandsetProfile(
        name="google",
        title="Google Hangouts Meet speakermic",
        source="systemd pull request 23372: mute is a level, 1 while muted",
        mute="level",
    ),
    HandsetProfile(
        name="gigaset",
        title="Gigaset ION",
        source=(
            "MicroSIP Hid.cpp: the first report after answering lacks the hook bit, so a reject "
            "needs two; its USB ids are not known, choose it by name"
        ),
        two_falls=True,
    ),
    HandsetProfile(
        name="anker",
        title="Anker PowerConf",
        source="descriptor of PowerConf; a Go driver's test: what is declared constant is sent",
        trusts_constant=True,
    ),
)
"""All rows."""

_BY_NAME = {row.name: row for row in PROFILES}


def profile_of(vendor_id: int, product_id: int) -> HandsetProfile:
    """The profile of a device; DEFAULT if the catalog does not know it."""
    known = catalog.find(vendor_id, product_id)
    return _BY_NAME[known.profile] if known is not None and known.driver == "hid" else DEFAULT


def named(name: str) -> HandsetProfile:
    """The profile of this name; BadSettings, with all names, if there is none."""
    try:
        return _BY_NAME[name]
    except KeyError as error:
        names = ", ".join(_BY_NAME)
        raise BadSettings(f"profile {name!r}: there is none of this name; use {names}") from error
