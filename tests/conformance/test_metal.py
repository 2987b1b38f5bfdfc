"""The row of `--line`, on a modem that only looks like one of metal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookflash.errors import BadSettings
from hookflash.simulated import FAMILIES

from .facts import lacks_of, lacks_of_probed
from .metal import line_settings
from .proof import Proof
from .simulated import Simulated
from .table import DOCUMENT, Line, Mark, parse, within

ROW = "metal: a proof"

ALONE = {
    "test_it_is_known_for_what_it_is": {"identified": Mark.PASSED},
    "test_close_leaves_the_line_on_hook and idle": {"closed on hook": Mark.UNCHECKED},
    "test_a_dial_to_a_busy_number": {"busy": Mark.PASSED},
    "test_ringback_is_told_once": {"ringback": Mark.PASSED},
    "test_the_far_end_of_a_call_out_hangs_up": {"far end, call out": Mark.PASSED},
    "test_keys_of_the_far_end_are_heard": {"keys heard": Mark.PASSED},
    "test_keys_are_heard_in_order": {"keys sent": Mark.UNCHECKED},
    "test_hang_up_leaves and dialling": {"hang up": Mark.PASSED},
    "test_who_calls_is_told and not before": {"caller ID": Mark.PASSED},
    "test_a_call_is_answered": {"answer": Mark.PASSED},
    "test_dial_tone_after_a_flash": {"second dial tone": Mark.PASSED},
    "test_nothing_is_certain_of_a_reversal": {"answer by polarity": Mark.UNCHECKED},
    "test_withheld": {"withheld": Mark.UNCHECKED},
}
"""Tests that show each kind of cell without a hand; all of the suite would take minutes."""

CHOSEN_ALONE = " or ".join(f"({test})" for test in ALONE)


def metal(table: dict[str, Line]) -> Line:
    """The row of metal; the others are what they were."""
    kept = parse(within(DOCUMENT.read_text("utf-8")))
    assert {row: line for row, line in table.items() if row != ROW} == kept
    return table[ROW]


def test_what_needs_no_hand(alone: Proof) -> None:
    line = metal(alone.table())
    wanted: dict[str, Mark] = {}
    for cells in ALONE.values():
        wanted |= cells
    assert {column: line.marks[column] for column in wanted} == wanted
    others = {mark for column, mark in line.marks.items() if column not in wanted}
    assert others == {Mark.UNCHECKED}
    assert "MultiTech" in line.what
    assert line.ours == "neither modem nor network"
    assert "not in its event mask" in line.note
    assert "not checked *keys sent*: needs an eye (--interactive)" in line.note
    assert "*withheld*: needs a hand (--interactive): call this line" in line.note
    assert "nobody here reverses the line" in line.note
    assert "--number-congested is not given" in line.note


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_modem_says_it_lacks_is_what_is_known_of_its_family(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ways to the same facts: the simulated family's data, and what the driver was told."""
    monkeypatch.setattr("hookflash.modem.conversation.QUIET", 0.002)
    backend = Simulated(family, family)
    try:
        backend.open()
        assert backend.line.probed is not None
        probed = backend.line.probed
    finally:
        backend.close()
    said, known = set(lacks_of_probed(probed)), set(lacks_of(family))
    assert said <= known
    if probed.capabilities.hears is not None:  # else it does not say what it hears
        masks = {"ringback", "dial tone", "loop break", "polarity", "local", "extension", "silence"}
        assert said & masks == known & masks


@pytest.fixture
def helped(tmp_path: Path) -> Iterator[Proof]:
    proof = Proof(
        tmp_path, "test_a_call_is_answered or test_withheld", "--interactive", by_hand=True
    )
    yield proof
    proof.close()


def test_what_needs_a_hand(helped: Proof) -> None:
    helped.asked(">>> call this line, your number withheld; then press Enter")
    helped.type("call 5551234 withheld", helped.modem)
    helped.type("", helped.run)
    helped.asked(">>> call this line; then press Enter")
    helped.type("call 5551234", helped.modem)
    helped.type("", helped.run)
    helped.asked(">>> is the caller connected? [y/n]")
    helped.type("y", helped.run)
    line = metal(helped.table())
    assert line.marks["answer"] is line.marks["withheld"] is Mark.PASSED
    assert "unavailable" not in line.note


def test_a_line_that_cannot_be_had_ends_the_run() -> None:
    run = subprocess.run(
        [*(sys.executable, "-m", "pytest", str(Path(__file__).parent)), "--line", "/dev/no-modem"],
        cwd=DOCUMENT.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--line /dev/no-modem: open /dev/no-modem: there is no such device" in run.stderr


def test_figures_of_a_line_follow_the_country_and_the_options() -> None:
    settings = line_settings("gb", ["flash_ms=110", "health_check_s=0", "distinctive_ring=true"])
    assert (settings.flash_ms, settings.gci, settings.health_check_s) == (110, "B4", 0)
    assert settings.distinctive_ring


@pytest.mark.parametrize(
    ("country", "figure", "complaint"),
    [
        ("xx", "flash_ms=90", "'xx' is none of"),
        ("", "flush_ms=90", "'flush_ms' is no figure"),
        ("", "flash_ms=9", "flash_ms = 9"),
        ("", "flash_ms=x", "'x'"),
        ("", "init=ATX3", "'init' cannot be given here"),
    ],
)
def test_wrong_figures_of_a_line_are_named(country: str, figure: str, complaint: str) -> None:
    with pytest.raises((BadSettings, ValueError), match=complaint):
        line_settings(country, [figure])
