"""The simulated exchange and modem, on a clock wound by hand: no time passes here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hookflash.errors import PortBusy, PortError
from hookflash.simulated import Exchange, FarEnd, ManualClock, SimulatedModem, SimulatedPort
from hookflash.simulated.plan import load_plan
from hookflash.simulated.port import open_port

PLAN = {
    "199": FarEnd(does="callback", after=1.0, talk=2.0),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    "203": FarEnd(after=1.0, talk=3.0),
    "205": FarEnd(after=1.0, keys="12#"),
    r"\d{4}": FarEnd(after=1.0),
}


class Desk:
    """A modem on an exchange, its bytes, and the clock."""

    def __init__(self, dialect: str = "v253") -> None:
        self.clock = ManualClock()
        self.exchange = Exchange(PLAN, clock=self.clock)
        self.line = self.exchange.line("1001")
        self._out = bytearray()
        self.modem = SimulatedModem(self.line, self._out.extend, dialect)
        self.say("ATE0")

    def say(self, text: str) -> bytes:
        """Write a command line; what comes back at once."""
        self.modem.feed(text.encode() + b"\r")
        return self.out()

    def out(self) -> bytes:
        """What came since the last look."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def wait(self, seconds: float) -> bytes:
        """Let time pass; what came meanwhile."""
        self.clock.advance(seconds)
        return self.out()

    def heard(self, what: str) -> list[str]:
        """Details of the exchange's notes of one kind."""
        return [entry.detail for entry in self.exchange.journal if entry.what == what]

    def talk(self) -> None:
        """Be in an answered call to 1234."""
        self.voice()
        self.say("ATDT1234")
        self.wait(10.0)
        assert self.heard("far_answered") == ["1234"]

    def voice(self) -> None:
        for text in ("AT+FCLASS=8", "AT+VRN=0"):
            assert self.say(text) == b"\r\nOK\r\n"


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- calls that come in ---------------------------------------------------------------------------


def test_cadence_and_the_place_of_caller_id(desk: Desk) -> None:
    desk.say("AT+VCID=1")
    assert desk.exchange.call("1001", "5551234", "JANE")
    told = {0.0: desk.out()} | {n * 0.25: desk.wait(0.25) for n in range(1, 50)}
    assert [at for at, data in told.items() if data] == [0.0, 0.5, 6.0, 12.0]
    assert told[0.0] == told[6.0] == told[12.0] == b"\r\nRING\r\n"
    assert b"NMBR = 5551234\r\n\r\nNAME = JANE" in told[0.5]


def test_no_caller_id_unless_asked_for(desk: Desk) -> None:
    desk.exchange.call("1001", "5551234", "JANE")
    assert desk.wait(3.0) == b"\r\nRING\r\n"


def test_so_many_rings_and_no_more(desk: Desk) -> None:
    desk.exchange.call("1001", rings=2)
    assert desk.wait(60.0).count(b"RING") == 2
    assert desk.heard("abandoned") == [""]
    assert desk.exchange.call("1001"), "free again"


def test_answering_stops_the_ringing_and_the_caller_id(desk: Desk) -> None:
    desk.say("AT+VCID=1")
    desk.exchange.call("1001", "5551234")
    desk.out()
    assert desk.say("ATH1") == b"\r\nOK\r\n"
    assert desk.wait(20.0) == b""
    assert desk.heard("answered") == ["5551234"]
    assert not desk.exchange.call("1001"), "busy"


def test_a_ring_in_voice_class_is_an_event(desk: Desk) -> None:
    desk.say("AT+FCLASS=8")
    desk.exchange.call("1001")
    assert desk.out() == b"\x10R"


def test_the_callback_number_calls_back(desk: Desk) -> None:
    desk.voice()
    desk.say("ATDT199")
    desk.wait(10.0)
    desk.say("ATH")
    desk.say("AT+FCLASS=0")
    assert desk.wait(3.0) == b"\r\nRING\r\n"


# --- dialling -------------------------------------------------------------------------------------


def test_x4_waits_for_dial_tone_and_gives_up(desk: Desk) -> None:
    desk.line.connected = False
    assert desk.say("ATX4DT1234;") == b""
    assert desk.wait(2.9) == b""
    assert desk.line.is_off_hook
    assert desk.wait(0.2) == b"\r\nNO DIALTONE\r\n"
    assert not desk.line.is_off_hook


def test_x3_dials_blind(desk: Desk) -> None:
    desk.line.connected = False
    assert desk.say("ATX3DT12;") == b""
    assert desk.wait(1.9) == b""
    assert desk.wait(1.0) == b"\r\nOK\r\n"


