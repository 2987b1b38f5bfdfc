"""A USB device: chapter 9, its endpoints, what the host still waits for. No thread, no socket.

Source: USB 2.0, chapter 9. To be called with the exchange's lock held. A transfer for an IN
endpoint that has nothing waits (a NAK on the wire); control and OUT transfers are answered at once.
"""

import errno
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

from ...errors import PortError
from .descriptors import Kind, Recipient, Standard, Ways
from .function import Function, Stall
from .usbip import Setup, Submit

STALLED, GONE, OVERFLOW = -errno.EPIPE, -errno.ESHUTDOWN, -errno.EOVERFLOW
"""What a transfer that failed ends with (Linux, Documentation/driver-api/usb/error-codes.rst)."""

SLOW = 0.25
"""Seconds of an answer under the fault `slow_enumeration`; some ten of them find a device."""

GADGET_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "slow_enumeration": "takes a quarter of a second for each request until configured",
        "stalls": "refuses requests of its class",
        "vanishes": "drops off the bus at the next data that it is sent (once)",
    }
)
"""Name -> what the gadget does."""

_MOST_STREAM = 1 << 16
"""Bytes that the host may leave with the device before more of them are lost."""

_ENDPOINT_HALT = 0
_KIND_BITS, _RECIPIENT_BITS = 0x60, 0x1F

_FINDING = (8, 64)
"""Lengths with which Linux asks a device at address 0 for its device descriptor, and never asks
later (hub.c: hub_port_init and GET_DESCRIPTOR_BUFSIZE). USB/IP has no message for a reset."""


class Bus(Protocol):
    """Where a gadget is plugged in. Must not wait."""

    def completed(self, seq: int, status: int, data: bytes = b"", sent: int = 0) -> None:
        """A transfer is done. status: 0 or a negative errno; sent: bytes taken of an OUT one."""

    def configured(self) -> None:
        """The host set the configuration, or unset it."""

    def lost(self) -> None:
        """The device took itself away."""


