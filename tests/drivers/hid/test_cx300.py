"""The CX300's display, in bytes."""

from __future__ import annotations

import pytest

from hookflash.handset import DARK, Lamps
from hookflash.hid.cx300 import Display


def told(display: Display, lamps: Lamps) -> list[str]:
    return [report.hex(" ") for report in display.reports(lamps)]


def test_two_lines() -> None:
    display = Display()
    assert told(display, Lamps(off_hook=True, text="Zoë Müller\n42")) == [
        "13 15",
        "14 05 80",
        "15 00 5a 00 6f 00 eb 00 20 00 4d 00 fc 00 6c 00 6c 00",
        "15 80 65 00 72 00 00 00 00 00 00 00 00 00 00 00 00 00",
        "14 0a 80",
        "15 80 34 00 32 00 00 00 00 00 00 00 00 00 00 00 00 00",
        "16 03 30",
    ]


def test_only_what_changes() -> None:
    display = Display()
    assert told(display, DARK) == ["13 00", "16 07 30"]
    assert told(display, DARK) == []
    assert told(display, Lamps(ringing=True)) == ["16 08 30"]
    assert told(display, Lamps(ringing=True, text="42"))[0] == "13 15"
    assert told(display, DARK) == ["13 00", "16 07 30"]


@pytest.mark.parametrize(
    ("lamps", "status"),
    [
        (Lamps(off_hook=True, muted=True), "16 03 10"),
        (Lamps(muted=True), "16 07 30"),
        (Lamps(message_waiting=True), "16 07 36"),
    ],
)
def test_status(lamps: Lamps, status: str) -> None:
    assert told(Display(), lamps)[-1] == status


def test_a_line_of_eight_units_is_one_report_and_no_line_is_endless() -> None:
    eight = told(Display(), Lamps(text="12345678"))
    assert [report[:5] for report in eight].count("15 80") == 2
    assert "15 00" not in [report[:5] for report in eight]
    assert len(told(Display(), Lamps(text="x" * 10_000 + "\ny\nz"))) == 10
