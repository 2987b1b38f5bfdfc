"""Each family of simulated modem, byte by byte: commands in, answers out. No time passes here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookflash.errors import PortError
from hookflash.modem.profiles import PROFILES, Profile
from hookflash.simulated import FAMILIES, ModemTiming
from hookflash.simulated.families import find_family
from hookflash.simulated.family import mask
from support.terminal import ERROR, OK, VCON, Terminal

PLUS = [name for name, family in FAMILIES.items() if family.voice == "+"]
SHARP = [name for name, family in FAMILIES.items() if family.voice == "#"]
VOICE = PLUS + SHARP
RING = b"\r\nRING\r\n"


def info(*lines: str) -> bytes:
    return ("\r\n" + "\r\n".join(lines) + "\r\n").encode() + OK


# --- who it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "command", "answer"),
    [
        ("v253", "ATI3", info("hookflash simulated modem")),
        ("data", "AT+GMM", info("simulated modem")),
        ("usr5637", "ATI", info("5601")),
        ("usr5637", "ATI3", info("U.S. Robotics 56K FAX USB V1.2.23")),
        (
            "usr5637",
            "ATI9",
            info("(1.0USR9100\\Modem\\PNPC107\\U.S. Robotics 56K Message)FF"),
        ),
        ("usr5637", "ATI5", ERROR),
        ("cx930xx", "ATI0", info("56000")),
        ("cx930xx", "ATI2", OK),
        ("cx930xx", "AT+GMI9", info("CONEXANT ACF")),
        ("cx930xx", "AT-PV", info("0000")),
        ("si24xx", "ATI6", info("2457")),
        ("si24xx", "AT+GMI9", ERROR),
        ("lucent", "ATI0", info("LT V.92 1.0 Serial Data/Fax/Voice Modem Version 1.25p")),
        ("lucent", "ATI7", OK),
        ("multitech", "ATI", info("MT9234MU")),
        ("zyxel", "ATI", info("2864")),
        ("zyxel", "AT+GMI", ERROR),
        ("rockwell", "ATI6", info("RCV288DPi Rev 05BA")),
        ("rockwell", "AT+FMM?", info("RC32ACL")),
        ("rockwell", "AT#MFR?", info("ROCKWELL")),
        ("rockwell", "AT+GMM", ERROR),
        ("usr_sharp", "ATI0", info("5601")),
        ("usr_sharp", "AT+GMM", ERROR),
    ],
)
def test_identity(family: str, command: str, answer: bytes) -> None:
    assert Terminal(family).say(command) == answer


def test_many_lines_are_one_block() -> None:
    told = Terminal("usr5637").say("ATI7")
    assert told.startswith(b"\r\nConfiguration Profile...\r\n\r\nProduct type")
    assert told.endswith(b"\r\nFirmware version       1.2.23\r\n\r\nOK\r\n")


@pytest.mark.parametrize(
    ("family", "listed"),
    [
        ("v253", "0,8"),
        ("data", "0"),
        ("usr5637", "0,1,1.0,8"),
        ("cx930xx", "0,1,1.0,2,8"),
        ("zyxel", "0,2,2.0,6,8"),
        ("rockwell", "0,1,2"),
    ],
)
def test_classes_are_listed(family: str, listed: str) -> None:
    assert Terminal(family).say("AT+FCLASS=?") == info(listed)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_voice_class_is_entered_in_one_way_only(family: str) -> None:
    desk = Terminal(family)
    assert desk.say("AT+FCLASS=8") == (OK if family in PLUS else ERROR)
    assert desk.say("AT#CLS=8") == (OK if family in SHARP else ERROR)
    assert desk.say("AT+FCLASS?") == info("0" if family == "data" else "8")


@pytest.mark.parametrize("family", FAMILIES)
def test_voice_commands_need_the_voice_class(family: str) -> None:
    desk = Terminal(family)
    for command in ("AT+VLS=1", "AT+VLS=?", "AT+VTS=!", "AT#VLS=0", "AT#VTS=1", "AT+VRA=50"):
        assert desk.say(command) == ERROR
    assert not desk.line.is_off_hook


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(PortError, match=r"'fax' is none of v253, data, usr5637"):
        find_family("fax")


# --- event masks ----------------------------------------------------------------------------------


def test_the_bits_of_masks_count_from_the_left() -> None:
    """Rockwell RC56 table 6-6: bit 31 is event 0."""
    assert mask("caller_id") == 0x80000000
    assert mask("lost") == 1
    assert mask("caller_id", "distinctive_ring", "ring") == 0xB0000000
    lucent = mask(
        "key", "fax_calling", "data_calling", "local_hook", "silence", "busy", "dial"
    )  # fmt: skip
    assert lucent == 0x0BC01800


@pytest.mark.parametrize(
    ("family", "line"),
    [
        ("cx930xx", '0,"",B0804100,B0804100,B0804100'),
        ("cx930xx", '1,"T",0B8433C1,0FE431C1,0B8431C1'),
        ("cx930xx", '19,"M1S1",00800300,04E00100,20800100'),
        ("lucent", '0,"",B0000000,B0000000,B0000000'),
        ("lucent", '7,"MST",0BC01800,0BC01800,0BC01800'),
    ],
)
def test_documented_masks(family: str, line: str) -> None:
    desk = Terminal(family)
    desk.voice()
    assert line in desk.say("AT+VLS=?").decode().split("\r\n")


@pytest.mark.parametrize(
    ("family", "label"), [("v253", "1,"), ("usr5637", "5,"), ("si24xx", "15,"), ("multitech", "3,")]
)
def test_labels_have_their_masks(family: str, label: str) -> None:
    desk = Terminal(family)
    desk.voice()
    lines = desk.say("AT+VLS=?").decode().split("\r\n")
    found = [line for line in lines if line.startswith(label)]
    assert len(found) == 1
    assert [len(part) for part in found[0].split(",")[2:]] == [8, 8, 8]


def test_masks_that_only_one_family_has() -> None:
    """What a driver is to tell families apart by."""
    masks: dict[int, str] = {}
    for name in PLUS:
        label = FAMILIES[name].line_label
        assert label is not None
        assert label.idle not in masks, f"{name} and {masks[label.idle]}"
        masks[label.idle] = name


def test_zyxel_lists_its_devices_without_masks() -> None:
    desk = Terminal("zyxel")
    desk.voice()
    assert desk.say("AT+VLS=?") == info("0,1,2,8,16")


@pytest.mark.parametrize(
    ("family", "first"),
    [
        ("usr5637", '128,"8-BIT LINEAR",(8000)'),
        ("cx930xx", '1,"UNSIGNED PCM",(8000),(0),(0)'),
        ("lucent", '128,"8-BIT LINEAR",(7200,8000,11025)'),
        ("zyxel", "1;CELP;1;0;(9600)"),
    ],
)
def test_compressions(family: str, first: str) -> None:
    desk = Terminal(family)
    desk.voice()
    assert desk.say("AT+VSM=?").decode().split("\r\n")[1] == first


# --- keys, flashes, tones -------------------------------------------------------------------------


def sends(family: str, command: str) -> tuple[bytes, list[str], str]:
    """The answer to a command in a call, the flashes and the keys that the exchange heard."""
    desk = Terminal(family)
    desk.talk()
    answer = desk.ask(command)
    cut = answer.find(b"\x10")
    return (
        answer[:cut] if cut >= 0 else answer,
        desk.heard("flash"),
        "".join(desk.heard("dtmf")),
    )


@pytest.mark.parametrize(
    ("family", "command", "flashes", "keys"),
    [
        ("cx930xx", "AT+VTS={!,30}", ["300"], ""),
        ("cx930xx", "AT+VTS=1,{*,6},#,D", [], "1*#D"),
        ("cx930xx", "AT+VTS=[697,1209,10],[941,1633,10]", [], "1D"),
        ("cx930xx", "AT+VTS=[],[800],[,,50],5", [], "5"),
        ("cx930xx", "AT+VTS=1;+VTS={!,30};+VTD=5", ["300"], "1"),
        ("cx930xx", "AT+VTD=25;+VTS=!", ["250"], ""),
        ("cx930xx", "AT+VTS=!", ["1000"], ""),  # 100 x 10 ms
        ("usr5637", "AT+VTS=[941,1477,12]", [], "#"),
        ("usr5637", "AT+VTS=[933,933,12]", [], ""),
        ("usr5637", "AT+VTS=[941,1477,12],[697,1209,5]", [], "#1"),
        ("si24xx", "AT+VTS=[852,1209,10],[500,0,10]", [], "7"),
        ("lucent", "AT+VTS=[852,1336,10],[933,933,12],[,,50]", [], "8"),
        ("multitech", "AT+VTS=1,2", [], "12"),
        ("zyxel", "AT+VTS=A,{9,20}", [], "A9"),
        ("zyxel", "AT+VTS=[941,1336,10]", [], "0"),
        ("rockwell", "AT#VTS=[697,1209,1],[933,0,5],*", [], "1*"),
        ("usr_sharp", "AT#VTS=1,#,{5,3}", [], "1#5"),
    ],
)
def test_forms_and_units(family: str, command: str, flashes: list[str], keys: str) -> None:
    assert sends(family, command) == (OK, flashes, keys)


@pytest.mark.parametrize(
    ("family", "command"),
    [
        ("usr5637", "AT+VTS=[933,0,120]"),
        ("usr5637", "AT+VTS=[0,0,50]"),
        ("usr5637", "AT+VTS=[,,50]"),
        ("usr5637", "AT+VTS=[697,1209]"),
        ("si24xx", "AT+VTS=7"),
        ("si24xx", "AT+VTS={!,50}"),
        ("si24xx", "AT+VTS=[697,1209]"),
        ("zyxel", "AT+VTS={!,50}"),
        ("rockwell", "AT#VTS=!"),
        ("usr_sharp", "AT#VTS={!,5}"),
        ("lucent", "AT+VTS=[933,0,12]"),
        ("lucent", "AT+VTS=[933,,12]"),
        ("cx930xx", "AT+VTS=[100,,12]"),
        ("cx930xx", "AT+VTS={!,256}"),
        ("cx930xx", "AT+VTS=E"),
        ("cx930xx", "AT+VTS=1;2"),
        ("cx930xx", "AT+VTS="),
        ("cx930xx", "AT#VTS=1"),
        ("rockwell", "AT+VTS=1"),
        ("rockwell", "AT#VTS={!}"),
    ],
)
def test_refused_forms(family: str, command: str) -> None:
    answer, flashes, _ = sends(family, command)
    assert (answer, flashes) == (ERROR, [])


@pytest.mark.parametrize(
    "command", ["AT+VTS=9", "AT+VTS={9,10}", "AT+VTS={!,50}", "AT+VTS=[697,1209,10],9"]
)
def test_usr5637_never_answers_a_bare_key_and_lives_on(command: str) -> None:
    desk = Terminal("usr5637")
    desk.talk()
    assert desk.ask(command, 60.0) == b""
    assert desk.heard("dtmf") == []
    assert desk.say("AT") == OK
    assert desk.ask("AT+VTS=[852,1477,10]") == OK
    assert desk.heard("dtmf") == ["9"]


@pytest.mark.parametrize("key", "0123456789*#ABCD")
def test_each_key_has_its_two_frequencies_and_no_others(key: str) -> None:
    place = "123A456B789C*0#D".index(key)
    row, column = (697, 770, 852, 941)[place // 4], (1209, 1336, 1477, 1633)[place % 4]
    assert sends("usr5637", f"AT+VTS=[{row},{column},10]")[2] == key
    assert sends("usr5637", f"AT+VTS=[{column},{row},10]")[2] == key
    for other in (row + 40, row - 40):
        assert sends("usr5637", f"AT+VTS=[{other},{column},10]")[2] == ""


def test_a_tone_takes_its_time() -> None:
    desk = Terminal("cx930xx")
    desk.talk()
    assert desk.say("AT+VTS=[800,900,200]") == b""
    assert desk.wait(1.99) == b""
    assert desk.wait(0.02) == OK


def test_lines_of_several_sharp_commands() -> None:
    desk = Terminal("usr_sharp")
    assert desk.say("AT#CLS=8#VRA=45#VRN=60") == OK
    assert desk.say("AT#VRA?") == info("45")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_flash_of_a_dial_is_s29_where_it_is_that(family: str) -> None:
    register = FAMILIES[family].flash_register
    desk = Terminal(family)
    desk.say("ATDT1234;")
    desk.wait(20.0)
    desk.say("ATX3S29=30")
    assert desk.ask("ATDT!;") == OK
    assert desk.heard("flash") == ["300" if register == "S29" else "500"]
    assert desk.ask("ATDT&;") == OK
    assert len(desk.heard("flash")) == (2 if family == "si24xx" else 1)


def test_u4f_is_the_flash_of_a_dial_in_ms() -> None:
    desk = Terminal("si24xx")
    desk.say("ATDT1234;")
    desk.wait(20.0)
    desk.say("ATX3S29=30")
    assert desk.say("AT:R4F") == info("01F4")
    desk.ask("ATDT!;")
    assert desk.say("AT:U4F,0064") == OK
    desk.ask("ATDT&;")
    assert desk.heard("flash") == ["500", "100"]
    assert Terminal("cx930xx").say("AT:U4F,0064") == ERROR


# --- hook and class -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "command", "answer"),
    [
        ("v253", "AT+VLS=1", OK),
        ("usr5637", "AT+VLS=1", OK + b"\x10H"),
        ("usr5637", "AT+VLS=5", OK + b"\x10H"),
        ("cx930xx", "AT+VLS=1", OK),
        ("cx930xx", "ATA", OK),
        ("si24xx", "AT+VLS=15", OK),
        ("lucent", "AT+VLS=3", OK),
        ("multitech", "AT+VLS=1", OK),
        ("zyxel", "ATA", VCON),
        ("zyxel", "AT+VLS=2", VCON),
        ("rockwell", "ATA", VCON),
        ("usr_sharp", "AT#VLS=0A", VCON),
        ("usr_sharp", "ATA", VCON),
    ],
)
def test_picking_up(family: str, command: str, answer: bytes) -> None:
    desk = Terminal(family)
    desk.voice()
    desk.exchange.call("1001", "5551234")
    desk.wait(3.0)  # in the silence between two rings
    assert desk.say(command) == answer
    assert desk.heard("answered") == ["5551234"]
    assert desk.say("ATH") == OK
    assert not desk.line.is_off_hook


@pytest.mark.parametrize(
    ("family", "command", "answer"),
    [
        ("v253", "ATA", ERROR),
        ("cx930xx", "AT+VLS=2", OK),
        ("cx930xx", "AT+VLS=6", ERROR),
        ("zyxel", "AT+VLS=1", VCON),
        ("zyxel", "AT+VLS=3", ERROR),
        ("rockwell", "AT#VLS=0", OK),
        ("rockwell", "AT#VLS=1", VCON),
        ("usr_sharp", "AT#VLS=0", OK),
    ],
)
def test_what_does_not_pick_up(family: str, command: str, answer: bytes) -> None:
    desk = Terminal(family)
    desk.voice()
    assert desk.say(command) == answer
    assert not desk.line.is_off_hook


@pytest.mark.parametrize("family", FAMILIES)
def test_ata_in_class_0_is_an_error(family: str) -> None:
    assert Terminal(family).say("ATA") == ERROR


def test_usr5637_says_ok_and_does_not_pick_up_during_a_ring_burst() -> None:
    desk = Terminal("usr5637")
    desk.voice()
    desk.exchange.call("1001", "5551234")
    assert desk.line.in_burst
    assert desk.say("AT+VLS=1") == b"\x10R" + OK
    assert not desk.line.is_off_hook
    assert desk.wait(2.0) == b""
    assert not desk.line.in_burst
    assert desk.say("AT+VLS=1") == OK + b"\x10H"
    assert desk.heard("answered") == ["5551234"]
    assert desk.wait(20.0) == b""


@pytest.mark.parametrize("family", VOICE)
def test_ring_is_an_event_in_voice_class_and_text_outside(family: str) -> None:
    desk = Terminal(family)
    desk.exchange.call("1001")
    assert desk.out() == RING
    desk.voice()
    assert desk.wait(6.0) == b"\x10R"
    desk.say("AT#CLS=0" if desk.sharp else "AT+FCLASS=0")
    assert desk.wait(6.0) == RING


@pytest.mark.parametrize("family", VOICE)
def test_where_ath_leaves_the_voice_class(family: str) -> None:
    desk = Terminal(family)
    desk.voice()
    assert desk.say("ATH") == OK
    leaves = family in ("rockwell", "si24xx", "zyxel")
    assert desk.say("AT+FCLASS?") == info("0" if leaves else "8")


@pytest.mark.parametrize("family", PLUS)
def test_where_parameters_are_lost_with_the_class(family: str) -> None:
    desk = Terminal(family)
    for command in ("AT+FCLASS=8", "AT+VTD=7", "AT+FCLASS=0", "AT+FCLASS=8"):
        assert desk.say(command) == OK
    assert desk.say("AT+VTD?") == info("100" if family == "usr5637" else "7")
    assert desk.say("AT+VIP") == OK
    assert desk.say("AT+VTD?") == info("100")


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_reset_takes_away(family: str) -> None:
    desk = Terminal(family)
    name = FAMILIES[family].caller_id
    assert desk.say(f"AT{name}=1") == OK
    assert desk.say("ATZ") == OK
    if family != "zyxel":
        assert desk.say(f"AT{name}?") == f"AT{name}?\r".encode() + info("0")
    assert desk.say("AT&F") == b"AT&F\r" + OK
    desk.exchange.call("1001", "5551234")
    assert desk.wait(3.0) == RING


def test_the_country_stays_over_a_reset() -> None:
    desk = Terminal("cx930xx")
    assert desk.say("AT+GCI?") == info("+GCI: B5")
    assert desk.say("AT+GCI=B4") == OK
    assert desk.say("AT+GCI=UK") == ERROR
    desk.say("ATZE0")
    assert desk.say("AT+GCI?") == info("+GCI: B4")
    assert Terminal("rockwell").say("AT+GCI?") == ERROR


@pytest.mark.parametrize("family", FAMILIES)
def test_dropping_dtr_hangs_up(family: str) -> None:
    desk = Terminal(family)
    desk.say("AT&D2H1")
    desk.modem.dtr(False)
    assert desk.line.is_off_hook == (family == "usr5637")


# --- caller ID ------------------------------------------------------------------------------------


def caller_id(
    family: str, mode: int, call: Callable[[Terminal], bool], *, voice: bool = False
) -> list[bytes]:
    """The lines of caller ID between the first ring and the second."""
    desk = Terminal(family)
    assert desk.say(f"AT{FAMILIES[family].caller_id}={mode}") == OK
    if voice:
        desk.voice()
    assert call(desk)
    desk.out()
    return [line for line in desk.wait(3.0).split(b"\r\n") if line]


def jane(desk: Terminal) -> bool:
    return desk.exchange.call("1001", "5551234", "JANE", sent_at="12312359")


SPACED = [b"DATE = 1231", b"TIME = 2359", b"NMBR = 5551234", b"NAME = JANE"]
TIGHT = [line.replace(b" = ", b"=") for line in SPACED]


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        ("v253", SPACED),
        ("data", SPACED),
        ("usr5637", TIGHT),
        ("cx930xx", SPACED),
        ("si24xx", TIGHT),
        ("lucent", TIGHT),
        ("multitech", SPACED),
        ("zyxel", [b"TIME: 12-31 23:59", b"CALLER NAME: JANE", b"CALLER NUMBER: 5551234"]),
        ("rockwell", SPACED),
        ("usr_sharp", SPACED),
    ],
)
def test_formatted_caller_id(family: str, lines: list[bytes]) -> None:
    assert caller_id(family, 1, jane) == lines


MDMF = b"80190108313233313233353902073535353132333407044A414E45"


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        ("cx930xx", [MDMF + b"29"]),
        ("si24xx", [MDMF + b"29"]),
        ("rockwell", [MDMF]),  # without its checksum
        ("usr_sharp", [MDMF + b"29"]),
    ],
)
def test_unformatted_caller_id(family: str, lines: list[bytes]) -> None:
    assert caller_id(family, 2, jane) == lines


def test_a_long_message_is_wrapped_by_some() -> None:
    lines = caller_id(
        "usr_sharp", 2, lambda desk: desk.exchange.call("1001", "02079460123", "EXAMPLE COMPANY")
    )
    assert [len(line) for line in lines] == [60, 26]
    message = bytes.fromhex(b"".join(lines).decode())
    assert sum(message) % 256 == 0
    assert message[1] == len(message) - 3


def test_a_number_alone_is_sdmf() -> None:
    (line,) = caller_id("cx930xx", 2, lambda desk: desk.exchange.call("1001", "5551234"))
    message = bytes.fromhex(line.decode())
    assert message[:-1] == b"\x04\x0f112209305551234"
    assert sum(message) % 256 == 0


@pytest.mark.parametrize(("absent", "letter"), [("withheld", b"P"), ("unavailable", b"O")])
def test_without_a_number(absent: str, letter: bytes) -> None:
    def call(desk: Terminal) -> bool:
        return desk.exchange.call("1001", absent=absent)

    def named(desk: Terminal) -> bool:
        return desk.exchange.call("1001", name="SHOP", absent=absent)

    assert caller_id("usr5637", 1, call)[2:] == [b"NMBR=" + letter, b"NAME=" + letter]
    assert caller_id("zyxel", 1, call)[1:] == [b"REASON FOR NO CALLER NUMBER: " + letter]
    (line,) = caller_id("cx930xx", 2, named)
    assert b"\x04\x01" + letter in bytes.fromhex(line.decode())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Vähälä", b"V\xe4h\xe4l\xe4"),
        ("王", b"\xe7\x8e\x8b"),
        (b"\xcd\xf5", b"\xcd\xf5"),
    ],
)
def test_names_in_other_charsets_go_out_as_they_are(name: str | bytes, told: bytes) -> None:
    def call(desk: Terminal) -> bool:
        return desk.exchange.call("1001", "5551234", name)

    assert caller_id("usr5637", 1, call)[-1] == b"NAME=" + told
    assert bytes.fromhex(caller_id("usr5637", 2, call)[0].decode())[-1 - len(told) : -1] == told


def test_parameters_without_a_tag_come_as_mesg() -> None:
    lines = caller_id(
        "cx930xx",
        1,
        lambda desk: desk.exchange.call("1001", "5551234", called="200", redirected="300"),
    )
    assert lines[3:] == [b"MESG = 0303323030", b"MESG = 0503333030"]


def test_complex_reports_in_voice_class() -> None:
    desk = Terminal("si24xx")
    desk.say("AT+VCID=1")
    desk.voice()
    desk.say("AT+VLS=14")
    jane(desk)
    assert desk.wait(3.0) == (
        b"\x10R\x10X\r\nCIDM\r\nDATE=1231\r\nTIME=2359\r\nNMBR=5551234\r\nNAME=JANE\r\n\x10."
    )
    assert desk.say("AT+VCIDR?").startswith(b"\r\n+VCIDR:\r\n80 19 01 08 31 32 33 31")
    assert Terminal("si24xx").say("AT+VCIDR?") == info("+VCIDR:", "NO DATA")


def test_others_tell_it_as_text_in_voice_class() -> None:
    assert caller_id("cx930xx", 1, jane, voice=True) == SPACED


def test_before_the_first_ring() -> None:
    desk = Terminal("usr5637")
    desk.say("AT+VCID=1")
    desk.line.caller_id_first = True
    desk.exchange.call("1001", "5551234")
    assert desk.out().endswith(b"NMBR=5551234\r\n")
    assert desk.wait(0.4) == b""
    assert desk.wait(0.1) == RING
    assert desk.wait(5.9) == b""


def test_a_modem_set_to_another_country_hears_no_caller_id() -> None:
    desk = Terminal("cx930xx")
    desk.line.country = "B4"
    desk.say("AT+VCID=1")
    jane(desk)
    assert desk.wait(3.0) == RING
    desk.exchange.hang_up("1001")
    desk.say("AT+GCI=B4")
    jane(desk)
    assert b"NMBR = 5551234" in desk.wait(3.0)


def test_caller_id_as_keys_is_heard_by_who_listens() -> None:
    desk = Terminal("si24xx")
    desk.voice()
    desk.say("AT+VLS=14")
    desk.exchange.call("1001", keys="A12C")
    keys = b"".join(b"\x10/\x10%c\x10\x7f" % key for key in b"A12C")
    assert desk.wait(0.6) == keys + b"\x10R"
    idle = Terminal("cx930xx")
    idle.voice()
    idle.exchange.call("1001", keys="A12C")
    assert idle.wait(0.6) == b"\x10R"


# --- keys of the far end --------------------------------------------------------------------------

ONCE = b"\x105"
HELD = b"\x10/\x105\x105\x105\x10~"


@pytest.mark.parametrize(
    ("family", "report"),
    [
        ("v253", ONCE),
        ("usr5637", HELD),
        ("cx930xx", HELD),
        ("si24xx", HELD[:-1] + b"\x7f"),
        ("lucent", HELD),
        ("multitech", HELD),
        ("zyxel", ONCE),
        ("rockwell", ONCE),
        ("usr_sharp", ONCE),
    ],
)
def test_a_key_held_for_200_ms(family: str, report: bytes) -> None:
    desk = Terminal(family)
    desk.talk()
    desk.exchange.press("1001", "5", 200)
    assert desk.wait(1.0) == report


def test_a_held_key_is_told_every_70_ms() -> None:
    desk = Terminal("cx930xx")
    desk.talk()
    desk.exchange.press("1001", "12", 140)
    assert desk.out() == b"\x10/\x101"
    assert desk.wait(0.069) == b""
    assert desk.wait(0.002) == b"\x101"
    assert desk.wait(0.07) == b"\x10~"
    assert desk.wait(1.0) == b"\x10/\x102\x102\x10~"
    desk.exchange.press("1001", "#", 0)
    assert desk.out() == b"\x10/\x10#\x10~"


def test_the_end_of_a_key_is_lost_with_the_call() -> None:
    desk = Terminal("cx930xx")
    desk.talk()
    desk.exchange.press("1001", "1", 300)
    desk.say("ATH")
    assert desk.wait(1.0) == b""


@pytest.mark.parametrize("family", SHARP)
def test_without_vtd_nothing_is_told(family: str) -> None:
    desk = Terminal(family)
    desk.talk()
    desk.say("AT#VTD=3F,3F,0")
    desk.exchange.press("1001", "5")
    desk.exchange.hang_up("1001")
    assert desk.wait(10.0) == b""


def test_usr_sharp_hears_no_keys_after_a_beep_until_the_line_is_chosen_anew() -> None:
    desk = Terminal("usr_sharp")
    desk.talk()
    desk.ask("AT#VTS=[900,0,2]")
    desk.exchange.press("1001", "5", 0)
    assert desk.out() == b""
    assert desk.say("AT#VLS=0A") == VCON
    desk.exchange.press("1001", "5", 0)
    assert desk.out() == b"\x105"


# --- what is heard --------------------------------------------------------------------------------


def sounds(name: str) -> Callable[[Terminal], None]:
    return lambda desk: desk.exchange.sound("1001", name)


def far_hangs_up(desk: Terminal) -> None:
    desk.exchange.hang_up("1001")
    desk.wait(0.49)
    desk.out()


def flash(desk: Terminal) -> None:
    desk.line.flash(100)


EVENTS: dict[str, Callable[[Terminal], object]] = {
    "busy": far_hangs_up,
    "dial": flash,
    "silence": sounds("silence"),
    "quiet": sounds("quiet"),
    "fax": sounds("fax_calling"),
    "reorder": sounds("reorder"),
    "voice": sounds("voice"),
    "waiting": lambda desk: desk.exchange.call_waiting("1001"),
    "lifted": lambda desk: desk.line.lift("local"),
    "extension": lambda desk: desk.line.lift("extension"),
}

HEARD = {
    #            busy  dial silence quiet  fax reorder voice waiting lifted extension
    "v253": "      b     d     s      q     c     b      V     w       H      P",
    "usr5637": "   b     d     s      q     c     b      -     -       H      -",
    "cx930xx": "   b     -     -      -     c     b      -     -       H      -",
    "si24xx": "    b     d     s      q     c     b      -     w       H      -",
    "lucent": "    b     d     s      -     c     b      -     -       H      -",
    "multitech": " b     d     s      q     c     b      -     w       H      -",
    "zyxel": "     b     d     s      q     c     b      -     -       H      -",
    "rockwell": "  b     d     s      q     c     b      -     -       t      -",
    "usr_sharp": " b     d     s      q     c     b      -     -       H      -",
}


@pytest.mark.parametrize(
    ("family", "event", "code"),
    [
        (family, event, code)
        for family, codes in HEARD.items()
        for event, code in zip(EVENTS, codes.split(), strict=True)
    ],
)
def test_what_is_heard_in_a_call(family: str, event: str, code: str) -> None:
    """A family tells what its event mask has, in its own letters."""
    if (family, event) == ("lucent", "quiet"):
        code = "s"  # for both
    desk = Terminal(family)
    desk.talk()
    desk.out()
    EVENTS[event](desk)
    told = desk.wait(0.3)
    assert told == (b"" if code == "-" else b"\x10" + code.encode())


@pytest.mark.parametrize("family", VOICE)
def test_in_class_0_nothing_is_heard(family: str) -> None:
    desk = Terminal(family)
    desk.ask("ATDT1234;", 20.0)
    desk.exchange.press("1001", "5")
    desk.line.lift("local")
    desk.exchange.hang_up("1001")
    assert desk.wait(10.0) == b""


@pytest.mark.parametrize("family", [name for name in VOICE if name != "v253"])
def test_a_busy_tone_is_told_every_4_s(family: str) -> None:
    desk = Terminal(family)
    desk.talk()
    desk.exchange.hang_up("1001")
    assert desk.wait(0.6) == b"\x10b"
    assert desk.wait(3.8) == b""
    assert desk.wait(0.2) == b"\x10b"
    assert desk.wait(8.0) == b"\x10b\x10b"
    desk.say("ATH")
    assert desk.wait(10.0) == b""


def test_a_dial_tone_is_told_every_3_s_and_no_more_once_it_is_gone() -> None:
    desk = Terminal("lucent")
    desk.talk()
    flash(desk)
    assert desk.wait(3.3) == b"\x10d\x10d"
    desk.ask("AT+VTS=2,0,4")
    assert desk.wait(10.0) == b""


def test_a_tone_that_begins_during_a_command_is_told_after_it() -> None:
    desk = Terminal("lucent")
    desk.talk()
    assert desk.say("AT+VTS=[800,900,200]") == b""
    desk.exchange.hang_up("1001")
    assert desk.wait(2.1) == OK
    assert desk.wait(4.0) == b"\x10b"


@pytest.mark.parametrize(
    ("family", "told"),
    [("v253", b"\x10l"), ("cx930xx", b"\x10l"), ("si24xx", b"\x10l"), ("zyxel", b"\x10l"),
     ("usr5637", b""), ("multitech", b""), ("lucent", b"")],
)  # fmt: skip
def test_a_loop_break_at_the_far_end_s_hang_up(family: str, told: bytes) -> None:
    desk = Terminal(family)
    desk.line.clears_with = "loop_break"
    desk.talk()
    desk.exchange.hang_up("1001")
    assert desk.wait(10.0) == told


def test_a_far_end_that_hangs_up_unheard() -> None:
    desk = Terminal("cx930xx")
    desk.line.clears_with = ""
    desk.talk()
    desk.exchange.hang_up("1001")
    assert desk.wait(60.0) == b""
    assert desk.heard("far_hangup") == [""]


@pytest.mark.parametrize(
    ("family", "told"),
    [("v253", b"\x10L"), ("si24xx", b"\x10L"), ("cx930xx", b"\x10l"), ("usr5637", b"")],
)
def test_the_line_is_reversed_at_the_answer_and_back_at_the_end(family: str, told: bytes) -> None:
    desk = Terminal(family)
    desk.line.reverses = True
    desk.line.clears_with = ""
    desk.voice()
    desk.say("AT+VRN=0")
    desk.say("ATDT1234")
    assert desk.wait(8.0).rpartition(OK)[2].replace(b"\x10r", b"") == b""
    assert desk.wait(2.0).replace(b"\x10r", b"") == told
    desk.exchange.hang_up("1001")
    assert desk.wait(2.0) == told


def test_conexant_tells_an_extension_only_if_asked() -> None:
    desk = Terminal("cx930xx")
    desk.say("AT-STE=2")
    desk.talk()
    desk.line.lift("extension")
    desk.line.put_down("extension")
    assert desk.out() == b"\x10P\x10p"


def test_conexant_does_not_dial_on_a_line_in_use() -> None:
    desk = Terminal("cx930xx")
    desk.line.lift("extension")
    assert desk.say("AT-STE=1") == OK
    assert desk.say("ATDT1234;") == b"\r\nLINE IN USE\r\n"
    assert not desk.line.is_off_hook
    desk.line.put_down("extension")
    assert desk.ask("ATDT1234;", 3.0) == OK


@pytest.mark.parametrize(
    ("family", "before", "told"),
    [
        ("v253", "AT", b"\x10w\r\nDATE = 1122\r\n\r\nTIME = 0930\r\n\r\nNMBR = 77\r\n"),
        ("si24xx", "AT", b"\x10w"),
        ("si24xx", "AT+PCW=0", b"\x10w\x10X\r\nCIDM\r\nDATE=1122\r\nTIME=0930\r\nNMBR=77\r\n\x10."),
        ("cx930xx", "AT", b""),
        ("cx930xx", "AT-SCID=1", b"\r\nDATE = 1122\r\n\r\nTIME = 0930\r\n\r\nNMBR = 77\r\n"),
        ("usr5637", "AT", b""),
    ],
)
def test_a_second_call_is_told_and_does_not_ring(family: str, before: str, told: bytes) -> None:
    desk = Terminal(family)
    desk.say("AT+VCID=1")
    desk.say(before)
    desk.talk()
    desk.out()
    call = desk.line.call
    assert desk.exchange.call_waiting("1001", "77")
    assert desk.wait(20.0) == told
    assert desk.line.call is call


def test_conexant_tells_a_second_call_of_a_parallel_phone() -> None:
    desk = Terminal("cx930xx")
    desk.say("AT-SCID=1;+VCID=1")
    desk.exchange.call("1001", "11")
    desk.wait(3.0)
    desk.line.lift("extension")
    desk.out()
    assert desk.exchange.call_waiting("1001", "77")
    assert b"NMBR = 77" in desk.wait(2.0)
    assert not desk.line.is_off_hook


# --- distinctive rings ----------------------------------------------------------------------------

TWICE = (0.4, 0.2, 0.4, 2.0)


@pytest.mark.parametrize("family", [name for name in FAMILIES if FAMILIES[name].dron])
def test_cadences_in_tenths_of_a_second(family: str) -> None:
    desk = Terminal(family)
    assert desk.say("AT+VDR=1,0") == OK
    assert desk.say("AT+VDR?") == info("1,0")
    desk.exchange.call("1001", cadence=TWICE, rings=1)
    assert desk.wait(20.0) == b"\r\nDRON=4\r\n\r\nDROF=2\r\n\r\nDRON=4\r\n"


def test_ring_some_tenths_after_a_burst() -> None:
    desk = Terminal("lucent")
    desk.say("AT+VDR=1,3")
    desk.exchange.call("1001", cadence=TWICE)
    assert desk.wait(0.65) == b"\r\nDRON=4\r\n\r\nDROF=2\r\n"
    assert desk.wait(0.1) == RING
    assert desk.wait(2.3) == b"\r\nDRON=4\r\n" + RING + b"\r\nDROF=20\r\n"


def test_cadences_as_complex_reports() -> None:
    desk = Terminal("si24xx")
    desk.say("AT+VDR=1,1")
    desk.voice()
    desk.exchange.call("1001", rings=1)
    assert desk.wait(10.0) == b"\x10X\r\nDRON=20\r\n\x10.\x10R"


@pytest.mark.parametrize(
    ("family", "setting", "cadence", "told"),
    [
        ("rockwell", "AT-SDR=7", (2.0, 4.0), b"\r\nRING 1\r\n"),
        ("rockwell", "AT-SDR=7", (0.8, 0.4, 0.8, 4.0), b"\r\nRING 2\r\n"),
        ("cx930xx", "AT-SDR=7", (0.4, 0.2, 0.4, 0.2, 0.8, 4.0), b"\r\nRING 3\r\n"),
        ("cx930xx", "AT-SDR=1", (0.8, 0.4, 0.8, 4.0), b""),
        ("usr5637", "ATS41=1", (2.0, 4.0), b"\r\nRING A\r\n"),
        ("usr_sharp", "ATS41=1", (0.8, 0.4, 0.8, 4.0), b"\r\nRING B\r\n"),
        ("usr_sharp", "ATS41=0", (0.8, 0.4, 0.8, 4.0), RING),
    ],
)
def test_rings_with_a_number_or_a_letter(
    family: str, setting: str, cadence: tuple[float, ...], told: bytes
) -> None:
    desk = Terminal(family)
    assert desk.say(setting) == OK
    desk.exchange.call("1001", cadence=cadence, rings=1)
    assert desk.wait(20.0) == told


def test_a_cadence_of_several_bursts_is_one_ring() -> None:
    desk = Terminal("data")
    desk.exchange.call("1001", cadence=TWICE, rings=2)
    assert desk.wait(20.0) == RING + RING
    assert desk.heard("abandoned") == [""]


# --- answers --------------------------------------------------------------------------------------

CONNECTED = {name: FAMILIES[name].connected.encode() for name in VOICE}
DIALLED = 1.56
"""Seconds from ATDT1234 to the first ringback: dial tone, four digits, the exchange's wait."""


