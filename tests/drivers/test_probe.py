"""Asking a modem what it is: what comes out, what is never said, and what is left behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from hookflash.modem import SerialPort
from hookflash.modem.conversation import Conversation
from hookflash.modem.dle import Signal
from hookflash.modem.probe import name_of, probe, returns_at_once
from hookflash.simulated import Exchange, SimulatedPort
from peers.iax import IaxPeer
from peers.iaxmodem import IaxModem, needs_iaxmodem
from support import played
from support.played import OK, Played, info
from support.probing import Table

FAMILIES = {
    "usr5637": (played.usr5637, "v253"),
    "cx930xx": (played.cx930xx, "v253"),
    "si24xx": (played.si24xx, "v253"),
    "lucent": (played.lucent, "v253"),
    "multitech": (played.multitech, "v253"),
    "zyxel": (played.zyxel, "v253"),
    "rockwell": (played.rockwell, "rockwell"),
    "usr_sharp": (played.usr_sharp, "rockwell"),
    "v253": (played.unknown_voice, "v253"),
    "data": (played.data, "data"),
}
every_family = pytest.mark.parametrize("name", FAMILIES)

HARMLESS = re.compile(
    r"ATI[035-9]|AT\+GM[IMR]9?|AT[+#]\w+=?\?|AT(?:\+FCLASS|#CLS)=\d+(?:\.\d)?", re.ASCII
)
"""Identity questions without those that hang or tell a number; `?` and `=?` forms; a class."""


@pytest.fixture
def table(quick_open: None) -> Iterator[Table]:
    with Table.laid() as table:
        yield table


# --- what comes out -------------------------------------------------------------------------------


@every_family
def test_a_family_is_known(table: Table, name: str) -> None:
    make, dialect = FAMILIES[name]
    probed = table.probe(make())
    assert (probed.profile.name, probed.profile.dialect, probed.dialect) == (name, dialect, dialect)
    assert probed.why


def test_identity_and_answers(table: Table) -> None:
    family = played.usr5637()
    probed = table.probe(family)
    assert probed.identity == {
        "ATI0": ("5601",),
        "ATI3": ("U.S. Robotics 56K FAX USB V9.8.7",),
        "ATI7": ("Configuration Profile...", "Product type   US/Canada USB"),
    }
    assert [one.command for one in probed.answers] == family.heard[1:]  # after getting in step
    refused = probed.answer("AT+GMI9")
    assert refused is not None
    assert (refused.result, refused.lines, refused.good) == ("ERROR", (), False)
    masks = probed.answer("AT+VLS=?")
    assert masks is not None
    assert masks.good
    assert len(masks.lines) == 2
    assert probed.answer("AT#CLS=8") is None


def test_v250_names_spare_the_fax_ones(table: Table) -> None:
    family = played.cx930xx()
    table.probe(family)
    assert not [line for line in family.heard if line.startswith("AT+FM")]


@pytest.mark.parametrize(
    ("make", "hears", "caller_id", "flash", "dtmf"),
    [
        (played.usr5637, {"key", "busy", "dial"}, ("formatted", "unformatted"), "dial", "tones"),
        (
            played.cx930xx,
            {"key", "busy", "loop_break"},
            ("formatted", "unformatted"),
            "tone",
            "keys",
        ),
        (played.si24xx, None, ("formatted", "unformatted"), "dial", "tones"),
        (played.lucent, {"key", "busy", "silence"}, ("formatted",), "tone", "keys"),
        (played.zyxel, None, (), "dial", "keys"),
        (played.rockwell, {"key", "busy", "dial"}, ("formatted", "unformatted"), "dial", "keys"),
        (played.usr_sharp, {"key"}, ("formatted",), "dial", "keys"),
        (played.unknown_voice, {"key", "busy"}, (), "tone", "keys"),
        (played.data, set(), (), "dial", "dial"),
    ],
)
def test_capabilities(
    table: Table,
    make: Callable[[], Played],
    hears: set[str] | None,
    caller_id: tuple[str, ...],
    flash: str,
    dtmf: str,
) -> None:
    able = table.probe(make()).capabilities
    assert (able.caller_id, able.flash, able.dtmf) == (caller_id, flash, dtmf)
    if hears is None:
        assert able.hears is None
    else:
        assert able.hears is not None
        assert {Signal(one) for one in hears} <= able.hears
        assert bool(hears) == bool(able.hears)


def test_what_is_not_promised_is_not_heard(table: Table) -> None:
    """#VTD=?, the third mask: no bit for busy and dial tone."""
    hears = table.probe(played.usr_sharp()).capabilities.hears
    assert hears is not None
    assert Signal.BUSY not in hears


