"""What a modem is and can do, found out by asking.

Nothing here dials, goes off hook or makes a sound: only identity questions, `?` and `=?` forms, and
the voice class tried and left. Echo, results and verbosity (E1 Q0 V1) are set by getting in step;
nothing else is changed. No ATI1 and ATI2 (checksums, slow), no ATI4 (USRobotics prints the last
number dialled), no ATI11 (Lucent waits for a key).

19 to 28 commands: 2 to 3 s with a gap of 100 ms between them; a driver asks 6 of them if the USB
ids tell the family. A question that gets no answer takes QUESTION_TIMEOUT more, and the time to get
in step again.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic

from ..errors import CommandTimeout, HookflashError
from .cadence import is_cadence
from .callerid import CallerIdCollector
from .conversation import Conversation
from .dle import Signal, event_mask, vls_masks
from .identify import Evidence, identify, is_listed
from .profiles import FALLBACK, Profile

log = logging.getLogger(__name__)

QUESTION_TIMEOUT = 1.5
"""Seconds for the answer to a question."""

PROBE_TIMEOUT = 30.0
"""Seconds for all questions; the voice class is left after that, too."""

NO_ANSWER = "no answer"
"""In place of a result code."""

QUICK_IDENTITY = ("ATI0", "ATI3", "AT+GMI", "AT+GMM")
QUICK_VOICE = ("AT+VLS=?", "AT+VSM=?", "AT+VRN=?")
"""What a driver asks: enough to tell the known families apart."""

LISTED_VOICE = ("AT+VLS=?", "AT+VRN=?")
"""What it asks a modem whose USB ids tell the family: what is different from one to the next."""

IDENTITY = (
    *("ATI0", "ATI3", "ATI6", "ATI7", "ATI9"),  # codes and versions; ATI9: plug-and-play name
    *("AT+GMI", "AT+GMM", "AT+GMR", "AT+GMI9"),  # V.250 6.1; Conexant below its maker's name
)
FAX_IDENTITY = ("AT+FMI?", "AT+FMM?", "AT+FMR?")
"""Asked where V.250's questions have no answer: T.32, older than they."""

VOICE = (
    *("AT+VLS=?", "AT+VSM=?", "AT+VTS=?", "AT+VRA=?", "AT+VRN=?", "AT+VDR=?"),
    *("AT+VCID=?", "AT+VCID?"),
)
SHARP_VOICE = ("AT#VLS=?", "AT#VTD=?", "AT#VRA=?", "AT#VRN=?", "AT#CID=?", "AT#CID?")
DATA = ("AT+VCID=?", "AT+VCID?", "AT#CID=?", "AT#CID?")
"""Asked in the class, so that those are answered which are known there only."""