def answer_seen(family: str, *settings: str, number: str = "1234") -> tuple[float, bytes]:
    """Dial in voice class; when the result came (s after the first ringback), and which."""
    desk = Terminal(family)
    desk.voice()
    for setting in settings:
        assert desk.say(setting) == OK
    desk.say(f"ATDT{number}")
    out = desk.wait(DIALLED)
    passed = 0.0
    while not out.endswith((OK, VCON, b"NO ANSWER\r\n", b"BUSY\r\n", b"NO CARRIER\r\n")):
        assert passed < 120
        out += desk.wait(0.1)
        passed += 0.1
    return round(passed, 1), out.removesuffix(b"\r\n").rpartition(b"\r\n")[2]


@pytest.mark.parametrize("family", VOICE)
def test_vrn_0_returns_when_the_digits_are_out(family: str) -> None:
    desk = Terminal(family)
    desk.voice()
    desk.say("AT#VRN=0" if desk.sharp else "AT+VRN=0")
    assert desk.say("ATDT1234") == b""
    assert desk.wait(1.0) == b"\r\n" + CONNECTED[family] + b"\r\n"


def test_si24xx_begins_with_vrn_0() -> None:
    desk = Terminal("si24xx")
    desk.voice()
    assert desk.ask("ATDT1234", 1.0) == OK


