"""Simulated devices on one exchange, plugged into a host and pulled out again."""

import logging
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ...errors import PortError
from ..exchange import Exchange
from .connection import Connection
from .function import Function
from .specs import Spec, make, parse_spec

log = logging.getLogger(__name__)


class Host(Protocol):
    """What devices are plugged into: the module `vhci`, or a test's own host."""

    def attach(self, device: socket.socket, name: str, wanted: str = "") -> str:
        """Give it its end of a socket; the device's place: the wanted one if that is free."""

    def wait_free(self, place: str) -> None:
        """Wait until a place can be plugged into again."""


@dataclass(slots=True)
class Device:
    """A device that is, or was, plugged in. name: short, as `modem` or `handset2`."""

    name: str
    spec: Spec
    function: Function
    faults: set[str] = field(default_factory=set)
    """Those of USB; of one that is plugged in its gadget has them."""
    connection: Connection | None = None
    place: str = ""

    @property
    def is_plugged_in(self) -> bool:
        return self.connection is not None

    def __str__(self) -> str:
        usb = self.function.device
        where = f"at {self.place}" if self.is_plugged_in else "unplugged"
        return f"{self.name}: {usb.name} ({usb.ids}), serial number {usb.serial}, {where}"


class Bench:
    """The devices by name."""

    def __init__(self, exchange: Exchange, host: Host) -> None:
        self.exchange = exchange
        self._host = host
        self._devices: dict[str, Device] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def plug(
        self,
        text: str,
        faults: Iterable[str] = (),
        serial: str | None = "",
        name: str = "",
        ids: str = "",
    ) -> Device:
        """Make a device and plug it in. PortError if there is none such, or it cannot be done.

        serial: empty: made of model and number; None: it has none. ids: its USB ids, as
        `0baf:0303`, if not those of its model; ValueError if they are none.
        """
        spec = parse_spec(text)
        other: dict[str, Any] = {"serial": ""} if serial is None else {}
        if ids:
            vendor, product = (int(part, 16) for part in ids.split(":"))
            other |= {"vendor": vendor, "product": product}
        with self._lock:
            if name in self._devices:
                raise PortError(f"plug in {text}: there is a {name} already; replug that")
            function, of_usb = make(spec, self.exchange, faults, serial or "")
            function.device = replace(function.device, **other)
            device = Device(name or self._free_name(spec.kind), spec, function, of_usb)
            self._devices[device.name] = device
            try:
                self.replug(device.name)
            except PortError:
                self.remove(device.name)
                raise
            return device

    def replug(self, name: str) -> Device:
        """Plug one in again; nothing happens if it is."""
        with self._lock:
            device = self.find(name)
            if device.connection is not None and not device.connection.is_ending:
                return device
            self.unplug(name)  # what is left of an end that came from elsewhere
            ours, host = socket.socketpair()
            connection = Connection(device.function, ours, device.faults, self._ended)
            device.connection = connection
            try:
                connection.start()
                device.place = self._host.attach(host, name, device.place)
            except PortError:
                self.unplug(name)
                raise
            finally:
                host.close()
            return device

    def unplug(self, name: str) -> Device:
        """Pull its plug: what the host has going on with it ends. Again does no harm."""
        with self._lock:
            device = self.find(name)
            connection, device.connection = device.connection, None
            if connection is not None:
                device.faults = connection.gadget.faults
                connection.close()
                if device.place:
                    self._host.wait_free(device.place)
            return device

    def remove(self, name: str) -> None:
        """Unplug one for good: its number's line is free for another."""
        with self._lock:
            device = self.unplug(name)
            with self.exchange.lock:
                device.function.removed()
            del self._devices[name]

    def find(self, name: str) -> Device:
        """The device of that name; PortError lists what there is."""
        device = self._devices.get(name)
        if device is None:
            known = ", ".join(self._devices) or "none"
            raise PortError(f"device {name!r} is none of those plugged in before: {known}")
        return device

    @property
    def devices(self) -> list[Device]:
        """All, also the unplugged."""
        with self._lock:
            return list(self._devices.values())

    def close(self) -> None:
        """Unplug all."""
        for device in self.devices:
            self.unplug(device.name)

    def _free_name(self, kind: str) -> str:
        count = 1
        while (name := kind if count == 1 else f"{kind}{count}") in self._devices:
            count += 1
        return name

    def _ended(self, connection: Connection) -> None:
        """In the connection's thread, and without our lock: whoever unplugs waits for it."""
        for device in list(self._devices.values()):
            if device.connection is connection:
                device.faults = connection.gadget.faults
                device.connection = None
                log.info("%s was unplugged by the host or left by itself", device.name)
