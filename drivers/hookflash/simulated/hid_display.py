"""The display of a CX300: report by report, as agent-phone's protocol document describes it."""

from collections.abc import Mapping

KEEP_ALIVE = 35.0
"""Seconds without a feature report 17h after which it asks for a newer program; hosts send it
every 30 s."""

UPGRADE = "Upgrade your communication program"
"""What it then shows, in words like its own."""

_TWO_LINES, _FOUR_CORNERS = 0x15, 0x0D
_ROWS = {_TWO_LINES: ((0x5,), (0xA,)), _FOUR_CORNERS: ((1, 2), (3, 4))}
"""Screen -> the areas of its rows: top and bottom line; corners from top left to bottom right."""


class Display:
    """What the screen shows. Times in seconds of the simulator's clock."""

    def __init__(self) -> None:
        self._screen = 0
        self._area = 0
        self._texts: dict[int, str] = {}
        self._coming = b""
        self._fed: float | None = None

    def feed(self, now: float) -> None:
        """The keep-alive came."""
        self._fed = now

    def starved(self, now: float) -> bool:
        """True while it asks for a newer program."""
        return self._fed is None or now - self._fed > KEEP_ALIVE

    def obey(self, values: Mapping[str, int]) -> None:
        """An output report came, if it is one of the display's."""
        if "screen" in values:
            self._screen = values["screen"]
            self._texts.clear()
        elif "area" in values:
            self._area = values["area"]
            self._coming = b""
        elif "text" in values:
            self._coming += values["text"].to_bytes(16, "little")
            if values["text_ends"]:
                text = self._coming.decode("utf-16-le", "replace")
                self._texts[self._area] = text.partition("\0")[0]
                self._coming = b""

    def text(self, now: float) -> str:
        """What is to be read, a line per row; empty for a dark screen."""
        if self.starved(now):
            return UPGRADE
        rows = (
            "  ".join(filter(None, (self._texts.get(area, "") for area in row)))
            for row in _ROWS.get(self._screen, ())
        )
        return "\n".join(rows).strip("\n")