def test_digits_are_put_together_and_answered(desk: Desk) -> None:
    assert desk.say("ATDT1234;") == b""
    assert desk.wait(1.5) == b"\r\nOK\r\n"
    desk.wait(0.5)
    assert desk.heard("dialled") == ["1234"]
    assert desk.line.sounds == "ringback"
    desk.wait(1.0)
    assert desk.heard("far_answered") == ["1234"]
    assert desk.line.sounds == ""


def test_without_semicolon_and_voice_class_busy_is_a_result(desk: Desk) -> None:
    desk.say("ATDT200")
    assert desk.wait(5.0) == b"\r\nBUSY\r\n"
    assert not desk.line.is_off_hook


def test_a_number_outside_the_plan_is_congestion(desk: Desk) -> None:
    desk.voice()
    desk.say("ATDT9")
    assert desk.wait(5.0) == b"\r\nOK\r\n\x10b"
    assert desk.line.sounds == "reorder"


@pytest.mark.parametrize("after", [0.0, 0.05, 0.124])
def test_characters_in_the_guard_time_do_not_abort(desk: Desk, after: float) -> None:
    desk.say("ATDT201;")
    desk.wait(after)
    assert desk.say("") == b""
    assert desk.wait(5.0) == b"\r\nOK\r\n"


def test_any_character_after_the_guard_time_aborts(desk: Desk) -> None:
    desk.say("ATDT201;")
    desk.wait(0.126)
    assert desk.say("") == b"\r\nNO CARRIER\r\n"
    assert not desk.line.is_off_hook
    assert desk.wait(10.0) == b""
    assert desk.heard("dialled") == []


def test_the_far_end_hangs_up_with_a_tone(desk: Desk) -> None:
    desk.voice()
    desk.say("ATDT203")
    assert desk.wait(3.0) == b"\r\nOK\r\n\x10r"
    assert desk.wait(5.0) == b"\x10b"
    assert desk.heard("far_hangup") == [""]


# --- in a call ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "flashes", "keys"),
    [
        ("AT+VTS={!,30}", ["300"], ""),
        ("AT+VTS=1,2,#,*", [], "12#*"),
        ("AT+VTS=1", [], "1"),
        ("AT+VTS={5,20},6", [], "56"),
        ("AT+VTS=[,,50],7", [], "7"),
        ("AT+VTS=[941,1336,10],0", [], "0"),
        ("AT+VTD=40;+VTS=!", ["400"], ""),
    ],
)
def test_forms_of_vts(desk: Desk, text: str, flashes: list[str], keys: str) -> None:
    desk.talk()
    assert desk.say(text) == b""
    assert desk.wait(10.0).startswith(b"\r\nOK\r\n")
    assert desk.heard("flash") == flashes
    assert "".join(desk.heard("dtmf")) == keys


@pytest.mark.parametrize("text", ["AT+VTS=A", "AT+VTS={!}", "AT+VTS=[1]", "AT+VTS=", "AT+VTS=,"])
def test_bad_forms_of_vts(desk: Desk, text: str) -> None:
    desk.talk()
    assert desk.say(text) + desk.wait(10.0) == b"\r\nERROR\r\n"
    assert desk.heard("flash") + desk.heard("dtmf") == []


def test_s29_is_the_length_of_a_flash(desk: Desk) -> None:
    desk.talk()
    desk.say("ATX3S29=30")
    desk.say("ATDT!;")
    desk.wait(10.0)
    desk.say("ATS29=12DT!;")
    desk.wait(10.0)
    assert desk.heard("flash") == ["300", "120"]


def test_flash_gives_dial_tone_and_takes_back(desk: Desk) -> None:
    desk.talk()
    held = desk.line.call
    desk.say("AT+VTS={!,30}")
    assert desk.wait(1.0) == b"\r\nOK\r\n\x10d"
    assert desk.line.held is held
    desk.say("AT+VTS={!,30}")
    desk.wait(1.0)
    assert desk.line.call is held
    assert desk.line.held is None


@pytest.mark.parametrize(
    ("target", "transferred"),
    [("2222", ["1234 to 2222"]), ("201", ["1234 to 201"]), ("200", []), ("202", [])],
)
def test_transfer_by_flash_digits_and_hang_up(
    desk: Desk, target: str, transferred: list[str]
) -> None:
    desk.talk()
    for text in ("AT+VTS={!,30}", f"AT+VTS={','.join(target)}"):
        desk.say(text)
        desk.wait(1.5)
    desk.say("ATH")
    assert desk.heard("transferred") == transferred