_CLASS = re.compile(r"(?:[+#]\w+ ?[:=] ?)?(\d+(?:\.\d+)?)", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
_SHARP_MASKS = re.compile(r"(?:[0-9A-Fa-f]{1,2},){2}([0-9A-Fa-f]{1,2})", re.ASCII)
_SHARP_TONES = {
    0x01: (Signal.KEY,),
    0x02: (Signal.DATA_CALLING,),
    0x04: (Signal.FAX_CALLING,),
    0x08: (Signal.ANSWER_TONE,),
    0x10: (Signal.ANSWER_TONE,),
    0x20: (Signal.BUSY, Signal.DIAL),
}
"""Bits of #VTD (Rockwell 1048, table 7-6); its third mask is for voice command state."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: the result code it got or NO_ANSWER, and the lines before the result."""

    command: str
    result: str
    lines: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """The modem knows the question."""
        return self.result == "OK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the modem can do, as it says and as its family is known to.

    hears: what it tells while it is off hook and idle; None: it does not say.
    caller_id: the forms it names, of `formatted` and `unformatted`; empty: it names none.
    flash: `tone` or `dial`, as in Profile; flash_settable: its length is ours.
    dtmf: keys are sent as `keys`, `tones` (frequencies) or `dial` (the D command).
    """

    hears: frozenset[Signal] | None
    caller_id: tuple[str, ...]
    flash: str
    flash_settable: bool
    dtmf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came out. why: the evidence that chose the profile. answers: all, in order."""

    identity: Mapping[str, tuple[str, ...]]
    dialect: str
    profile: Profile
    why: str
    capabilities: Capabilities
    answers: tuple[Answer, ...]

    def answer(self, command: str) -> Answer | None:
        """The last answer to a question; None if it was not asked."""
        return next((one for one in reversed(self.answers) if one.command == command), None)


def probe(
    talk: Conversation,
    usb: tuple[int, int] | None = None,
    dialect: str = "auto",
    seconds: float = PROBE_TIMEOUT,
    *,
    quick: bool = False,
) -> Probed:
    """Ask a modem on hook what it is.

    usb: vendor and product id, where known. dialect: `auto` tries both voice classes; `v253` and
    `rockwell` that one only, `data` none. Of a modem that refuses, the result says `data`.
    quick: ask less, 1 s, unless the family is not found so; the capabilities are then incomplete.
    The modem is in step already.
    Least is asked where `usb` tells the family: who plugs a modem in waits for it.

    A question without an answer is noted, and the next one asked. CommandTimeout if the modem stops
    answering altogether, or if all this takes longer than `seconds`; DeviceLost if it goes away.
    """
    asked = _Questions(talk, monotonic() + seconds)
    if not quick:
        talk.start()
    identity: Mapping[str, tuple[str, ...]] = {}
    questions: Sequence[str] = LISTED_VOICE
    if not quick:
        identity, questions = _identity(asked), VOICE
    elif usb is None or not is_listed(usb):
        identity, questions = asked.identity(QUICK_IDENTITY), QUICK_VOICE
    found = _class(asked.ask("AT+FCLASS?")) or "0"
    if not quick:
        asked.ask("AT+FCLASS=?")
    spoken = "data"
    if dialect in ("auto", "v253") and _voice(asked, found, questions):
        spoken = "v253"
    elif dialect in ("auto", "rockwell") and _sharp_voice(asked):
        spoken = "rockwell"
    else:
        asked.ask_all(DATA)
    vls, vsm = asked.lines("AT+VLS=?"), asked.lines("AT+VSM=?")
    evidence = Evidence(identity=identity, vls=vls, vsm=vsm, usb=usb)
    profile, why = identify(spoken, evidence)
    if quick and profile is FALLBACK[spoken]:
        identity = _identity(asked)
        profile, why = identify(spoken, replace(evidence, identity=identity))
    log.info("%s: %s (%s)", talk.port.name, profile.title, why)
    return Probed(
        identity=identity,
        dialect=spoken,
        profile=profile,
        why=why,
        capabilities=_capabilities(asked, profile),
        answers=tuple(asked.answers),
    )


def name_of(probed: Probed) -> str:
    """What the modem calls itself, the most telling reply first; else its family."""
    for question in ("AT+GMM", "AT+FMM?", "ATI3", "ATI0"):
        if lines := probed.identity.get(question):
            return lines[0]
    return probed.profile.title


def returns_at_once(probed: Probed) -> bool:
    """Tell whether +VRN (#VRN) may be 0, so that a dial without `;` returns with the last digit."""
    sign = "#" if probed.dialect == "rockwell" else "+"
    asked = probed.answer(f"AT{sign}VRN=?")
    if asked is None or not asked.good:
        return False
    values = " ".join(asked.lines).rpartition(":")[2]
    return probed.profile.vrn_zero_returns and "0" in _NUMBER.findall(values)


class _Questions:
    """Asks, each question with its deadline, and keeps the answers."""

    def __init__(self, talk: Conversation, ends: float) -> None:
        self._talk = talk
        self._ends = ends
        self._callers = CallerIdCollector()
        self.answers: list[Answer] = []

    def ask(self, command: str, *, always: bool = False) -> Answer:
        """always: even when the time is up."""
        if not always and monotonic() > self._ends:
            raise CommandTimeout(f"probe {self._talk.port.name}: it answers too slowly")
        try:
            reply = self._talk.command(command, QUESTION_TIMEOUT)
            answer = Answer(command, reply.result.value, self._own(command, reply.lines))
        except CommandTimeout:
            self._talk.start()  # in step again; raises if it does not answer any more
            answer = Answer(command, NO_ANSWER)
        self.answers.append(answer)
        return answer

    def identity(self, commands: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """What these questions were answered with; each is asked once."""
        known = {answer.command for answer in self.answers}
        self.ask_all([command for command in commands if command not in known])
        found = {answer.command: answer.lines for answer in self.answers if answer.lines}
        return {command: found[command] for command in commands if command in found}

    def ask_all(self, commands: Sequence[str]) -> None:
        for command in commands:
            self.ask(command)

    def lines(self, command: str) -> tuple[str, ...]:
        """What a question was answered with; empty if it was refused or not asked."""
        return next((one.lines for one in self.answers if one.command == command and one.good), ())

    def _own(self, command: str, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines of a reply without what a call that comes in just now has put between."""
        shown = ("".join(filter(str.isprintable, line)).strip() for line in lines)
        return tuple(
            line
            for line in shown
            if line
            and line != command  # echoed twice
            and not self._callers.take(line)
            and not is_cadence(line)
        )


def _identity(asked: _Questions) -> dict[str, tuple[str, ...]]:
    identity = asked.identity(IDENTITY)
    if "AT+GMI" not in identity and "AT+GMM" not in identity:
        return asked.identity(IDENTITY + FAX_IDENTITY)
    return identity


def _voice(asked: _Questions, found: str, questions: Sequence[str]) -> bool:
    """Try the `+` voice class; ask what is to be known there; back to class `found`."""
    entered = asked.ask("AT+FCLASS=8")
    if entered.result == "ERROR":
        return False
    with _back_to(asked, f"AT+FCLASS={found}"):
        # Asked again, for there are modems that say OK to all they do not know.
        if not entered.good or _class(asked.ask("AT+FCLASS?")) not in ("8", None):
            return False
        asked.ask_all(questions)
        return True


def _sharp_voice(asked: _Questions) -> bool:
    """The same for the `#` voice class; these modems tell their class, or they are none."""
    found = _class(asked.ask("AT#CLS?")) or "0"
    entered = asked.ask("AT#CLS=8")
    if entered.result == "ERROR":
        return False
    with _back_to(asked, f"AT#CLS={found}"):
        if not entered.good or _class(asked.ask("AT#CLS?")) != "8":
            return False
        asked.ask_all(SHARP_VOICE)
        return True


@contextmanager
def _back_to(asked: _Questions, command: str) -> Iterator[None]:
    """Leave a class whatever happens in it."""
    try:
        yield
    except HookflashError:
        with suppress(HookflashError):
            asked.ask(command, always=True)
        raise
    if not asked.ask(command, always=True).good and not asked.ask(command, always=True).good:
        log.warning("%s is not confirmed: the modem may still be in its voice class", command)


def _class(answer: Answer) -> str | None:
    """The class a modem says it is in."""
    for line in answer.lines:
        if match := _CLASS.fullmatch(line):
            return match[1]
    return None


def _capabilities(asked: _Questions, profile: Profile) -> Capabilities:
    if profile.dialect == "data":
        hears: frozenset[Signal] | None = frozenset()
        dtmf = "dial"
    else:
        hears = _hears(asked, profile)
        dtmf = "tones" if profile.keys_as_tones else "keys"
    return Capabilities(
        hears=hears,
        caller_id=_caller_id(asked),
        flash=profile.flash,
        flash_settable=profile.flash == "tone" or bool(profile.flash_set),
        dtmf=dtmf,
    )


def _hears(asked: _Questions, profile: Profile) -> frozenset[Signal] | None:
    """What the modem says it tells while it is on the line: `+VLS=?`, `#VTD=?`."""
    if profile.dialect == "rockwell":
        masks = _SHARP_MASKS.fullmatch("".join(asked.lines("AT#VTD=?")).rpartition(":")[2].strip())
        bits = int(masks[1], 16) if masks else 0
        told = {tone for bit, tones in _SHARP_TONES.items() if bits & bit for tone in tones}
        return frozenset(told) or None
    label = int(profile.answer.rpartition("=")[2])
    labels = vls_masks(asked.lines("AT+VLS=?"))
    return (event_mask(labels[label].idle) - {Signal.INFO} or None) if label in labels else None


def _caller_id(asked: _Questions) -> tuple[str, ...]:
    """From the values that +VCID and #CID may have; else from the one that they have."""
    for name in ("AT+VCID", "AT#CID"):
        if lines := asked.lines(f"{name}=?"):
            values = " ".join(lines).rpartition(":")[2]
            return ("formatted", "unformatted") if "2" in values else ("formatted",)
        if asked.lines(f"{name}?"):
            return ("formatted",)
    return ()
