"""The faults that a simulated modem can have, several at once, and the rungs that cure some."""

import re
from collections.abc import Iterable, Mapping, MutableSet
from types import MappingProxyType

from ..errors import PortError

RUNGS = ("abort", "reset", "dtr", "reopen", "usb_reset", "power_cycle")
"""The recovery ladder, lowest first. A rung cures `needs_` itself and all below it."""

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "silent": "takes bytes and answers nothing",
        "garbage": "answers nonsense",
        "hang_on_dial": "echoes a dial line, and is silent from then on",
        "deaf_on_dial": "does not even echo a dial line, and is silent from then on",
        "no_echo": "does not echo",
        "ignores_dtr": "does not hang up when DTR drops",
        "stuck_off_hook": "says OK to ATH and does not hang up",
        "slow": "answers late",
        "double_ring": "tells each ring twice",
        "reply_skew": "the next reply comes only with the next command line (once)",
        "garbage_byte": "a byte of noise before each answer",
        "early_caller_id": "tells caller ID before the first ring",
        "no_name": "leaves the name out of caller ID",
        "ring_burst_deaf": "says OK to picking up during a ring burst, and does not",
        "hangs_on": "never answers one command, and lives on (hangs_on:VTS; VTS if not named)",
        "needs_abort": "sits in a voice stream until DLE ETX, DLE !, DLE ESC or DLE ^",
        "needs_reset": "ERROR to all but ATZ",
        "needs_dtr": "deaf until DTR drops",
        "needs_reopen": "deaf until its port is closed and opened",
        "needs_usb_reset": "deaf until a USB reset",
        "needs_power_cycle": "deaf until its power is cut",
    }
)
"""Name -> what the modem does."""

DEAF = frozenset(
    {"silent", "needs_dtr", "needs_reopen", "needs_usb_reset", "needs_power_cycle"}
)  # fmt: skip
"""With one of these the modem takes bytes and says nothing."""

DEAF_TO_DTR = frozenset({"ignores_dtr", "needs_reopen", "needs_usb_reset", "needs_power_cycle"})


def climb(faults: MutableSet[str], rung: str) -> None:
    """Take out what this rung cures."""
    for cured in RUNGS[: RUNGS.index(rung) + 1]:
        faults.discard(f"needs_{cured}")


def parse(words: Iterable[str]) -> tuple[set[str], str]:
    """Faults by name, and the command that `hangs_on` is about, or empty.

    PortError lists what there is.
    """
    faults: set[str] = set()
    command = ""
    for word in words:
        name, colon, of = word.strip().partition(":")
        if name not in FAULTS or (colon and (name != "hangs_on" or not of.strip())):
            raise PortError(f"fault {word!r} is none of {', '.join(FAULTS)}")
        faults.add(name)
        command = _command(of) if colon else command
    return faults, command


def _command(text: str) -> str:
    """`VTS`, `+VTS` or `AT+VTS` -> `+VTS`. In a URL + is a space, so it may be left out."""
    text = text.strip().upper().removeprefix("AT")
    return f"+{text}" if re.fullmatch(r"[A-Z]{2}.*", text) else text