@pytest.mark.parametrize("family", VOICE)
def test_ringback_that_goes_away_is_an_answer(family: str) -> None:
    """Answered at 8 s, in the burst that began at 6 s and would have ended there: +VRA later."""
    sign = "#" if family in SHARP else "+"
    never = "AT#VRN=100" if family in SHARP else "AT+VRN=10"
    seen, result = answer_seen(family, f"AT{sign}VRA=45", never)
    assert result == CONNECTED[family]
    assert 12.4 <= seen <= 12.6


def test_defaults_of_vra() -> None:
    assert answer_seen("cx930xx")[0] == pytest.approx(13.0, abs=0.11)
    assert answer_seen("zyxel")[0] == pytest.approx(15.0, abs=0.11)
    assert answer_seen("rockwell")[0] == pytest.approx(15.0, abs=0.11)


def test_a_vra_shorter_than_the_silence_of_ringback_is_deceived() -> None:
    seen, result = answer_seen("cx930xx", "AT+VRA=30", number="201")
    assert (seen < 6.0, result) == (True, b"OK")


@pytest.mark.parametrize("family", VOICE)
def test_vra_0_returns_at_the_first_ringback(family: str) -> None:
    sign, never = ("#", 100) if family in SHARP else ("+", 10)
    seen, result = answer_seen(family, f"AT{sign}VRA=0", f"AT{sign}VRN={never}")
    assert (seen <= 0.1, result) == (True, CONNECTED[family])


