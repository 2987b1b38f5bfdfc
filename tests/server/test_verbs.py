"""The verb table: every verb, every parameter, the document's example calls, every refusal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash_server.answers import Answer, Result
from hookflash_server.verbs import VERBS, Ask, Verb, check
from hookflash_server.web.query import callback_of, parse_query

README = Path(__file__).parents[2] / "README.md"

DOCUMENTED = {
    "dial_out": {"success", "ext_offline", "client_type_error"},
    "onekey_dial_out": {"success", "failed", "ext_offline", "client_type_error"},
    "huang_up": {"success", "ext_offline", "client_type_error"},
    "answer": {"success", "ext_offline", "client_type_error"},
    "transfer_to": {"success", "failed", "ext_offline", "queue_error", "ext_error", "ivr_error"},
    "send_dtmf": {"success", "ext_offline", "client_type_error"},
}
"""The document's commands and the results that it names for each."""


def clean(name: str, **parameters: str) -> Ask:
    ask = check(name, parameters)
    assert isinstance(ask, Ask), ask
    return ask


def detail(name: str, **parameters: str) -> str:
    answer = check(name, parameters)
    assert isinstance(answer, Answer), answer
    assert answer.result is Result.FAILED
    assert answer.hint, "every refusal says what is wrong"
    return answer.detail


def test_the_six_commands_and_their_results() -> None:
    table = {verb.name: {result.value for result in verb.results} for verb in VERBS}
    for name, results in DOCUMENTED.items():
        assert table[name] == results


def test_names_and_aliases_are_unique() -> None:
    names = [name for verb in VERBS for name in (verb.name, *verb.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_says_what_it_does(verb: Verb) -> None:
    assert verb.help.endswith(".")
    assert all(parameter.help for parameter in verb.parameters)
    assert all(parameter.kind in ("number", "keys", "word") for parameter in verb.parameters)


@pytest.mark.parametrize(
    ("query", "ask"),
    [
        # The document's own calls, as jQuery sends them (callback and cache breaker differ).
        ("cmd=dial_out&dial_number=01331234567", Ask("dial_out", {"dial_number": "01331234567"})),
        ("cmd=onekey_dial_out", Ask("onekey_dial_out", {})),
        ("cmd=huang_up", Ask("huang_up", {})),
        ("cmd=answer", Ask("answer", {})),
        (
            "cmd=transfer_to&trans_type=number&trans_ivr=01331234567",
            Ask("transfer_to", {"trans_number": "01331234567"}),
        ),
        ("cmd=send_dtmf&dtmf=1", Ask("send_dtmf", {"dtmf": "1"})),
        # The rest.
        ("cmd=status", Ask("status", {})),
        ("cmd=hang_up", Ask("huang_up", {})),
        ("cmd=hangup", Ask("huang_up", {})),
        ("cmd=answer&ext=1002", Ask("answer", {}, "1002")),
        ("cmd=send_dtmf&dtmf=%23*0", Ask("send_dtmf", {"dtmf": "#*0"})),
        (
            "cmd=dial_out&dial_number=+86+(10)+1234-5678",
            Ask("dial_out", {"dial_number": "+861012345678"}),
        ),
        ("cmd=dial_out&dial_number=%2B8610", Ask("dial_out", {"dial_number": "+8610"})),
        # Parameters of other verbs are not ours to mind.
        ("cmd=answer&dtmf=x&dial_number=y", Ask("answer", {})),
    ],
)
def test_calls(query: str, ask: Ask) -> None:
    parameters = parse_query(f"{query}&jsonpcallback=jQuery1_2&_=3")
    assert check(parameters.pop("cmd"), parameters) == ask
    assert callback_of(parameters) == "jQuery1_2"


@pytest.mark.parametrize("prefix", ["", "trans_"])
@pytest.mark.parametrize("kind", ["number", "queue", "ext", "ivr"])
def test_both_spellings_of_trans_type(prefix: str, kind: str) -> None:
    own = {f"trans_{kind}": "1001"}
    assert clean("transfer_to", trans_type=prefix + kind, **own).arguments == own


@pytest.mark.parametrize("kind", ["number", "queue", "ext", "ivr"])
@pytest.mark.parametrize("given_as", ["number", "queue", "ext", "ivr"])
def test_the_only_target_is_taken_for_the_types_own(kind: str, given_as: str) -> None:
    ask = clean("transfer_to", trans_type=kind, **{f"trans_{given_as}": "1001"})
    assert ask.arguments == {f"trans_{kind}": "1001"}


def test_the_types_own_target_goes_before_others() -> None:
    ask = clean("transfer_to", trans_type="ext", trans_number="5", trans_ext="1001", trans_ivr="x")
    assert ask.arguments == {"trans_ext": "1001"}


def test_an_empty_target_is_none() -> None:
    ask = clean("transfer_to", trans_type="number", trans_number="", trans_ext="", trans_ivr="5")
    assert ask.arguments == {"trans_number": "5"}


def test_a_number_is_checked_wherever_it_stands() -> None:
    assert detail("transfer_to", trans_type="number", trans_ivr="5;+VTS=1") == "bad_number"
    assert clean("transfer_to", trans_type="ivr", trans_ivr="主菜单").arguments["trans_ivr"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "parameter_missing"),
        ({"trans_type": ""}, "parameter_missing"),
        ({"trans_type": "trans_"}, "parameter_missing"),
        ({"trans_type": "Number", "trans_number": "5"}, "bad_trans_type"),
        ({"trans_type": "agent", "trans_number": "5"}, "bad_trans_type"),
        ({"trans_type": "trans_trans_number", "trans_number": "5"}, "bad_trans_type"),
        ({"trans_type": "number"}, "parameter_missing"),
        ({"trans_type": "number", "trans_number": ""}, "parameter_missing"),
        ({"trans_type": "number", "trans_ext": "1", "trans_ivr": "2"}, "parameter_missing"),
        ({"trans_type": "number", "trans_number": " "}, "number_missing"),
        ({"trans_type": "number", "trans_number": "x"}, "bad_number"),
    ],
)
def test_transfers_refused(parameters: dict[str, str], expected: str) -> None:
    assert detail("transfer_to", **parameters) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", "number_missing"),
        (" ", "number_missing"),
        ("-().", "number_missing"),
        ("+", "bad_number"),
        ("++1", "bad_number"),
        ("1+2", "bad_number"),
        ("1" * 33, "number_too_long"),
        ("+" + "1" * 33, "number_too_long"),
        ("1" * 4000, "number_too_long"),
        *(
            (bad, "bad_number")
            for bad in (
                *("abc", "1a", "A", "D", "1,2", "1;2", "1;+VTS=1", "1W2", "1@2", "1!2", "!", "L"),
                *(">1", "T1", "P1", "1\r", "1\n", "1\r\nATH", "1\x00", "\x001", "1\x1a", "1\x1b"),
                *(
                    "\u0660\u0661\u0663",
                    "１２３",
                    "²",
                    "①",
                    "𝟙",
                    "1\u200b2",
                    "1\u202e2",
                    "1\u00a02",
                ),
                *(
                    "1\t2",
                    "+++ATH",
                    "1%002",
                    "tel:1",
                    "1&2",
                    "1/2",
                    "１",
                    "-1\u2212",
                    "1\u2013" + "2",
                ),
            )
        ),
    ],
)
def test_bad_numbers_each_with_their_own_detail(number: str, expected: str) -> None:
    assert detail("dial_out", dial_number=number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1", "1"),
        ("0133 1234-567", "01331234567"),
        ("(010) 1234.5678", "01012345678"),
        ("+86 10", "+8610"),
        ("*21*5#", "*21*5#"),
        ("1" * 32, "1" * 32),
        ("+" + "1" * 32, "+" + "1" * 32),
    ],
)
def test_good_numbers(number: str, expected: str) -> None:
    assert clean("dial_out", dial_number=number).arguments == {"dial_number": expected}


