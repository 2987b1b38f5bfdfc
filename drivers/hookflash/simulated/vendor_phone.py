"""A simulated telephone with a protocol of its vendor's: HID class, reports without ids, one size.

What the reports mean is the model's.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import ClassVar

from ..errors import NotSupported, PortError, WrongState
from ..hid.port import HidInfo
from .exchange import Exchange
from .plugged import SLOW, PluggedDevice

VENDOR_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "write_fails": "takes no report",
        "slow": "heeds a report only half a second later",
    }
)
"""Name -> what any of them does; a model may have more."""


@dataclass(frozen=True, slots=True)
class VendorModel:
    """How a model shows itself on the bus.

    interface: number of its HID interface; those before it are its sound card's. report_size: bytes
    of a report, the same both ways. release: bcdDevice.
    """

    name: str
    vendor_id: int
    product_id: int
    product: str
    interface: int
    report_size: int
    release: int = 0x0100


class SimulatedVendorPhone(PluggedDevice):
    """The wire's side and the person's side of a simulated vendor phone."""

    FAULTS: ClassVar[Mapping[str, str]] = VENDOR_FAULTS
    """What faults its kind can have, VENDOR_FAULTS among them."""

    def __init__(
        self,
        model: VendorModel,
        exchange: Exchange,
        faults: Iterable[str] = (),
        number: str = "1001",
    ) -> None:
        self.model = model
        self.interface = model.interface
        self.report_size = model.report_size
        info = HidInfo(
            path=f"sim-usb:?model={model.name}&number={number}",
            vendor_id=model.vendor_id,
            product_id=model.product_id,
            manufacturer="hookflash",
            product=model.product,
            serial=number,
            release=model.release,
            interface=model.interface,
        )
        super().__init__(info, exchange, faults, number)

    # --- what a host does ---------------------------------------------------------------------

    def set_report(self, data: bytes) -> None:
        """An output report (SET_REPORT), without an id; DeviceLost, as for a stall, if it has not
        the report's size."""
        with self.exchange.lock:
            self._must_be_there("write")
            self._must_take("write")
            if len(data) != self.report_size:
                self._refuse(f"a report has {self.report_size} bytes, not {len(data)}")
            self.note("output", data.hex())
            if "slow" in self.faults:
                self._later(SLOW, partial(self._heed, data))
            else:
                self._heed(data)

    def get_report_descriptor(self) -> bytes:
        """What GET_DESCRIPTOR(report) answers: reports of the vendor's page (HID 1.11, 6.2.2)."""
        collection = (0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01)  # page FF00, usage 1, application
        size = (0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, self.report_size)  # of bytes
        reports = (0x09, 0x02, 0x81, 0x02, 0x09, 0x03, 0x91, 0x02, 0xC0)  # input, output
        return bytes((*collection, *size, *reports))

    def write(self, report: bytes) -> None:
        """An output report, first byte 0; DeviceLost if it is not one of the device's."""
        if report[:1] != b"\0":
            with self.exchange.lock:
                self._refuse("its reports are not numbered: the first byte is 0")
        self.set_report(report[1:])

    def get_input(self, report_id: int, size: int) -> bytes:  # noqa: ARG002
        """No answer: it stalls."""
        with self.exchange.lock:
            self._must_be_there("get input report")
        return b""

    def get_feature(self, report_id: int, size: int) -> bytes:  # noqa: ARG002
        """It has none."""
        with self.exchange.lock:
            self._must_be_there("get feature report")
        raise NotSupported(f"feature report {report_id} of {self.info.path}: it has none")

    def send_feature(self, report: bytes) -> None:
        """It has none."""
        with self.exchange.lock:
            self._must_be_there("send feature report")
        raise NotSupported(f"feature report {report[0]} of {self.info.path}: it has none")

    # --- what the device does -----------------------------------------------------------------

    @abstractmethod
    def _heed(self, data: bytes) -> None:
        """A report of the right size came. With the lock held."""

    def _tell(self, data: bytes) -> None:
        """Send an input report, without an id; to who has it open. With the lock held."""
        if self.is_plugged_in:
            self._deliver(b"\0" + data)

    # --- what a person does -------------------------------------------------------------------

    @property
    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """Names of its keys: `0` to `9`, `*`, `#`, and words for others."""

    @abstractmethod
    def key_down(self, key: str) -> None:
        """Press a key and keep it down; ValueError if it has no such key."""

    @abstractmethod
    def key_up(self) -> None:
        """Let go of the keys that are down."""

    def press(self, keys: str) -> None:
        """Press and release keys of its keypad, one after another."""
        for key in keys:
            self.press_key(key)

    def press_key(self, name: str) -> None:
        """Press and release one key, by its name."""
        self.key_down(name)
        self.key_up()

    def lift(self) -> None:
        """Lift its handset; WrongState if it has none, or one that is lifted."""
        raise WrongState(f"lift {self.info.path}: it has no hook switch")

    def put_down(self) -> None:
        """Put its handset down; WrongState if it has none, or one that lies there."""
        raise WrongState(f"put down {self.info.path}: it has no hook switch")

    @classmethod
    def parse_faults(cls, words: Iterable[str]) -> set[str]:
        """Faults by name; PortError lists what there is."""
        faults = {word.strip() for word in words}
        for word in sorted(faults):
            if word not in cls.FAULTS:
                raise PortError(f"fault {word!r} is none of {', '.join(cls.FAULTS)}")
        return faults
