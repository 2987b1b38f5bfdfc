"""The rows of the conformance table."""

from __future__ import annotations

import os
import sys
from functools import partial

from hookflash.simulated import FAMILIES
from peers.iaxmodem import why_missing

from .backend import Row
from .facts import lacks_of
from .hid import LACKS as HID_LACKS
from .hid import Telephone
from .iax import LACKS as IAX_LACKS
from .iax import Iax
from .simulated import OnPty, OverSocket, Simulated

OURS = "simulated modem and exchange, both ours"
NO_PTY = "" if sys.platform != "win32" else "there are no ttys here"
NO_IAXMODEM = "" if "CI" in os.environ else why_missing() or ""
"""`make test` installs it, so in CI its absence is a failure."""


def _simulated() -> list[Row]:
    return [
        Row(
            name=family,
            make=partial(Simulated, family, family),
            lacks=lacks_of(family),
            what=f"{FAMILIES[family].title}, in the process",
            ours=OURS,
            family=family,
        )
        for family in FAMILIES
    ]


def _on_ptys() -> list[Row]:
    return [
        Row(
            name=f"{family}, tty",
            make=partial(OnPty, f"{family}, tty", family),
            lacks=lacks_of(family),
            what=f"{FAMILIES[family].title}, on a pty by pyserial",
            ours=OURS,
            missing=NO_PTY,
            family=family,
        )
        for family in ("usr5637", "cx930xx")
    ]


def _over_sockets() -> list[Row]:
    return [
        Row(
            name=f"{family}, TCP",
            make=partial(OverSocket, f"{family}, TCP", family),
            lacks=lacks_of(family),
            what=f"{FAMILIES[family].title}, over `socket://` by pyserial",
            ours=OURS,
            family=family,
        )
        for family in ("v253",)
    ]


def _telephones() -> list[Row]:
    return [
        Row(
            name=model,
            make=partial(Telephone, model, model),
            lacks=HID_LACKS,
            what=f"telephone with a line of its own, HID {what} reports, in the process",
            ours="simulated telephone and exchange, both ours",
        )
        for model, what in (("dual", "output"), ("dual_feature", "feature"))
    ]


IAXMODEM = Row(
    name="iaxmodem",
    make=partial(Iax, "iaxmodem"),
    lacks=IAX_LACKS,
    what="IAXmodem, a data-only modem on its own pty",
    ours="modem not ours (spandsp's AT interpreter); the IAX2 network is",
    missing=NO_PTY or NO_IAXMODEM,
    family="data",
    slow_calls=True,
)

ROWS: tuple[Row, ...] = (*_simulated(), *_on_ptys(), *_over_sockets(), *_telephones(), IAXMODEM)
"""All that run without a telephone. Slow ones come last."""
