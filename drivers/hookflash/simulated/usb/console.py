"""The console of plugged-in devices: each has its own, and all have plugs."""

from collections.abc import Callable
from functools import partial

from ..console import Console, TextConsole
from ..exchange import Entry
from ..handset import SimulatedHandset
from ..handset_console import HandsetConsole
from ..plugged import HidEntry
from ..vendor_phone import SimulatedVendorPhone
from .bench import Bench, Device
from .hid import HidFunction
from .seen import seen

HELP = (
    "devices | plug NAME | unplug NAME | NAME: what it or its person does | "
    "NUMBER: what the network does | NAME: help | NUMBER: help"
)

PHONE_HELP = "lift | down | key KEYS | press NAME … | seen | fault NAME … | mend | help"


class BenchConsole(TextConsole):
    """Obeys lines for several devices: `handset: lift`, `1001: call 5551234`, `unplug modem`.

    With a single device its name may be left out.
    """

    def __init__(self, bench: Bench, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._bench = bench
        self._by_name: dict[str, TextConsole] = {}
        bench.exchange.listen(self._heard)
        for device in bench.devices:
            number = device.spec.number
            network = self._by_name.setdefault(number, _Network(bench.exchange, number, say))
            self._by_name[device.name] = self._of(device) or network

    def obey(self, line: str) -> None:
        name, colon, rest = line.partition(":")
        if colon and (console := self._by_name.get(name.strip())):
            console.obey(rest)
        else:
            super().obey(line)

    def _do(self, words: list[str]) -> None:
        devices = self._bench.devices
        match words:
            case []:
                return
            case ["devices"]:
                for device in devices:
                    self._say(str(device))
            case ["plug", *names] if len(names) == (len(devices) > 1):
                self._say(str(self._bench.replug(*names or [devices[0].name])))
            case ["unplug", *names] if len(names) == (len(devices) > 1):
                self._say(str(self._bench.unplug(*names or [devices[0].name])))
            case ["help"]:
                self._say(f"? {HELP}")
            case _ if len(devices) == 1:
                self._by_name[devices[0].name].obey(" ".join(words))
            case _:
                self._say(f"? {HELP}")

    def _of(self, device: Device) -> TextConsole | None:
        function = device.function
        plugged = function.plugged_device if isinstance(function, HidFunction) else None
        say = partial(self._say_of, device.name)
        if isinstance(plugged, SimulatedHandset):
            return HandsetConsole(plugged, say)
        if isinstance(plugged, SimulatedVendorPhone):
            return PhoneConsole(plugged, say)
        return None

    def _say_of(self, name: str, text: str) -> None:
        self._say("\n".join(f"{name}: {line}" for line in text.splitlines()))

    def _heard(self, entry: Entry) -> None:
        self._say(f"{entry.line} {entry.what} {entry.detail}".rstrip())


class _Network(Console):
    """A number's network, which leaves it to the others to say what is heard."""

    def _heard(self, entry: Entry) -> None:
        del entry


class PhoneConsole(TextConsole):
    """Drives a simulated vendor phone, for one person."""

    def __init__(self, phone: SimulatedVendorPhone, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._phone = phone
        self._shown = seen(phone)
        phone.listen(self._passed)

    def _do(self, words: list[str]) -> None:
        phone = self._phone
        match words:
            case []:
                return
            case ["lift"]:
                phone.lift()
            case ["down"]:
                phone.put_down()
            case ["key", *keys] if keys:
                phone.press("".join(keys))
            case ["press", *keys] if keys:
                for key in keys:
                    phone.press_key(key)
            case ["seen"]:
                self._say(_described(seen(phone)))
            case ["fault", *names] if names:
                phone.faults |= phone.parse_faults(names)
            case ["mend"]:
                phone.faults.clear()
            case _:
                self._say(f"? {PHONE_HELP}; its keys: {' '.join(phone.keys)}")

    def _passed(self, entry: HidEntry) -> None:
        if entry.what in ("refused", "misuse"):
            self._say(f"{entry.what} {entry.detail}")
        shown = seen(self._phone)
        if shown != self._shown:
            self._shown = shown
            self._say(_described(shown))


def _described(shown: dict[str, object]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in shown.items()) or "nothing is seen"
