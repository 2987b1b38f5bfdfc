"""What of a missing device is news, and what is told again and again."""

from __future__ import annotations

import pytest

from hookflash_server.desk.absence import Absence

GONE, NOTHING = ("device_lost", "it is gone"), ("nothing_plugged_in", "plug in a modem")
NO_SUCH = ("nothing_plugged_in", "no such modem; there is modem:b")
SEVERAL = ("several_plugged_in", "name one: modem:a, modem:b")
SHUT, OPEN_TO_ROOT = ("no_permission", "log in again"), ("no_permission", "install the rules")
THERE = ("", "")


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ([NOTHING, NOTHING, NOTHING], [NOTHING]),
        ([GONE, NO_SUCH, NOTHING, NOTHING], [GONE]),
        ([NOTHING, SHUT, SHUT, OPEN_TO_ROOT], [NOTHING, SHUT, OPEN_TO_ROOT]),
        ([SEVERAL, NOTHING, NOTHING], [SEVERAL, NOTHING]),
        ([NOTHING, SEVERAL, NOTHING], [NOTHING, SEVERAL, NOTHING]),
        ([GONE, THERE, GONE], [GONE, GONE]),
        ([NOTHING, THERE, NOTHING], [NOTHING, NOTHING]),
    ],
)
def test_what_is_news(told: list[tuple[str, str]], news: list[tuple[str, str]]) -> None:
    absence = Absence()
    heard = []
    for code, message in told:
        if (code, message) == THERE:
            absence.over()
        elif absence.tell(code, message):
            heard.append((code, message))
    assert heard == news


def test_while_things_settle_a_loss_is_told_and_nothing_else() -> None:
    absence = Absence()
    assert not absence.tell(*SHUT, settling=True)
    assert absence.because == "no_permission"
    assert absence.tell(*SHUT), "it has not passed by itself"
    absence.over()
    assert absence.tell(*GONE, settling=True)
    assert not absence.tell(*SHUT, settling=True)
    assert not absence.tell(*NOTHING)


def test_the_latest_is_kept_though_it_is_no_news() -> None:
    absence = Absence()
    assert (absence.because, absence.hint) == ("opening", "")
    for code, message in (GONE, NO_SUCH, NOTHING):
        absence.tell(code, message)
        assert (absence.because, absence.hint) == (code, message)
    absence.over()
    assert (absence.because, absence.hint) == ("", "")
