"""What a gadget is besides USB: the seam between chapter 9 and a simulated device."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ...errors import HookflashError
from ..clock import Action
from ..exchange import Exchange
from .descriptors import Device
from .usbip import Setup


class Stall(HookflashError):
    """The device refuses: the transfer is answered by a stall (USB 2.0, 8.5.3.4)."""

    code = "stalled"


class Pipes(Protocol):
    """What a function sends by."""

    def send(self, endpoint: int, data: bytes) -> None:
        """Data for an IN endpoint: a report or notification, or more of a byte stream."""

    def forget(self, endpoint: int) -> None:
        """What waits for the host to ask is lost."""


class Function(ABC):
    """A simulated device's side of a gadget. Everything is called with the exchange's lock held,
    and must not wait.

    keeps: reports that an interrupt endpoint still holds when the host asks no more.
    """

    keeps = 2

    def __init__(self, device: Device, exchange: Exchange) -> None:
        self.device = device
        self.exchange = exchange
        self.pipes: Pipes | None = None
        """Where it is plugged in; None: it is not."""

    def send(self, endpoint: int, data: bytes) -> None:
        """Data for an IN endpoint, lost where nobody is plugged in."""
        if self.pipes is not None:
            self.pipes.send(endpoint, data)

    def later(self, seconds: float, action: Action) -> Any:
        return self.exchange.later(seconds, action)

    @abstractmethod
    def plugged(self, pipes: Pipes, lost: Callable[[], None]) -> None:
        """It has power from now on. lost: to be called when it takes itself away."""

    @abstractmethod
    def unplugged(self) -> None:
        """Its power is gone."""

    @property
    @abstractmethod
    def faults(self) -> set[str]:
        """What is wrong with it just now, by name."""

    @abstractmethod
    def set_faults(self, words: Iterable[str]) -> None:
        """These from now on, and no other; PortError if there is none such."""

    def removed(self) -> None:  # noqa: B027  (few have a line)
        """It is unplugged for good, and leaves its number's line to others."""

    @abstractmethod
    def reset(self) -> None:
        """The host reset the bus: it starts anew."""

    @abstractmethod
    def control(self, setup: Setup, data: bytes) -> bytes:
        """A request of a class or a maker, or for a descriptor of an interface: what is answered.
        Stall if there is none."""

    @abstractmethod
    def take(self, endpoint: int, data: bytes) -> None:
        """Data for an OUT endpoint. Stall if it is not taken."""

    def asked(self, endpoint: int, *, asking: bool) -> None:
        """The host began to ask an IN endpoint for data, or gave that up."""
        del endpoint, asking  # few have to know
