"""A whole conversation with a modem that interleaves, cuts, delays and damages; and what must hold.

See `docs/testing.md` for the guarantees in words.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from hookflash.errors import DeviceLost, HookflashError
from hookflash.modem.codes import Result, Token
from hookflash.modem.conversation import Conversation
from hookflash.modem.pending import Reply
from hookflash.operation import Operation

from .choices import Choices
from .peer import Mood, Peer
from .stage import START, Stage
from .staging import Staged, staged
from .wire import Wire

LATEST = 20.0
"""Seconds in which all that is to happen has happened."""

GAP = 0.1
"""Seconds between commands."""


@dataclass(slots=True)
class Attempt:
    """One command, and what came of it."""

    text: str
    kind: str
    timeout: float
    began: float
    relied: bool = False
    """The echo was relied on when it was written."""
    written: float = 0.0
    ended: float = 0.0
    reply: Reply | None = None
    failure: HookflashError | None = None
    told: Result | None = None
    """What on_result was called with."""
    operation: Operation | None = None


class Play:
    """One conversation. Raises AssertionError, or what the driver should not have raised."""

    def __init__(self, data: bytes) -> None:
        self.choices = Choices(data)
        self._until = self.choices.from_end()
        self.stage = Stage(self._preempt)
        self.mood = self.choices.pick((Mood.CLEAN, Mood.LATE, Mood.HARMED))
        self.wire = Wire(self.stage, self.choices)
        self.peer = Peer(self.stage, self.wire, self.choices, self.mood)
        self.told: list[Token | Result] = []
        """What belonged to no command, and the results of dials, in the order we were told."""
        self.losses: list[DeviceLost] = []
        self.attempts: list[Attempt] = []
        self.writes: list[tuple[float, str]] = []
        self.story: list[tuple[float, str, Any]] = []
        self.closed_at = float("inf")
        self.unplugged_at = float("inf")
        self._names: Staged
        self.talk: Conversation

    def _preempt(self) -> bool:
        """Interrupt a thread, now and then."""
        if self._until:
            self._until -= 1
            if not self._until:
                self._until = self.choices.from_end()
                return True
        return False

    def run(self) -> None:
        """Play it to its end."""
        with staged(self.stage) as self._names:
            self.stage.run(self._play)

    # --- the play -----------------------------------------------------------------------------

    def _play(self) -> None:
        choices = self.choices
        self.wire.writing = self._writing
        self.talk = Conversation(self.wire, self._unasked, self._lost, gap=GAP)
        self._happen(choices.byte())
        self._attempt("ATE1Q0V1", "start", 0.6)
        for number in range(1 + choices.byte() % 5):
            self._idle(choices.pick((0.0, 0.0, 0.05, 0.3, 1.0, 6.0)))
            kind = choices.pick(("command", "expect", "dial", "command"))
            if kind == "dial":
                self._attempt(f"ATD{number};", kind, 6.0)
            else:
                short = choices.pick((1.5, 1.5, 0.3, 0.05))
                self._attempt(f"AT+K{number}", kind, 1.5 if self.mood is Mood.CLEAN else short)
        if not self._over:
            self._recover()
        self._close()
        self.stage.sleep(LATEST)
        for text in ("AT+K200", "AT+K201"):
            self._attempt(text, "command", 1.5)

    def _happen(self, what: int) -> None:
        """Once in a while the modem is unplugged, or somebody closes, or it takes no bytes."""
        happenings: dict[int, Callable[[], None]] = {
            1: self._close,
            2: self._unplug,
            3: self._unplug_and_close,
            4: self._stop_for_a_while,
        }
        if self.mood is Mood.CLEAN:
            del happenings[4]
        if action := happenings.get(what % 32):
            seconds = self.choices.byte() * 0.05

            def later() -> None:
                self.stage.sleep(seconds)
                action()

            self._names.threading.Thread(target=later, name="happening").start()

    def _unplug(self) -> None:
        self._note("modem", "unplugged")
        self.unplugged_at = min(self.unplugged_at, self.stage.now)
        self.wire.end("unplugged")

    def _unplug_and_close(self) -> None:
        self._unplug()
        self._close()

    def _stop_for_a_while(self) -> None:
        self.wire.stopped = True
        self.stage.sleep(3.0)
        self.wire.stopped = False

    def _writing(self, data: bytes) -> None:
        self._note("we", data)
        text = data[:-1].decode("ascii")
        self.writes.append((self.stage.now, text))
        attempt = self.attempts[-1]
        if attempt.text == text:
            attempt.written = self.stage.now
            attempt.relied = self.talk.echo

    def _close(self) -> None:
        self._note("we", "close")
        self.closed_at = min(self.closed_at, self.stage.now)
        self.talk.close()

    def _idle(self, seconds: float) -> None:
        if seconds:
            self.stage.sleep(seconds / 2)
            self.peer.interject()
            self.stage.sleep(seconds / 2)

    def _attempt(self, text: str, kind: str, timeout: float) -> Attempt:
        attempt = Attempt(text, kind, timeout, self.stage.now)
        self.attempts.append(attempt)
        try:
            attempt.reply = self._do(attempt)
        except HookflashError as error:
            attempt.failure = error
        attempt.ended = self.stage.now
        self._note("we", attempt.reply or attempt.failure)
        return attempt

    def _do(self, attempt: Attempt) -> Reply | None:
        text, talk = attempt.text, self.talk
        if attempt.kind == "start":
            talk.start()
            return None
        if attempt.kind == "expect":
            return talk.expect(text, attempt.timeout)
        operation = attempt.operation = Operation(attempt.kind, "modem")
        if attempt.kind == "command":
            return talk.command(text, attempt.timeout, operation)
        if self.choices.chance(4):
            seconds = self.choices.byte() * 0.02

            def give_up() -> None:
                self.stage.sleep(seconds)
                self._note("we", "give up")
                operation.abort()
                talk.wake()

            self._names.threading.Thread(target=give_up, name="give up").start()

        def on_result(result: Result) -> None:
            assert attempt.told is None, "told twice"
            attempt.told = result
            self.told.append(result)
            self._note("told", result)

        reply = talk.call_command(text, attempt.timeout, operation, on_result)
        assert attempt.told is reply.result, f"{attempt.text}: on_result got {attempt.told}"
        return reply

    def _recover(self) -> None:
        """All is well again and nothing late is left: the second command must be as ever."""
        self.stage.sleep(LATEST)
        while self.peer.busy:
            self.stage.sleep(LATEST)
        self.peer.mood = Mood.CLEAN
        self._attempt("AT+K100", "command", 1.5)
        self.stage.sleep(1.0)
        if self._over:
            return
        attempt = self._attempt("AT+K101", "command", 1.5)
        if self._over:
            return
        assert attempt.reply is not None, f"it does not recover: {attempt.failure}"

    @property
    def _over(self) -> bool:
        return bool(self.wire.ended) or self.closed_at <= self.stage.now

    def _unasked(self, token: Token) -> None:
        self.told.append(token)
        self._note("told", token)

    def _lost(self, error: DeviceLost) -> None:
        self.losses.append(error)
        self._note("told", error)

    def _note(self, who: str, what: Any) -> None:
        self.story.append((self.stage.now, who, what))


def conversation(data: bytes) -> None:
    """Play a conversation and judge it."""
    from .verdict import Verdict  # which looks at plays

    play = Play(data)
    play.run()
    Verdict(play).give()


def story(data: bytes) -> list[str]:
    """What happens in a play, line by line."""
    play = Play(data)
    with suppress(BaseException):  # it will be told by whoever plays it
        play.run()
    lines = [(at, f"{who:6} {what}") for at, who, what in play.story]
    for said in play.wire.said:
        harmed = "" if said.intact else ", harmed"
        lines.append((said.at, f"modem  {said.data!r} ({said.what}{harmed})"))
    return [f"{at - START:9.3f} {line}" for at, line in sorted(lines, key=itemgetter(0))]
