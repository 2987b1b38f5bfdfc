"""Where a desk's devices come from: the configuration's URLs, or what is plugged in (`auto:`)."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from hookflash import Handset, Ladder, Line, open_handset, open_line
from hookflash.errors import PortError

from .config import AUTO, DeskConfig, HandsetConfig, LineConfig
from .desk import Source
from .presence import Presence, the_same

if TYPE_CHECKING:
    from hookflash.discovery import Found

NET = 30.0
"""Seconds between two looks for what has been missing for long and whose coming is told."""

_DISCOVERED = re.compile(r"(auto|modem|hid|usb):")
"""URLs of what discovery finds."""

_NODE = re.compile(r"/dev/(?!pts/)|(\\\\\.\\)?COM\d", re.IGNORECASE)
"""Nodes that come and go with a plug. Discovery does not tell of all of them, so they are looked
for as often as ever; but sooner when something was plugged in."""

D = TypeVar("D", Line, Handset)


def may_be_plugged(config: DeskConfig) -> bool:
    """Can one of the desk's devices be plugged into this PC?"""
    urls = (config.line.url, config.handset.url)
    return any(_DISCOVERED.match(url) or _NODE.match(url) for url in urls)


def preload(found: "Iterable[Found]") -> None:
    """Load what drives these, so that no desk waits for it: making a device does, and no more."""
    for one in found:
        for wanted, make in ((one.has_line, open_line), (one.has_handset, open_handset)):
            if wanted and one.chosen:
                with suppress(PortError):  # which is told when the device is wanted
                    make(one.url)


def line_source(config: LineConfig, presence: Presence | None) -> Source[Line] | None:
    """The line of this configuration; None if it names none. presence: needed for `auto:`."""
    if not config.url:
        return None
    ladders: defaultdict[str, Ladder] = defaultdict(Ladder)

    def make(url: str) -> Line:
        return open_line(url, config.settings(), config.dialect, ladder=ladders[url])

    if config.url == AUTO and presence is not None:
        from hookflash.discovery.choice import choose_line  # who names a device needs none of it

        line = _Auto(choose_line, presence, make)
        return Source(line, NET)
    return _named(config.url, make)


def handset_source(config: HandsetConfig, presence: Presence | None) -> Source[Handset] | None:
    """The handset, likewise."""
    if not config.url:
        return None

    def make(url: str) -> Handset:
        return open_handset(url, profile=config.chosen())

    if config.url == AUTO and presence is not None:
        from hookflash.discovery.choice import choose_handset

        handset = _Auto(choose_handset, presence, make)
        return Source(handset, NET)
    return _named(config.url, make)


def _named(url: str, make: Callable[[str], D]) -> Source[D]:
    return Source(partial(make, url), NET if _DISCOVERED.match(url) else 0.0)


class _Auto(Generic[D]):
    """Makes the device that `auto:` means now.

    A device that was ready once is kept to as long as it is plugged in, whatever is plugged in
    beside it.
    """

    def __init__(
        self,
        choose: "Callable[[Sequence[Found]], Found]",
        presence: Presence,
        make: Callable[[str], D],
    ) -> None:
        self._choose = choose
        self._presence = presence
        self._make: Callable[[str], D] = make
        self._chosen: Found | None = None
        self._made: D | None = None

    def __call__(self) -> D:
        chosen = self._its_own() or self._the_only()
        self._chosen = chosen
        self._made = self._make(chosen.url)
        return self._made

    def _its_own(self) -> "Found | None":
        """The one that it had, if that was any good."""
        if self._chosen is None or self._made is None or not self._made.identity:
            return None
        return the_same(self._chosen, self._presence.found)

    def _the_only(self) -> "Found":
        try:
            return self._choose(self._presence.found)
        except PortError:
            self._presence.look_again()  # should a word of its coming have been lost
            raise
