"""A simulated handset's console: what its lamps show is printed, what is typed is done."""

from collections.abc import Callable

from ..handset import Lamps
from ..handset_events import Button
from .console import TextConsole
from .handset import SimulatedHandset
from .hid_faults import HANDSET_FAULTS, parse_handset_faults
from .plugged import HidEntry

HELP = (
    "lift | down | key KEYS | flash | mute | "
    f"{' | '.join(button for button in Button if button is not Button.FLASH)} | boom up|down | "
    "lamps | second LAMP=1 … | fault NAME | mend [NAME] | unplug | plug | help"
)


class HandsetConsole(TextConsole):
    """Drives a simulated handset, for one person: it is lifted, a key is pressed."""

    def __init__(self, handset: SimulatedHandset, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._handset = handset
        self._shown = handset.lamps
        handset.listen(self._passed)

    def _do(self, words: list[str]) -> None:
        handset = self._handset
        match words:
            case []:
                return
            case ["lift"]:
                handset.lift()
            case ["down"]:
                handset.put_down()
            case ["key", *keys] if keys:
                handset.press("".join(keys))
            case ["mute"]:
                handset.mute()
            case [button] if button in set(Button):
                handset.press_button(Button(button))
            case ["boom", "up" | "down" as way]:
                (handset.raise_boom if way == "up" else handset.lower_boom)()
            case ["lamps"]:
                self._say(described(handset.lamps))
            case ["second", *lamps] if lamps:
                handset.second_program_writes(**self._outputs(lamps))
            case ["fault", *names] if names:
                handset.faults |= parse_handset_faults(names)
            case ["mend", *names]:
                handset.faults -= parse_handset_faults(names) or set(HANDSET_FAULTS)
            case ["unplug"]:
                handset.unplug()
            case ["plug"]:
                handset.plug_in()
            case _:
                self._say(f"? {HELP}")

    def _outputs(self, words: list[str]) -> dict[str, int]:
        values = {}
        for word in words:
            name, _, value = word.partition("=")
            if name not in self._handset.outputs:
                raise ValueError(f"{name!r} is none of {', '.join(self._handset.outputs)}")
            values[name] = int(value or "1")
        return values

    def _passed(self, entry: HidEntry) -> None:
        if entry.what in ("refused", "misuse", "unplugged", "plugged_in", "keep_alive_missed"):
            self._say(f"{entry.what.replace('_', ' ')} {entry.detail}".rstrip())
        shown = self._handset.lamps
        if shown != self._shown:
            self._shown = shown
            self._say(described(shown))


def described(lamps: Lamps) -> str:
    """Lamps in words: `lit: ringing, held`, and what a display says."""
    names = ("ringing", "off_hook", "held", "muted", "message_waiting")
    lit = ", ".join(name.replace("_", " ") for name in names if getattr(lamps, name)) or "none"
    return f"lit: {lit}" + "".join(f"\n| {line}" for line in lamps.text.splitlines())
