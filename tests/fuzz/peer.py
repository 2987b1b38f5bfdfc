"""A modem that answers each command with its own true result, however oddly it goes about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from hookflash.modem.codes import MAX_LINE
from hookflash.modem.conversation import MAX_LINES, SYNC

from .choices import Choices
from .stage import Stage
from .wire import Said, Wire

ABORT_GUARD = 0.125
"""Seconds after a dial line in which characters do not abort it (V.250 5.6.1)."""

FINALS = ("OK", "ERROR", "CONNECT", "VCON")
"""What an ordinary command may end with."""

CALL_FINALS = (
    *FINALS,
    "BUSY",
    "NO CARRIER",
    "NO DIALTONE",
    "NO ANSWER",
    "DELAYED",
    "+CME ERROR: 3",
)

INFO = ("+K: ", "4")
"""How information lines begin, and nothing else does."""

UNASKED = (
    b"\r\nRING\r\n",
    b"\x10R",
    b"\r\nNO CARRIER\r\n",
    b"\x10b",
    b"\r\nNMBR = 5551234\r\n",
    b"\x10X\r\nDRON=5\r\nDROF=11\r\n\x10.",
    b"\x105",
    b"\x10/\x107\x107\x10~",
    b"\r\nBUSY\r\n",
    b"\r\nRING A\r\n\r\nDATE = 1122\r\nTIME = 0102\r\n",
    b"NO CARRIER\r\n",
    b"\r\r\n+CRING: VOICE\r\r\n",
    b"\x10l\x10d",
    b"\r\nRINGING\r\n",
    b"\x10XNAME=OK\x10.",
    b"\r\n80100102\r\n",
)
"""What a modem says without being asked. The pairs and reports may stand within a line."""

GARBAGE = (
    b"\r\nERROR\r\n",
    b"\r\nOK\r\n",
    b"\x10",
    b"\x10X",
    b"0\r",
    b"\xff" * 40,
    b"x" * (MAX_LINE + 9),
    b"y\r\n" * (MAX_LINES + 9),
    b"\x10X" * 40,
    b"AT+K1\r",
)
_WITHIN = tuple(item for item in UNASKED if item.startswith(b"\x10"))
_COMMAND = re.compile(r"AT\+K(\d+)")
_DIAL = re.compile(r"ATD(\d+);")


class Mood(IntEnum):
    """How hard it is to talk with. Each one may do what those before it do."""

    CLEAN = 0
    """Answers in time and intact, and says other things at any moment."""
    LATE = 1
    """Answers when it likes."""
    HARMED = 2
    """Bytes are damaged or lost, echoes dropped or doubled, garbage is said."""


class Echo(IntEnum):
    """When it echoes what we write."""

    READING = 0
    """When it reads it, which is after its last result."""
    AT_ONCE = 1
    """When it comes, even while the last command is not answered yet."""
    NEVER = 2


@dataclass(slots=True)
class Answer:
    """What the modem answered to a command line, and how."""

    final: str
    info: tuple[str, ...]
    echo: Said | None
    result: Said | None = None


class Peer:
    """The modem. It reads line by line; its answers are remembered by command line.

    mood: may be changed at any time.
    """

    def __init__(self, stage: Stage, wire: Wire, choices: Choices, mood: Mood) -> None:
        self.mood = mood
        self.answers: dict[str, Answer] = {}
        """The last answer to each command line."""
        self.overheard: list[tuple[float, bytes]] = []
        """What was written while a dial was pending, and when."""
        self._stage = stage
        self._wire = wire
        self._choices = choices
        self._echo = choices.pick(tuple(Echo))
        self._echoing = not choices.chance(2) and self._echo is not Echo.NEVER
        self._numeric = choices.chance(3)
        self._buffers = mood is Mood.CLEAN or not choices.chance(3)
        self._aborts = mood is Mood.CLEAN or not choices.chance(4)
        self._unread = bytearray()
        self._echoes: list[Said | None] = []
        """Those of lines that were echoed and are not read yet."""
        self._busy = False
        self._dialling: Answer | None = None
        self._since = 0.0
        wire.hear = self.hear

    @property
    def busy(self) -> bool:
        """It has something to answer yet."""
        return self._busy

    def hear(self, data: bytes) -> None:
        """Take what we write: a command line, or a CR that aborts."""
        if self._dialling is not None:
            self.overheard.append((self._stage.now, data))
            if not self._aborts or self._stage.now < self._since + ABORT_GUARD:
                return
            data = data[1:]
            self._end_dial("NO CARRIER")
        elif self._busy and not self._buffers:
            return
        for line in data.splitlines(keepends=True):
            self._unread += line
            if self._echo is Echo.AT_ONCE:
                self._echoes.append(self._say_echo(line))
        if not self._busy:
            self._busy = True
            self._later(self._rest(), self._work)

    def interject(self) -> None:
        """Say something that nobody asked for, if the choices will."""
        if self._choices.chance(4):
            # While it dials, the end of a call is the dial's result.
            ends = self._dialling is None or self.mood is Mood.HARMED
            data = self._choices.pick(UNASKED if ends else _WITHIN)
            self._say(Said("unasked", data.decode("latin-1")), data, cuts=self._pauses())
        elif self.mood is Mood.HARMED and self._choices.chance(4) and (data := self._garbage()):
            said = Said("garbage", data.decode("latin-1"), intact=False)
            self._say(said, data, cuts=self._pauses())

    # --- reading and answering ----------------------------------------------------------------

    def _work(self) -> None:
        """Read a line, if there is one."""
        line, mark, rest = bytes(self._unread).partition(b"\r")
        if not mark:
            self._busy = False
            return
        self._unread[:] = rest
        if self._echo is Echo.READING:
            echo = self._say_echo(line + b"\r")
        else:
            echo = self._echoes.pop(0) if self._echoes else None
        text = line.decode("latin-1")
        if not text.startswith("AT"):
            self._later(0.0, self._work)
            return
        answer = self._answer(text, echo)
        synchronises = text in SYNC
        seconds = self._delay(0.1 if synchronises else 0.6, prompt=synchronises)
        if _DIAL.fullmatch(text):
            self._dialling, self._since = answer, self._stage.now
            self.interject()
            self._later(seconds, lambda: self._end_dial(answer.final, answer))
        else:
            self.interject()
            self._later(seconds, lambda: self._finish(text, answer))

    def _answer(self, text: str, echo: Said | None) -> Answer:
        if match := _COMMAND.fullmatch(text):
            number = int(match[1])
            lines = tuple(self._info(number) for _ in range(self._choices.byte() % 3))
            answer = Answer(self._choices.pick(FINALS), lines, echo)
        elif _DIAL.fullmatch(text):
            answer = Answer(self._choices.pick(CALL_FINALS), (), echo)
        else:
            answer = Answer("OK" if text in SYNC else "ERROR", (), echo)
        self.answers[text] = answer
        return answer

    def _info(self, number: int) -> str:
        """A line that names the command, or one that looks like a numeric result."""
        return self._choices.pick((f"+K: {number}", f"+K: {number} more", "4"))

    def _finish(self, text: str, answer: Answer) -> None:
        final = answer.final
        if text in SYNC:
            self._echoing = self._echo is not Echo.NEVER
            if self._numeric:  # this one is still answered in the old way
                self._numeric = False
                final = "0"
        for line in answer.info:
            self._line("info", line, text)
            self.interject()
        answer.result = self._line("result", final, text)
        self._go_on()

    def _end_dial(self, final: str, answer: Answer | None = None) -> None:
        if self._dialling is None or (answer is not None and answer is not self._dialling):
            return
        dialling, self._dialling = self._dialling, None
        dialling.final = final
        dialling.result = self._line("result", final, "ATD")
        self._go_on()

    def _go_on(self) -> None:
        """Read the next line. What keeps nothing meanwhile must be ready once it has answered."""
        if not self._buffers:
            self._later(0.0, self._work)
        self.interject()
        if self._buffers:
            self._later(self._rest(), self._work)

    # --- how it speaks ------------------------------------------------------------------------

    def _say_echo(self, line: bytes) -> Said | None:
        if not self._echoing:
            return None
        if self.mood is Mood.HARMED and self._choices.chance(8):
            return None
        said = Said("echo", line.decode("latin-1"))
        if self.mood is Mood.HARMED and self._choices.chance(8):
            place = self._choices.byte() % len(line)
            self._say(Said("echo", "", intact=False), line[:place])
            self.interject()
            said.intact = False
            line = line[place:]
        self._say(said, self._mixed(said, line), cuts=(0.0, 0.01))
        if self.mood is Mood.HARMED and self._choices.chance(8):
            self._say(Said("echo", said.text), line)
        if not line.startswith(b"ATD"):
            self.interject()
        return said

    def _line(self, what: str, text: str, of: str) -> Said:
        said = Said(what, text, of)
        data = text.encode("latin-1")
        data = data + b"\r" if text == "0" else b"\r\n" + data + b"\r\n"
        self._say(said, self._mixed(said, data), cuts=self._pauses())
        return said

    def _mixed(self, said: Said, data: bytes) -> bytes:
        """Pairs and reports may stand in the middle of a line."""
        if not self._choices.chance(8):
            return data
        place = self._choices.byte() % (data.rindex(b"\r") + 1)
        said.within = True
        return data[:place] + self._choices.pick(_WITHIN) + data[place:]

    def _garbage(self) -> bytes:
        if self._choices.chance(2):
            return self._choices.piece(12)
        return self._choices.pick(GARBAGE)

    def _say(self, said: Said, data: bytes, cuts: tuple[float, ...] = (0.0,)) -> None:
        self._wire.say(said, data, cuts=cuts, harm=self.mood is Mood.HARMED)

    def _delay(self, longest: float, *, prompt: bool = False) -> float:
        """Seconds until an answer. prompt: it is one that comes at once."""
        seconds = self._choices.byte() * 0.02
        if prompt and self.mood is Mood.LATE:
            return 0.0
        return min(seconds, longest) if self.mood is Mood.CLEAN else seconds

    def _pauses(self) -> tuple[float, ...]:
        """Pauses in the middle of what it says. A late one must not seem to have finished."""
        return (0.0, 0.01) if self.mood is Mood.LATE or not self._buffers else (0.0, 0.01, 0.1)

    def _rest(self) -> float:
        """Seconds from one answer to reading the next line."""
        return self._choices.byte() % 8 * 0.01

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        # Not before all that was said so far has come: then it is at the end of its answer.
        self._stage.at(max(self._stage.now, self._wire.clear) + seconds, action)