@given(st.text(max_size=40))
def test_a_number_that_is_taken_holds_the_digits_that_were_typed(number: str) -> None:
    """Nothing but separators is lost, nothing is added, nothing that is no digit goes through."""
    ask = check("dial_out", {"dial_number": number})
    if isinstance(ask, Ask):
        taken = ask.arguments["dial_number"]
        assert re.fullmatch(r"\+?[0-9*#]{1,32}", taken)
        assert taken == "".join(c for c in number if c not in " -().")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", "dtmf_missing"),
        ("1" * 33, "dtmf_too_long"),
        *((bad, "bad_dtmf") for bad in ("A", "1,2", "1 2", "+", "1\n", "١", "１", "!", "1;ATH")),
    ],
)
def test_bad_keys_each_with_their_own_detail(keys: str, expected: str) -> None:
    assert detail("send_dtmf", dtmf=keys) == expected


@pytest.mark.parametrize("keys", ["0", "1234567890*#", "#", "1" * 32])
def test_good_keys(keys: str) -> None:
    assert clean("send_dtmf", dtmf=keys).arguments == {"dtmf": keys}


@pytest.mark.parametrize(
    ("name", "parameter"), [("dial_out", "dial_number"), ("send_dtmf", "dtmf")]
)
def test_a_missing_parameter_is_named(name: str, parameter: str) -> None:
    answer = check(name, {})
    assert isinstance(answer, Answer)
    assert answer.detail == "parameter_missing"
    assert parameter in answer.hint


@pytest.mark.parametrize("name", ["", "dial", "DIAL_OUT", "answer ", "huang-up", "售", "x" * 4000])
def test_an_unknown_command_is_told_the_known_ones(name: str) -> None:
    answer = check(name, {})
    assert isinstance(answer, Answer)
    assert (answer.result, answer.detail) == (Result.FAILED, "unknown_command")
    assert all(verb.name in answer.hint for verb in VERBS)
    assert len(answer.hint) < 300
    assert answer.hint.isascii()


def test_the_readmes_table_is_the_verb_tables() -> None:
    """README.md tells cmd, aliases and parameters of the six commands, all and no others."""
    section = README.read_text(encoding="utf-8").split("## The six commands")[1].split("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    told = {}
    for names, parameters, _ in rows:
        name, *aliases = re.findall(r"`(\w+)`", names)
        told[name] = (aliases, re.findall(r"`(\w+)`", parameters))
    table = {
        verb.name: (list(verb.aliases), [parameter.name for parameter in verb.parameters])
        for verb in VERBS
        if verb.name in DOCUMENTED
    }
    assert told == table


def test_the_readmes_keys_are_the_keys() -> None:
    row = next(r for r in README.read_text(encoding="utf-8").splitlines() if "| `send_dtmf`" in r)
    assert "keys 0-9 * #" in row
    assert clean("send_dtmf", dtmf="0123456789*#").arguments == {"dtmf": "0123456789*#"}