@pytest.mark.parametrize("says", ["(0-255)", "0-3F", "3F", "0,0,0", "3F,3F,3F,3F", ""])
def test_sharp_modems_that_do_not_say_what_they_hear(table: Table, says: str) -> None:
    family = played.rockwell()
    family.says = {**family.says, "AT#VTD=?": info(says)}
    assert table.probe(family).capabilities.hears is None


@pytest.mark.parametrize(
    ("says", "at_once"),
    [
        (info("(0-255)"), True),
        (info("+VRN: (0-25)"), True),
        (info("(0,5,10)"), True),
        (info("(1-60)"), False),
        (info("(10-100)"), False),
        (OK, False),
        (played.ERROR, False),
    ],
)
def test_whether_a_dial_returns_at_once(table: Table, says: bytes, at_once: bool) -> None:
    family = Played({"AT+VRN=?": says})
    assert returns_at_once(table.probe(family)) is at_once


def test_where_zero_means_another_thing_no_dial_returns_at_once(table: Table) -> None:
    family = played.zyxel()
    probed = table.probe(Played({**family.says, "AT+VRN=?": info("0-255")}))
    assert probed.profile.name == "zyxel"
    assert not returns_at_once(probed)


def test_of_a_sharp_modem_the_sharp_answer_counts(table: Table) -> None:
    family = played.rockwell()
    family.says = {**family.says, "AT#VRN=?": info("0-255")}
    assert returns_at_once(table.probe(family))


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ({"AT+GMM": info("+GMM: Model 1"), "ATI3": info("V1")}, "+GMM: Model 1"),
        ({"ATI3": info("V1"), "ATI0": info("56000")}, "V1"),
        ({"ATI0": info("960")}, "960"),
        ({}, "V.253 voice modem"),
    ],
)
def test_its_name(table: Table, says: dict[str, bytes], name: str) -> None:
    assert name_of(table.probe(Played(says))) == name


def test_the_usb_id_passed_in_wins(table: Table) -> None:
    probed = table.probe(played.cx930xx(), (0x0BAF, 0x0303))
    assert (probed.profile.name, probed.why) == ("usr5637", "USB id 0baf:0303")


def test_a_driver_asks_least_where_the_usb_id_tells_the_family(table: Table) -> None:
    family = played.usr5637()
    probed = table.probe(family, (0x0BAF, 0x0303), quick=True)
    assert probed.why == "USB id 0baf:0303"
    assert probed.capabilities.hears
    assert name_of(probed) == probed.profile.title
    assert family.heard[1:] == [
        *("AT+FCLASS?", "AT+FCLASS=8", "AT+FCLASS?", "AT+VLS=?", "AT+VRN=?", "AT+FCLASS=0"),
    ]


def test_a_usb_id_whose_family_speaks_otherwise_is_asked_about(table: Table) -> None:
    family = played.rockwell()
    probed = table.probe(family, (0x0BAF, 0x0303), quick=True)
    assert probed.dialect == probed.profile.dialect == "rockwell"
    assert "ATI3" in family.heard


@pytest.mark.parametrize("usb", [None, (0, 0), (0x1209, 1)])
def test_a_usb_id_that_is_not_listed_saves_no_question(
    table: Table, usb: tuple[int, int] | None
) -> None:
    family = played.usr5637()
    assert table.probe(family, usb, quick=True).profile.name == "usr5637"
    assert "ATI3" in family.heard


def test_a_usr5637_with_old_firmware_is_data_only(table: Table) -> None:
    probed = table.probe(played.old_usr5637(), (0x0BAF, 0x0303))
    assert (probed.dialect, probed.profile.name, probed.profile.dialect) == (
        *("data", "usr5637", "data"),
    )
    assert "refuses the voice class" in probed.why
    assert "1.2.21" in probed.why
    assert probed.capabilities.flash == "dial"


