"""Faults of the simulated modem, the rungs that cure them, and its life beyond its openings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import serial

from hookflash.errors import CommandTimeout, DeviceLost, NotSupported, PortBusy, PortError
from hookflash.simulated import (
    FAULTS,
    RUNGS,
    Exchange,
    ModemTiming,
    SimulatedModem,
    SimulatedPlace,
    SimulatedPort,
)
from hookflash.simulated.console import Console
from hookflash.simulated.faults import parse
from hookflash.simulated.port import open_port, shared_exchange
from hookflash.simulated.pty import PtyModem
from support.lines import until
from support.terminal import ERROR, OK, Terminal

RING = b"\r\nRING\r\n"


@pytest.fixture
def desk() -> Terminal:
    return Terminal()


# --- what each fault does -------------------------------------------------------------------------


def test_silent(desk: Terminal) -> None:
    desk.modem.faults = {"silent"}
    assert desk.say("AT") == b""
    desk.exchange.call("1001")
    assert desk.wait(10.0) == b""
    desk.modem.faults.clear()
    assert desk.say("AT") == OK


def test_garbage(desk: Terminal) -> None:
    desk.modem.faults = {"garbage"}
    assert b"OK" not in desk.say("AT")


@pytest.mark.parametrize(("fault", "echo"), [("hang_on_dial", b"ATDT1\r"), ("deaf_on_dial", b"AT")])
def test_silent_from_a_dial_on(desk: Terminal, fault: str, echo: bytes) -> None:
    desk.say("ATE1")
    desk.modem.faults = {fault}
    assert desk.say("AT") == b"AT\r" + OK
    assert desk.ask("ATDT1") == echo
    assert desk.ask("AT") == b""
    assert desk.modem.faults == {"silent"}


def test_no_echo(desk: Terminal) -> None:
    desk.modem.faults = {"no_echo"}
    assert desk.say("ATE1") + desk.say("AT") == OK + OK


def test_ignores_dtr(desk: Terminal) -> None:
    desk.modem.faults = {"ignores_dtr"}
    desk.say("AT&D2H1")
    desk.modem.dtr(False)
    assert desk.line.is_off_hook


def test_stuck_off_hook(desk: Terminal) -> None:
    desk.say("ATH1")
    desk.modem.faults = {"stuck_off_hook"}
    assert desk.say("ATH") == OK
    assert desk.line.is_off_hook


def test_slow() -> None:
    desk = Terminal(timing=ModemTiming(late=0.7))
    desk.say("ATE1")
    desk.modem.faults = {"slow"}
    assert desk.say("ATS3?") == b"ATS3?\r", "the echo is not late"
    assert desk.wait(0.69) == b""
    assert desk.wait(0.02) == b"\r\n013\r\n" + OK
    desk.say("ATS4?")
    desk.modem.faults.clear()
    assert desk.say("AT") == b"AT\r", "nothing overtakes"
    assert desk.wait(1.0) == b"\r\n010\r\n" + OK + OK
    assert desk.say("AT") == b"AT\r" + OK


@pytest.mark.parametrize("family", ["v253", "usr5637"])
def test_double_ring(family: str) -> None:
    desk = Terminal(family)
    desk.modem.faults = {"double_ring"}
    desk.exchange.call("1001")
    assert desk.out() == RING + RING
    desk.say("AT+FCLASS=8")
    assert desk.wait(6.0) == b"\x10R\x10R"


def test_reply_skew(desk: Terminal) -> None:
    """One reply comes only after the next command: it must not be taken for that one's."""
    desk.modem.faults = {"reply_skew"}
    assert desk.ask("ATS3?") == b""
    assert desk.say("AT+BOGUS") == b"\r\n013\r\n" + OK + ERROR
    assert desk.modem.faults == set()
    assert desk.say("ATS4?") == b"\r\n010\r\n" + OK


def test_reply_skew_leaves_rings_alone(desk: Terminal) -> None:
    desk.modem.faults = {"reply_skew"}
    desk.say("AT")
    desk.exchange.call("1001")
    assert desk.out() == RING
    assert desk.say("AT") == OK + OK


def test_garbage_byte(desk: Terminal) -> None:
    desk.modem.faults = {"garbage_byte"}
    assert desk.say("ATS3?") == b"\xff\r\n013\r\n\xff" + OK
    desk.exchange.call("1001")
    assert desk.out() == b"\xff" + RING


