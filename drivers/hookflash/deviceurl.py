"""URLs of devices that are plugged in, read: `SCHEME:`, then USB ids or a path, then options. Pure.

modem:                          no ids: the only one
hid:0b0e:0307?serial=00A1       vendor and product id, and which of several
usb:/dev/phone/phone-1-1.4      a path, percent-encoded where it must be
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from .errors import PortError

_IDS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeviceUrl:
    """What a URL names; whatever it does not name is 0 or empty."""

    vendor_id: int
    product_id: int
    path: str
    options: Mapping[str, str]

    def get(self, option: str) -> str:
        """An option's value."""
        return self.options.get(option, "")


def read(url: str, scheme: str, options: Iterable[str]) -> DeviceUrl:
    """Read a URL of this scheme; PortError, with the cure, if it is none or has other options."""
    own, _, rest = url.partition(":")
    if own != scheme:
        raise PortError(
            f"open {url}: not a {scheme}: URL; give {scheme}: or {scheme}:0b0e:0307 (USB ids)"
        )
    target, _, query = rest.partition("?")
    try:
        told = dict(parse_qsl(query, strict_parsing=bool(query)))
    except ValueError as error:
        raise PortError(f"open {url}: {error}; give ?serial=... or ?place=1-1.4") from error
    known = tuple(options)
    if unknown := told.keys() - set(known):
        wrong = ", ".join(sorted(unknown))
        raise PortError(f"open {url}: unknown {wrong}; give {', '.join(known)}")
    ids = _IDS.fullmatch(target)
    if target and ids is None and not target.startswith("/"):
        raise PortError(
            f"open {url}: {target} is neither USB ids (four hexadecimal digits, a colon, four "
            "more) nor a path"
        )
    vendor, product = (int(ids[1], 16), int(ids[2], 16)) if ids else (0, 0)
    return DeviceUrl(vendor, product, "" if ids else unquote(target), told)


def write(scheme: str, vendor_id: int, product_id: int, **options: str) -> str:
    """The URL that `read` reads so."""
    query = "&".join(f"{name}={quote(value, '')}" for name, value in options.items())
    return f"{scheme}:{vendor_id:04x}:{product_id:04x}" + (f"?{query}" if query else "")