@pytest.mark.parametrize(
    ("family", "setting", "seconds"),
    [("cx930xx", "AT+VRN=6", 6.0), ("zyxel", "AT+VRN=6", 6.0), ("rockwell", "AT#VRN=60", 6.0),
     ("usr_sharp", "AT#VRN=60", 6.0)],
)  # fmt: skip
def test_no_ringback_at_all_is_an_answer(family: str, setting: str, seconds: float) -> None:
    seen, result = answer_seen(family, setting, number="204")
    assert result == CONNECTED[family]
    # The wait begins with the last digit, not with the first ringback.
    assert seconds - 1.0 <= seen <= seconds


@pytest.mark.parametrize("family", VOICE)
def test_nobody_answers_within_s7(family: str) -> None:
    desk = Terminal(family)
    desk.voice()
    desk.say("AT#VRN=100" if desk.sharp else "AT+VRN=10")
    desk.say("ATS7=15")
    result = desk.ask("ATDT201", 30.0)
    assert result.endswith(b"\r\nNO CARRIER\r\n" if family == "zyxel" else b"\r\nNO ANSWER\r\n")
    assert not desk.line.is_off_hook


@pytest.mark.parametrize("family", VOICE)
def test_busy_ends_the_dial(family: str) -> None:
    desk = Terminal(family)
    desk.voice()
    desk.say("AT#VRN=100" if desk.sharp else "AT+VRN=10")
    assert desk.ask("ATDT200", 5.0) == b"\r\nBUSY\r\n"
    assert not desk.line.is_off_hook


