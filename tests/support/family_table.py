"""The families as docs/modems.md shows them; run as a program, it writes them there."""

from __future__ import annotations

from pathlib import Path

from hookflash.catalog import ids_of
from hookflash.modem.identify import usb_text
from hookflash.modem.profiles import PROFILES, Profile

DOCUMENT = Path(__file__).parents[2] / "docs" / "modems.md"
BEGIN = "<!-- families: made from PROFILES by tests/support/family_table.py -->\n"
END = "<!-- end of families -->\n"


def table() -> str:
    """The table, and what each row rests on."""
    lines = [
        "| family | name, dialect | USB ids | picks up | keys | flash | besides |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in PROFILES:
        ids = ", ".join(f"`{usb_text(usb)}`" for usb in ids_of("modem", row.name))
        cells = [row.title, f"`{row.name}`, {row.dialect}", ids, f"`{row.answer}`"]
        lines.append("| " + " | ".join([*cells, _keys(row), _flash(row), _besides(row)]) + " |")
    lines += ["", *map(_rests_on, PROFILES)]
    return "\n".join(lines) + "\n"


def _rests_on(row: Profile) -> str:
    return f"- `{row.name}`: {row.source}." + (f" *{row.doubts}*" if row.doubts else "")


def _keys(row: Profile) -> str:
    if row.dialect == "data":
        return "dialled"
    return f"{'tones' if row.keys_as_tones else 'keys'}, {row.tone_unit_ms} ms"


def _flash(row: Profile) -> str:
    if row.flash == "tone":
        return "`{!,n}`"
    if row.flash_set:
        return f"`!`, `{row.flash_set.partition('{')[0]}…`"
    return "`!`, " + (f"{row.flash_fixed_ms} ms" if row.flash_fixed_ms else "its own length")


def _besides(row: Profile) -> str:
    facts = {
        "picks up again if it rings on": row.answer_again,
        "DTR does not hang up": not row.dtr_hangs_up,
        "ATH leaves the voice class": row.class_ends_with_call,
        "`<DLE>d` is not trusted": not row.dial_tone_trusted,
        "`s` for quiet, too": row.quiet_as_silence,
        "+VRN=0 does not return": not row.vrn_zero_returns,
    }
    codes = [f"`{code}` is {signal}" for code, signal in row.codes.items()]
    reports = [f"`{line}`" for line in row.reports]
    return "; ".join([*(fact for fact, true in facts.items() if true), *codes, *reports])


def within(document: str) -> str:
    """What stands between the marks."""
    return document.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{begin}{table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
