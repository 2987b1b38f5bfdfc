"""Dialects: how a family of modems is told to do things. Command lines only, no conversation.

Each verb is a list of steps. Every line stays below 40 characters, the limit of old modems.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

KEYS_PER_LINE = 12
"""DTMF keys in one command line."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command line; `required`: an ERROR fails the verb, else it is only noted."""

    text: str
    required: bool = True
    seconds: float = 0.0
    """Time that the device needs beyond an ordinary command (tones, a flash)."""


class Dialect(ABC):
    """One family's command language."""

    name: str
    seize: tuple[Step, ...] = ()
    """Before a line is seized, for a dial or an answer."""
    answer: Step
    release: tuple[Step, ...] = ()
    """Once on hook again."""
    hears_tones = False
    """Reports tones and far-end keys while off hook."""

    @abstractmethod
    def dial(self, number: str) -> str:
        """The command line that dials from on hook and returns when the digits are out."""

    @abstractmethod
    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        """A hookflash of `flash_ms` ms in a call."""

    @abstractmethod
    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        """DTMF keys in a call, tones and pauses of `tone_ms` ms each."""


def _chunks(keys: str) -> list[str]:
    return [keys[i : i + KEYS_PER_LINE] for i in range(0, len(keys), KEYS_PER_LINE)]


def _seconds(keys: str, tone_ms: int) -> float:
    return len(keys) * 2 * tone_ms / 1000


class DataOnly(Dialect):
    """Modems without a voice class: the D command does everything, `;` keeps command state.

    In a call, X3 lets the modem dial blind: with X4 it would wait for a dial tone on top of the
    conversation and hang up. Answering is going off hook (H1): ATA would send a data answer tone.
    """

    name = "data"
    answer = Step("ATH1")
    release = (Step("ATX4", required=False),)

    def dial(self, number: str) -> str:
        return f"ATDT{number};"

    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        # S29: flash in 10 ms, on Rockwell, Conexant and most others.
        return (
            Step(f"ATS29={round(flash_ms / 10)}", required=False),
            Step("ATX3"),
            Step("ATDT!;", seconds=flash_ms / 1000 + 3),
        )

    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        # S11: tone length in ms (V.250 leaves it to makers; all known ones use ms). A blind dial
        # begins after S6, 2 s or more.
        return (
            Step(f"ATS11={min(tone_ms, 255)}", required=False),
            Step("ATX3"),
            *(Step(f"ATDT{part};", seconds=_seconds(part, tone_ms) + 3) for part in _chunks(keys)),
        )


class V253(Dialect):
    """ITU-T V.253 and TIA IS-101: `+FCLASS=8`, `+VLS`, `+VTS`; durations in units of 10 ms.

    Voice class is entered only to seize the line and left on hook, because in it RING turns into
    an event character and caller ID into another form on some models.
    """

    name = "v253"
    answer = Step("AT+VLS=1")
    release = (Step("AT+FCLASS=0", required=False),)
    hears_tones = True

    def __init__(self, *, returns_at_once: bool, tone_ms: int) -> None:
        """returns_at_once: +VRN=0 is known, so D returns when the digits are out (IS-101)."""
        self._returns_at_once = returns_at_once
        # Voice settings are lost with the class on some models; the default tone is a whole second.
        seize = [Step("AT+FCLASS=8"), Step(f"AT+VTD={round(tone_ms / 10)}", required=False)]
        if returns_at_once:
            seize.append(Step("AT+VRN=0"))
        self.seize = tuple(seize)

    def dial(self, number: str) -> str:
        return f"ATDT{number}" if self._returns_at_once else f"ATDT{number};"

    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        # Never a bare `!`: its length would be +VTD's.
        return (Step(f"AT+VTS={{!,{round(flash_ms / 10)}}}", seconds=flash_ms / 1000),)

    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        return tuple(
            Step(f"AT+VTS={','.join(part)}", seconds=_seconds(part, tone_ms))
            for part in _chunks(keys)
        )
