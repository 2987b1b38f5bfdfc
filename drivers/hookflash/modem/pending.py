"""A command that was sent and what came back for it so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..operation import Operation
from .codes import Result, Text


@dataclass(slots=True)
class Reply:
    """What came back: the final result and the information text before it."""

    result: Result
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Pending:
    """A command in flight. finals: the results that end it. taken: called once the modem is
    known to have taken it; on_result: with its result, on the reader's thread."""

    text: str
    finals: frozenset[Result]
    taken: Callable[[], None]
    on_result: Callable[[Result], None]
    lines: list[str] = field(default_factory=list)
    echoed: bool = False
    arrived: Result | None = None
    """The result as the reader took it, and as the waiting thread may see it."""
    result: Result | None = None
    held: tuple[Result, Text, float] | None = None
    """A result that came before the echo, as it was said, and when."""
    crossed: Text | None = None
    """An end of a call that was held back, and turned out to be no answer to this command."""
    overtime: float = 0.0
    """Until when, past its deadline, it has to answer, for it was late with an earlier command."""


def nothing(_: object = None) -> None:
    """Nobody wants to know."""


def taken_by(operation: Operation | None) -> Callable[[], None]:
    """What tells an operation that its command was taken."""

    def taken() -> None:
        if operation is not None:
            operation.taken = True

    return taken
