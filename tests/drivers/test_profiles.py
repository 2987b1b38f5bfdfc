"""The table of families holds together, and the documentation shows it as it is."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from hookflash.catalog import ids_of
from hookflash.modem.profiles import FALLBACK, PROFILES, Profile
from support import family_table

COMMAND = re.compile(r"AT[+#*%&:A-Z-][A-Z0-9+#=,.;:{}*%&-]*")
LONGEST = 40
"""Characters in a command line that all modems take."""

every_row = pytest.mark.parametrize("row", PROFILES, ids=lambda row: row.name)


def test_the_families_of_the_contract_are_there() -> None:
    names = {row.name for row in PROFILES}
    voice = {"v253", "usr5637", "cx930xx", "si24xx", "lucent", "multitech", "zyxel"}
    assert names == voice | {"rockwell", "usr_sharp", "data"}
    assert len(PROFILES) == len(names)


@every_row
def test_a_row_is_complete(row: Profile) -> None:
    assert row.title
    assert row.source
    assert row.dialect in FALLBACK
    assert row.flash in ("tone", "dial")
    assert row.answer_result in ("OK", "VCON")
    assert row.tone_unit_ms in (10, 100)
    assert row.vrn_unit_ms in (100, 1000)
    assert row.caller_id
    for pattern in (*row.identity, *row.methods):
        assert re.compile(pattern).search("") is None, f"{pattern} is found in anything"
    for mask in row.masks:
        assert re.fullmatch(r"[0-9A-F]{8,10}", mask)


@every_row
def test_commands_are_command_lines(row: Profile) -> None:
    flash = row.flash_set.format(ms=300, tens=30)
    lines = (row.answer, row.after_tones, flash, row.distinctive_ring)
    for line in filter(None, (*lines, *row.caller_id, *row.reports)):
        assert COMMAND.fullmatch(line), line
        assert len(line) <= LONGEST


def test_the_length_of_a_dialled_flash() -> None:
    rows = {row.name: row for row in PROFILES}
    assert rows["rockwell"].flash_set.format(ms=300, tens=30) == "ATS29=30"
    assert rows["si24xx"].flash_set.format(ms=300, tens=30) == "AT:U4F,012C"


@every_row
def test_a_row_in_which_the_dialect_decides(row: Profile) -> None:
    """What a row without evidence would mean is what FALLBACK says of its dialect."""
    ids = ids_of("modem", row.name)
    evidence = (ids, row.identity, row.masks, row.labels, row.methods)
    if not any(evidence):
        assert FALLBACK[row.dialect] is row
    assert FALLBACK[row.dialect].dialect == row.dialect


def test_no_evidence_is_in_two_rows_of_one_dialect() -> None:
    for dialect in FALLBACK:
        rows = [row for row in PROFILES if row.dialect == dialect]
        for every in (
            list(chain.from_iterable(row.masks for row in rows)),
            list(chain.from_iterable(row.identity for row in rows)),
        ):
            assert len(every) == len(set(every))


@every_row
def test_without_voice(row: Profile) -> None:
    """The hardware stays what it is; nothing of the voice class is left."""
    plain = row.without_voice()
    assert (plain.name, plain.dialect, plain.answer) == (row.name, "data", "ATH1")
    assert (plain.flash, plain.flash_set) == ("dial", row.flash_set)
    assert plain.dtr_hangs_up is row.dtr_hangs_up
    assert not (plain.codes or plain.reports or plain.keys_as_tones or plain.after_tones)


def test_the_documentation_shows_the_table() -> None:
    text = Path(family_table.DOCUMENT).read_text(encoding="utf-8")
    assert family_table.within(text) == family_table.table(), (
        "docs/modems.md is behind; run python tests/support/family_table.py"
    )
