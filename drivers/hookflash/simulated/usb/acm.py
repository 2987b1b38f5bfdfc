"""A simulated modem as a USB modem: the CDC abstract control model.

Sources: CDC 1.2; CDC PSTN 1.2, 6.3 (requests), 6.5 (SERIAL_STATE); Linux, cdc-acm.c.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from ... import catalog
from ..exchange import ExchangeLine
from ..faults import parse
from ..modem import SimulatedModem
from ..network import Burst
from .descriptors import Device, Endpoint, Interface, Ways, acm_functions
from .function import Function, Pipes, Stall
from .usbip import Setup, To

NOTICES, TO_HOST, FROM_HOST = 0x81, 0x82, 0x02
"""Addresses of the endpoints."""

_CONTROL, _DATA = 0, 1
_COMMUNICATIONS, _ACM, _AT_COMMANDS, _CDC_DATA = 0x02, 0x02, 0x01, 0x0A
_SERIAL_STATE = 0x20
_CARRIER, _READY, _RING = 0x01, 0x02, 0x08
_DTR, _RTS = 0x01, 0x02
_CODING = struct.Struct("<IBBB")

_KEPT = 1 << 16

UNKNOWN_IDS = (0x1209, 0x0010)
"""For a family without a row in the catalog: pid.codes' id for tests."""


class Ask(IntEnum):
    """Requests (PSTN 1.2, table 13)."""

    SET_LINE_CODING = 0x20
    GET_LINE_CODING = 0x21
    SET_CONTROL_LINE_STATE = 0x22
    SEND_BREAK = 0x23


@dataclass(frozen=True, slots=True)
class LineCoding:
    """What the host set, for a serial line that is not there. stop, parity: PSTN 1.2, table 17."""

    rate: int = 115_200
    stop: int = 0
    parity: int = 0
    bits: int = 8


class UsbModem(SimulatedModem):
    """Tells also when the line's ring voltage comes and goes."""

    rings: Callable[[bool], None] | None = None

    def ring(self, burst: Burst) -> None:
        super().ring(burst)
        self._tell_ring(True)
        # A caller may give up in a burst, of which nothing is told.
        self.exchange.later(burst.on, lambda: self._tell_ring(False))

    def pick_up(self) -> bool:
        picked_up = super().pick_up()
        if picked_up:
            self._tell_ring(False)
        return picked_up

    def _tell_ring(self, on: bool) -> None:
        if self.rings is not None:
            self.rings(on)


