"""Rules before systemd's own udevadm, and what it makes of them; see udev_judge.py.

Run as a program (with PYTHONPATH=drivers:tests), it writes the table of docs/udev.md.
"""

from __future__ import annotations

import grp
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest

from hookflash.catalog import CATALOG, Known, find, usb_text
from peers.hidbed import SYSTEM_PYTHON, why_missing

_ROOT = Path(__file__).parents[2]
RULES = _ROOT / "udev" / "70-hookflash.rules"
DOCUMENT = _ROOT / "docs" / "udev.md"
BEGIN = "<!-- results: made by tests/peers/udevbed.py -->\n"
END = "<!-- end of results -->\n"

USB_BUS, BLUETOOTH_BUS = 3, 5
"""linux/input.h"""


@dataclass(frozen=True)
class Device:
    """One that is to be made up. kind: `tty`, `hidraw`, or `usb`, the USB device itself."""

    kind: str
    vendor: int
    product: int
    serial: str = "SN1"
    interface: int = 0
    bus: int = USB_BUS


@dataclass(frozen=True)
class Verdict:
    """What udevadm says of one. mode, group: the last word of any rule; "" if there is none.

    links: those below /dev/phone. given: those who sit here get it, for udev runs `uaccess`.
    ours: anything of ours is to be seen in it.
    """

    mode: str
    group: str
    tags: frozenset[str]
    links: frozenset[str]
    properties: Mapping[str, str]
    given: bool
    ours: bool


@cache
def udevadm() -> str | None:
    """Of the machine, else the one that install-test-peers.sh has unpacked."""
    unpacked = Path(sys.prefix, "udev")
    found = (unpacked / folder / "udevadm" for folder in ("bin", "usr/bin"))
    return shutil.which("udevadm") or next((str(file) for file in found if file.exists()), None)


@cache
def why_not() -> str | None:
    """Say why rules cannot be judged here, or None if they can."""
    if missing := why_missing():
        return missing
    if udevadm() is None:
        return "udevadm is not installed"
    probe = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/run"]
    done = subprocess.run(probe, check=False, capture_output=True, text=True)
    return f"no namespace to mount in: {done.stderr.strip()}" if done.returncode else None


#: `make test` installs what it needs, so in CI its absence is a failure and no skip.
needs_udevadm = pytest.mark.skipif(
    why_not() is not None and "CI" not in os.environ, reason=str(why_not())
)


def judge(
    devices: Sequence[Device], rules: str | None = None, others: Mapping[str, str] | None = None
) -> list[Verdict]:
    """What the rules, ours if none are given, do to these devices as they are plugged in.

    others: further files of rules, by name; beside them there are the distribution's own.
    """
    program = udevadm()
    assert program is not None
    root = Path(sys.prefix, "udev")
    files: dict[str, str] = {}
    for folder in (root / "lib", root / "usr" / "lib"):
        for file in sorted((folder / "udev" / "rules.d").glob("*.rules")):
            files[file.name] = file.read_text(encoding="utf-8")
    files[RULES.name] = rules or RULES.read_text(encoding="utf-8")
    asked = {
        "udevadm": program,
        "rules": files | dict(others or {}),
        "devices": [asdict(device) for device in devices],
    }
    done = subprocess.run(
        ["umockdev-wrapper", SYSTEM_PYTHON, str(Path(__file__).with_name("udev_judge.py"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    verdicts = [_read(text) for text in json.loads(done.stdout)]
    assert len(verdicts) == len(devices), done.stdout
    return verdicts


def _read(text: str) -> Verdict:
    """systemd 252 and 257 differ in how they print the end, not in these."""
    assert "show incorrect results" in text, f"udevadm test has not come to its end:\n{text}"
    properties = dict(re.findall(r"^ *([.A-Z][A-Z0-9_]*)=(.*)$", text, re.M))
    modes = re.findall(r"\.rules:\d+ MODE 0*(\d+)", text)
    groups = re.findall(r"\.rules:\d+ GROUP (\d+)", text)
    links = {link for link in properties.get("DEVLINKS", "").split() if "/phone/" in link}
    said = re.search(rf"{re.escape(RULES.name)}:\d+ ", text) is not None
    return Verdict(
        mode=f"0{modes[-1]}" if modes else "",
        group=grp.getgrgid(int(groups[-1])).gr_name if groups else "",
        tags=frozenset(properties.get("TAGS", "").split(":")) - {""},
        links=frozenset(links),
        properties=properties,
        given=re.search(r"73-seat-late\.rules:\d+ RUN 'uaccess'", text) is not None,
        ours=said or "HOOKFLASH_DEVICE" in properties or bool(links),
    )


def devices_of(row: Known) -> list[Device]:
    """The nodes of a row's device; of a vendor's row, a device that has no row of its own."""
    product = 0xFFFE if row.product is None else row.product
    assert row.product is not None or find(row.vendor, product) == row
    if row.driver == "hid":
        return [Device("hidraw", row.vendor, product)]
    if row.driver == "usb":
        return [Device("usb", row.vendor, product)]
    return [Device("tty", row.vendor, product), Device("usb", row.vendor, product)]


# --- the document -----------------------------------------------------------------------------

_PLACE = re.compile(r"-(?:pci|platform)-.*-usb-0:[0-9]+")
"""A port of a host controller, in udev's words (path_id)."""


def table(judged: Iterable[tuple[Known, Device, Verdict]]) -> str:
    """What came out, a line for each node of the rows that have rules of their own."""
    lines = [
        "",
        "| device | node | mode | group | tags | ModemManager | /dev/phone |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row, device, verdict in judged:
        whole = find(row.vendor, -1)
        if row.product is not None and whole is not None and whole.driver == row.driver:
            continue
        tags = "uaccess" if "uaccess" in verdict.tags and verdict.given else ""
        off = "keeps off" if verdict.properties.get("ID_MM_DEVICE_IGNORE") == "1" else ""
        names = sorted(link.removeprefix("/dev/phone/") for link in verdict.links)
        links = ", ".join(f"`{_PLACE.sub('-PCI-usb-0:N', name)}`" for name in names)
        cells = (f"{usb_text(row.vendor, row.product)} {row.name}", device.kind, verdict.mode)
        lines.append("| " + " | ".join((*cells, verdict.group, tags, off, links)) + " |")
    return "\n".join(lines) + "\n\n"


def judged_rows() -> list[tuple[Known, Device, Verdict]]:
    """Every row of the table of devices that has rules, each of its nodes."""
    asked = [(row, device) for row in CATALOG if row.chosen for device in devices_of(row)]
    verdicts = judge([device for _, device in asked])
    return [(*pair, verdict) for pair, verdict in zip(asked, verdicts, strict=True)]


def within(document: str) -> str:
    """What stands between the marks."""
    return document.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{begin}{table(judged_rows())}{END}{after}"
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
