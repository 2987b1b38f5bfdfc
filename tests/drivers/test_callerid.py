"""Caller ID: what modems write, and what is made of it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.callerid import (
    LONGEST_VALUE,
    Caller,
    CallerIdCollector,
    is_caller_id,
    is_ring_too,
)
from support import cidmessages
from support.cidmessages import CALL, CALLER, DATE, SINGLE, caller_of, collected, hex_of

# --- tags -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["NMBR", "DDN_NMBR", "NMRB", "NBR"])
@pytest.mark.parametrize("equals", ["=", " = ", " =", "= ", "  =\t"])
def test_spellings_of_the_number(tag: str, equals: str) -> None:
    assert caller_of(f"{tag}{equals}5551234") == Caller(number="5551234")


@pytest.mark.parametrize(
    ("line", "caller"),
    [
        ("CALLER NUMBER: 5551234", Caller("5551234")),
        ("CALLER NUMBER:5551234", Caller("5551234")),
        ("CALLER'S NUMBER: 5551234", Caller("5551234")),
        ("CallerID: 5551234", Caller("5551234")),
        ("CALLER NAME: BERG P", Caller(name="BERG P")),
        ("CALLER NAME:BERG P", Caller(name="BERG P")),
        ("CALLED NUMBER: 204", Caller(called="204")),
        ("REASON FOR NO CALLER NUMBER: PRIVATE", Caller(absent="withheld")),
        ("REASON FOR NO CALLER NUMBER: P", Caller(absent="withheld")),
        ("REASON FOR NO CALLER NUMBER: OUT OF AREA", Caller(absent="unavailable")),
        ("REASON FOR NO CALLER NUMBER: whatever", Caller(absent="unavailable")),
        ("FM:5551234 TO:204", Caller("5551234", called="204")),
        ("FM:5551234", Caller("5551234")),
        ("FM: TO:204", Caller(called="204")),
        ("RING;5551234;204", Caller("5551234", called="204")),
        ("RING;5551234", Caller("5551234")),
        ("RING;;204", Caller(called="204")),
        ("NDID=204", Caller(called="204")),
        ("NDID=<NONE>", Caller()),
        ("Diverting number: 5551234", Caller("5551234")),
    ],
)
def test_other_spellings(line: str, caller: Caller) -> None:
    assert caller_of(line) == caller
    assert is_caller_id(line)


@pytest.mark.parametrize(
    "line",
    [
        "ANID=5551234",
        "CDID=inbound",
        "USER=joe",
        "PASS=secret",
        "REASON FOR NO CALLER NAME: O",
        "MESG = 110101",
        "MESG = 0000",
        "MESG = 123",
        "MESG =",
        "CIDM UNKNOWN",
        "TIME: 06-15 12:30",
    ],
)
def test_tags_that_name_nobody(line: str) -> None:
    assert caller_of(line) is None
    assert caller_of(line, "NMBR=5551234") in (
        Caller("5551234"),
        Caller("5551234", sent_at="06151230"),
    )


def test_order_does_not_matter() -> None:
    lines = ["DATE = 1122", "TIME = 0930", "NMBR = 5551234", "NAME = JOHN", "MESG = 110101"]
    for order in itertools.permutations(lines):
        assert caller_of(*order) == Caller("5551234", "JOHN", sent_at="11220930")


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        ("O", Caller(absent="unavailable")),
        ("P", Caller(absent="withheld")),
        ("A", Caller(absent="withheld")),
        ("C", Caller(absent="unavailable")),
        ("S", Caller(absent="unavailable")),
        ("I", Caller(absent="unavailable")),
        ("PRIVATE", Caller(absent="withheld")),
        ("Private Number", Caller(absent="withheld")),
        ("WITHHELD", Caller(absent="withheld")),
        ("Restricted", Caller(absent="withheld")),
        ("anonymous", Caller(absent="withheld")),
        ("Unavailable", Caller(absent="unavailable")),
        ("OUT-OF-AREA", Caller(absent="unavailable")),
        ("Unknown", Caller(absent="unavailable")),
        ("NO NUMBER", Caller(absent="unavailable")),
        ("PAYPHONE", Caller(absent="unavailable")),
        ("0", Caller(absent="unavailable")),
        ("0000000000", Caller(absent="unavailable")),
        ("<NONE>", Caller()),
        ("", Caller()),
        ('""', Caller()),
        ('"5551234"', Caller("5551234")),
        ("+4930123", Caller("+4930123")),
        ("15551234567", Caller("15551234567")),
        ("V55512345678901", Caller("V55512345678901")),
        ("07xxxxxxx9", Caller("07xxxxxxx9")),
        ("alice", Caller("alice")),  # VoIP adapters send names of users
    ],
)
def test_values_of_the_number(value: str, caller: Caller) -> None:
    assert caller_of(f"NMBR={value}") == caller


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("P", ""),
        ("O", ""),
        ("WITHHELD", ""),
        ("PRIVATE", ""),
        ("PrivDirOff", ""),
        ("Unknown Name", ""),
        ("Unavailable", ""),
        ("Out of Area", ""),
        ("A", "A"),
        ("PRIVATE EYES LTD", "PRIVATE EYES LTD"),
        ("WIRELESS CALLER", "WIRELESS CALLER"),
        ("PAYPHONE", "PAYPHONE"),
        ("O'HARA,LAWRENCE AND SONS", "O'HARA,LAWRENCE AND SONS"),
        ("A NMBR=911", "A NMBR=911"),
    ],
)
def test_values_of_the_name(value: str, name: str) -> None:
    assert caller_of("NMBR=5551234", f"NAME = {value}") == Caller("5551234", name)


@pytest.mark.parametrize(
    ("lines", "caller"),
    [
        (("NMBR = P", "NAME = WITHHELD"), Caller(absent="withheld")),
        (("NMBR = Restricted", "NAME = Unavailable"), Caller(absent="withheld")),
        (("NMBR = 0000000000", "NAME = PrivDirOff"), Caller(absent="withheld")),
        (("NAME = PrivDirOff", "NMBR = 0000000000"), Caller(absent="withheld")),
        (("NMBR = 0", "NAME = Unknown"), Caller(absent="unavailable")),
        (("NMBR = 0000000000", "NAME = BERG P"), Caller(name="BERG P", absent="unavailable")),
        (("NMBR = P", "NAME = BERG P"), Caller(name="BERG P", absent="withheld")),
        (("NMBR = O", "NAME = PRIVATE"), Caller(absent="unavailable")),
        (("NAME = PRIVATE CALLER",), Caller(absent="withheld")),
        (("NAME = P",), Caller()),
        (("NMBR = ", "NAME = ANONYMOUS"), Caller(absent="withheld")),
        (("NAME = NO DATE", "NMBR = NO TIME"), Caller("NO TIME", "NO DATE")),
    ],
)
def test_number_and_name_together(lines: tuple[str, ...], caller: Caller) -> None:
    assert caller_of(*lines) == caller


def test_the_first_number_and_name_count() -> None:
    assert caller_of("NMBR=5551234", "NMBR=O", "NMBR=P") == Caller("5551234")
    assert caller_of("NAME=BERG", "NAME=P", "NAME=STONE") == Caller(name="BERG")


def test_an_empty_number_does_not_stand_in_the_way_of_the_first() -> None:
    assert caller_of("NMBR=", "NMBR=5551234") == Caller("5551234")


def test_who_diverted_is_not_the_caller_if_the_caller_is_known() -> None:
    diverting = "Diverting number: 5551234"
    assert caller_of(diverting, "NMBR=777") == Caller("777", redirected="5551234")
    assert caller_of("NMBR=P", diverting) == Caller(absent="withheld", redirected="5551234")


@pytest.mark.parametrize(
    ("lines", "sent_at"),
    [
        (("DATE = 0103", "TIME = 1254"), "01031254"),
        (("TIME=0000", "DATE=0229"), "02290000"),
        (("DATE=12/31", "TIME=23:59"), "12312359"),
        (("TIME: 12-31 23:59",), "12312359"),
        (("DATE = 0312", "TIME = 12541"), ""),
        (("DATE = 1201", "TIME = 2423"), ""),
        (("DATE = 1201", "TIME = 1260"), ""),
        (("DATE = 1301", "TIME = 1200"), ""),
        (("DATE = 0230", "TIME = 1200"), ""),
        (("DATE = 0431", "TIME = 1200"), ""),
        (("DATE = 0100", "TIME = 1200"), ""),
        (("DATE = 0001", "TIME = 1200"), ""),
        (("DATE =", "TIME="), ""),
        (("DATE = 0103",), ""),
        (("TIME = 1254",), ""),
        (("DATE = 010312", "TIME = 54"), ""),
        (("DATE = \u0661\u0660\u0660\u0661", "TIME = 1254"), ""),
    ],
)
def test_date_and_time(lines: tuple[str, ...], sent_at: str) -> None:
    expected = Caller("5551234", "BERG", sent_at=sent_at)
    assert caller_of(*lines, "NMBR = 5551234", "NAME = BERG") == expected


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "charset", "name"),
    [
        ("J\u00e4rvi\u00f6".encode("latin-1"), "latin-1", "J\u00e4rvi\u00f6"),
        ("J\u00e4rvi\u00f6".encode(), "latin-1", "J\u00e4rvi\u00f6"),
        ("J\u00e4rvi\u00f6".encode(), "gb18030", "J\u00e4rvi\u00f6"),
        ("Zapa\u0142\u00e0".encode(), "latin-1", "Zapa\u0142\u00e0"),  # ends in byte A0h
        ("\u738b\u5c0f\u660e".encode("gb18030"), "gb18030", "\u738b\u5c0f\u660e"),
        ("\u4e02\u3400 A".encode("gb18030"), "gb18030", "\u4e02\u3400 A"),
        (
            "\u03a0\u03b1\u03cd\u03bb\u03bf\u03c2".encode("iso8859-7"),
            "iso8859-7",
            "\u03a0\u03b1\u03cd\u03bb\u03bf\u03c2",
        ),
        ("\u8868 \u30bd".encode("shift_jis"), "shift_jis", "\u8868 \u30bd"),  # with byte 5Ch
        ("\u4e00\u3000\u4e8c".encode(), "latin-1", "\u4e00 \u4e8c"),
        (b"A\x85B", "latin-1", "A B"),
        (b"A\xff\xfeB", "ascii", "A\ufffd\ufffdB"),
    ],
)
def test_charsets(sent: bytes, charset: str, name: str) -> None:
    line = b"NAME = " + sent
    assert caller_of(line.decode("latin-1"), charset=charset) == Caller(name=name)
    data = cidmessages.checked(cidmessages.mdmf((7, sent), (4, b"O")))
    expected = Caller(name=name, absent="unavailable")
    assert caller_of(hex_of(data), charset=charset) == expected


def test_a_charset_that_does_not_exist() -> None:
    for charset in ("klingon", "hex"):
        with pytest.raises(LookupError):
            CallerIdCollector(charset)


def test_a_name_keeps_no_control_characters() -> None:
    assert caller_of("NAME=V\u00e4h\x1b[31m\u00e4\x7fl\u00e4", "NMBR=1\x082") == Caller(
        "12", "V\u00e4h[31m\u00e4l\u00e4"
    )


def test_text_that_is_no_bytes_is_left_as_it_is() -> None:
    assert caller_of("NAME=\u738b\u202e") == Caller(name="\u738b")


# --- MESG -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mesg", "caller"),
    [
        ("030735353531323334", Caller("5551234")),
        ("030735353531323334" + "8F", Caller("5551234")),  # Rockwell: the message's checksum
        ("030735353531003334", None),
        ("03073535353132333411011", None),  # odd
        ("0307353535313233", None),  # cut
        ("0207353535313233341101" + "01", Caller("5551234")),
        ("040150", Caller(absent="withheld")),
        ("04014F", Caller(absent="unavailable")),
        ("080150", None),
        ("0704424552 47", Caller(name="BERG")),
        ("1A0735353531323334", Caller(redirected="5551234")),
        (hex_of(CALL), CALLER),
        (hex_of(cidmessages.checked(CALL)), CALLER),
        (hex_of(SINGLE), Caller("2065550142", sent_at="06151230")),
        ("CALID_202", None),
    ],
)
def test_parameters_in_mesg(mesg: str, caller: Caller | None) -> None:
    assert caller_of(f"MESG = {mesg}") == caller


def test_the_called_number_in_mesg_is_the_caller_only_if_there_is_none() -> None:
    mesg = "MESG = 030735353531323334"
    assert caller_of(mesg, "NMBR=777") == Caller("777", called="5551234")
    assert caller_of("NMBR=P", mesg) == Caller(absent="withheld", called="5551234")


@pytest.mark.parametrize(
    ("line", "waiting"),
    [
        ("MESG = 060342424231", True),
        ("MESG = 06036F6F6FAA", False),
        ("MESG = 0B01FF", True),
        ("MESG = 0B0100", False),
        ("MESG = 110181", True),
        ("MESG = 110101", None),
        ("060342424231", True),
        (hex_of(cidmessages.checked(cidmessages.mdmf((0x0B, b"\xff"), kind=0x82))), True),
        (hex_of(cidmessages.checked(cidmessages.mdmf((0x0B, b"\x00"), kind=0x82))), False),
        (hex_of(cidmessages.checked(CALL)), None),
    ],
)
def test_message_waiting(line: str, waiting: bool | None) -> None:
    collector = collected(line)
    assert collector.message_waiting is waiting
    assert not collector.damaged
    collector.clear()
    assert collector.message_waiting is None


def test_message_waiting_names_no_caller() -> None:
    data = cidmessages.mdmf((1, DATE), (2, b"5551234"), (0x0B, b"\xff"), kind=0x82)
    collector = collected(hex_of(cidmessages.checked(data)))
    assert collector.caller() is None
    assert not collector.complete


# --- reports of several tags ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "caller"),
    [
        (
            "CIDM DATE=0615 TIME=1230 NMBR=204 NAME=BERG PETER",
            Caller("204", "BERG PETER", sent_at="06151230"),
        ),
        (
            "DATE = 0615 TIME = 1230 NMBR = 204 NAME = BERG PETER",
            Caller("204", "BERG PETER", sent_at="06151230"),
        ),
        ("CIDM NAME=BERG PETER NMBR=204", Caller("204", "BERG PETER")),
        ("CIDM NMBR=P NAME=P", Caller(absent="withheld")),
        ("CIDM NMBR=204 FOO=BAR NAME=BERG", Caller("204", "BERG")),
        ("CIDM NMBR=204", Caller("204")),
        ("CIDM DATE= TIME= NMBR=204", Caller("204")),
        ("CIDM " + hex_of(cidmessages.checked(CALL)), CALLER),
        ("+VCIDR: " + cidmessages.checked(CALL).hex(" "), CALLER),
        ("CIDM", None),
        ("+VCIDR: NO DATA", None),
    ],
)
def test_reports(line: str, caller: Caller | None) -> None:
    assert caller_of(line) == caller


def test_a_report_whose_lines_follow() -> None:
    assert caller_of("CIDM", "DATE=0615", "TIME=1230", "NMBR=204") == Caller(
        "204", sent_at="06151230"
    )
    assert caller_of("CIDM", hex_of(cidmessages.checked(CALL))) == CALLER
    assert caller_of("+VCIDR:", *cidmessages.spaced(cidmessages.checked(CALL))) == CALLER


def test_a_report_of_a_call_is_complete() -> None:
    assert collected("CIDM DATE=0615 TIME=1230 NMBR=204").complete


# --- the collector ----------------------------------------------------------------------------


def test_a_ring_that_names_the_caller() -> None:
    assert is_ring_too("RING;5551234;204")
    assert not is_ring_too("RING")
    assert not is_ring_too("NMBR=5551234")


def test_a_line_of_digits_only_where_the_modem_is_known_to_do_it() -> None:
    assert not CallerIdCollector().take("5551234")
    collector = CallerIdCollector(bare_numbers=True)
    assert collector.take("5551234")
    assert collector.caller() == Caller("5551234")
    for other in ("12", "5551234 ", "0x5551234", "5" * 21):
        assert collector.take(other) is (other.strip() == "5551234")


def test_complete_with_number_and_name_only() -> None:
    collector = CallerIdCollector()
    seen = []
    for line in ("DATE=1122", "NMBR=1", "NAME=A"):
        collector.take(line)
        seen.append(collector.complete)
    assert seen == [False, False, True]


def test_told_once_and_again_only_when_more_is_known() -> None:
    collector = CallerIdCollector()
    assert collector.caller() is None
    collector.take("NMBR=1")
    assert collector.caller() == Caller("1")
    assert collector.caller() is None
    collector.take("TIME=0930")  # iaxmodem: six more tags after number and name
    collector.take("ANID=<NONE>")
    assert collector.caller() is None
    collector.take("NAME=A")
    assert collector.caller() == Caller("1", "A")
    collector.take("DATE=1122")
    assert collector.caller() == Caller("1", "A", sent_at="11220930")
    collector.clear()
    collector.take("NMBR=1")
    assert collector.caller() == Caller("1"), "the next call of the same caller is told"


def test_date_and_time_alone_name_nobody() -> None:
    collector = collected("DATE = 1122", "TIME = 0930")
    assert collector.caller() is None
    assert collector.take("NMBR = 5551234")
    assert collector.caller() == Caller("5551234", sent_at="11220930")


@pytest.mark.parametrize(
    "line",
    [
        "OK",
        "RING",
        "NMBR",
        "xNMBR=1",
        "nmbr=1",
        "AT+VCID=1",
        "NUMBER=1",
        "=",
        "NMBR : 1",
        "",
        "DRON=5",
        "DROF = 11",
        "CPON=1",
        "RING 1",
        "RING A",
        "CIDMX=1",
        "CIDM=1",
        "NAMES=1",
        "+VCID: 1",
        '+CLIP: "5551234",129',
        "NO DATA",
        "TIME: now",
        "CONNECT 9600",
    ],
)
def test_other_lines_are_left_alone(line: str) -> None:
    collector = CallerIdCollector()
    assert not collector.take(line)
    assert not is_caller_id(line)
    assert collector.caller() is None


ALPHABET = '0123456789ABCDEFabcdef =:;,OP"\x00\x10\x1b\xe4\xa0\u738b'
beginnings = st.sampled_from(
    [
        "NMBR=",
        "NAME = ",
        "DATE=",
        "TIME=",
        "TIME: ",
        "MESG = ",
        "MESG = 03",
        "CIDM ",
        "CIDM",
        "+VCIDR: ",
        "+VCIDR:",
        "FM:",
        "RING;",
        "80",
        "8020010830",
        "0412303631",
        "ERRM=",
        "",
        "NDID=",
        "REASON FOR NO CALLER NUMBER:",
        "Diverting number:",
        "CIDM DATE=1 NAME=",
    ]
)
lines = st.builds(lambda start, rest: start + rest, beginnings, st.text(max_size=40))
hex_lines = st.builds(lambda start, rest: start + rest, beginnings, st.text(ALPHABET, max_size=40))


@given(st.lists(st.one_of(lines, hex_lines, st.text(max_size=30)), max_size=30))
@pytest.mark.parametrize("charset", ["latin-1", "gb18030", "utf-16"])
def test_any_text_does_no_harm(charset: str, lines: list[str]) -> None:
    collector = CallerIdCollector(charset, bare_numbers=True)
    for line in lines:
        collector.take(line)
        is_caller_id(line)
        caller = collector.caller() if len(line) % 3 == 0 else None
        if caller is not None:
            fields = (caller.number, caller.name, caller.called, caller.redirected, caller.sent_at)
            assert all(field.isprintable() for field in fields)
            assert all(len(field) <= LONGEST_VALUE for field in fields)
            assert caller.absent in ("", "withheld", "unavailable")
            assert not (caller.number and caller.absent)
            assert len(caller.sent_at) in (0, 8)
    assert isinstance(collector.damaged, bool)
    collector.clear()
    assert collector.caller() is None
