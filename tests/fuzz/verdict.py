"""What must hold of a conversation that was played; `docs/testing.md` says it in words."""

from __future__ import annotations

from hookflash.errors import Aborted, CommandRefused, CommandTimeout, DeviceLost, LineClosed
from hookflash.modem import conversation as module
from hookflash.modem.codes import Dle, Result, Text, Token, Tokeniser, is_ring, result_of
from hookflash.modem.port import WRITE_TIMEOUT

from .peer import INFO, Mood
from .talk import GAP, Attempt, Play
from .wire import Read, Said

ORDINARY = frozenset({Result.OK, Result.ERROR, Result.CONNECT, Result.VCON})

LONGEST_SYNC = 3 * (
    GAP
    + WRITE_TIMEOUT
    + len(module.SYNC) * module.SYNC_TIMEOUT
    + 2 * module.LATE_ECHO
    + module.COMMAND_TIMEOUT
)
"""Seconds that getting in step may take."""

LONGEST_ABORT = module.ABORT_GUARD + module.ABORT_TIMEOUT + WRITE_TIMEOUT

EARLY = 0.001
"""Seconds before a deadline at which an answer is still in time."""


class Verdict:
    """Looks at a play; AssertionError names what did not hold."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.harmed = play.mood is Mood.HARMED
        self.reads = play.wire.reads
        self.ended = min(play.closed_at, play.unplugged_at)
        self.pending = self._pending()

    def give(self) -> None:
        """Look at everything."""
        stage = self.play.stage
        assert not stage.errors, f"a thread died: {stage.errors}"
        assert not stage.left, f"threads are left: {stage.left}"
        self._lost_once()
        for said in self.play.wire.said:
            self._is_read(said)
        self._all_told()
        self._call_ends_told()
        for attempt in self.play.attempts:
            self._in_time(attempt)
            self._failure_is_due(attempt)
            if attempt.reply is not None:
                self._own_result(attempt)
            if attempt.kind == "dial" and attempt.written:
                self._left_alone(attempt)

    # --- what nobody asked for ----------------------------------------------------------------

    def _lost_once(self) -> None:
        play = self.play
        if play.unplugged_at < play.closed_at:
            assert len(play.losses) == 1, f"unplugged, and told {len(play.losses)} times"
        elif play.unplugged_at > play.closed_at:
            assert not play.losses, "our own close is no loss"
        else:
            assert len(play.losses) <= 1

    def _is_read(self, said: Said) -> None:
        """What was said intact is read, whatever was said before; but pairs need an intact byte
        before them, and lines that do not begin with CR or LF an intact line."""
        if not said.intact or said.at > self.play.stage.now:
            return
        if self.harmed and (said.within or not said.data.startswith(b"\r\n")):
            return
        wanted = [_plain(token) for token in Tokeniser().feed(said.data)]
        found = [_plain(read.token) for read in self.reads if read.said is said]
        if not self.harmed:
            assert found == wanted, f"{said.data!r} was read as {found}"
        rest = iter(found)
        assert all(token in rest for token in wanted), f"{said.data!r} was read as {found}"

    def _all_told(self) -> None:
        """What is read is told, in order, unless it is a command's own.

        The results of dials, which are told apart, keep their place as well; but where echoes may
        be missing, one may be held back for a while and what follows it be told before.
        """
        told = [item for item in self.play.told if not (self.harmed and isinstance(item, Result))]
        places = {0}
        complete = {0}
        for read in self.reads:
            if read.at >= self.ended:
                complete |= places
            as_told = (read.token, self._result(read) or read.token)
            following = {p + 1 for p in places if p < len(told) and told[p] in as_told}
            places = following | (places if self._may_be_taken(read) else set())
            assert places or complete, f"{read.token} of {read.at:.3f} was not told in its order"
        complete |= places
        assert len(told) in complete, f"not told in order, or made up: {told}"

    def _may_be_taken(self, read: Read) -> bool:
        """Tell whether a command that was pending then may have taken this token for its own."""
        if not isinstance(read.token, Text):
            return False
        text = read.token.text
        for began, ended, command in self.pending:
            if began <= read.at <= ended:
                result = result_of(text, numeric=command in module.SYNC)
                mine = result in ORDINARY or (result and command.startswith("ATD"))
                again = command in module.SYNC and text in module.SYNC
                if mine or again or text == command:
                    return True
        return False

    def _pending(self) -> list[tuple[float, float, str]]:
        """When which command line was pending."""
        play = self.play
        ends = sorted([at for at, _ in play.writes] + [attempt.ended for attempt in play.attempts])
        found = []
        for began, text in play.writes:
            if text:  # else it is an abort
                end = next(end for end in ends if end > began)
                if text.startswith("ATD"):  # its abort does not end it
                    end = next(a.ended for a in play.attempts if a.text == text)
                found.append((began, end, text))
        return found

    def _call_ends_told(self) -> None:
        """Each end of a call is told, or is the outcome of a dial, one of each dial.

        Where echoes may be missing, a result that waits for its echo gives way to the next one: the
        dial has failed by either.
        """
        ends = [
            read for read in self.reads if read.at < self.ended and self._is_call_end(read.token)
        ]
        told = sum(
            self._is_call_end(item) for item in self.play.told if not isinstance(item, Result)
        )
        dials = [attempt for attempt in self.play.attempts if attempt.kind == "dial"]
        taken = sum(dial.told is not None and dial.told not in ORDINARY for dial in dials)
        crossing = self.harmed and sum(any(self._crosses(r, dial) for dial in dials) for r in ends)
        assert len(ends) <= told + taken + crossing, f"{ends}: told {told}, taken {taken}"

    def _crosses(self, read: Read, dial: Attempt) -> bool:
        """An end that crosses a dial on the wire: it comes before the echo, if there is one."""
        echoed = self._echoed(dial)
        before = self.reads[:echoed] if echoed is not None else self.reads
        return dial.written <= read.at <= dial.ended and read in before

    def _is_call_end(self, token: Token) -> bool:
        return _result_of(token) not in (None, *ORDINARY)

    # --- commands -----------------------------------------------------------------------------

    def _in_time(self, attempt: Attempt) -> None:
        longest = attempt.timeout + LONGEST_SYNC + LONGEST_ABORT + GAP + WRITE_TIMEOUT
        took = attempt.ended - attempt.began
        assert took <= longest, f"{attempt.text} took {took:.2f} s"

    def _failure_is_due(self, attempt: Attempt) -> None:
        """A command fails for a reason that there is."""
        play, text = self.play, attempt.text
        match attempt.failure:
            case None:
                pass
            case LineClosed():
                self._at_once(attempt, play.closed_at)
            case DeviceLost():
                self._at_once(attempt, play.unplugged_at)
            case Aborted():
                assert attempt.operation is not None
                assert attempt.operation.aborted, f"{text}: nobody gave up"
            case CommandRefused() as error if module.SYNC[0] in str(error):
                assert play.mood is not Mood.CLEAN, error
            case CommandRefused():
                assert attempt.kind == "expect"
                answer = play.peer.answers.get(text)
                refused = answer is not None and answer.final not in ("OK", "CONNECT", "VCON")
                assert refused or self.harmed, answer
            case CommandTimeout():
                assert play.mood is not Mood.CLEAN, attempt.failure
                self._not_answered(attempt)
            case _:
                raise AssertionError(f"{text} raised {attempt.failure!r}")

    def _at_once(self, attempt: Attempt, cause: float) -> None:
        assert cause <= attempt.ended, f"{attempt.text}: no reason for {attempt.failure!r}"
        late = attempt.ended - max(cause, attempt.began)
        assert late < EARLY, f"{attempt.text}: {attempt.failure!r} came {late:.2f} s late"

    def _not_answered(self, attempt: Attempt) -> None:
        """After a time-out: there was no answer that began with the echo and came in time."""
        if not attempt.written or (attempt.operation and attempt.operation.aborted):
            return
        deadline = attempt.written + attempt.timeout - EARLY
        answered = self._result_after_echo(attempt, deadline)
        assert answered is None, f"{attempt.text} timed out, though {answered} had come"

    def _own_result(self, attempt: Attempt) -> None:
        """A reply is the command's own."""
        play, reply = self.play, attempt.reply
        assert reply is not None
        assert not any(map(is_ring, reply.lines)), f"{attempt.text}: {reply}"
        if not self.harmed:
            if attempt.kind == "dial" and not attempt.relied and self._crossed(attempt):
                return  # where no echo tells, an end that crosses a dial is taken for its result
            answer = play.peer.answers.get(attempt.text)
            assert answer is not None, f"{attempt.text} was not read, and has {reply}"
            assert answer.result is not None, f"{attempt.text} is not answered, and has {reply}"
            own = Text(answer.final)
            come = [r.at for r in self.reads if r.said is answer.result and r.token == own]
            assert come and come[0] <= attempt.ended, f"{attempt.text}: a result of its own?"
            assert attempt.ended - come[0] < EARLY, f"{attempt.text}: noticed too late"
            assert reply.result is result_of(answer.final, numeric=False), (
                f"{attempt.text}: {reply}"
            )
            lines = tuple(line for line in reply.lines if line.startswith(INFO))
            assert lines == answer.info, f"{attempt.text}: {lines}, not {answer.info}"
            return
        echoed = self._echoed(attempt) if attempt.relied else None
        if echoed is not None and not self._seemed_without_echo(attempt, echoed):
            first = self._result_after_echo(attempt)
            assert reply.result is first, f"{attempt.text}: {reply.result}, not {first}"

    def _crossed(self, dial: Attempt) -> bool:
        return any(self._is_call_end(r.token) and self._crosses(r, dial) for r in self.reads)

    def _echoed(self, attempt: Attempt) -> int | None:
        """Where among the tokens its echo is, if it came intact while the command was pending."""
        for place, read in enumerate(self.reads):
            if attempt.written <= read.at <= attempt.ended and read.token == Text(attempt.text):
                return place
        return None

    def _seemed_without_echo(self, attempt: Attempt, echoed: int) -> bool:
        """Tell whether a result came so long before the echo that none was to be expected."""
        finals = self._finals(attempt)
        waited = min(self.reads[echoed].at, attempt.written + attempt.timeout)
        return any(
            attempt.written <= read.at
            and self._result(read) in finals
            and waited - read.at >= module.LATE_ECHO - EARLY
            for read in self.reads[:echoed]
        )

    def _result_after_echo(self, attempt: Attempt, until: float = float("inf")) -> Result | None:
        """The first result after its echo, and that by `until`."""
        echoed = self._echoed(attempt)
        if echoed is None:
            return None
        for read in self.reads[echoed + 1 :]:
            if read.at <= min(until, attempt.ended) and self._result(read) in self._finals(attempt):
                return self._result(read)
        return None

    def _finals(self, attempt: Attempt) -> frozenset[Result]:
        return frozenset(Result) if attempt.kind == "dial" else ORDINARY

    def _result(self, read: Read) -> Result | None:
        return _result_of(read.token)

    def _left_alone(self, attempt: Attempt) -> None:
        """Nothing is written while a dial is pending, but its abort."""
        for at, data in self.play.peer.overheard:
            if attempt.written < at < attempt.ended:
                assert data == b"\r", f"written during {attempt.text}: {data!r}"
                assert attempt.operation is not None
                assert attempt.operation.aborted, "given up by nobody"


def _result_of(token: Token) -> Result | None:
    if isinstance(token, Dle) or token.report:
        return None
    return result_of(token.text, numeric=False)


def _plain(token: Token) -> Token:
    """A token whether or not it stood in a report: one may have been opened by damage."""
    return token if isinstance(token, Dle) else Text(token.text)
