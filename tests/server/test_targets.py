"""Where a transfer goes."""

from __future__ import annotations

import pytest

from hookflash_server.answers import Answer, Result
from hookflash_server.desk import Targets

SITE = Targets(queues={"售后": "*601", "same": "1"}, extensions={"1002": "2"}, ivrs={"same": "3"})


@pytest.mark.parametrize(
    ("arguments", "digits"),
    [
        ({"trans_number": "01331234567"}, "01331234567"),
        ({"trans_number": "+86*1#"}, "+86*1#"),
        ({"trans_queue": "售后"}, "*601"),
        ({"trans_queue": "same"}, "1"),
        ({"trans_ext": "1002"}, "2"),
        ({"trans_ivr": "same"}, "3"),
    ],
)
def test_known(arguments: dict[str, str], digits: str) -> None:
    assert SITE.digits(arguments) == digits


@pytest.mark.parametrize(
    ("parameter", "result", "table"),
    [
        ("trans_queue", Result.QUEUE_ERROR, "[queues]"),
        ("trans_ext", Result.EXT_ERROR, "[extensions]"),
        ("trans_ivr", Result.IVR_ERROR, "[ivrs]"),
    ],
)
@pytest.mark.parametrize("name", ["1003", "sales", "SAME", "same ", "售", "*601", "x" * 4000])
def test_unknown_names_have_a_result_of_their_own(
    parameter: str, result: Result, table: str, name: str
) -> None:
    answer = SITE.digits({parameter: name})
    assert isinstance(answer, Answer)
    assert (answer.result, answer.detail) == (result, "unknown_target")
    assert table in answer.hint
    assert len(answer.hint) < 400


def test_a_site_without_names_knows_none() -> None:
    """Not even an extension that looks like digits: nobody said that the exchange takes them."""
    for parameter in ("trans_queue", "trans_ext", "trans_ivr"):
        assert isinstance(Targets().digits({parameter: "1002"}), Answer)
    assert Targets().digits({"trans_number": "1002"}) == "1002"


def test_no_target() -> None:
    for arguments in ({}, {"trans_number": ""}, {"trans_ext": ""}, {"dial_number": "1"}):
        answer = SITE.digits(arguments)
        assert isinstance(answer, Answer)
        assert (answer.result, answer.detail) == (Result.FAILED, "parameter_missing")
