"""Caller ID in hex (`+VCID=2`): whole, wrapped, damaged, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.callerid import LONGEST_VALUE, Caller, CallerIdCollector, is_caller_id
from support import cidmessages
from support.cidmessages import CALL, CALLER, DATE, SINGLE, caller_of, collected, hex_of


def test_hex_in_one_line_is_complete() -> None:
    collector = collected(hex_of(cidmessages.checked(CALL)))
    assert collector.complete
    assert collector.caller() == CALLER
    assert not collector.damaged


def test_hex_without_a_checksum_is_complete_when_somebody_looks() -> None:
    collector = collected(hex_of(SINGLE))
    assert not collector.complete, "the checksum may be on the next line"
    assert collector.caller() == Caller("2065550142", sent_at="06151230")
    assert collector.complete


def test_no_hex_without_checksum_if_not_wanted() -> None:
    collector = CallerIdCollector(unchecked=False)
    assert collector.take(hex_of(SINGLE))
    assert collector.caller() is None
    assert collector.damaged


def test_no_hex_without_checksum_once_a_checksum_was_right() -> None:
    collector = collected(hex_of(cidmessages.checked(CALL)))
    collector.clear()
    assert collector.take(hex_of(SINGLE))
    assert collector.caller() is None
    assert collector.damaged


@pytest.mark.parametrize(
    ("data", "caller"),
    [
        (cidmessages.sdmf(DATE, b"P"), Caller(absent="withheld", sent_at="06151230")),
        (cidmessages.sdmf(DATE, b"O"), Caller(absent="unavailable", sent_at="06151230")),
        (cidmessages.sdmf(b"06152405", b"5551234"), Caller("5551234")),
        (cidmessages.mdmf((4, b"P"), (8, b"P")), Caller(absent="withheld")),
        (cidmessages.mdmf((4, b"O")), Caller(absent="unavailable")),
        (cidmessages.mdmf((2, b"P"), (7, b"BERG")), Caller(name="BERG", absent="withheld")),
        (cidmessages.mdmf((2, b"5551234"), (4, b"P")), Caller("5551234")),
        (
            cidmessages.mdmf((2, b"5551234"), (8, b"O"), (3, b"204")),
            Caller("5551234", called="204"),
        ),
        (cidmessages.mdmf((3, b"204"), (4, b"O")), Caller(absent="unavailable", called="204")),
        (
            cidmessages.mdmf((0x1A, b"777"), (2, b"5551234"), (0x15, b"\x03")),
            Caller("5551234", redirected="777"),
        ),
        (cidmessages.mdmf((0x1A, b"P"), (2, b"5551234")), Caller("5551234")),
        (cidmessages.mdmf((2, b"5551234"), (0x10, b"888")), Caller("5551234")),
        (
            cidmessages.mdmf((5, b"1"), (6, b"L"), (0x11, b"\x01"), (2, b"5551234")),
            Caller("5551234"),
        ),
    ],
)
@pytest.mark.parametrize("with_checksum", [True, False])
def test_what_messages_say(data: bytes, caller: Caller, with_checksum: bool) -> None:
    digits = hex_of(cidmessages.checked(data) if with_checksum else data)
    assert caller_of("+VCIDR: " + digits) == caller


def test_the_first_number_of_a_message_counts() -> None:
    data = cidmessages.mdmf((2, b"5551234"), (2, b"777"))
    assert caller_of(hex_of(cidmessages.checked(data))) == Caller("5551234")
    data = cidmessages.mdmf((4, b"P"), (2, b"5551234"))
    assert caller_of(hex_of(cidmessages.checked(data))) == Caller("5551234")


@pytest.mark.parametrize("message", [CALL, SINGLE])
def test_every_single_bit_error_is_seen(message: bytes) -> None:
    data = cidmessages.checked(message)
    for bit in range(8 * len(data)):
        collector = CallerIdCollector()
        taken = collector.take(hex_of(cidmessages.flipped(data, [bit])))
        assert collector.caller() is None
        assert collector.damaged or (not taken and bit < 8), "only the type tells that it is one"


def test_a_second_copy_makes_the_damage_good() -> None:
    data = cidmessages.checked(CALL)
    collector = collected(hex_of(cidmessages.flipped(data, [99])))
    assert collector.damaged
    assert not collector.complete
    assert collector.take(hex_of(data))
    assert not collector.damaged
    assert collector.caller() == CALLER
    collector.clear()
    assert not collector.damaged


def test_a_message_is_damaged_while_its_end_is_missing() -> None:
    first, second = cidmessages.wrapped(hex_of(cidmessages.checked(CALL)), [40])
    collector = collected(first)
    assert collector.caller() is None
    assert collector.damaged
    assert collector.take(second)
    assert collector.caller() == CALLER
    assert not collector.damaged


def test_what_follows_a_message_cut_short_is_itself_again() -> None:
    first, second = cidmessages.wrapped(hex_of(cidmessages.checked(CALL)), [40])
    for other in ("NMBR=5551234", hex_of(cidmessages.checked(SINGLE))):
        collector = collected(first, other)
        caller = collector.caller()
        assert caller is not None
        assert caller.number in ("5551234", "2065550142")
        assert not collector.take(second), "no longer the line that follows"
    collector = collected(first)
    assert not collector.take("56000K")
    assert not collector.take(second)
    assert collector.damaged


@pytest.mark.parametrize("line", ["ERRM = 1", "MESG = CALID_202"])
def test_damage_that_the_modem_tells(line: str) -> None:
    collector = collected(line)
    assert collector.damaged
    assert collector.caller() is None
    assert collector.take("NMBR = P")
    assert not collector.damaged


@pytest.mark.parametrize(
    "line",
    [
        "56000",
        "5601",
        "013",
        "0480",
        "800080",  # a whole message, but of nothing
        "8020010801020304"[:14],
        "0B8433C1",
        "0410203040506070",  # 16 digits, but not as a message goes on
        "80FFEE0011223344",
        "82A1B2C3D4E5F60718293A",  # a serial number of 22
        "352099001761481",  # IMEI
        "89310410106543789301",  # number of a SIM card
        "0" * 60,
        "A" * 60,
        "8020 0108 3036 3",  # no whole bytes
        "FF FF",
        "80 20",
    ],
)
def test_hex_that_is_no_message(line: str) -> None:
    assert not is_caller_id(line)
    collector = CallerIdCollector()
    assert not collector.take(line)
    assert not collector.damaged


def test_a_longer_line_after_a_message_says_that_its_length_is_wrong() -> None:
    collector = collected(hex_of(SINGLE))
    assert not collector.take("560001")
    assert collector.caller() is None
    assert collector.damaged


def test_another_message_or_text_after_a_message_without_checksum_is_its_end() -> None:
    for other in (hex_of(cidmessages.checked(CALL)), "NAME = BERG", "USB modem", "RING;777"):
        collector = collected(hex_of(SINGLE))
        collector.take(other)
        caller = collector.caller()
        assert caller is not None
        assert caller.number == "2065550142"


def test_hex_of_a_length_and_nothing_is_bounded() -> None:
    collector = CallerIdCollector()
    collector.take("+VCIDR: 80FF" + "00" * 10_000)
    collector.take("80FF0108" + "30" * 10_000)
    collector.take("NMBR=" + "1" * 10_000)
    collector.take("NAME=" + "\xe9" * 10_000)
    for _ in range(1000):
        collector.take("30")
        collector.take("CIDM NMBR=" + "1" * 500)
    assert len(repr(vars(collector))) < 10 * LONGEST_VALUE
    caller = collector.caller()
    assert caller is not None
    assert len(caller.number) <= LONGEST_VALUE


# --- round trips ------------------------------------------------------------------------------

numbers = st.text("0123456789", min_size=1, max_size=20).filter(lambda text: text.strip("0"))
names = st.text("ABCDEFGHJKLMNQRSTUVWXYZ,.'&- ", max_size=20).map(lambda text: f"Z{text}Z")
dates = st.builds(
    lambda month, day, hour, minute: f"{month:02}{day:02}{hour:02}{minute:02}",
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
)
absences = st.sampled_from([(b"P", "withheld"), (b"O", "unavailable")])


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, Caller]:
    """A message without checksum, and whom it names."""
    sent_at = draw(dates)
    number = draw(numbers)
    letter, absent = draw(absences)
    named = draw(st.booleans())
    if named:
        absent = ""
    else:
        number = ""
    value = number.encode() if named else letter
    if draw(st.booleans()):
        single = Caller(number, absent=absent, sent_at=sent_at)
        return cidmessages.sdmf(sent_at.encode(), value), single
    name, called, redirected = draw(names), draw(numbers), draw(numbers)
    parameters = [
        (1, sent_at.encode()),
        (2 if named else 4, value),
        (7, name.encode()),
        (3, called.encode()),
        (0x1A, redirected.encode()),
        (0x11, b"\x01"),
    ]
    data = cidmessages.mdmf(*draw(st.permutations(parameters)))
    return data, Caller(number, name, absent, called, redirected, sent_at)


@given(messages(), st.booleans(), st.sets(st.integers(16, 400)), st.data())
def test_messages_come_back_however_wrapped(
    message: tuple[bytes, Caller], with_checksum: bool, cuts: set[int], data: st.DataObject
) -> None:
    sent, caller = message
    if not with_checksum and sent[0] == 0x04 and sum(sent) % 256 == 1:
        sent = cidmessages.checked(sent)  # see mdmf.decode: taken for an error in the length
    elif with_checksum:
        sent = cidmessages.checked(sent)
    digits = sent.hex()
    if data.draw(st.booleans(), "upper"):
        digits = digits.upper()
    assert caller_of(*cidmessages.wrapped(digits, cuts)) == caller


@given(messages(), st.integers(2, 40))
def test_messages_come_back_with_blanks_between_bytes(
    message: tuple[bytes, Caller], width: int
) -> None:
    sent, caller = message
    lines = cidmessages.spaced(cidmessages.checked(sent), width)
    assert caller_of("+VCIDR:", *lines) == caller


@given(messages(), st.sets(st.integers(16, 400)), st.sets(st.integers(0, 800), max_size=5))
def test_only_messages_whose_sum_is_right_are_accepted(
    message: tuple[bytes, Caller], cuts: set[int], bits: set[int]
) -> None:
    sent = cidmessages.checked(message[0])
    damaged = cidmessages.flipped(sent, [bit for bit in bits if bit < 8 * len(sent)])
    collector = CallerIdCollector(unchecked=False)
    for line in cidmessages.wrapped(damaged.hex(), cuts):
        collector.take(line)
    if sum(damaged) % 256 or damaged[1] != sent[1]:
        assert collector.caller() is None
    elif damaged == sent:
        assert collector.caller() == message[1]