def test_zyxel_tells_each_ringback_while_it_waits() -> None:
    desk = Terminal("zyxel")
    desk.voice()
    assert desk.ask("ATDT1234", 9.0) == b"\r\nRINGING\r\n" * 2
    assert desk.wait(9.0) == VCON


@pytest.mark.parametrize("family", FAMILIES)
def test_at_waits_for_a_quiet_answer(family: str) -> None:
    desk = Terminal(family)
    desk.say("ATDT1234@;")
    assert desk.wait(DIALLED + 12.0) == b""
    assert desk.wait(2.0) == OK
    assert desk.line.is_off_hook


@pytest.mark.parametrize(
    ("number", "result"), [("201", b"\r\nNO ANSWER\r\n"), ("204", b"\r\nNO ANSWER\r\n"),
                           ("200", b"\r\nBUSY\r\n")]
)  # fmt: skip
def test_at_without_an_answer(number: str, result: bytes) -> None:
    desk = Terminal("cx930xx")
    desk.say("ATS7=20")
    assert desk.ask(f"ATDT{number}@;", 40.0) == result
    assert not desk.line.is_off_hook


def test_a_class_0_dial_to_a_telephone_finds_no_carrier() -> None:
    desk = Terminal("usr5637")
    desk.say("ATS7=20")
    assert desk.ask("ATDT1234", 40.0) == b"\r\nNO CARRIER\r\n"


