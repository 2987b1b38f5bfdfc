"""What is plugged in now."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from .. import catalog
from ..errors import BadDescriptor, PortError
from ..hid import devices as hid
from ..hid.descriptor import parse
from ..hid.line_layout import understand_line
from ..hid.port import HidInfo
from ..hid.profiles import profile_of
from ..hid.telephony import understand
from ..modem import devices as modem
from ..modem.devices import ModemInfo
from ..usb import devices as usb
from .found import Found, Kind
from .trouble import trouble_with

log = logging.getLogger(__name__)


def plugged_in() -> list[Found]:
    """Every device that can be a line or a handset: modems, then handsets, then other phones.

    Nothing is opened and no device is asked. Blocks for some milliseconds. What cannot be looked
    for (no hidapi, say) is logged, and the rest is found.
    """
    return [found for look in (_modems, _handsets, _phones) for found in _looked(look)]


def _looked(look: Callable[[], list[Found]]) -> list[Found]:
    try:
        return look()
    except PortError as error:
        log.warning("look for devices: %s", error)
        return []


# --- modems -----------------------------------------------------------------------------------


def _modems() -> list[Found]:
    every = modem.list_modems()
    return [_modem(info, every) for info in every]


def _modem(info: ModemInfo, every: Sequence[ModemInfo]) -> Found:
    known = info.known
    return Found(
        kind=Kind.MODEM,
        url=modem.url_of(info, every),
        name=info.name,
        vendor_id=info.vendor_id,
        product_id=info.product_id,
        serial=info.serial,
        place=info.place,
        node=info.path,
        profile=known.profile if known else "",
        has_line=True,
        chosen=known is not None,
        trouble=trouble_with(info.path, "modem", info.vendor_id, info.product_id)
        if info.path
        else modem.portless(),
    )


# --- handsets ---------------------------------------------------------------------------------


def _handsets() -> list[Found]:
    every = [info for info in hid.telephones() if _known(info, "usb") is None]
    return [_handset(info, every) for info in every]


def _handset(info: HidInfo, every: Sequence[HidInfo]) -> Found:
    has_line, has_handset, trouble = _abilities(info)
    found = _reports(info, Kind.HANDSET, hid.url_of(info, every), "hid")
    return replace(
        found, has_line=has_line, has_handset=has_handset, trouble=trouble or found.trouble
    )


def _reports(info: HidInfo, kind: Kind, url: str, driver: str) -> Found:
    """What exchanges reports; a handset as far as is told here."""
    known = _known(info, driver)
    return Found(
        kind=kind,
        url=url,
        name=info.product or (known.name if known else "unnamed telephone"),
        vendor_id=info.vendor_id,
        product_id=info.product_id,
        serial=info.serial,
        place=info.place,
        node=info.path,
        profile=known.profile if known else "",
        has_handset=True,
        trouble=trouble_with(info.path, driver, info.vendor_id, info.product_id),
    )


def _known(info: HidInfo, driver: str) -> catalog.Known | None:
    """Its row of the table of devices, if that is of this driver."""
    row = catalog.find(info.vendor_id, info.product_id)
    return row if row is not None and row.driver == driver else None


def _abilities(info: HidInfo) -> tuple[bool, bool, str]:
    """Has it a line, has it a handset, and why it is of no use if it has neither.

    By its report descriptor where that can be read without opening the device (Linux). Elsewhere a
    telephone is taken to be a handset; whether it has a line is only told when it is opened as one.
    """
    data = hid.readable_descriptor(info)
    if not data:
        return False, True, ""
    try:
        descriptor = parse(data, str(info))
    except BadDescriptor as error:
        return False, False, str(error)
    line = understand_line(descriptor)
    handset = understand(descriptor, profile_of(info.vendor_id, info.product_id))
    has_line = line is not None and line.usable
    useless = not has_line and not handset.usable
    return has_line, handset.usable, f"it is no handset: {handset.reason}" if useless else ""


# --- vendor phones ----------------------------------------------------------------------------


def _phones() -> list[Found]:
    every = usb.phones()
    return [_phone(info, every) for info in every]


def _phone(info: HidInfo, every: Sequence[HidInfo]) -> Found:
    known = _known(info, "usb")
    return replace(
        _reports(info, Kind.PHONE, usb.url_of(info, every), "usb"),
        # Which of Yealink's models it is, and whether that has a line, is only told when asked.
        has_line=known is not None and known.profile == "yealink",
        chosen=known is not None and known.chosen,
    )
