"""The known devices as docs/devices.md shows them; run as a program, it writes them there."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from hookflash.catalog import CATALOG, Known, usb_text

DOCUMENT = Path(__file__).parents[2] / "docs" / "devices.md"
BEGIN = "<!-- devices: made from CATALOG by tests/support/device_table.py -->\n"
END = "<!-- end of devices -->\n"


def table() -> str:
    """A table per driver and profile."""
    parts = []
    for (driver, profile), rows in groupby(CATALOG, lambda row: (row.driver, row.profile)):
        lines = [
            f"### {driver}: `{profile}`\n",
            "| USB id | name | source |",
            "| --- | --- | --- |",
        ]
        parts.append("\n".join([*lines, *map(_line, rows)]) + "\n")
    return "\n" + "\n".join(parts) + "\n"


def _line(row: Known) -> str:
    name = f"every other device of {row.name}" if row.product is None else row.name
    if not row.chosen:
        name += " (only when a URL names it)"
    return f"| `{usb_text(row.vendor, row.product)}` | {name} | {row.source} |"


def within(document: str) -> str:
    """What stands between the marks."""
    return document.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{begin}{table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