def test_early_caller_id(desk: Terminal) -> None:
    desk.say("AT+VCID=1")
    desk.modem.faults = {"early_caller_id"}
    desk.exchange.call("1001", "5551234")
    assert desk.out() == b""
    assert desk.wait(0.5).endswith(b"\r\nNMBR = 5551234\r\n" + RING)
    assert desk.wait(5.5) == RING


def test_no_name(desk: Terminal) -> None:
    desk.say("AT+VCID=1")
    desk.modem.faults = {"no_name"}
    desk.exchange.call("1001", "5551234", "JANE")
    told = desk.wait(1.0)
    assert b"NMBR" in told
    assert b"NAME" not in told


@pytest.mark.parametrize("pick_up", ["ATH1", "AT+FCLASS=8;+VLS=1"])
def test_ring_burst_deaf(desk: Terminal, pick_up: str) -> None:
    desk.modem.faults = {"ring_burst_deaf"}
    desk.exchange.call("1001")
    desk.out()
    assert desk.say(pick_up) == OK
    assert not desk.line.is_off_hook
    desk.wait(2.0)
    assert desk.say(pick_up) == OK
    assert desk.line.is_off_hook


def test_hangs_on(desk: Terminal) -> None:
    desk.talk()
    desk.modem.faults = {"hangs_on"}
    assert desk.ask("AT+VTS=1", 60.0) == b""
    assert desk.say("AT") == OK
    desk.modem.hangs_on = "H"
    assert desk.ask("AT+VTS=1") == OK
    assert desk.ask("ATH") == b""
    assert desk.line.is_off_hook


# --- what cures what ------------------------------------------------------------------------------

ENDS = {b"\x10\x03": OK, b"\x10!": b"\x10\x03" + OK, b"\x10^": b"\x10\x03" + OK,
        b"\x10\x1b": b"\x10\x03" + OK, b"\x10\x10\x10\x03": OK}  # fmt: skip


@pytest.mark.parametrize(("sequence", "answer"), ENDS.items())
def test_a_voice_stream_is_ended_by_nothing_else(
    desk: Terminal, sequence: bytes, answer: bytes
) -> None:
    desk.modem.faults = {"needs_abort"}
    for data in (b"AT\r", b"ATH\r", b"+++", b"\x10\x10", b"\x10\x18", b"\x03!^", b"ATE0\r"):
        assert desk.write(data) == b""
    desk.exchange.call("1001")
    assert desk.out() == b""
    assert desk.write(sequence) == answer
    assert desk.say("AT") == OK


def test_what_only_a_reset_cures(desk: Terminal) -> None:
    desk.modem.faults = {"needs_reset"}
    for command in ("AT", "ATH", "AT+FCLASS=0", "AT&F", "ATE0Q0V1"):
        assert desk.say(command) == ERROR
    assert desk.say("ATZ") == OK
    assert desk.say("ATE0") == b"ATE0\r" + OK