def test_a_modem_s_second_can_be_made_short() -> None:
    desk = Terminal("cx930xx", ModemTiming(second=0.01))
    desk.voice()
    desk.say("ATDT204")
    assert desk.wait(1.2) == OK  # +VRN=10 is a tenth of a second


# --- the line and its other telephones ------------------------------------------------------------


def test_an_extension_answers_and_the_ringing_stops() -> None:
    desk = Terminal("cx930xx")
    desk.exchange.call("1001", "5551234")
    assert desk.out() == RING
    desk.line.lift("extension")
    assert desk.wait(30.0) == b""
    assert desk.heard("answered_by_extension") == ["5551234"]
    assert desk.heard("answered") == []
    assert not desk.exchange.call("1001"), "busy"
    desk.line.put_down("extension")
    assert desk.exchange.call("1001"), "free again"


def test_a_call_goes_on_at_the_handset_when_the_modem_hangs_up() -> None:
    desk = Terminal("cx930xx")
    desk.talk()
    desk.line.lift("local")
    call = desk.line.call
    desk.say("ATH")
    assert desk.line.call is call
    desk.line.put_down("local")
    assert desk.line.call is None
    assert desk.heard("put_down") == ["local"]


def test_the_modem_joins_the_call_of_an_extension() -> None:
    desk = Terminal("cx930xx")
    desk.exchange.call("1001", "5551234")
    desk.line.lift("extension")
    desk.out()
    desk.voice()
    assert desk.say("AT+VLS=1") == OK
    desk.line.put_down("extension")
    desk.out()
    desk.exchange.press("1001", "5", 0)
    assert desk.out() == b"\x10/\x105\x10~"


