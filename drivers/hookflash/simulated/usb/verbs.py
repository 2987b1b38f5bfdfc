"""What the verbs of a UsbServer stand on: an exchange, its devices, and what was heard."""

import threading
from collections.abc import Callable

from ...errors import NotSupported
from ..exchange import Entry, Exchange
from ..handset import SimulatedHandset
from ..vendor_phone import SimulatedVendorPhone
from .acm import AcmModem
from .bench import Bench
from .hid import HidFunction


class Verbs:
    """Everything happens under the exchange's lock; `changed` tells that something did."""

    def __init__(self, exchange: Exchange, bench: Bench) -> None:
        self._exchange = exchange
        self._bench = bench
        self._changed = threading.Condition(exchange.lock)
        self._heard: list[Entry] = []
        exchange.listen(self._hear)

    def _hear(self, entry: Entry) -> None:
        self._heard.append(entry)
        del self._heard[:-10_000]
        self._changed.notify_all()

    def _wait_line(
        self,
        condition: Callable[[], bool],
        what: str,
        timeout: float,
        instead: Callable[[], str] = lambda: "",
    ) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"{what}: not so in {timeout:g} s; {instead()}")

    def _phone(self, name: str) -> SimulatedHandset | SimulatedVendorPhone:
        function = self._bench.find(name).function
        plugged = function.plugged_device if isinstance(function, HidFunction) else None
        if isinstance(plugged, SimulatedHandset | SimulatedVendorPhone):
            return plugged
        raise NotSupported(f"{name} is no handset or phone")

    def _modem(self, name: str) -> AcmModem:
        function = self._bench.find(name).function
        if isinstance(function, AcmModem):
            return function
        raise NotSupported(f"{name} is no modem")
