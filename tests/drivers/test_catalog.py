"""The table of known devices holds together, names only profiles that exist, and is what the
documentation and the command line show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookflash.catalog import CATALOG, Known, find, ids_of, usb_text
from hookflash.hid import profiles as handsets
from hookflash.modem import profiles as modems
from hookflash_server.cli import main
from support import device_table

PROFILES = {
    "modem": {row.name for row in modems.PROFILES},
    "hid": {row.name for row in handsets.PROFILES},
    "usb": {"yealink", "cm109"},
}

every_row = pytest.mark.parametrize(
    "row", CATALOG, ids=lambda row: usb_text(row.vendor, row.product)
)


@every_row
def test_a_row_is_complete(row: Known) -> None:
    assert 0 < row.vendor <= 0xFFFF
    assert row.product is None or 0 <= row.product <= 0xFFFF
    assert row.name
    assert row.source
    assert "|" not in row.name + row.source, "the documents show it in a table"
    assert row.profile in PROFILES[row.driver]


def test_no_device_is_in_two_rows() -> None:
    ids = [(row.vendor, row.product) for row in CATALOG]
    assert len(ids) == len(set(ids))


def test_a_device_has_its_own_row_else_its_vendor_s() -> None:
    own, vendor = find(0x0B0E, 0x0520), find(0x0B0E, 0xFFFE)
    assert own is not None
    assert vendor is not None
    assert (own.name, own.profile) == ("Jabra DIAL 520", "jabra_dial")
    assert (vendor.product, vendor.profile) == (None, "jabra")
    assert find(0x046D, 0xC077) is None, "a vendor of mice has no row of its own"


def test_a_modem_is_never_taken_for_its_vendor_s_other_devices() -> None:
    assert all(row.product is not None for row in CATALOG if row.driver == "modem")


def test_ids_of_a_profile() -> None:
    assert ids_of("modem", "usr5637") == ((0x0BAF, 0x0303),)
    assert ids_of("hid", "usr5637") == ()
    assert (0x0B0E, 0x0307) in ids_of("hid", "jabra")
    assert ids_of("modem", "v253") == ()


def test_the_documentation_shows_the_table() -> None:
    text = Path(device_table.DOCUMENT).read_text(encoding="utf-8")
    assert device_table.within(text) == device_table.table(), (
        "docs/devices.md is behind; run python tests/support/device_table.py"
    )


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--supported"]) == 0
    head, *lines, note = capsys.readouterr().out.splitlines()
    assert head.split() == ["USB", "id", "driver", "profile", "name"]
    assert len(lines) == len(CATALOG)
    starred = {line.split()[0] for line in lines if line.endswith(" *")}
    assert starred == {usb_text(r.vendor, r.product) for r in CATALOG if not r.chosen} != set()
    assert note.startswith("* only used if")
    assert lines[0].split(maxsplit=3) == ["0baf:0303", "modem", "usr5637", "USRobotics USR5637"]


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--supported", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["vendor"], row["product"]) for row in rows] == [
        (row.vendor, row.product) for row in CATALOG
    ]
    assert rows[0] == {
        "usb": "0baf:0303",
        "vendor": 0x0BAF,
        "product": 0x0303,
        "name": "USRobotics USR5637",
        "driver": "modem",
        "profile": "usr5637",
        "chosen": True,
        "source": "usb.ids 2025.07.26",
    }
    whole = [row for row in rows if row["product"] is None]
    assert {"0b0e:*"} <= {row["usb"] for row in whole}
