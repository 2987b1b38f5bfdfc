"""Figures of a line: what is refused, what is doubted, what countries say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hookflash import COUNTRIES, LineSettings
from hookflash.errors import BadSettings


@pytest.mark.parametrize(
    ("figures", "named"),
    [
        ({"flash_ms": 39}, "40 to 1500"),
        ({"flash_ms": 1501}, "40 to 1500"),
        ({"tone_ms": 49}, "50 to 1000"),
        ({"tone_ms": 1001}, "50 to 1000"),
        ({"answer_detection": "perhaps"}, "off, ringback, modem, quiet"),
        ({"gci": "b4"}, "two hex digits"),
        ({"gci": "B45"}, "two hex digits"),
        ({"charset": "klingon"}, "no such charset"),
    ],
)
def test_what_no_exchange_understands_is_refused(figures: dict[str, Any], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        LineSettings(**figures)


@pytest.mark.parametrize(
    ("country", "flash_ms", "doubted"),
    [
        ("gb", 100, False),
        ("gb", 300, True),
        ("de", 300, False),
        ("us", 500, False),
        ("us", 100, True),
        ("cn", 600, False),
        ("cn", 100, False),
        ("eu", 500, True),
    ],
)
def test_a_flash_outside_the_country_s_window_is_doubted(
    country: str, flash_ms: int, doubted: bool
) -> None:
    doubts = replace(COUNTRIES[country], flash_ms=flash_ms).doubts()
    assert [f"flash_ms = {flash_ms}" in doubt for doubt in doubts] == [True] * doubted


def test_short_tones_are_doubted() -> None:
    assert LineSettings(tone_ms=65).doubts() == []
    assert "65 ms" in LineSettings(tone_ms=64).doubts()[0]


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_is_beyond_doubt(country: str) -> None:
    settings = COUNTRIES[country]
    assert settings.doubts() == []
    # Shorter, and each pause in the country's ringback would be taken for an answer.
    assert settings.ringback_gone_ms >= 4000
    assert settings.ring_burst_ms < settings.ring_gone_ms
