"""Dialects: how a family of modems is told to do things. Command lines only, no conversation.

Each verb is a list of steps. Every line stays below 40 characters, the limit of old modems.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from ..settings import LineSettings
from .profiles import Profile

KEYS_PER_LINE = 12
"""DTMF keys in one command line."""

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
"""DTMF frequencies in Hz (ITU-T Q.23)."""

NEVER_RANG = 10
"""Seconds without any ringback after which a modem that looks for an answer believes in one; the
default of +VRN and #VRN."""

KEYPAD = ("123A", "456B", "789C", "*0#D")


@dataclass(frozen=True, slots=True)
class Step:
    """One command line; `required`: an ERROR fails the verb, else it is only noted."""

    text: str
    required: bool = True
    seconds: float = 0.0
    """Time that the device may need beyond an ordinary command (tones, a flash)."""
    sounds: float = 0.0
    """Seconds that the line sounds: nothing may follow sooner, though some say OK at once."""


_DIAL_TONE_TOLD = Step("ATX4", required=False)
"""After X3, which a flash or keys by the D command need."""


class Dialect(ABC):
    """One family's command language, for one line.

    returns_at_once: the modem was asked and lets D return when the digits are out.
    """

    name: str
    hears_tones = False
    """Reports tones and far-end keys while off hook."""

    def __init__(
        self, profile: Profile, settings: LineSettings, *, returns_at_once: bool = False
    ) -> None:
        self.profile = profile
        self._settings = settings
        self._returns_at_once = returns_at_once

    def doubts(self) -> list[str]:
        """What was asked for and this family does otherwise, in words."""
        profile = self.profile
        if profile.flash == "tone" or profile.flash_set:
            return []
        length = f"{profile.flash_fixed_ms} ms" if profile.flash_fixed_ms else "not known"
        return [
            f"flash_ms = {self._settings.flash_ms}: the flash of this family ({profile.title}) "
            f"cannot be set; its length is {length}"
        ]

    @property
    def detects_answer(self) -> bool:
        """The dial command ends when the modem believes that the far end has answered."""
        return self._settings.answer_detection in ("modem", "quiet")

    @property
    def seize(self) -> tuple[Step, ...]:
        """Before a line is seized, for an answer."""
        return ()

    @property
    def before_dial(self) -> tuple[Step, ...]:
        """Before a line is seized, for a dial."""
        return self.seize

    @property
    def answer(self) -> Step:
        """Seizes the line."""
        return Step(self.profile.answer)

    @property
    def release(self) -> tuple[Step, ...]:
        """Once on hook again."""
        return ()

    @abstractmethod
    def dial(self, number: str) -> str:
        """The command line that dials from on hook."""

    @abstractmethod
    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        """A hookflash of `flash_ms` ms in a call."""

    @abstractmethod
    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        """DTMF keys in a call, tones and pauses of `tone_ms` ms each."""

    def _dialled_flash(self, flash_ms: int) -> tuple[Step, ...]:
        # X3: no dial tone is waited for on top of the conversation. A blind dial begins after S6,
        # 2 s or more.
        template = self.profile.flash_set
        length = template.format(ms=flash_ms, tens=round(flash_ms / 10))
        return (
            *((Step(length, required=False),) if template else ()),
            Step("ATX3"),
            Step("ATDT!;", seconds=flash_ms / 1000 + 3, sounds=flash_ms / 1000),
        )

    def _dialled_keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        # S11: tone length in ms (V.250 leaves it to makers; all known ones use ms).
        return (
            Step(f"ATS11={min(tone_ms, 255)}", required=False),
            Step("ATX3"),
            *(_tones(f"ATDT{part};", len(part), tone_ms, 3) for part in _chunks(keys)),
        )


def _tones(text: str, keys: int, tone_ms: int, more: float = 0.0) -> Step:
    return Step(text, seconds=keys * 2 * tone_ms / 1000 + more, sounds=keys * tone_ms / 1000)


def _chunks(keys: str, size: int = KEYS_PER_LINE) -> list[str]:
    return [keys[i : i + size] for i in range(0, len(keys), size)]


def frequencies(key: str) -> tuple[int, int]:
    """The two tones of a key, in Hz."""
    for row, names in zip(ROWS, KEYPAD, strict=True):
        if key in names:
            return row, COLUMNS[names.index(key)]
    raise ValueError(f"{key!r} is no DTMF key")


