"""Asking a modem what it is while things go wrong: no answer, garbage, a call, a pulled plug."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hookflash.errors import CommandTimeout, DeviceLost
from hookflash.modem.probe import NO_ANSWER
from support import played
from support.lines import PATIENCE
from support.played import OK, Played, info
from support.probing import Table


@pytest.fixture
def table(quick_open: None) -> Iterator[Table]:
    with Table.laid() as table:
        yield table


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for what will not be answered."""
    monkeypatch.setattr("hookflash.modem.probe.QUESTION_TIMEOUT", 0.2)


@pytest.mark.parametrize("mute", ["ATI6", "AT+FCLASS=?", "AT+VLS=?", "AT+VRN=?"])
def test_a_question_without_an_answer(table: Table, hasty: None, mute: str) -> None:
    """It is noted; what is known besides is still found out, and the class is left."""
    family = played.usr5637()
    family.says = {**family.says, mute: None}
    probed = table.probe(family)
    answer = probed.answer(mute)
    assert answer is not None
    assert (answer.result, answer.lines, answer.good) == (NO_ANSWER, (), False)
    assert (probed.profile.name, probed.dialect) == ("usr5637", "v253")
    assert family.now == "0"


def test_a_class_command_without_an_answer_is_a_refusal(table: Table, hasty: None) -> None:
    """And the modem is told to leave the class that it may have entered."""
    family = played.data()
    family.says = {**family.says, "AT+FCLASS=8": None}
    assert table.probe(family).dialect == "data"
    heard = [line for line in family.heard if line != played.SYNC]
    assert heard[heard.index("AT+FCLASS=8") + 1] == "AT+FCLASS=0"


def test_a_late_answer_is_not_the_next_ones(table: Table, hasty: None) -> None:
    family = played.usr5637()
    late: list[bytes] = []

    def not_yet() -> None:
        late.append(b"ATI6\r" + info("late words"))

    def in_step() -> bytes:
        said = late.pop() if late else b""
        return said + OK

    family.says = {**family.says, "ATI6": not_yet, played.SYNC: in_step}
    probed = table.probe(family)
    assert "late words" not in str(probed.answers)
    assert probed.profile.name == "usr5637"


def test_a_garbled_answer(table: Table) -> None:
    """Bytes that are no text do no harm, and are not shown."""
    family = played.usr5637()
    garbage = bytes(byte for byte in range(256) if byte not in b"\x10\r\n")
    family.says = {**family.says, "ATI6": b"\r\n" + garbage + b"\r\n" + OK}
    probed = table.probe(family)
    assert probed.profile.name == "usr5637"
    assert probed.identity["ATI6"]
    assert all(line.isprintable() for line in probed.identity["ATI6"])


def test_garbage_without_end_is_no_answer(table: Table, hasty: None) -> None:
    family = played.usr5637()
    family.says = {**family.says, "ATI6": b"\x00\xff" * 400}
    probed = table.probe(family)
    answer = probed.answer("ATI6")
    assert answer is not None
    assert answer.result == NO_ANSWER
    assert probed.profile.name == "usr5637"


@pytest.mark.parametrize(
    "call",
    [
        [b"RING", b"DATE = 0101", b"TIME = 1200", b"NMBR = 5601", b"NAME = CX93010 LTD", b"RING"],
        [
            b"DRON=20",
            b"RING",
            b"DROF=40",
            b"DATE=0101",
            b"TIME=1200",
            b"NAME=Lucent",
            b"NMBR=28642",
        ],
        [b"\x10R\x10X\r\nDATE=0101\r\nTIME=1200\r\nNAME=Conexant\r\nNMBR=5601\x10."],
    ],
)
def test_a_call_in_the_middle_is_no_identity(table: Table, call: list[bytes]) -> None:
    lines = b"".join(b"\r\n" + line + b"\r\n" for line in call)
    family = Played({})
    family.says = {
        "ATI0": b"\r\nModel 7\r\n" + lines + OK,
        "ATI3": lines + info("Version 1"),
        "AT+GMM": lines + OK,
        "AT+FCLASS?": lambda: lines + info(family.now),
    }
    probed = table.probe(family)
    assert probed.identity == {"ATI0": ("Model 7",), "ATI3": ("Version 1",)}
    assert (probed.profile.name, probed.dialect) == ("v253", "v253")
    assert family.now == "0"
    assert table.unasked  # the call itself is told as ever


def test_an_echo_that_comes_twice_is_no_identity(table: Table) -> None:
    family = Played({"ATI0": b"\r\nATI0\r\n" + OK})
    assert table.probe(family).identity == {}


@pytest.mark.parametrize("last", ["ATI3", "AT+VSM=?", "AT#CLS=8"])
def test_a_modem_that_stops_answering(table: Table, hasty: None, last: str) -> None:
    family = played.rockwell() if "#" in last else played.usr5637()

    def die() -> None:
        family.dead = True

    family.says = {**family.says, last: die}
    probing = table.start()
    with pytest.raises(CommandTimeout, match="does not answer"):
        family.serve(table.modem, probing)


@pytest.mark.parametrize("last", ["ATI3", "AT+VSM=?"])
def test_a_modem_that_is_unplugged(table: Table, last: str) -> None:
    family = played.usr5637()
    probing = table.start()

    def unplugged() -> None:
        raise InterruptedError

    family.says = {**family.says, last: unplugged}
    with pytest.raises(InterruptedError):
        family.serve(table.modem, probing)
    table.modem.unplug()
    with pytest.raises(DeviceLost):
        probing.result(PATIENCE)
    assert len(table.lost) == 1


def test_all_takes_too_long(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up in the middle; the voice class is left all the same."""
    family = played.usr5637()
    monkeypatch.setattr(
        "hookflash.modem.probe.monotonic", lambda: 100.0 * ("AT+VLS=?" in family.heard)
    )
    probing = table.start(seconds=30.0)
    with pytest.raises(CommandTimeout, match="too slowly"):
        family.serve(table.modem, probing)
    assert family.heard[-2:] == ["AT+VLS=?", "AT+FCLASS=0"]
    assert family.now == "0"


def test_a_port_where_nobody_answers(table: Table) -> None:
    with pytest.raises(CommandTimeout, match="does not answer"):
        table.start().result(PATIENCE)
