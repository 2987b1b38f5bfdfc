"""`hookflash devices`: what is plugged in, what each desk uses of it, and what is wrong."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain, groupby, repeat
from pathlib import Path
from typing import Any

from hookflash.catalog import usb_text
from hookflash.discovery import Found, Kind
from hookflash.discovery.choice import choose_handset, choose_line
from hookflash.errors import PortError
from hookflash.hid.devices import wanted_by as hid_wanted
from hookflash.hid.port import HidInfo
from hookflash.modem.devices import ModemInfo
from hookflash.modem.devices import wanted_by as modem_wanted
from hookflash.usb.url import wanted_by as usb_wanted

from .config import AUTO, Config, DeskConfig
from .presence import Change
from .running_agent import Status

_KINDS = {Kind.MODEM: "modem", Kind.HANDSET: "HID telephone", Kind.PHONE: "telephone"}
_PERHAPS = {
    Kind.MODEM: "serial port, perhaps a modem",
    Kind.HANDSET: "HID device, perhaps a telephone",
    Kind.PHONE: "USB device, perhaps a telephone",
}
"""Of what must be named to be used."""

NOTHING = """\
No modem and no handset is plugged in.
  Plug one in: `hookflash devices --watch` tells when it is seen.
  `hookflash devices --supported` lists what is known by name; other handsets work too if they speak
  HID telephony. A modem that is not on USB is named by its port: --line /dev/ttyS0, COM1.
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a desk's line or handset comes from. role: `line` or `handset`. url: as configured.
    device: which device that is now. trouble: why it cannot be used, with the cure; both are empty
    for what is not plugged into this PC (a network port, a simulated device). in_use: an agent that
    runs says that it has it."""

    desk: str
    role: str
    url: str
    device: Found | None = None
    trouble: str = ""
    in_use: bool = False


def uses(
    config: Config, found: Sequence[Found], statuses: Mapping[str, Status] | None = None
) -> list[Use]:
    """Of each device that the configuration names, or means by `auto:`. statuses: by desk, of the
    agent that runs; what it says counts. Pure."""
    every = [use for desk in config.desks for use in _of_desk(desk, found)]
    known = statuses or {}
    return [_as_told(use, known[use.desk], found) if use.desk in known else use for use in every]


def _as_told(use: Use, status: Status, found: Sequence[Found]) -> Use:
    device = status.get(use.role) or {}
    if use.role == "line":
        ready, hint = status.get("state") != "offline", status.get("offline_hint")
    else:
        ready, hint = device.get("state") == "ready", device.get("hint")
    if not ready:
        return replace(use, trouble=_short(str(hint or use.trouble), use.url))
    of_agent = (one for one in found if one.url == device.get("name"))
    return replace(use, device=next(of_agent, use.device), trouble="", in_use=True)


def _of_desk(desk: DeskConfig, found: Sequence[Found]) -> Iterable[Use]:
    roles: tuple[tuple[str, str, Callable[[Sequence[Found]], Found]], ...] = (
        ("line", desk.line.url, choose_line),
        ("handset", desk.handset.url, choose_handset),
    )
    for role, url, choose in roles:
        if not url:
            continue
        try:
            device = choose(found) if url == AUTO else named(url, found)
        except PortError as error:
            yield Use(desk.extension, role, url, trouble=_short(str(error), url))
        else:
            yield Use(desk.extension, role, url, device, device.trouble if device else "")


def _short(message: str, url: str) -> str:
    """Without what stands beside it."""
    return message.removeprefix("open ").removeprefix(url).lstrip(": ")


def named(url: str, found: Sequence[Found]) -> Found | None:
    """The device that a URL other than `auto:` means; None: none that discovery could know.
    PortError unless it is one."""
    scheme = url.partition(":")[0]
    if scheme not in ("modem", "hid", "usb"):
        node = Path(url).resolve() if url.startswith("/") else Path(url)
        return next((one for one in found if one.node and Path(one.node) == node), None)
    fit = [one for one in found if _fits(url, scheme, one)]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        raise PortError(f"open {url}: it is not plugged in")
    several = ", ".join(one.url for one in fit)
    raise PortError(f"open {url}: several devices fit; name one: {several}")


def _fits(url: str, scheme: str, one: Found) -> bool:
    ids = (one.vendor_id, one.product_id)
    hid = HidInfo(one.node, *ids, product=one.name, serial=one.serial, place=one.place)
    match scheme, one.kind:
        case "modem", Kind.MODEM:
            wanted = modem_wanted(url)
            modem = ModemInfo(one.node, *ids, one.name, one.serial, one.place)
            return url == one.url or wanted.fits(replace(modem, interface=wanted.interface or 0))
        case "hid", Kind.HANDSET:
            return hid_wanted(url).fits(hid)
        case "usb", Kind.PHONE:
            return usb_wanted(url).fits(hid)
    return False


# --- for programs ---------------------------------------------------------------------------------


def as_json(found: Sequence[Found], used: Sequence[Use]) -> dict[str, Any]:
    """For programs; the keys are documented in docs/hotplug.md and stay."""
    return {
        "devices": [device_json(one) for one in found],
        "desks": [
            {
                "desk": use.desk,
                "role": use.role,
                "url": use.url,
                "device": use.device.url if use.device else None,
                "in_use": use.in_use,
                "trouble": use.trouble,
            }
            for use in used
        ],
    }


def changes_json(change: Change) -> Iterable[str]:
    """A line of JSON for each device, with what became of it."""
    told = (("gone", change.gone), ("came", change.came), ("altered", change.altered))
    for what, devices in told:
        for one in devices:
            yield json.dumps({"change": what, **device_json(one)})


def device_json(one: Found) -> dict[str, Any]:
    """One device for programs."""
    return asdict(one) | {
        "kind": one.kind.value,
        "usb": usb_text(one.vendor_id, one.product_id) if one.vendor_id else "",
    }


# --- for people -----------------------------------------------------------------------------------


def as_text(found: Sequence[Found], used: Sequence[Use]) -> str:
    """For people: a paragraph for each device, then what each desk uses. ASCII, whatever the
    devices call themselves."""
    parts = [_paragraph(one, used) for one in found] or [NOTHING]
    parts += [_desk(desk, list(of_desk)) for desk, of_desk in groupby(used, lambda use: use.desk)]
    return ascii_only("\n".join(parts)).rstrip()


def changes_text(change: Change) -> Iterable[str]:
    """A line for each device, with the time."""
    for line in change.lines():
        yield f"{datetime.now():%H:%M:%S} {ascii_only(line)}"


def ascii_only(text: str) -> str:
    """What terminals of every code page can show."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _paragraph(one: Found, used: Sequence[Use]) -> str:
    known = f", known as {one.profile}" if one.profile else ""
    place = f"USB {one.place}" if one.place else ""
    now = f"now {one.node}" if one.node else "no node yet"
    rows = [
        ("is", f"{_KINDS[one.kind] if one.chosen else _PERHAPS[one.kind]}{known}"),
        ("can be", _can_be(one)),
        ("USB id", usb_text(one.vendor_id, one.product_id)),
        ("serial", one.serial or "none told"),
        ("place", ", ".join(filter(None, (place, now)))),
        ("used", _used(one, used)),
    ]
    in_use = any(use.device == one and use.in_use for use in used)
    if one.trouble and not in_use:  # else it is that the agent holds it
        rows.append(("trouble", one.trouble))
    rows += zip(chain(["to name it"], repeat("")), _lines_for(one), strict=False)
    return "\n".join([one.name, *(f"  {title:<10}  {text}" for title, text in rows), ""])


def _can_be(one: Found) -> str:
    roles = [role for role, able in (("line", one.has_line), ("handset", one.has_handset)) if able]
    if one.kind is Kind.PHONE and one.has_line:  # which is only known once it is asked
        roles = ["handset", "line, if it has one"]
    return " and ".join(roles) or "nothing"


def _used(one: Found, used: Sequence[Use]) -> str:
    by = [f"{use.role} of desk {use.desk} ({use.url})" for use in used if use.device == one]
    if by:
        return ", ".join(by)
    return "no" if one.chosen else "no; must be named to be used"


def _lines_for(one: Found) -> Iterable[str]:
    """What names it in the configuration file, under [[desks]]."""
    for role, able in (("line", one.has_line), ("handset", one.has_handset)):
        if able:
            yield f"[desks.{role}]"
            yield f'url = "{one.url}"'


def _desk(desk: str, used: Sequence[Use]) -> str:
    lines = [f"desk {desk}"]
    for use in used:
        name = use.device.name if use.device else ""
        tells = "; ".join(filter(None, (name, "in use" if use.in_use else "", use.trouble)))
        lines.append(f"  {use.role:<10}  {use.url}  {tells}".rstrip())
    return "\n".join([*lines, ""])
