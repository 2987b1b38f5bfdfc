"""What devices are called when they are plugged in: `modem:usr5637@1002`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from ...errors import PortError
from ..exchange import Exchange
from ..families import find_family
from ..faults import parse
from ..handset import SimulatedHandset
from ..hid_faults import parse_handset_faults
from ..hid_line import SimulatedHidLine
from ..hid_models import find_model
from ..usbport import make_phone
from ..yealink import SimulatedYealink
from .acm import AcmModem
from .function import Function
from .gadget import GADGET_FAULTS
from .hid import HidFunction, handset_function
from .vendor import vendor_function

_SPEC = re.compile(r"(modem|handset|phone)(?::([a-z0-9_]+))?(?:@([0-9]{1,20}))?", re.ASCII)
_DEFAULT = {"modem": "v253", "handset": "jabra", "phone": "p1k"}

USAGE = "modem[:FAMILY], handset[:MODEL] or phone[:MODEL], each with @NUMBER if not 1001"


@dataclass(frozen=True, slots=True)
class Spec:
    """kind: `modem`, `handset`, `phone`. model: its family or model. number: on the exchange."""

    kind: str
    model: str
    number: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.model}@{self.number}"


def parse_spec(text: str) -> Spec:
    """`modem`, `handset:cx300`, `phone:b3g@1002`; PortError lists what there is."""
    match = _SPEC.fullmatch(text)
    if match is None:
        raise PortError(f"device {text!r} is none of {USAGE}")
    kind, model, number = match.groups()
    return Spec(kind, model or _DEFAULT[kind], number or "1001")


def make(
    spec: Spec, exchange: Exchange, faults: Iterable[str] = (), serial: str = ""
) -> tuple[Function, set[str]]:
    """The device, and which of the faults are of USB rather than of what hangs on it.

    PortError if there is no such model or fault.
    """
    words = [word.strip() for word in faults]
    of_usb = {word for word in words if word in GADGET_FAULTS}
    rest = [word for word in words if word not in of_usb]
    makers: dict[str, Callable[[], Function]] = {
        "modem": partial(_modem, spec, exchange, rest, serial),
        "handset": partial(_handset, spec, exchange, rest, serial),
        "phone": partial(_phone, spec, exchange, rest, serial),
    }
    with exchange.lock:
        return makers[spec.kind](), of_usb


def _modem(spec: Spec, exchange: Exchange, words: list[str], serial: str) -> AcmModem:
    find_family(spec.model)
    parse(words)
    line = exchange.line(spec.number)
    if line.phone is not None:
        raise PortError(f"plug in {spec}: something else is on that number's line")
    function = AcmModem(line, spec.model, serial)
    function.set_faults(words)
    return function


def _handset(spec: Spec, exchange: Exchange, words: list[str], serial: str) -> HidFunction:
    model = find_model(spec.model)
    faults = parse_handset_faults(words)
    handset = SimulatedHandset(model, exchange, faults, spec.number)
    line = SimulatedHidLine(handset) if model.line else None
    handset.unplug()
    function = handset_function(handset, serial)
    function.line_phone = line
    return function


def _phone(spec: Spec, exchange: Exchange, words: list[str], serial: str) -> HidFunction:
    phone = make_phone(spec.model, exchange, words, spec.number)
    phone.unplug()
    function = vendor_function(phone, serial)
    if isinstance(phone, SimulatedYealink):
        function.line_phone = phone.telephone_line
    return function
