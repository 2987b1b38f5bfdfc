"""The operations under way at a desk, each with whoever waits for its outcome."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hookflash import Operation
from hookflash.inbox import Inbox, Timer

from ..answers import Answer, failed
from .translation import answer_for

PATIENCE = 3.5
"""Seconds until a page is answered whatever the device does; the page waits 5 (document)."""

KEYS_QUEUED = 4
"""Key requests that may wait for their turn at the line."""

WAITING = 8
"""Requests that may wait for a desk at once: each holds one of the door's threads."""

Item = Callable[[], None]
Tell = Callable[[Answer], None]
"""How whoever asked hears the outcome; called once, on the desk's thread."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for an operation. by: `page` or `handset`."""

    by: str
    tell: Tell


@dataclass(frozen=True, slots=True)
class End:
    """An operation's end. late: its asker was told something before it came."""

    name: str
    by: str
    answer: Answer
    error: BaseException | None
    late: bool


@dataclass(eq=False, slots=True)
class _Running:
    operation: Operation
    asker: Asker
    patience: Timer[Item]
    done: Callable[[], None]
    told: bool = False


class Running:
    """Begins to wait for operations and tells each asker its outcome, in time whatever happens.

    ended: called with each end, before its asker is told. hangs: called when a dial or an answer
    was given up, so that the line is not left off hook. All on the desk's thread.
    """

    def __init__(
        self, inbox: Inbox[Item], ended: Callable[[End], None], hangs: Callable[[], None]
    ) -> None:
        self._inbox = inbox
        self._ended = ended
        self._hangs = hangs
        self._running: dict[int, _Running] = {}
        self._numbers = itertools.count()

    @property
    def names(self) -> list[str]:
        """What is under way, oldest first."""
        return [running.operation.name for running in self._running.values()]

    def in_the_way(self, name: str) -> Answer | None:
        """A hang-up overtakes all; keys queue behind keys; the rest waits for nobody."""
        names = self.names
        if not names or (name == "hang_up" and len(names) < WAITING):
            return None
        if name == "dtmf" and set(names) == {"dtmf"} and len(names) < KEYS_QUEUED:
            return None
        return failed("command_in_progress", f"the line is still busy with: {', '.join(names)}")

    def begin(
        self, operation: Operation, asker: Asker, done: Callable[[], None] = lambda: None
    ) -> None:
        """Wait for an operation's end, which tells the asker; `done` follows a success."""
        # By number: what held each other would be left to the garbage collector, whose pauses
        # requests can feel.
        number = next(self._numbers)
        patience = self._inbox.after(PATIENCE, partial(self._out_of_patience, number))
        self._running[number] = _Running(operation, asker, patience, done)
        operation.add_done_callback(lambda _: self._inbox.post(partial(self._finished, number)))

    def end_all(self, answer: Answer) -> None:
        """Tell all who still wait this; whatever becomes of their operations is nobody's."""
        ended, self._running = self._running, {}
        for running in ended.values():
            running.patience.cancel()
            if not running.told:
                running.asker.tell(answer)

    def _finished(self, number: int) -> None:
        running = self._running.pop(number, None)
        if running is None:
            return  # its line was lost meanwhile
        running.patience.cancel()
        error = running.operation.exception()
        answer = Answer() if error is None else answer_for(error)
        asker = running.asker
        self._ended(End(running.operation.name, asker.by, answer, error, running.told))
        if running.told:
            return
        asker.tell(answer)
        if error is None:
            running.done()  # may write a file; the page does not wait for that

    def _out_of_patience(self, number: int) -> None:
        """Answer now. Proof that the device took the command is a success; else it hangs."""
        running = self._running.get(number)
        if running is None or running.operation.done():
            return  # its end is in the inbox, or its line was lost
        running.told = True
        operation = running.operation
        if operation.taken:
            running.asker.tell(Answer())
            running.done()
            return
        running.asker.tell(
            failed("device_timeout", f"{operation.name}: no answer within {PATIENCE:g} s")
        )
        if operation.name != "hang_up":  # which is done all the same, when the device can
            operation.abort()
        if operation.name in ("dial", "answer"):
            self._hangs()