class AcmModem(Function):
    """The modem of a subscriber, with USB.

    family: as for SimulatedModem; the catalog has its USB ids. carrier: the circuit CD, which this
    modem never changes itself, having no data carrier; set it by `set_carrier`.
    """

    def __init__(self, line: ExchangeLine, family: str = "v253", serial: str = "") -> None:
        ids = catalog.ids_of("modem", family)
        vendor, product = ids[0] if ids else UNKNOWN_IDS
        known = catalog.find(vendor, product)
        self.modem = UsbModem(line, self.send_to_host, family)
        self.modem.rings = self._ring
        self.modem.power(False)
        self.coding = LineCoding()
        self.dtr = self.rts = False
        self.received = bytearray()
        """The last 64 KiB that the host wrote."""
        self.changed: Callable[[], None] | None = None
        """To be called when the host did something."""
        self.breaks = 0
        """Breaks that the host sent."""
        self.carrier = False
        self._reads = self._ringing = False
        device = Device(
            vendor,
            product,
            "hookflash",
            known.name if known else "Voice modem",
            serial or f"{family}-{line.number}",
            _interfaces(),
            usb_class=_COMMUNICATIONS,
        )
        super().__init__(device, line.exchange)

    def set_carrier(self, on: bool) -> None:
        """Tell the host CD."""
        with self.exchange.lock:
            self.carrier = on
            self._tell_state()

    # --- power --------------------------------------------------------------------------------

    def plugged(self, pipes: Pipes, lost: Callable[[], None]) -> None:
        del lost  # it never leaves by itself
        self.pipes = pipes
        self.modem.power(True)
        self._start()

    def unplugged(self) -> None:
        self.pipes = None
        self.modem.power(False)

    @property
    def faults(self) -> set[str]:
        return set(self.modem.faults)

    def set_faults(self, words: Iterable[str]) -> None:
        self.modem.faults, hangs_on = parse(words)
        self.modem.hangs_on = hangs_on or self.modem.hangs_on

    def removed(self) -> None:
        if self.modem.line.phone is self.modem:
            self.modem.line.phone = None

    def reset(self) -> None:
        self.modem.power(False)
        self.modem.power(True, "usb_reset")
        self._start()

    def _start(self) -> None:
        self.coding = LineCoding()
        self.dtr = self.rts = self._reads = self._ringing = False

    # --- what the host does -------------------------------------------------------------------

    def control(self, setup: Setup, data: bytes) -> bytes:
        if setup.index != _CONTROL:
            raise Stall(f"request {setup}")
        match setup.request_type, setup.request:
            case (To.CLASS, Ask.SET_LINE_CODING) if len(data) == _CODING.size:
                self.coding = LineCoding(*_CODING.unpack(data))
            case (To.CLASS_IN, Ask.GET_LINE_CODING):
                coding = self.coding
                return _CODING.pack(coding.rate, coding.stop, coding.parity, coding.bits)
            case (To.CLASS, Ask.SET_CONTROL_LINE_STATE):
                self._set_state(setup.value)
            case (To.CLASS, Ask.SEND_BREAK):
                self.breaks += bool(setup.value)
            case _:
                raise Stall(f"request {setup}")
        self._tell_changed()
        return b""

    def take(self, endpoint: int, data: bytes) -> None:
        del endpoint  # there is one
        self.received += data
        del self.received[:-_KEPT]
        self.modem.feed(data)
        self._tell_changed()

    def asked(self, endpoint: int, *, asking: bool) -> None:
        if endpoint == NOTICES and asking:
            self._tell_state()
        elif endpoint == TO_HOST:
            self._reads = asking
            # With DTR on it is no closing: cdc-acm also stops to ask in order to clear a halt.
            if not asking and not self.dtr and self.pipes is not None:
                self.pipes.forget(TO_HOST)
                self.modem.port_closed()

    def _set_state(self, value: int) -> None:
        had, self.dtr = self.dtr, bool(value & _DTR)
        self.rts = bool(value & _RTS)
        if had != self.dtr:
            self.modem.dtr(self.dtr)

    # --- what the modem does ------------------------------------------------------------------

    def send_to_host(self, data: bytes) -> None:
        """Bytes for the program that has the port open."""
        if self._reads or self.dtr:  # else nobody has the port open
            self.send(TO_HOST, data)

    def _tell_changed(self) -> None:
        if self.changed is not None:
            self.changed()

    def _ring(self, on: bool) -> None:
        if on != self._ringing:
            self._ringing = on
            self._tell_state()

    def _tell_state(self) -> None:
        state = _READY | (_CARRIER if self.carrier else 0) | (_RING if self._ringing else 0)
        self.send(
            NOTICES, struct.pack("<BBHHHH", To.CLASS_IN, _SERIAL_STATE, 0, _CONTROL, 2, state)
        )


def _interfaces() -> tuple[Interface, ...]:
    control = Interface(
        _CONTROL,
        *(_COMMUNICATIONS, _ACM, _AT_COMMANDS),
        (Endpoint(NOTICES, Ways.INTERRUPT, 16, 10),),
        acm_functions(_CONTROL, _DATA),
    )
    data = (Endpoint(TO_HOST, Ways.BULK), Endpoint(FROM_HOST, Ways.BULK))
    return control, Interface(_DATA, _CDC_DATA, 0, 0, data)
