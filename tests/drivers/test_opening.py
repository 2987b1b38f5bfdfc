"""What a modem is told when its line is opened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.lines import PATIENCE, serial_line
from support.played import ERROR, OK, Played
from support.scripted import ScriptedModem

TOGETHER = "ATS0=0X4&D2"
SINGLY = ["ATS0=0", "ATX4", "AT&D2"]


@pytest.mark.parametrize("answer", [OK, ERROR], ids=["taken", "refused"])
def test_settings_go_in_one_line_or_one_by_one(answer: bytes) -> None:
    family = Played({"ATH": OK, TOGETHER: answer, "ATS0=0": OK, "AT&D2": OK})
    with ScriptedModem() as modem, ThreadPoolExecutor() as pool:
        line = serial_line(modem.tty)
        family.serve(modem, pool.submit(line.open().wait, PATIENCE))
        pool.submit(line.close).result(PATIENCE)
    assert family.heard[1:3] == ["ATH", TOGETHER]
    assert [command for command in family.heard if command in SINGLY] == (
        [] if answer == OK else SINGLY
    )