def test_the_ring_voltage_is_on_in_bursts_only() -> None:
    desk = Terminal()
    desk.exchange.call("1001", cadence=TWICE)
    states = [desk.line.in_burst]
    for seconds in (0.39, 0.02, 0.2, 0.4, 2.0):
        desk.wait(seconds)
        states.append(desk.line.in_burst)
    assert states == [True, True, False, True, False, True]
    desk.line.lift("extension")
    assert not desk.line.in_burst


@pytest.mark.parametrize(
    "how", [{"absent": "shy"}, {"cadence": (1.0,)}, {"keys": "x"}, {"name": "n" * 41}]
)
def test_a_bad_call_is_refused(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(how))):
        Terminal().exchange.call("1001", "1", **how)  # type: ignore[arg-type]


def test_bad_words_to_the_exchange_are_refused() -> None:
    desk = Terminal()
    with pytest.raises(ValueError, match="none of"):
        desk.exchange.sound("1001", "jazz")
    with pytest.raises(ValueError, match="none of"):
        desk.line.lift("neighbour")
    with pytest.raises(ValueError, match="something else"):
        desk.exchange.press("1001", "1x")


# --- whatever it is fed ---------------------------------------------------------------------------

WORDS = """
AT AT AT +VTS= #VTS= +FCLASS=8 #CLS=8 #VTD= +VLS= #VLS= D H1 A S S29= S40.2=1 :U4F, :R4F +VCID=
-SDR= +VDR=1, +GCI= +VRN= =? ? = ; , {!, } [ ] 1 0 255 99999999999 X Z &F I ! @ ^ E0 V0 Q1 é ²
"""
PIECES = st.sampled_from([*WORDS.split(), *("\r", "\x10", "\x03", "\x08") * 3])