class Ladder:
    """A modem on a port, and what the host can do to it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.port = SimulatedPort(exchange)
        self.modem = self.port.modem

    def climb(self, rung: str) -> None:
        match rung:
            case "abort":
                self.port.write(b"\x10\x03\x10!\x10^\r")
            case "reset":
                self.port.write(b"ATZ\r")
            case "dtr":
                self.port.drop_dtr(0.0)
            case "reopen":
                self.port.close()
            case "usb_reset":
                self.port.place.reset(1.0)
            case "power_cycle":
                self.port.place.power_cycle(1.0)
        if rung in RUNGS[3:]:
            self.port.close()
            self.port = SimulatedPort(self.exchange)


@pytest.fixture
def ladder(exchange: Exchange) -> Iterator[Ladder]:
    ladder = Ladder(exchange)
    yield ladder
    ladder.port.close()


def ask(port: SimulatedPort, line: bytes) -> bytes:
    """Write a command line; what comes back at once, which may be nothing."""
    out = bytearray()
    port.modem.output = out.extend
    port.write(line + b"\r")
    return bytes(out)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("needed", RUNGS)
def test_a_rung_cures_its_own_fault_and_those_below(ladder: Ladder, needed: str, rung: str) -> None:
    ladder.modem.faults = {f"needs_{needed}"}
    ladder.climb(rung)
    cured = RUNGS.index(rung) >= RUNGS.index(needed)
    assert (ladder.modem.faults == set()) is cured
    assert (OK in ask(ladder.port, b"AT")) is cured


def test_a_rung_leaves_other_faults_alone(ladder: Ladder) -> None:
    ladder.modem.faults = {"slow", "silent", *(f"needs_{rung}" for rung in RUNGS)}
    for rung in RUNGS:
        assert f"needs_{rung}" in ladder.modem.faults
        ladder.climb(rung)
    assert ladder.modem.faults == {"slow", "silent"}


@pytest.mark.parametrize("fault", ["needs_reopen", "needs_usb_reset", "needs_power_cycle"])
def test_a_modem_that_far_gone_does_not_hear_dtr(desk: Terminal, fault: str) -> None:
    desk.say("AT&D2H1")
    desk.modem.faults = {fault}
    desk.modem.dtr(False)
    assert desk.line.is_off_hook
    desk.modem.power(False)
    assert not desk.line.is_off_hook


# --- a modem outlives its openings ----------------------------------------------------------------


def test_a_port_closed_and_opened_meets_the_same_modem(exchange: Exchange) -> None:
    first = SimulatedPort(exchange)
    first.modem.faults = {"no_name"}
    first.write(b"ATE0S29=12\r")
    first.close()
    first.close()
    again = SimulatedPort(exchange)
    assert again.modem is first.modem
    assert again.modem.faults == {"no_name"}
    assert again.modem.registers[29] == 12
    again.write(b"AT\r")
    assert again.read() == OK
    again.close()
    assert again.read() == b""


def test_closing_drops_dtr(exchange: Exchange) -> None:
    port = SimulatedPort(exchange)
    port.write(b"ATH1\r")
    port.close()
    assert exchange.line("1001").is_off_hook
    port = SimulatedPort(exchange)
    port.write(b"AT&D2\r")
    port.close()
    assert not exchange.line("1001").is_off_hook


def test_what_comes_while_nobody_listens_is_lost(exchange: Exchange) -> None:
    SimulatedPort(exchange).close()
    exchange.call("1001", rings=1)
    exchange.wait_for("abandoned")
    port = SimulatedPort(exchange)
    port.write(b"ATE0\r")
    assert port.read() == b"A"
    port.close()


def test_another_family_takes_the_place_of_the_first(exchange: Exchange) -> None:
    first = SimulatedPort(exchange, "1001", "usr5637")
    with pytest.raises(PortBusy):
        SimulatedPort(exchange, "1001", "data")
    first.close()
    second = SimulatedPort(exchange, "1001", "data")
    assert second.modem is not first.modem
    assert exchange.line("1001").phone is second.modem
    second.close()


def test_a_modem_on_a_pty_is_not_shared(exchange: Exchange, modem: PtyModem) -> None:
    with pytest.raises(PortBusy, match="another simulated modem"):
        SimulatedPort(exchange)


@pytest.mark.parametrize("verb", ["reset", "power_cycle"])
def test_starting_anew_makes_the_port_go_away_and_the_modem_as_new(
    exchange: Exchange, verb: str
) -> None:
    port = SimulatedPort(exchange, "1001", "cx930xx")
    port.write(b"ATE0S29=12+VCID=1;+GCI=B4;H1\r")
    assert exchange.line("1001").is_off_hook
    getattr(port.place, verb)(1.0)
    assert not exchange.line("1001").is_off_hook
    with pytest.raises(DeviceLost):
        port.write(b"AT\r")
    with pytest.raises(DeviceLost):
        while port.read():
            pass
    port.close()
    again = SimulatedPort(exchange, "1001", "cx930xx")
    assert again.modem is port.modem
    line = b"ATS29?+VCID?;+GCI?"
    assert ask(again, line) == line + b"\r\r\n070\r\n\r\n0\r\n\r\n+GCI: B5\r\n" + OK
    again.close()


def test_starting_anew_while_nobody_has_it_open(exchange: Exchange) -> None:
    port = SimulatedPort(exchange)
    port.close()
    port.modem.faults = {"needs_usb_reset"}
    port.place.reset(1.0)
    assert port.modem.faults == set()
    again = SimulatedPort(exchange)
    assert ask(again, b"AT") == b"AT\r" + OK
    again.close()


def test_a_place_where_nothing_can_be_done(exchange: Exchange) -> None:
    port = SimulatedPort(exchange)
    port.place.able = {"reset"}
    with pytest.raises(NotSupported, match="power cycle of sim-1001"):
        port.place.power_cycle(1.0)
    port.write(b"AT\r")
    port.place.comes_back = False
    with pytest.raises(CommandTimeout, match="not back within 2 s"):
        port.place.reset(2.0)
    port.close()
    with pytest.raises(PortError, match="no such device"):
        SimulatedPort(exchange)
    port.place.comes_back = True
    SimulatedPort(exchange).close()


def test_an_unplugged_modem_is_plugged_in_by_opening_it(exchange: Exchange) -> None:
    port = SimulatedPort(exchange)
    port.modem.faults = {"needs_power_cycle", "no_name"}
    port.write(b"ATH1\r")
    port.unplug()
    port.unplug()
    exchange.call("1001")
    with pytest.raises(DeviceLost):
        port.read()
    again = SimulatedPort(exchange)
    assert again.modem.faults == {"no_name"}
    again.close()


def test_a_pty_keeps_its_tty_over_a_reset(exchange: Exchange, modem: PtyModem) -> None:
    with serial.Serial(modem.tty, timeout=5) as port:
        port.write(b"ATE0\r")
        assert port.read_until(b"OK\r\n").startswith(b"ATE0")
        modem.modem.faults = {"needs_usb_reset"}
        modem.place.reset(1.0)
        assert modem.modem.faults == set()
        port.write(b"AT\r")
        assert port.read_until(b"OK\r\n") == b"AT\r" + OK, "the echo is on again"


def test_closing_a_tty_is_a_reopening(exchange: Exchange, modem: PtyModem) -> None:
    modem.modem.faults = {"needs_reopen"}
    with serial.Serial(modem.tty, timeout=5) as port:
        port.write(b"AT\r")
        until(lambda: bytes(modem.received) == b"AT\r", "the modem has it")
        assert modem.modem.faults == {"needs_reopen"}
    until(lambda: not modem.modem.faults, "the modem noticed")


def test_a_pty_of_an_unknown_family_leaves_nothing_open(exchange: Exchange) -> None:
    with pytest.raises(PortError, match="none of v253"):
        PtyModem(exchange, family="fax")


# --- names ----------------------------------------------------------------------------------------


def test_every_fault_has_a_test_here() -> None:
    named = {name.removeprefix("test_") for name in globals()}
    tested = {"hang_on_dial", "deaf_on_dial", *(f"needs_{rung}" for rung in RUNGS)} | named
    assert set(FAULTS) <= tested


@pytest.mark.parametrize(
    ("words", "faults", "command"),
    [
        ([], set(), ""),
        (["slow", " no_name"], {"slow", "no_name"}, ""),
        (["hangs_on"], {"hangs_on"}, ""),
        (["hangs_on:vts"], {"hangs_on"}, "+VTS"),
        (["hangs_on:+VLS"], {"hangs_on"}, "+VLS"),
        (["hangs_on: VLS"], {"hangs_on"}, "+VLS"),
        (["hangs_on:ATH"], {"hangs_on"}, "H"),
        (["hangs_on:I3"], {"hangs_on"}, "I3"),
        (["hangs_on:AT#VTS"], {"hangs_on"}, "#VTS"),
    ],
)
def test_faults_by_name(words: list[str], faults: set[str], command: str) -> None:
    assert parse(words) == (faults, command)


@pytest.mark.parametrize("word", ["", "sleepy", "slow:2", "hangs_on:"])
def test_a_bad_fault_is_named(word: str) -> None:
    with pytest.raises(PortError, match=r"is none of silent, garbage, .*needs_power_cycle"):
        parse([word])


def sim(number: str, options: str) -> SimulatedPort:
    port = open_port(f"sim:?number={number}{options}")
    assert isinstance(port, SimulatedPort)
    return port


def test_a_sim_url_names_family_and_faults() -> None:
    port = sim("9001", "&family=usr5637&faults=slow,hangs_on:+VLS")
    assert port.modem.family.name == "usr5637"
    assert (port.modem.faults, port.modem.hangs_on) == ({"slow", "hangs_on"}, "+VLS")
    assert port.modem.line is shared_exchange().line("9001")
    assert port.name == "sim:9001"
    with pytest.raises(PortBusy):
        sim("9001", "&family=usr5637")
    port.close()


def test_a_sim_url_opened_again_does_not_bring_its_faults_back() -> None:
    url = "&faults=needs_power_cycle"
    port = sim("9002", url)
    port.place.power_cycle(1.0)
    port.close()
    again = sim("9002", url)
    assert (again.modem, again.modem.faults) == (port.modem, set())
    again.close()
    other = sim("9002", url + "&family=data")
    assert other.modem.faults == {"needs_power_cycle"}
    other.close()


def test_dialect_still_says_which_family() -> None:
    port = sim("9003", "&dialect=data")
    assert port.modem.family.name == "data"
    port.close()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("&family=fax", "'fax' is none of v253, data"),
        ("&faults=slow,tired", "'tired' is none of silent"),
        ("&faults=slow,", "'' is none of"),
        ("&speed=1", "family="),
    ],
)
def test_a_bad_sim_url_says_what_is_allowed(options: str, complaint: str) -> None:
    with pytest.raises(PortError, match=r"open sim:\?number=9004") as caught:
        sim("9004", options)
    assert complaint in str(caught.value)


# --- the console ----------------------------------------------------------------------------------


class Typist:
    """A console on a modem, and what it said."""

    def __init__(self, desk: Terminal) -> None:
        self.said: list[str] = []
        self.console = Console(desk.exchange, "1001", self.said.append)

    def types(self, line: str) -> list[str]:
        self.said.clear()
        self.console.obey(line)
        return list(self.said)


@pytest.fixture
def typist(desk: Terminal) -> Typist:
    return Typist(desk)


def test_console_calls(desk: Terminal, typist: Typist) -> None:
    desk.say("AT+VCID=1;+VDR=1,0")
    assert typist.types('call 5551234 "Ann Lee" 1 cadence=0.5,0.5,0.5,2 first') == []
    assert desk.out().endswith(b"\r\nNAME = Ann Lee\r\n")
    assert typist.types("call 1") == ["? the line is busy"]
    assert desk.wait(20.0) == b"\r\nDRON=5\r\n\r\nDROF=5\r\n\r\nDRON=5\r\n"
    typist.types("call 1 withheld")
    assert b"NMBR = P" in desk.wait(2.0)


def test_console_in_a_call(desk: Terminal, typist: Typist) -> None:
    assert typist.types("wait 77") == ["? there is no call to wait for"]
    desk.talk()
    typist.types("press 12 200")
    assert desk.wait(1.0) == b"\x101\x102"
    typist.types("sound fax_calling")
    typist.types("wait 77 Bob")
    assert desk.out() == b"\x10c\x10w"
    assert typist.types("lift") == ["1001 lifted local"]
    assert typist.types("down local") == ["1001 put_down local"]
    assert typist.types("lift extension") == ["1001 lifted extension"]
    assert desk.out() == b"\x10H\x10h\x10P"
    assert typist.types("hangup") == ["1001 far_hangup"]


def test_console_faults(desk: Terminal, typist: Typist) -> None:
    typist.types("fault slow hangs_on:VLS needs_usb_reset needs_dtr needs_reopen")
    assert desk.modem.hangs_on == "+VLS"
    typist.types("mend slow")
    typist.types("dtr")
    assert desk.modem.faults == {"hangs_on", "needs_usb_reset", "needs_reopen"}
    typist.types("reopen")
    assert desk.modem.faults == {"hangs_on", "needs_usb_reset"}
    typist.types("usb_reset")
    assert desk.modem.faults == {"hangs_on"}
    typist.types("cut")
    assert not desk.line.connected
    typist.types("mend")
    assert (desk.modem.faults, desk.line.connected) == (set(), True)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("fly", "call NUMBER"),
        ("call 1 a b", "call NUMBER"),
        ("call 1 cadence=x", "float"),
        ("call 1 cadence=1", "pairs"),
        ("press x", "0-9"),
        ("sound jazz", "none of dial"),
        ("lift moon", "none of local"),
        ("fault sleepy", "none of silent"),
        ('call "1', "closing quotation"),
    ],
)
def test_console_says_what_is_wrong(typist: Typist, line: str, complaint: str) -> None:
    (said,) = typist.types(line)
    assert said.startswith("? ")
    assert complaint in said.replace("No closing", "closing")


def test_console_without_a_modem(exchange: Exchange) -> None:
    said: list[str] = []
    Console(exchange, "1001", said.append).obey("fault slow")
    assert said == ["? there is no modem on the line"]


def test_a_place_is_named_after_its_line(exchange: Exchange) -> None:
    modem = SimulatedModem(exchange.line("1005"), bytearray().extend)
    assert SimulatedPlace(modem).name == "sim-1005"
