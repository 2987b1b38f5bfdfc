"""`sim:` URLs: a simulated modem as a port of this process, on every platform.

`sim:` is subscriber 1001 with a V.253 modem on the process's own exchange;
`sim:?number=1002&family=usr5637&faults=slow,double_ring&plan=FILE` says otherwise. All `sim:` lines
of a process share one exchange, and a subscriber has one modem, which outlives its openings.
"""

import queue
import threading
from pathlib import Path
from urllib.parse import parse_qsl

from ..errors import CommandTimeout, DeviceLost, NotSupported, PortBusy, PortError
from ..modem.place import Place
from ..modem.port import Port
from .exchange import Exchange, ExchangeLine
from .families import find_family
from .faults import parse
from .modem import ModemTiming, SimulatedModem
from .plan import load_plan

_exchange: Exchange | None = None
_exchange_lock = threading.Lock()


class SimulatedPlace(Place):
    """Where a simulated modem is plugged in: it can be reset and power cycled, at no loss of time.

    Who has it open loses it. able: which of `reset` and `power_cycle` can be done here.
    comes_back: False: the modem stays away, also after a replug.
    """

    def __init__(self, modem: SimulatedModem) -> None:
        self.name = f"sim-{modem.line.number}"
        self.modem = modem
        self.able = {"reset", "power_cycle"}
        self.comes_back = True
        self.port: SimulatedPort | None = None
        """Who has the modem open."""

    def reset(self, timeout: float) -> None:
        self._start_anew("reset", "usb_reset", timeout)

    def power_cycle(self, timeout: float) -> None:
        self._start_anew("power_cycle", "power_cycle", timeout)

    def unplug(self) -> None:
        """Take the modem away, as pulling its plug does."""
        with self.modem.exchange.lock:
            self.modem.power(False)
            if self.port is not None:
                self.port.end("unplugged")

    def plug_in(self) -> None:
        """Put it back; PortError if it stays away."""
        if not self.comes_back:
            raise PortError(f"open {self.name}: there is no such device; is it plugged in?")
        self.modem.power(True)

    def _start_anew(self, verb: str, rung: str, timeout: float) -> None:
        what = verb.replace("_", " ")
        if verb not in self.able:
            raise NotSupported(f"{what} of {self.name}: it was told that it cannot be done here")
        with self.modem.exchange.lock:
            self.unplug()
            if not self.comes_back:
                raise CommandTimeout(f"{what} of {self.name}: not back within {timeout:g} s")
            self.modem.power(True, rung)


class SimulatedPort(Port):
    """One opening of a subscriber's simulated modem, which is made when first opened.

    A modem of another family takes the place of the one before. `unplug()` takes the device away;
    opening it again is plugging it in.
    """

    place: SimulatedPlace

    def __init__(
        self,
        exchange: Exchange,
        number: str = "1001",
        family: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        super().__init__(f"sim:{number}")
        self._bytes: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = ""
        with exchange.lock:
            self.place = _place_on(exchange.line(number), family, self.name)
            self.modem = self.place.modem
            if timing is not None:
                self.modem.timing = timing
            if not self.modem.powered:
                self.place.plug_in()
            self.modem.output = self._bytes.put
            self.place.port = self

    def read(self) -> bytes:
        data = self._bytes.get() if not self._ended else None
        if data is not None:
            return data
        self._bytes.put(None)
        if self._ended == "unplugged":
            raise DeviceLost(f"read {self.name}: unplugged")
        return b""

    def write(self, data: bytes) -> None:
        if self._ended:
            raise DeviceLost(f"write {self.name}: {self._ended}")
        self.modem.feed(data)

    def drop_dtr(self, seconds: float) -> bool:  # noqa: ARG002  (simulated: no need to wait)
        if not self._ended:
            self.modem.dtr(False)
            self.modem.dtr(True)
        return True

    def close(self) -> None:
        self.end("closed")

    def unplug(self) -> None:
        """Take the device away, as pulling its plug does."""
        if not self._ended:
            self.place.unplug()

    def end(self, how: str) -> None:
        """This opening is over: `closed` or `unplugged`; the first counts."""
        with self.modem.exchange.lock:
            if self._ended:
                return
            self._ended = how
            self.place.port = None
            self.modem.output = _nobody
            if how == "closed":
                self.modem.port_closed()
        self._bytes.put(None)


def _nobody(data: bytes) -> None:
    """Nobody has the port open: what the modem says is lost."""


def _place_on(line: ExchangeLine, family: str, name: str) -> SimulatedPlace:
    """Where the modem of that line is plugged in, free to be opened; PortBusy if it is not."""
    find_family(family)
    there = line.phone
    place = there.plugged_into if isinstance(there, SimulatedModem) else None
    if there is not None and not isinstance(place, SimulatedPlace):
        raise PortBusy(f"open {name}: another simulated modem is on that line")
    if isinstance(place, SimulatedPlace):
        if place.port is not None:
            raise PortBusy(f"open {name}: another part of this program holds it")
        if place.modem.family.name == family:
            return place
        place.modem.power(False)
    modem = SimulatedModem(line, _nobody, family)
    place = modem.plugged_into = SimulatedPlace(modem)
    return place


def shared_exchange() -> Exchange:
    """The exchange of this process's `sim:` lines."""
    global _exchange
    with _exchange_lock:
        if _exchange is None:
            _exchange = Exchange()
        return _exchange


def open_port(url: str) -> Port:
    """Open a `sim:` URL. Its faults are those of a new modem: one that is there keeps its own."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    number = options.pop("number", "1001")
    family = options.pop("family", options.pop("dialect", "v253"))
    faults = options.pop("faults", "")
    plan = options.pop("plan", "")
    if options:
        raise PortError(f"open {url}: allowed are number=…, family=…, faults=…,… and plan=FILE")
    try:
        find_family(family)
        names, command = parse(faults.split(",") if faults else ())
    except PortError as error:
        raise PortError(f"open {url}: {error}") from error
    exchange = shared_exchange()
    if plan:
        exchange.plan = load_plan(Path(plan))
    return _open(exchange, number, family, names, command)


def _open(
    exchange: Exchange, number: str, family: str, faults: set[str], hangs_on: str
) -> SimulatedPort:
    with exchange.lock:
        before = exchange.line(number).phone
        port = SimulatedPort(exchange, number, family)
        if port.modem is not before:
            port.modem.faults = faults
            port.modem.hangs_on = hangs_on or port.modem.hangs_on
        return port
