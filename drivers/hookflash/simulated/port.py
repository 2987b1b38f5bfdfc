"""`sim:` URLs: a simulated modem as a port of this process, on every platform.

`sim:` is subscriber 1001 with a V.253 modem on the process's own exchange;
`sim:?number=1002&dialect=data&plan=FILE` says otherwise. All `sim:` lines of a process share one
exchange.
"""

import queue
import threading
from pathlib import Path
from urllib.parse import parse_qsl

from ..errors import DeviceLost, PortBusy, PortError
from ..modem.port import Port
from .exchange import Exchange
from .modem import ModemTiming, SimulatedModem
from .plan import load_plan

_exchange: Exchange | None = None
_exchange_lock = threading.Lock()


class SimulatedPort(Port):
    """A simulated modem's port. `unplug()` takes the device away."""

    def __init__(
        self,
        exchange: Exchange,
        number: str = "1001",
        dialect: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        super().__init__(f"sim:{number}")
        self._bytes: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = ""
        line = exchange.line(number)
        with exchange.lock:
            if line.phone is not None:
                raise PortBusy(f"open {self.name}: another simulated modem is on that line")
            self.modem = SimulatedModem(line, self._bytes.put, dialect, timing)

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

    def drop_dtr(self, seconds: float) -> None:  # noqa: ARG002  (simulated: no need to wait)
        self.modem.dtr(False)
        self.modem.dtr(True)

    def close(self) -> None:
        self._end("closed")

    def unplug(self) -> None:
        """Take the device away, as pulling its plug does."""
        self._end("unplugged")

    def _end(self, how: str) -> None:
        with self.modem.line.exchange.lock:
            if self._ended:
                return
            self._ended = how
            self.modem.dtr(False)
            if how == "unplugged":
                self.modem.line.on_hook()
            self.modem.line.phone = None
        self._bytes.put(None)


def shared_exchange() -> Exchange:
    """The exchange of this process's `sim:` lines."""
    global _exchange
    with _exchange_lock:
        if _exchange is None:
            _exchange = Exchange()
        return _exchange


def open_port(url: str) -> Port:
    """Open a `sim:` URL."""
    options = dict(parse_qsl(url.partition("?")[2]))
    number = options.pop("number", "1001")
    dialect = options.pop("dialect", "v253")
    plan = options.pop("plan", "")
    if options or dialect not in ("v253", "data"):
        raise PortError(f"open {url}: allowed are number=…, dialect=v253 or data, and plan=FILE")
    exchange = shared_exchange()
    if plan:
        exchange.plan = load_plan(Path(plan))
    return SimulatedPort(exchange, number, dialect)
