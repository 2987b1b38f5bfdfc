"""Simulated devices of the HID class as USB devices.

Sources: HID 1.11, 6.2.1 (descriptor) and 7 (requests); USB 2.0, 9.6. On the wire the reports of a
device that does not number them have no byte for an id.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum

from ...errors import DeviceLost, NotSupported
from ...hid.port import HidInfo
from ..exchange import Phone
from ..handset import SimulatedHandset
from ..hid_faults import parse_handset_faults
from ..plugged import PluggedDevice
from .descriptors import Device, Endpoint, Interface, Kind, Standard, Ways, hid_descriptor
from .function import Function, Pipes, Stall
from .usbip import Setup, To

TO_HOST, FROM_HOST = 0x81, 0x01
"""Addresses of a handset's endpoints."""

OUT_ENDPOINT = frozenset({"epos", "deskphone", "dual", "unnumbered"})
"""Models with an interrupt OUT endpoint; the others take reports by SET_REPORT only. It is known of
few real ones: here it is spread so that both ways are tried."""

_HID_CLASS = 3
_INPUT, _OUTPUT, _FEATURE = 1, 2, 3
"""Types of reports in requests (HID 1.11, 7.2.1)."""

_RELEASE = 0x0214


class Ask(IntEnum):
    """Requests (HID 1.11, 7.2)."""

    GET_REPORT = 1
    GET_IDLE = 2
    SET_REPORT = 9
    SET_IDLE = 10


class HidFunction(Function):
    """A device of the HID class, plugged into USB.

    interfaces: those before its own. numbered: its reports have ids. endpoints: interrupt IN, and
    OUT if it has that.
    """

    def __init__(
        self,
        plugged: PluggedDevice,
        report_descriptor: bytes,
        serial: str,
        endpoints: tuple[Endpoint, ...],
        parse_faults: Callable[[Iterable[str]], set[str]],
        *,
        interfaces: tuple[Interface, ...] = (),
        numbered: bool = False,
    ) -> None:
        info = plugged.info
        self.plugged_device = plugged
        self._report_descriptor = report_descriptor
        self._hid = hid_descriptor(report_descriptor)
        self._number = len(interfaces)
        self._to_host = endpoints[0].address
        self._numbered = numbered
        self._parse_faults = parse_faults
        self._idle = 0
        self.line_phone: Phone | None = None
        """What of it hangs on an exchange's line, if it has one."""
        self._opening: _Opening | None = None
        own = Interface(self._number, _HID_CLASS, 0, 0, endpoints, self._hid)
        super().__init__(_device(info, serial, (*interfaces, own)), plugged.exchange)

    # --- power --------------------------------------------------------------------------------

    def plugged(self, pipes: Pipes, lost: Callable[[], None]) -> None:
        self.pipes = pipes
        self.plugged_device.plug_in()
        self._opening = _Opening(self._deliver, lost)
        self.plugged_device.attach(self._opening)

    def unplugged(self) -> None:
        self.pipes = self._opening = None
        self.plugged_device.unplug()

    @property
    def faults(self) -> set[str]:
        return set(self.plugged_device.faults)

    def set_faults(self, words: Iterable[str]) -> None:
        self.plugged_device.faults = self._parse_faults(words)

    def removed(self) -> None:
        line = self.exchange.line(self.plugged_device.number)
        if line.phone is self.line_phone:
            line.phone = None
            line.on_hook()  # a box without current may hold it: the telephone on it is lifted

    def reset(self) -> None:
        if self._opening is not None:
            self.plugged_device.detach(self._opening)  # it stays on the bus
            self.plugged_device.unplug()
            self.plugged_device.plug_in()
            self.plugged_device.attach(self._opening)

    def _deliver(self, report: bytes) -> None:
        self.send(self._to_host, report if self._numbered else report[1:])

    # --- what the host does -------------------------------------------------------------------

    def control(self, setup: Setup, data: bytes) -> bytes:
        kind, low = setup.value >> 8, setup.value & 0xFF
        if setup.index == self._number:
            match setup.request_type, setup.request:
                case (To.STANDARD_IN, Standard.GET_DESCRIPTOR) if kind == Kind.HID_REPORT:
                    return self._report_descriptor
                case (To.STANDARD_IN, Standard.GET_DESCRIPTOR) if kind == Kind.HID:
                    return self._hid
                case (To.CLASS_IN, Ask.GET_REPORT):
                    return self._get_report(kind, low, setup.length)
                case (To.CLASS, Ask.SET_REPORT):
                    self._set_report(kind, low, data)
                    return b""
                case (To.CLASS, Ask.SET_IDLE):  # nothing is ever repeated
                    self._idle = kind
                    return b""
                case (To.CLASS_IN, Ask.GET_IDLE):
                    return bytes([self._idle])
        raise Stall(f"request {setup}")

    def take(self, endpoint: int, data: bytes) -> None:
        del endpoint  # there is one
        self._set_report(_OUTPUT, data[0] if self._numbered and data else 0, data)

    def _get_report(self, kind: int, report_id: int, length: int) -> bytes:
        size = length if self._numbered else length + 1
        report = b""
        try:
            if kind == _INPUT:
                report = self.plugged_device.get_input(report_id, size)
            elif kind == _FEATURE:
                report = self.plugged_device.get_feature(report_id, size)
        except (DeviceLost, NotSupported) as error:
            raise Stall(f"get report {report_id}: {error}") from error
        if not report:
            raise Stall(f"get report {report_id}: no answer")
        return report if self._numbered else report[1:]

    def _set_report(self, kind: int, report_id: int, data: bytes) -> None:
        report = data if self._numbered else bytes([report_id]) + data
        if report[:1] != bytes([report_id]):
            raise Stall(f"set report {report_id}: its id is not that of {data.hex()}")
        try:
            if kind == _OUTPUT:
                self.plugged_device.write(report)
            elif kind == _FEATURE:
                self.plugged_device.send_feature(report)
            else:
                raise Stall(f"set report {report_id} of type {kind}")
        except (DeviceLost, NotSupported) as error:
            raise Stall(f"set report {report_id}: {error}") from error


class _Opening:
    """The bus, as the simulated device sees it."""

    def __init__(self, deliver: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self.deliver = deliver
        self.unplugged = lost


def handset_function(
    handset: SimulatedHandset, serial: str = "", *, out: bool | None = None
) -> HidFunction:
    """A simulated handset, as its model has it. out: with an interrupt OUT endpoint or without;
    None: as OUT_ENDPOINT says."""
    model = handset.model
    has_out = model.name in OUT_ENDPOINT if out is None else out
    endpoints: tuple[Endpoint, ...] = (Endpoint(TO_HOST, Ways.INTERRUPT, 64, 10),)
    if has_out:
        endpoints += (Endpoint(FROM_HOST, Ways.INTERRUPT, 64, 10),)
    numbered = all(report_id for _, report_id in handset.layout.sizes)
    return HidFunction(
        handset,
        handset.layout.descriptor,
        serial or f"{model.name}-{handset.number}",
        endpoints,
        parse_handset_faults,
        numbered=numbered,
    )


def _device(info: HidInfo, serial: str, interfaces: tuple[Interface, ...]) -> Device:
    return Device(
        info.vendor_id,
        info.product_id,
        info.manufacturer,
        info.product,
        serial,
        interfaces,
        release=info.release or _RELEASE,
    )