class _In:
    """An IN endpoint."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.asked: deque[Submit] = deque()
        self.ready: deque[bytes] = deque()
        self.stream = bytearray()
        self.asking = False


class Gadget:
    """A function on a bus. faults may be changed at any time."""

    def __init__(self, function: Function, bus: Bus, faults: Iterable[str] = ()) -> None:
        self.function = function
        self.device = function.device
        self.faults = set(faults)
        self.configuration = 0
        self.resets = 0
        """How often the host reset it after it was configured."""
        self._bus = bus
        self._ins: dict[int, _In] = {}
        self._outs: set[int] = set()
        self._halted: set[int] = set()
        self._owner: dict[int, int] = {}
        self._late: set[int] = set()
        for interface in self.device.interfaces:
            for endpoint in interface.endpoints:
                self._owner[endpoint.address] = interface.number
                if endpoint.address & 0x80:
                    self._ins[endpoint.address] = _In(endpoint.ways)
                else:
                    self._outs.add(endpoint.address)

    # --- what the host does -------------------------------------------------------------------

    def submit(self, transfer: Submit) -> None:
        """A transfer begins. It ends by the bus's `completed`, once, unless it is cancelled."""
        if transfer.setup is not None:
            self._control(transfer, transfer.setup)
        elif transfer.endpoint in self._ins:
            self._ask(transfer)
        else:
            self._take(transfer)

    def cancel(self, seq: int) -> bool:
        """Give up a transfer; False if it is done, or was never asked for."""
        if seq in self._late:
            self._late.discard(seq)
            return True
        for address, pipe in self._ins.items():
            for transfer in pipe.asked:
                if transfer.seq == seq:
                    pipe.asked.remove(transfer)
                    if not pipe.asked:
                        self._stop_asking(address, pipe)
                    return True
        return False

    def give_up(self) -> None:
        """It is no more on the bus: what waits ends so."""
        for pipe in self._ins.values():
            while pipe.asked:
                self._bus.completed(pipe.asked.popleft().seq, GONE)
        for seq in self._late:
            self._bus.completed(seq, GONE)
        self._late.clear()

    @property
    def waiting(self) -> int:
        """Transfers that wait for data."""
        return len(self._late) + sum(len(pipe.asked) for pipe in self._ins.values())

    # --- what the device does -----------------------------------------------------------------

    def send(self, endpoint: int, data: bytes) -> None:
        """Data for an IN endpoint. Of reports that the host does not ask for, the function's
        `keeps` latest stay."""
        pipe = self._ins[endpoint]
        if not self.configuration:
            return
        if pipe.ways is Ways.BULK:
            pipe.stream += data[: _MOST_STREAM - len(pipe.stream)]
        else:
            pipe.ready.append(data)
            self._forget(pipe)
        self._answer(endpoint, pipe)

    def forget(self, endpoint: int) -> None:
        """Lose what waits for the host to ask."""
        self._ins[endpoint].stream.clear()
        self._ins[endpoint].ready.clear()

    def halt(self, endpoint: int) -> None:
        """Stall an endpoint until the host clears that; ValueError if there is no such endpoint."""
        if endpoint not in self._owner:
            known = ", ".join(f"{address:#04x}" for address in self._owner)
            raise ValueError(f"endpoint {endpoint:#04x} is none of {known}")
        self._halted.add(endpoint)
        if endpoint in self._ins:
            self._answer(endpoint, self._ins[endpoint])

    # --- endpoints ----------------------------------------------------------------------------

    def _ask(self, transfer: Submit) -> None:
        pipe = self._ins[transfer.endpoint]
        if not self.configuration:
            self._bus.completed(transfer.seq, STALLED)
            return
        pipe.asked.append(transfer)
        if not pipe.asking:
            pipe.asking = True
            self.function.asked(transfer.endpoint, asking=True)
        self._answer(transfer.endpoint, pipe)

    def _answer(self, endpoint: int, pipe: _In) -> None:
        while pipe.asked:
            if endpoint in self._halted:
                self._bus.completed(pipe.asked.popleft().seq, STALLED)
            elif pipe.stream:
                transfer = pipe.asked.popleft()
                data = bytes(pipe.stream[: transfer.length])
                del pipe.stream[: transfer.length]
                self._bus.completed(transfer.seq, 0, data)
            elif pipe.ready:
                transfer, data = pipe.asked.popleft(), pipe.ready.popleft()
                if len(data) > transfer.length:  # babble: USB 2.0, 8.7.4
                    self._bus.completed(transfer.seq, OVERFLOW)
                else:
                    self._bus.completed(transfer.seq, 0, data)
            else:
                return

    def _stop_asking(self, endpoint: int, pipe: _In) -> None:
        pipe.asking = False
        self._forget(pipe)
        self.function.asked(endpoint, asking=False)

    def _forget(self, pipe: _In) -> None:
        if not pipe.asking:
            while len(pipe.ready) > self.function.keeps:
                pipe.ready.popleft()

    def _take(self, transfer: Submit) -> None:
        address = transfer.endpoint
        if not self.configuration or address not in self._outs or address in self._halted:
            self._bus.completed(transfer.seq, STALLED)
        elif not self._vanished(transfer):
            try:
                self.function.take(address, transfer.data)
            except Stall:
                self._halted.add(address)
                self._bus.completed(transfer.seq, STALLED)
            else:
                self._bus.completed(transfer.seq, 0, sent=len(transfer.data))

    def _vanished(self, transfer: Submit) -> bool:
        if "vanishes" not in self.faults:
            return False
        self.faults.discard("vanishes")
        self._bus.completed(transfer.seq, GONE)
        self._bus.lost()
        return True

    # --- control ------------------------------------------------------------------------------

    def _control(self, transfer: Submit, setup: Setup) -> None:
        if (self.configuration or not self._late) and not self._is_slow():
            self._obey(transfer, setup)
            return
        self._late.add(transfer.seq)
        self.function.later(SLOW, partial(self._obey_late, transfer, setup))

    def _is_slow(self) -> bool:
        return "slow_enumeration" in self.faults and not self.configuration

    def _obey_late(self, transfer: Submit, setup: Setup) -> None:
        if transfer.seq in self._late:
            self._late.discard(transfer.seq)
            self._obey(transfer, setup)

    def _obey(self, transfer: Submit, setup: Setup) -> None:
        is_class = bool(setup.request_type & _KIND_BITS)
        if is_class and not setup.is_in and setup.length and self._vanished(transfer):
            return
        try:
            if not is_class:
                answer = self._standard(setup, transfer.data)
            elif not self.configuration or "stalls" in self.faults:
                raise Stall(f"request {setup}")
            else:
                answer = self.function.control(setup, transfer.data)
        except Stall:
            self._bus.completed(transfer.seq, STALLED)
            return
        answer = answer[: min(setup.length, transfer.length)]
        self._bus.completed(transfer.seq, 0, answer, 0 if setup.is_in else len(transfer.data))

    def _standard(self, setup: Setup, data: bytes) -> bytes:
        recipient = setup.request_type & _RECIPIENT_BITS
        match setup.request, recipient:
            case (Standard.GET_DESCRIPTOR, Recipient.DEVICE):
                return self._descriptor(setup)
            case (Standard.GET_DESCRIPTOR, Recipient.INTERFACE):
                return self.function.control(setup, data)
            case (Standard.GET_STATUS, _):
                return self._status(recipient, setup.index)
            case (Standard.CLEAR_FEATURE, Recipient.ENDPOINT) if self._is_halt(setup):
                self._halted.discard(setup.index)
            case (Standard.SET_FEATURE, Recipient.ENDPOINT) if self._is_halt(setup):
                self.halt(setup.index)
            case (Standard.SET_ADDRESS, Recipient.DEVICE):
                pass
            case (Standard.GET_CONFIGURATION, Recipient.DEVICE):
                return bytes([self.configuration])
            case (Standard.SET_CONFIGURATION, Recipient.DEVICE) if setup.value in (0, 1):
                self.configuration = setup.value
                self._halted.clear()
                self._bus.configured()
            case (Standard.GET_INTERFACE, Recipient.INTERFACE) if self._has_interface(setup.index):
                return b"\0"
            case (Standard.SET_INTERFACE, Recipient.INTERFACE) if (
                setup.value == 0 and self._has_interface(setup.index)
            ):
                self._halted -= {a for a, owner in self._owner.items() if owner == setup.index}
            case _:
                raise Stall(f"request {setup}")
        return b""

    def _is_halt(self, setup: Setup) -> bool:
        return setup.value == _ENDPOINT_HALT and setup.index in self._owner

    def _has_interface(self, number: int) -> bool:
        return bool(self.configuration) and any(
            interface.number == number for interface in self.device.interfaces
        )

    def _status(self, recipient: int, index: int) -> bytes:
        """GET_STATUS (USB 2.0, 9.4.5): self-powered; or whether an endpoint is halted."""
        if recipient == Recipient.DEVICE:
            return b"\1\0"
        if recipient == Recipient.INTERFACE and self._has_interface(index):
            return b"\0\0"
        if recipient == Recipient.ENDPOINT and (index in self._owner or index & 0x7F == 0):
            return bytes([index in self._halted, 0])
        raise Stall(f"status of {recipient} {index}")

    def _descriptor(self, setup: Setup) -> bytes:
        kind, index = setup.value >> 8, setup.value & 0xFF
        if kind == Kind.DEVICE and index == 0:
            if setup.length in _FINDING and self.configuration:
                self._reset()
            return self.device.device()
        if kind == Kind.CONFIGURATION and index == 0:
            return self.device.configuration()
        if kind == Kind.STRING and (text := self.device.string(index)) is not None:
            return text
        raise Stall(f"descriptor {kind} {index}")

    def _reset(self) -> None:
        self.configuration = 0
        self._bus.configured()
        self.resets += 1
        self._halted.clear()
        for endpoint, pipe in self._ins.items():
            self.forget(endpoint)
            pipe.asking = False
        self.function.reset()


def parse_gadget_faults(words: Iterable[str]) -> set[str]:
    """Faults by name; PortError lists what there is."""
    faults = {word.strip() for word in words}
    for word in sorted(faults):
        if word not in GADGET_FAULTS:
            raise PortError(f"fault {word!r} is none of {', '.join(GADGET_FAULTS)}")
    return faults