class DataOnly(Dialect):
    """Modems without a voice class: the D command does everything, `;` keeps command state.

    Answering is going off hook (H1): ATA would send a data answer tone.
    """

    name = "data"

    def doubts(self) -> list[str]:
        since = self.profile.voice_since
        return [
            "no voice modem, or not to be used as one (dialect = data)"
            + (f"; with {since} it is one" if since else "")
            + ": it dials, answers and hangs up, but once the digits are out it tells nothing of "
            "busy, of an answer or of the far end's hang-up",
            *super().doubts(),
        ]

    @property
    def release(self) -> tuple[Step, ...]:
        return (_DIAL_TONE_TOLD,)

    def dial(self, number: str) -> str:
        quiet = "@" if self.detects_answer else ""
        return f"ATDT{number}{quiet};"

    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        return self._dialled_flash(flash_ms)

    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        return self._dialled_keys(keys, tone_ms)


class Voice(Dialect):
    """What voice classes have in common.

    The class is entered only to seize the line and left on hook, because in it RING turns into
    an event character and caller ID into another form on some models.
    """

    hears_tones = True
    sign: str
    """What the family's voice commands begin with."""
    enter: Step
    leave: Step

    @property
    def seize(self) -> tuple[Step, ...]:
        # Voice settings are lost with the class on some models.
        reports = tuple(Step(text, required=False) for text in self.profile.reports)
        return (self.enter, *self._tone_length(self._settings.tone_ms), *reports)

    @property
    def before_dial(self) -> tuple[Step, ...]:
        waits: tuple[Step, ...] = ()
        if self._settings.answer_detection == "modem":
            ringback = round(self._settings.ringback_gone_ms / 100)
            never = round(NEVER_RANG * 1000 / self.profile.vrn_unit_ms)
            waits = (
                Step(f"AT{self.sign}VRA={ringback}", required=False),
                Step(f"AT{self.sign}VRN={never}"),
            )
        elif self._returns_at_once:
            waits = (Step(f"AT{self.sign}VRN=0"),)
        return (*self.seize, *waits)

    @property
    def release(self) -> tuple[Step, ...]:
        return (self.leave, _DIAL_TONE_TOLD) if self.profile.flash == "dial" else (self.leave,)

    def dial(self, number: str) -> str:
        detection = self._settings.answer_detection
        quiet = "@" if detection == "quiet" else ""
        ends = "" if self._returns_at_once or detection == "modem" else ";"
        return f"ATDT{number}{quiet}{ends}"

    def flash(self, flash_ms: int) -> tuple[Step, ...]:
        if self.profile.flash == "dial":
            return self._dialled_flash(flash_ms)
        # Never a bare `!`: its length would be +VTD's.
        length = round(flash_ms / self.profile.tone_unit_ms)
        text = f"AT{self.sign}VTS={{!,{length}}}"
        return (Step(text, seconds=flash_ms / 1000, sounds=flash_ms / 1000),)

    def keys(self, keys: str, tone_ms: int) -> tuple[Step, ...]:
        after = self.profile.after_tones
        return (
            *(
                self._tones(keys, tone_ms)
                if self.profile.keys_as_tones
                else self._keys(keys, tone_ms)
            ),
            *((Step(after, required=False),) if after else ()),
        )

    def _keys(self, keys: str, tone_ms: int) -> Iterator[Step]:
        for part in _chunks(keys):
            yield _tones(f"AT{self.sign}VTS={','.join(part)}", len(part), tone_ms)

    def _tones(self, keys: str, tone_ms: int) -> Iterator[Step]:
        # One a line: the pause between two is ours, and 40 characters hold no more.
        length = max(1, round(tone_ms / self.profile.tone_unit_ms))
        for key in keys:
            low, high = frequencies(key)
            yield _tones(f"AT{self.sign}VTS=[{low},{high},{length}]", 1, tone_ms)

    @abstractmethod
    def _tone_length(self, tone_ms: int) -> tuple[Step, ...]:
        """Sets the length of tones that are sent without one."""


class V253(Voice):
    """ITU-T V.253 and TIA IS-101: `+FCLASS=8`, `+VLS`, `+VTS`; durations in units of 10 ms."""

    name = "v253"
    sign = "+"
    enter = Step("AT+FCLASS=8")
    leave = Step("AT+FCLASS=0", required=False)

    def _tone_length(self, tone_ms: int) -> tuple[Step, ...]:
        return (
            Step(f"AT+VTD={round(tone_ms / 10)}", required=False),  # the default is 1 s
            Step("AT+VIT=0", required=False),  # else voice class ends after 7 s on some
        )


class Rockwell(Voice):
    """Rockwell's commands before IS-101: `#CLS=8`, `#VLS`, `#VTS`; units of 100 ms."""

    name = "rockwell"
    sign = "#"
    enter = Step("AT#CLS=8")
    leave = Step("AT#CLS=0", required=False)

    def _tone_length(self, tone_ms: int) -> tuple[Step, ...]:
        return (Step(f"AT#VBT={max(1, round(tone_ms / 100))}", required=False),)


DIALECTS: dict[str, type[Dialect]] = {
    dialect.name: dialect for dialect in (V253, Rockwell, DataOnly)
}
"""All dialects by name."""
