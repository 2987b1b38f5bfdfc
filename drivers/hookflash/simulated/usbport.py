"""`sim-usb:` URLs: a simulated vendor phone as a port of this process, on every platform.

`sim-usb:` is a Yealink P1K, subscriber 1001's;
`sim-usb:?model=b3g&number=1002&faults=slow` says otherwise. A CM109's models are called as their
keypads are, `cm109` as the first. It outlives its openings, and lives in
the world of the `sim:` lines: their exchange, their clock.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast
from urllib.parse import parse_qsl

from ..errors import PortError
from ..hid.port import HidPort
from ..usb.keypads import KEYPADS
from .exchange import Exchange
from .plugged_port import PluggedPort
from .port import shared_exchange
from .vendor_phone import SimulatedVendorPhone

Make = Callable[[str, Exchange, Iterable[str], str], SimulatedVendorPhone]
"""Model's name, exchange, words for faults, number -> the phone. PortError if a word is none."""

MODELS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("p1k", "p4k", "b2k", "b3g"), "yealink:simulated_yealink"),
        **dict.fromkeys(("cm109", *KEYPADS), "cm109:simulated_cm109"),
    }
)
"""Model -> who makes it (module of this package, function); loaded when first used."""

CM109_KEYPADS: Mapping[str, str] = MappingProxyType(
    {"cm109": next(iter(KEYPADS)), **{name: name for name in KEYPADS}}
)
"""Model of a CM109 -> how its keys lie."""

_phones: dict[tuple[str, str], SimulatedVendorPhone] = {}
_lock = threading.Lock()


class SimulatedUsbPort(PluggedPort):
    """One opening of a simulated vendor phone."""

    def __init__(self, phone: SimulatedVendorPhone) -> None:
        super().__init__(phone, phone.get_report_descriptor())
        self.phone = phone


def open_port(url: str) -> HidPort:
    """Open a `sim-usb:` URL. Its faults are those of a new phone: one that is there keeps its
    own."""
    return SimulatedUsbPort(phone_of(url))


def make_phone(
    model: str, exchange: Exchange, faults: Iterable[str] = (), number: str = "1001"
) -> SimulatedVendorPhone:
    """A phone of that model on an exchange; PortError lists what models and faults there are."""
    target = MODELS.get(model)
    if target is None:
        raise PortError(f"model {model!r} is none of {', '.join(MODELS)}")
    module, _, name = target.partition(":")
    make = cast(Make, getattr(import_module(f".{module}", __package__), name))
    return make(model, exchange, faults, number)


def phone_of(url: str) -> SimulatedVendorPhone:
    """The phone of a `sim-usb:` URL, to lift and to look at; made when first asked for."""
    name, number, words = _read(url)
    with _lock:
        phone = _phones.get((name, number))
        if phone is None:
            try:
                faults = words.split(",") if words else ()
                phone = make_phone(name, shared_exchange(), faults, number)
            except PortError as error:
                raise PortError(f"open {url}: {error}") from error
            _phones[name, number] = phone
        return phone


def keypad_of(url: str) -> str:
    """How the keys of a `sim-usb:` URL's phone lie; empty if it is no CM109."""
    model, _, _ = _read(url)
    return CM109_KEYPADS.get(model, "")


def _read(url: str) -> tuple[str, str, str]:
    """A URL's model, number and faults."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    read = (
        options.pop("model", "p1k"),
        options.pop("number", "1001"),
        options.pop("faults", ""),
    )
    if options:
        raise PortError(f"open {url}: allowed are model=…, number=… and faults=…,…")
    if read[0] not in MODELS:
        raise PortError(f"open {url}: model {read[0]!r} is none of {', '.join(MODELS)}")
    return read