def test_keys_of_the_far_end(desk: Desk) -> None:
    desk.voice()
    desk.say("ATDT205")
    assert desk.wait(10.0).endswith(b"\x101\x102\x10#")


# --- the command interpreter ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("AT", b"\r\nOK\r\n"),
        ("at", b"\r\nOK\r\n"),
        ("ATS3?S4?S5?", b"\r\n013\r\n\r\n010\r\n\r\n008\r\n\r\nOK\r\n"),
        ("AT+VCID=1;S7?", b"\r\n050\r\n\r\nOK\r\n"),
        ("ATBOGUS", b"\r\nERROR\r\n"),
        ("AT+BOGUS", b"\r\nERROR\r\n"),
        ("AT+VLS=1", b"\r\nERROR\r\n"),  # not in voice class
        ("AT+BOGUS;S3?", b"\r\nERROR\r\n"),  # the rest is not done
        ("AT+FCLASS=?", b"\r\n0,8\r\n\r\nOK\r\n"),
        ("AT+FCLASS?", b"\r\n0\r\n\r\nOK\r\n"),
        ("ATV0", b"0\r"),
        ("ATV0S3?", b"013\r\n0\r"),
        ("ATV0+BOGUS", b"4\r"),
        ("ATQ1", b""),
        ("XYZ", b""),
        ("", b""),
    ],
)
def test_commands_and_their_bytes(desk: Desk, text: str, answer: bytes) -> None:
    assert desk.say(text) == answer


def test_echo_comes_back_with_a_reset(desk: Desk) -> None:
    assert desk.say("ATZ") == b"\r\nOK\r\n"
    assert desk.say("AT") == b"AT\r\r\nOK\r\n"


def test_a_data_modem_has_no_voice_class() -> None:
    desk = Desk("data")
    assert desk.say("AT+FCLASS=8") == b"\r\nERROR\r\n"
    assert desk.say("AT+VTS=1") == b"\r\nERROR\r\n"


def test_dtr_hangs_up_only_if_told_to(desk: Desk) -> None:
    desk.say("ATH1")
    desk.modem.dtr(False)
    assert desk.line.is_off_hook
    desk.say("AT&D2")
    desk.modem.dtr(False)
    assert not desk.line.is_off_hook


# --- plans and ports ------------------------------------------------------------------------------


def test_a_plan_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('[numbers]\n"1.*" = {does = "busy"}\n".+" = {after = 2.0, keys = "12"}\n')
    plan = load_plan(path)
    assert plan == {"1.*": FarEnd(does="busy"), ".+": FarEnd(after=2.0, keys="12")}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "one table"),
        ("[numbers]\n[more]\n", "one table"),
        ("[numbers\n", "plan.toml"),
        ('[numbers]\n"(" = {}\n', "'('"),
        ('[numbers]\n"1" = {dose = "busy"}\n', "does, after, talk"),
        ('[numbers]\n"1" = {does = "fly"}\n', "'fly' is none of"),
        ('[numbers]\n"1" = 5\n', "'1'"),
    ],
)
def test_a_bad_plan_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(PortError, match="number plan") as caught:
        load_plan(path)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("url", ["sim:?dialect=fax", "sim:?speed=1", "sim:?plan=/no/such/plan"])
def test_a_bad_sim_url(url: str) -> None:
    with pytest.raises(PortError):
        open_port(url)


def test_two_modems_on_one_line_are_refused(exchange: Exchange) -> None:
    first = SimulatedPort(exchange)
    with pytest.raises(PortBusy, match="another"):
        SimulatedPort(exchange)
    first.close()
    SimulatedPort(exchange).close()


def test_a_manual_clock_does_things_in_order() -> None:
    clock = ManualClock()
    done: list[tuple[str, float]] = []

    def note(name: str) -> Callable[[], None]:
        return lambda: done.append((name, clock.now()))

    def nest() -> None:
        clock.after(0.7, note("nested"))

    clock.after(2.0, note("b"))
    clock.after(1.0, note("a"))
    clock.after(1.0, note("a2"))
    clock.after(1.5, note("never")).cancel()
    clock.after(0.5, nest)
    clock.advance(1.1)
    assert done == [("a", 1.0), ("a2", 1.0)]
    clock.advance(1.0)
    assert done[2:] == [("nested", 1.2), ("b", 2.0)]
