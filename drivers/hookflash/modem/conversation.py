"""The conversation with a modem: one command in flight, each result paired with its own command.

One thread reads the port. What nobody asked for is handed on in order. A command that times out
leaves the conversation out of step; the next one first gets it back in step, so that a late answer
is never taken for another command's.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from ..errors import CommandRefused, CommandTimeout, DeviceLost, LineClosed
from ..operation import Operation
from .codes import Result, Text, Token, Tokeniser, is_ring, result_of
from .pending import Pending, Reply, nothing, taken_by
from .port import Port

log = logging.getLogger(__name__)
traffic = logging.getLogger("hookflash.traffic")
TRAFFIC = 5
"""Log level of the bytes themselves, below DEBUG."""

COMMAND_TIMEOUT = 1.5
"""Seconds for an ordinary command."""

SYNC = ("ATE1Q0V1", "ATQ0E1V1", "ATV1E1Q0", "ATE1V1Q0", "ATQ0V1E1", "ATV1Q0E1")
"""Verbose results, echo on: one command in six orders, so that each try has an echo of its own."""

SYNC_TIMEOUT = 0.6
"""Seconds for each try to get in step."""

ABORT_GUARD = 0.15
"""Seconds after a command line in which a modem ignores characters: 125 ms (V.250 5.6.1), and what
the line takes to leave the serial buffers."""

ABORT_TIMEOUT = 0.6
"""Seconds for the result of an aborted dial."""

LATE_ECHO = 0.25
"""Seconds that a result without its echo is held back: then the modem does not echo. If the echo
comes after all, the result was an earlier command's."""

MAX_LINES = 100
"""Lines of information text kept for one command."""

_BREAK_OFF = b"\r\x10!\x10\x03\x10^\r"
"""A CR aborts a dial (V.250 5.6.1); then the ends of voice reception, transmission and duplex
(V.253 10.1). In command state it is an empty line and one that does not begin with AT."""

QUIET = 0.12
"""Seconds of silence after which no late answer is expected any more."""

_CALL_RESULTS = frozenset(Result)
_ORDINARY = frozenset({Result.OK, Result.ERROR, Result.CONNECT, Result.VCON})