@settings(deadline=None)
@given(st.sampled_from(sorted(FAMILIES)), st.lists(PIECES, max_size=40))
def test_no_noise_breaks_the_line_discipline(family: str, pieces: list[str]) -> None:
    desk = Terminal(family)
    desk.exchange.call("1001", "5551234", rings=1)
    for piece in pieces:
        desk.write(piece.encode("latin-1"))
        desk.wait(0.2)
    desk.ask("", 300.0)  # whatever it waits for is over, and the line it was in
    assert desk.ask("ATZ").endswith(OK)
    assert desk.say("AT") == b"AT\r" + OK


# --- the driver's table and this one --------------------------------------------------------------


def test_a_family_for_each_profile() -> None:
    assert set(FAMILIES) == {profile.name for profile in PROFILES}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_what_the_driver_knows_of_a_family_is_what_is_played(profile: Profile) -> None:
    family = FAMILIES[profile.name]
    assert profile.dialect == {"+": "v253", "#": "rockwell", "": "data"}[family.voice]
    assert profile.tone_unit_ms == family.tone_unit_ms
    assert profile.vrn_unit_ms == family.vrn_unit * 1000
    assert profile.answer_again == family.burst_deaf
    assert profile.class_ends_with_call == family.class_ends_with_call
    assert profile.dtr_hangs_up == family.dtr_hangs_up
    assert bool(profile.after_tones) == family.deaf_after_tones
    assert profile.name == "v253" or profile.key_length == family.held_keys or not family.voice
    desk = Terminal(profile.name)
    if family.voice:
        desk.voice()
    assert desk.say(profile.answer).startswith(f"\r\n{profile.answer_result}\r\n".encode())
    assert desk.line.is_off_hook
    assert any(
        Terminal(profile.name).say(command) == OK for command in profile.caller_id
    ), "caller ID"  # fmt: skip