def test_a_modem_that_says_ok_to_everything_has_no_voice_class(table: Table) -> None:
    family = played.yes_man()
    probed = table.probe(family)
    assert probed.dialect == "data"
    assert probed.capabilities.caller_id == ("formatted",)
    assert family.now == "0"


@pytest.mark.parametrize(
    ("dialect", "make", "spoken", "never"),
    [
        ("data", played.usr5637, "data", "AT+FCLASS=8"),
        ("data", played.rockwell, "data", "AT#CLS=8"),
        ("rockwell", played.rockwell, "rockwell", "AT+FCLASS=8"),
        ("rockwell", played.usr5637, "data", "AT+FCLASS=8"),
        ("v253", played.usr5637, "v253", "AT#CLS=8"),
        ("v253", played.rockwell, "data", "AT#CLS=8"),
    ],
)
def test_a_dialect_that_is_set(
    table: Table, dialect: str, make: Callable[[], Played], spoken: str, never: str
) -> None:
    family = make()
    assert table.probe(family, dialect=dialect).dialect == spoken
    assert never not in family.heard


# --- what is never said, and what is left behind --------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["ATD1;", "ATA", "ATH1", "AT+VLS=1", "AT#VLS=0A", "AT+VTS=1", "AT#VTX", "ATZ", "ATI4", "ATI11"],
)
def test_the_guard_knows_what_is_not_harmless(line: str) -> None:
    assert not HARMLESS.fullmatch(line)


@every_family
def test_nothing_seizes_the_line_or_sets_more_than_a_class(table: Table, name: str) -> None:
    family = FAMILIES[name][0]()
    table.probe(family)
    assert family.heard[0] == played.SYNC
    for line in family.heard[1:]:
        assert HARMLESS.fullmatch(line), line


@every_family
def test_it_is_not_asked_too_much(table: Table, name: str) -> None:
    """What the documentation says of its duration rests on this."""
    family = FAMILIES[name][0]()
    table.probe(family)
    assert len(family.heard) <= 30


@every_family
def test_the_class_is_what_it_was(table: Table, name: str) -> None:
    for found in {*FAMILIES[name][0]().classes, "0"} - {"8"}:
        family = FAMILIES[name][0]()
        family.now = found
        table.probe(family)
        assert (family.now, family.sharp_now) == (found, "0")


def test_the_sharp_class_is_what_it_was(table: Table) -> None:
    family = played.rockwell()
    family.sharp_now = "2"
    table.probe(family)
    assert family.sharp_now == "2"


def test_leaving_the_class_is_tried_again(table: Table) -> None:
    refusals = iter([played.ERROR])
    family = played.usr5637()
    family.says = {**family.says, "AT+FCLASS=0": lambda: next(refusals, b"")}
    table.probe(family)
    assert family.heard.count("AT+FCLASS=0") == 2
    assert family.now == "0"


def test_a_class_that_is_not_left_is_logged(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    family = played.usr5637()
    family.says = {**family.says, "AT+FCLASS=0": played.ERROR}
    table.probe(family)
    assert "AT+FCLASS=0 is not confirmed" in caplog.text


def test_a_simulated_modem_stays_on_hook(exchange: Exchange, quick_open: None) -> None:
    port = SimulatedPort(exchange)
    talk = Conversation(port, lambda _: None, lambda _: None, 0.0)
    try:
        probed = probe(talk)
        assert probed.dialect == "v253"
        assert talk.command("AT+FCLASS?").lines == ["0"]
    finally:
        talk.close()
    assert [entry for entry in exchange.journal if "hook" in entry.what] == []


# --- a modem that is not ours ---------------------------------------------------------------------


@needs_iaxmodem
def test_iaxmodem_has_no_voice_class() -> None:
    with IaxPeer() as peer, IaxModem(peer) as modem:
        talk = Conversation(SerialPort(modem.tty), lambda _: None, lambda _: None, 0.0)
        try:
            assert talk.command("AT+FCLASS=1").result.good
            probed = probe(talk)
            assert talk.command("AT+FCLASS?").lines == ["1"]
        finally:
            talk.close()
        kinds = {event.kind for event in peer.log}
    assert (probed.dialect, probed.profile.name) == ("data", "data")
    assert probed.capabilities.caller_id == ("formatted",)
    assert name_of(probed) == "spandsp"
    assert not kinds & {"dialled", "answered"}