class Conversation:
    """AT commands and their results over a port.

    unsolicited: called on the reader's thread with each token that belongs to no command.
    lost: called on the reader's thread, once, when the device goes away.
    """

    def __init__(
        self,
        port: Port,
        unsolicited: Callable[[Token], None],
        lost: Callable[[DeviceLost], None],
        gap: float,
    ) -> None:
        self.port = port
        self.echo = False
        """True once the device is known to echo: then an echo proves that it took a command."""
        self._unsolicited = unsolicited
        self._lost = lost
        self._gap = gap
        self._numeric = True
        self._in_step = False
        self._late: list[str] = []
        """Tries to get in step that were not answered and may yet be."""
        self._changed = threading.Condition()
        self._pending: Pending | None = None
        self._gone: DeviceLost | LineClosed | None = None
        self._heard = 0.0
        self._settled = 0.0
        self._reader = threading.Thread(target=self._read, name=f"read {port.name}", daemon=True)
        self._reader.start()

    @property
    def crossing(self) -> bool:
        """True while a call command is out and not taken yet: an end that is told now is none of
        its call's."""
        pending = self._pending
        return (
            pending is not None
            and pending.finals is _CALL_RESULTS
            and self.echo
            and not pending.echoed
        )

    def start(self) -> None:
        """Get in step with the modem: verbose results, echo on.

        The echo stays on because it is the only thing a modem says between a dial command and its
        result: it tells a modem that dials from one that hangs.
        """
        self._synchronise()

    def command(
        self, text: str, timeout: float = COMMAND_TIMEOUT, operation: Operation | None = None
    ) -> Reply:
        """Send a command; its reply, whatever the result. CommandTimeout if none comes.

        operation: the one whose `taken` turns True when the modem has taken this command.
        """
        if not self._in_step:
            self._synchronise()
        return self._exchange(text, timeout, taken=taken_by(operation))

    def expect(
        self, text: str, timeout: float = COMMAND_TIMEOUT, operation: Operation | None = None
    ) -> Reply:
        """As `command`, but CommandRefused unless the modem confirms."""
        reply = self.command(text, timeout, operation)
        if not reply.result.good:
            raise CommandRefused(f"{text} on {self.port.name}: the modem says {reply.result.value}")
        return reply

    def call_command(
        self,
        text: str,
        timeout: float,
        operation: Operation,
        on_result: Callable[[Result], None] = nothing,
    ) -> Reply:
        """Send a command that seizes the line (ATD, ATA) and wait for any of its results.

        Nothing is written meanwhile but its abort, when `operation` is aborted; then Aborted.
        operation.taken turns True when the echo proves that the modem took the command.
        on_result: called on the reader's thread, so that what follows is told after it.
        """
        if not self._in_step:
            self._synchronise()
        return self._exchange(
            text,
            timeout,
            finals=_CALL_RESULTS,
            operation=operation,
            taken=taken_by(operation),
            on_result=on_result,
        )

    def break_off(self) -> None:
        """End whatever the modem may be in; nothing is known of it afterwards."""
        self._in_step = False
        with self._changed:
            self._raise_if_gone()
        self._write_bytes(_BREAK_OFF)

    def reset(self) -> None:
        """Have the modem reset itself (ATZ); nothing is known of it afterwards."""
        self._in_step = False
        for text in ("ATH", "ATZ"):
            try:
                self._exchange(text, SYNC_TIMEOUT)
            except CommandTimeout as error:
                log.debug("%s: %s", self.port.name, error)
        self._in_step = False

    def wake(self) -> None:
        """Have a waiting call command look whether its operation was aborted."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """End the reader and release the port; again, or from any thread, does no harm."""
        with self._changed:
            if self._gone is None:
                self._gone = LineClosed(f"{self.port.name} was closed")
            self._changed.notify_all()
        self.port.close()
        if threading.current_thread() is not self._reader:
            self._reader.join(2.0)

    # --- one exchange -------------------------------------------------------------------------

    def _exchange(
        self,
        text: str,
        timeout: float,
        *,
        finals: frozenset[Result] = _ORDINARY,
        operation: Operation | None = None,
        taken: Callable[[], None] = nothing,
        on_result: Callable[[Result], None] = nothing,
    ) -> Reply:
        pending = Pending(text, finals, taken, on_result)
        self._wait_gap(operation)
        with self._changed:
            self._raise_if_gone()
            self._pending = pending
        try:
            self._write(text)
            sent = time.monotonic()
            result = self._await_result(pending, sent + timeout, operation)
            if result is None and operation is not None and operation.aborted:
                self._abort(pending, sent)
                operation.check()
            if result is None:
                raise CommandTimeout(f"{text} on {self.port.name}: no answer within {timeout:g} s")
            return Reply(result, pending.lines)
        except CommandTimeout:
            self._in_step = False
            raise
        except DeviceLost as error:
            self._mark_lost(error)
            self._raise_if_gone()  # our own close may be what took the port away
            raise
        finally:
            with self._changed:
                self._pending = None
            self._settled = time.monotonic()

    def _wait_gap(self, operation: Operation | None) -> None:
        due = self._settled + self._gap
        with self._changed:
            while True:
                self._raise_if_gone()
                if operation is not None:
                    operation.check()
                if (wait := due - time.monotonic()) <= 0:
                    return
                self._changed.wait(wait)

    def _await_result(
        self, pending: Pending, deadline: float, operation: Operation | None
    ) -> Result | None:
        """The result; None when the deadline passed or the operation was aborted."""
        with self._changed:
            while pending.result is None:
                self._raise_if_gone()
                if operation is not None and operation.aborted:
                    return None
                until = max(deadline, pending.overtime)
                if pending.held is not None:
                    until = pending.held[2] + LATE_ECHO
                wait = until - time.monotonic()
                if wait > 0 or pending.arrived is not None:
                    self._changed.wait(max(wait, 0.01))
                    continue
                if pending.held is None:
                    return None
                log.info("%s: no echo for %s; echo not relied on", self.port.name, pending.text)
                self.echo = False
                pending.result = pending.held[0]
            result = pending.result
            late = pending.held is not None
        if late:
            pending.taken()
            pending.on_result(result)
        return result

    def _abort(self, pending: Pending, sent: float) -> None:
        """Any character aborts a dial (V.250 5.6.1). Some modems want ATH, which comes next."""
        if self._await_result(pending, sent + ABORT_GUARD, None) is None:
            self._write("")
            if self._await_result(pending, time.monotonic() + ABORT_TIMEOUT, None) is None:
                self._in_step = False

    def _synchronise(self) -> None:
        """Get an answer and then silence, so that nothing late is left to come.

        Numeric results are understood here, and here only: somebody may have left V0 behind.
        """
        failure: CommandTimeout | None = None
        refused = False
        for _ in range(3):
            self._numeric = True
            text = next(text for text in SYNC if text not in self._late)
            try:
                reply = self._exchange(text, SYNC_TIMEOUT)
            except CommandTimeout as error:
                failure = error
                self._late = [*self._late, text][1 - len(SYNC) :]
                continue
            finally:
                self._numeric = False
            refused = not reply.result.good
            if self._await_quiet() and not refused:
                self._in_step = True
                self._late = []
                return
        if refused:
            raise CommandRefused(f"{self.port.name} refuses {SYNC[0]}; is it a modem?")
        raise CommandTimeout(
            f"{self.port.name}: the modem does not answer; is it a modem?"
        ) from failure

    def _await_quiet(self) -> bool:
        deadline = time.monotonic() + COMMAND_TIMEOUT
        with self._changed:
            while (wait := self._heard + QUIET - time.monotonic()) > 0:
                if time.monotonic() > deadline:
                    return False
                self._changed.wait(wait)
                self._raise_if_gone()
        return True

    def _write(self, text: str) -> None:
        self._write_bytes(text.encode("ascii") + b"\r")

    def _write_bytes(self, data: bytes) -> None:
        traffic.log(TRAFFIC, "%s > %r", self.port.name, data)
        self.port.write(data)

    def _raise_if_gone(self) -> None:
        if self._gone is not None:
            raise type(self._gone)(str(self._gone)) from self._gone

    # --- the reader's thread ------------------------------------------------------------------

    def _read(self) -> None:
        tokeniser = Tokeniser()
        try:
            while data := self.port.read():
                traffic.log(TRAFFIC, "%s < %r", self.port.name, data)
                self._take(tokeniser.feed(data))
        except DeviceLost as error:
            self._mark_lost(error)
        finally:
            self.port.close()

    def _mark_lost(self, error: DeviceLost) -> None:
        """Whoever notices first, reader or writer, tells it; our own close is no loss."""
        with self._changed:
            told = self._gone is not None
            self._gone = self._gone or error
            self._changed.notify_all()
        if not told:
            self._lost(error)

    def _take(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            with self._changed:
                self._heard = time.monotonic()
                pending = self._pending
                mine = pending is not None and self._belongs(pending, token)
                result = pending.arrived if pending is not None and mine else None
                crossed = pending.crossed if pending is not None else None
            if pending is not None and crossed is not None:
                self._unsolicited(crossed)
                pending.crossed, pending.echoed = None, True
                pending.taken()
            if pending is not None and result is not None:
                # Told before the waiting thread wakes, so that events keep their order.
                pending.taken()
                pending.on_result(result)
                with self._changed:
                    pending.result = result
                    self._changed.notify_all()
            elif not mine:
                self._unsolicited(token)

    def _belongs(self, pending: Pending, token: Token) -> bool:
        """Tell whether a token is the pending command's and nobody else's."""
        if not isinstance(token, Text) or token.report or pending.arrived is not None:
            return False
        if not pending.echoed and token.text == pending.text:
            self.echo = True
            held, pending.held = pending.held, None
            if held is not None:  # it was late for what came before, and has only now begun this
                pending.overtime = time.monotonic() + SYNC_TIMEOUT
                if held[0] not in _ORDINARY:
                    pending.crossed = held[1]
                    return True
            pending.echoed = True
            pending.taken()
            return True
        if not pending.echoed and token.text in self._late:
            self._late.remove(token.text)
            pending.held = None
            pending.overtime = time.monotonic() + SYNC_TIMEOUT
            self._changed.notify_all()
            return True
        result = result_of(token.text, numeric=self._numeric)
        if result is None:
            if not is_ring(token.text) and len(pending.lines) < MAX_LINES:
                pending.lines.append(token.text)
            return False  # caller ID may come between a command and its result: show it to both
        if result not in pending.finals:
            return False
        if self.echo and not pending.echoed:
            # Either a late answer to an earlier command, or the echo was garbled.
            pending.held = (result, token, time.monotonic())
            self._changed.notify_all()
        else:
            pending.arrived = result
        return True
