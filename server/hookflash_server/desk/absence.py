"""Why a desk's device is not there, and whether that is news. Pure."""

from dataclasses import dataclass

from hookflash.errors import DeviceLost, NothingPluggedIn


@dataclass(slots=True)
class Absence:
    """because: an error's code, or `opening`, `no_line_configured`, `device_recovering`; empty
    while the device is there. hint: cause and cure."""

    because: str = "opening"
    hint: str = ""
    _told: tuple[str, str] = ("", "")
    _there: bool = False

    def over(self) -> None:
        """It is there: whatever keeps it away next is news."""
        self.because = self.hint = ""
        self._told, self._there = ("", ""), True

    def tell(self, code: str, message: str, *, settling: bool = False) -> bool:
        """Note why it is away; is that news?

        A missing device is looked for again and again: only what has changed is. That what is lost
        is not plugged in, and what else there is instead, is none. settling: something was plugged
        in just now, and what keeps a device away may pass by itself; a loss is told all the same.
        """
        self.because, self.hint = code, message
        if settling and not self._there:
            return False
        self._there = False
        before, self._told = self._told, (code, message)
        away = (DeviceLost.code, NothingPluggedIn.code)
        return before != self._told and not (code == NothingPluggedIn.code and before[0] in away)
