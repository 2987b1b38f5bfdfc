"""`sim-hid:` URLs: a simulated handset as a HID port of this process, on every platform.

`sim-hid:` is a handset in Jabra's layout, subscriber 1001's;
`sim-hid:?model=cx300&number=1002&faults=slow,no_busy` says otherwise. It outlives its openings, and
lives in the world of the `sim:` lines: their exchange, their clock.
"""

import threading
from urllib.parse import parse_qsl

from ..errors import PortError
from ..hid.port import HidPort
from .handset import SimulatedHandset
from .hid_faults import parse_handset_faults
from .hid_line import SimulatedHidLine
from .hid_models import find_model
from .plugged_port import PluggedPort
from .port import shared_exchange

_handsets: dict[tuple[str, str], SimulatedHandset] = {}
_lock = threading.Lock()


class SimulatedHidPort(PluggedPort):
    """One opening of a simulated handset; there may be several at once, as with real ones."""

    def __init__(self, handset: SimulatedHandset) -> None:
        super().__init__(handset, handset.layout.descriptor)
        self.handset = handset


def open_port(url: str) -> HidPort:
    """Open a `sim-hid:` URL. Its faults are those of a new handset: one that is there keeps its
    own."""
    return SimulatedHidPort(handset_of(url))


def handset_of(url: str) -> SimulatedHandset:
    """The handset of a `sim-hid:` URL, to lift and to look at; made when first asked for."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    name = options.pop("model", "jabra")
    number = options.pop("number", "1001")
    words = options.pop("faults", "")
    if options:
        raise PortError(f"open {url}: allowed are model=…, number=… and faults=…,…")
    try:
        model = find_model(name)
        faults = parse_handset_faults(words.split(",") if words else ())
    except PortError as error:
        raise PortError(f"open {url}: {error}") from error
    with _lock:
        handset = _handsets.get((name, number))
        if handset is None:
            handset = SimulatedHandset(model, shared_exchange(), faults, number)
            if model.line:
                SimulatedHidLine(handset)
            _handsets[name, number] = handset
        return handset
