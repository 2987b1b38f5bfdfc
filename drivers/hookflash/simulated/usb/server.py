"""Simulated USB devices in a process of their own, for tests of programs that use them.

They must not live in the process under test: a call into hidapi or the kernel that keeps Python
from running would wait for a device that cannot answer. For Linux only; needs root and vhci-hcd.

    with usb_server() as usb:
        modem = usb.plug("modem:usr5637@1001")
        usb.call_in("5551234", "Ann Lee")
        usb.wait_answered()
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from typing import Any, TypeVar, overload

from ..exchange import Exchange
from ..faults import FAULTS
from ..hid_faults import HANDSET_FAULTS
from ..network import FarEnd, Timing
from .acm import AcmModem
from .bench import Bench, Device, Host
from .device_verbs import ModemVerbs, PeopleVerbs
from .gadget import GADGET_FAULTS
from .network_verbs import NetworkVerbs


class UsbServer(NetworkVerbs, PeopleVerbs, ModemVerbs):
    """An exchange and its devices on USB: plugs, the network, the people. Plain values in and out.

    A device goes by the name that `plug` gave it; `on` and `to` are numbers on the exchange. What
    waits has a timeout in seconds and ends with TimeoutError, which tells what happened instead.
    Other errors are HookflashErrors, or ValueError for a word that is none.

    plan: as Exchange has it, each far end as the fields of FarEnd. timing: fields of Timing, such
    as ring_on=0.3. host: for tests of this class; None: this machine's kernel.
    """

    def __init__(
        self,
        plan: Mapping[str, Mapping[str, Any]] | None = None,
        timing: Mapping[str, float] | None = None,
        host: Host | None = None,
    ) -> None:
        far_ends = None if plan is None else {n: FarEnd(**far) for n, far in plan.items()}
        exchange = Exchange(far_ends, Timing(**(timing or {})))
        super().__init__(exchange, Bench(exchange, host or _kernel()))

    # --- plugs --------------------------------------------------------------------------------

    def plug(
        self,
        spec: str,
        faults: Sequence[str] = (),
        serial: str | None = "",
        name: str = "",
        timeout: float = 10.0,
        ids: str = "",
    ) -> str:
        """Plug a new device in and wait until the kernel has configured it; its name.

        spec: `modem[:FAMILY]`, `handset[:MODEL]`, `phone[:MODEL]`, each with `@NUMBER` if not 1001.
        faults: of the device (FAULTS, HANDSET_FAULTS, the phone's) and of USB (GADGET_FAULTS).
        serial: its USB serial number; empty: made of model and number; None: it has none. The tty
        or hidraw node comes a moment later, and then its permissions. timeout: 0 does not wait at
        all. ids: as `0baf:0303`, if not those of its model.
        """
        device = self._bench.plug(spec, faults, serial, name, ids)
        if isinstance(device.function, AcmModem):
            device.function.changed = self._changed.notify_all
        self._wait_configured(device, timeout)
        return device.name

    def replug(self, name: str, timeout: float = 10.0) -> str:
        """Plug it in again, as new but with the faults it has; its place."""
        device = self._bench.replug(name)
        self._wait_configured(device, timeout)
        return device.place

    def unplug(self, name: str) -> None:
        """Pull its plug; returns once its socket is closed. Again does no harm."""
        self._bench.unplug(name)

    def remove(self, name: str) -> None:
        """Unplug it for good: its name and its number's line are free."""
        self._bench.remove(name)

    def remove_all(self) -> None:
        """Remove every device, and hang up what is left on the exchange; forget what was heard."""
        for device in self._bench.devices:
            self._bench.remove(device.name)
        self.forget()

    def devices(self) -> list[dict[str, Any]]:
        """All, also the unplugged: name, kind, model, number, ids, serial, product, place, plugged
        (bool), configured (bool), resets (by the host since it was plugged in)."""
        return [_told(device) for device in self._bench.devices]

    def device(self, name: str) -> dict[str, Any]:
        """One of `devices`."""
        return _told(self._bench.find(name))

    def set_faults(self, name: str, faults: Sequence[str]) -> None:
        """The faults that it has from now on, all of them, of itself and of USB; PortError if there
        is none such."""
        device = self._bench.find(name)
        of_usb = {word for word in faults if word in GADGET_FAULTS}
        rest = [word for word in faults if word not in of_usb]
        with self._exchange.lock:
            device.function.set_faults(rest)
            device.faults = of_usb
            if device.connection is not None:
                device.connection.gadget.faults = set(of_usb)

    def faults(self, name: str) -> list[str]:
        """Those that it has now."""
        device = self._bench.find(name)
        with self._exchange.lock:
            faults = set(device.faults)
            if device.connection is not None:
                faults = set(device.connection.gadget.faults)
            faults |= device.function.faults
            return sorted(faults)

    def known_faults(self) -> dict[str, list[str]]:
        """What there is for a `modem`, a `handset`, and for `usb` itself."""
        return {"modem": [*FAULTS], "handset": [*HANDSET_FAULTS], "usb": [*GADGET_FAULTS]}

    def halt(self, name: str, endpoint: int) -> None:
        """Stall an endpoint (0x82: a modem's data to the host) until the host clears that."""
        connection = self._bench.find(name).connection
        if connection is None:
            raise ValueError(f"halt an endpoint of {name}: it is not plugged in")
        with self._exchange.lock:
            connection.gadget.halt(endpoint)

    # --- the server itself --------------------------------------------------------------------

    def close(self) -> None:
        """Unplug everything. The process then ends with its manager."""
        self._bench.close()
        self._exchange.close()

    def _wait_configured(self, device: Device, timeout: float) -> None:
        connection = device.connection
        if connection is not None and timeout:
            connection.wait_configured(timeout)


def _kernel() -> Host:
    from . import vhci

    return vhci


def _told(device: Device) -> dict[str, Any]:
    usb, connection = device.function.device, device.connection
    gadget = connection.gadget if connection is not None else None
    return {
        "name": device.name,
        "kind": device.spec.kind,
        "model": device.spec.model,
        "number": device.spec.number,
        "ids": usb.ids,
        "serial": usb.serial,
        "product": usb.name,
        "place": device.place,
        "plugged": gadget is not None,
        "configured": bool(gadget and gadget.configuration),
        "resets": gadget.resets if gadget else 0,
    }


class _Manager(BaseManager):
    """The process."""


S = TypeVar("S", bound=UsbServer)


@overload
def usb_server(
    plan: Mapping[str, Mapping[str, Any]] | None = None,
    timing: Mapping[str, float] | None = None,
) -> AbstractContextManager[UsbServer]: ...


@overload
def usb_server(
    plan: Mapping[str, Mapping[str, Any]] | None = None,
    timing: Mapping[str, float] | None = None,
    *,
    kind: type[S],
) -> AbstractContextManager[S]: ...


@contextmanager
def usb_server(
    plan: Mapping[str, Mapping[str, Any]] | None = None,
    timing: Mapping[str, float] | None = None,
    *,
    kind: type[Any] = UsbServer,
) -> Iterator[Any]:
    """A UsbServer in a process of its own; at the end all is unplugged, and the process gone.

    kind: its class, where a test has verbs of its own. It may be used from several threads: each
    has a connection of its own. What it raises is raised here. Import it before, and call it only
    from what may be imported again (`if __name__ == ...`): the process is spawned, so that it
    shares no thread and no lock.
    """
    _Manager.register(kind.__name__, kind)
    manager = _Manager(ctx=get_context("spawn"))
    manager.start()
    try:
        server = getattr(manager, kind.__name__)(plan, timing)
        try:
            yield server
        finally:
            server.close()
    finally:
        manager.shutdown()
