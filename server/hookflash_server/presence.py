"""What is plugged in, as the agent knows it: one look for all desks, and a word when it changes."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hookflash.discovery import Found

log = logging.getLogger(__name__)

FIRST_LOOK = 2.0
"""Seconds that the start waits for the first look at most; libraries may be slow to load."""

LET_GO = 0.5
"""Seconds that our end waits for a look that is under way; it is left to itself then."""


class Watching(Protocol):
    """Says when to look again; `hookflash.discovery.Watcher` does."""

    def start(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Discovery:
    """How one learns what is plugged in. look: all of it, now; may take a while. watcher: makes
    what calls a listener whenever something may have come, gone or changed."""

    look: "Callable[[], Sequence[Found]]"
    watcher: Callable[[Callable[[], None]], Watching]


def of_this_pc() -> Discovery:
    """What is plugged into this PC; loaded only where somebody wants to know."""
    from hookflash.discovery import Watcher, plugged_in

    return Discovery(plugged_in, Watcher)


@dataclass(frozen=True, slots=True)
class Change:
    """What two looks differ in. altered: what was there before, otherwise: usable now, or no more;
    found elsewhere."""

    came: "tuple[Found, ...]"
    gone: "tuple[Found, ...]"
    altered: "tuple[Found, ...]" = ()

    def lines(self) -> list[str]:
        """For people, a line each."""
        return [
            *(f"unplugged: {one.name} ({one.url})" for one in self.gone),
            *(_with_trouble(f"plugged in: {one.name} ({one.url})", one) for one in self.came),
            *(_with_trouble(f"now: {one.name} ({one.url})", one) for one in self.altered),
        ]


class Presence:
    """Keeps `found` up to date in a thread of its own; `start`, then `close`.

    told: hears of each change, in that thread, once `found` tells it; it must return at once.
    """

    def __init__(self, discovery: Discovery, told: Callable[[Change], None]) -> None:
        self.found: tuple[Found, ...] = ()
        """What was there at the latest look, in the order of the look."""
        self._look = discovery.look
        self._watcher = discovery.watcher(self.look_again)
        self._told = told
        self._again = threading.Event()
        self._looked = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="plugged in", daemon=True)

    def start(self) -> None:
        """Look for the first time, and from then on when something may have changed."""
        self._watcher.start()
        self._again.set()
        self._thread.start()
        if not self._looked.wait(FIRST_LOOK):
            log.warning("what is plugged in: not known after %g s; still looking", FIRST_LOOK)

    def look_again(self) -> None:
        """Something may have come or gone; from any thread."""
        self._again.set()

    def close(self) -> None:
        """Look no more. May be called twice, and without a start."""
        self._closed = True
        self._watcher.close()
        self._again.set()
        if self._thread.ident is not None:
            self._thread.join(LET_GO)

    # --- its own thread -----------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._again.wait()
            self._again.clear()
            if self._closed:
                return
            try:
                self._see(tuple(self._look()))
            except Exception:  # what is known stays; the next change is looked at all the same
                log.exception("what is plugged in: a defect of ours")
            self._looked.set()

    def _see(self, now: "tuple[Found, ...]") -> None:
        before, self.found = self.found, now
        if now == before:
            return
        change = difference(before, now)
        for line in change.lines():
            log.info("%s", line)
        self._told(change)


def difference(before: "Sequence[Found]", now: "Sequence[Found]") -> Change:
    """What came and what went. Pure."""
    counts = [Counter(map(identity, some)) for some in (before, now)]

    def key(one: "Found") -> tuple[str, ...]:
        same = identity(one)
        twins = any(count[same] > 1 for count in counts)
        return (*same, one.place, one.node) if twins else same

    were = {key(one): one for one in before}
    are = {key(one): one for one in now}
    return Change(
        tuple(one for same, one in are.items() if same not in were),
        tuple(one for same, one in were.items() if same not in are),
        tuple(one for same, one in are.items() if same in were and one != were[same]),
    )


def identity(one: "Found") -> tuple[str, ...]:
    """What makes it the same device in two looks: ids and serial number, without one ids and place.

    Twins have the same one: devices whose maker gives all of them one serial number, and the
    several serial ports of one device.
    """
    here = one.serial or one.place or one.node or one.url
    return (one.kind.value, f"{one.vendor_id:04x}:{one.product_id:04x}", here)


def the_same(one: "Found", found: "Sequence[Found]") -> "Found | None":
    """Which of these it is; None if it is not among them. Of twins the one at its place. Pure."""
    alike = [other for other in found if identity(other) == identity(one)]
    if len(alike) > 1:
        alike = [other for other in alike if other.place == one.place]
    if len(alike) > 1:
        alike = [other for other in alike if other.node == one.node]
    return alike[0] if alike else None


def _with_trouble(line: str, one: "Found") -> str:
    return f"{line}: {one.trouble}" if one.trouble else line
