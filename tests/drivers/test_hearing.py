"""What a modem tells, and what a line makes of it: callers, keys, tones, ends of calls."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from hookflash import EndReason
from hookflash.errors import Aborted, CallFailed, CommandRefused, Flooded
from hookflash.events import (
    Answered,
    AnswerRepeated,
    CallEnded,
    CallerId,
    CallerIdMissing,
    Dialled,
    KeyHeard,
    PhoneHook,
    PolarityReversed,
    Recovery,
    Ring,
    RingingOut,
    RingStopped,
    ToneHeard,
)
from hookflash.line import KEYS_WAITING
from hookflash.modem import ModemLine
from hookflash.simulated import Exchange, SimulatedPort
from support.lines import FAST_MODEM, PATIENCE, QUICK, Bench, Heard, MakeBench, until

QUICK_BURST = replace(QUICK, ring_burst_ms=150)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for what does not come."""
    monkeypatch.setattr("hookflash.modem.caller.GAP", 0.05)
    monkeypatch.setattr("hookflash.modem.caller.MISSING_AFTER", 0.05)


def answered(bench: Bench) -> None:
    bench.ring()
    bench.line.answer().wait(PATIENCE)
    bench.heard.wait_for(Answered)


# --- who calls ------------------------------------------------------------------------------------


def test_caller_id_before_the_first_ring(bench: Bench) -> None:
    bench.exchange.call("1001", "5550001", "ANN", first=True)
    caller = bench.heard.wait_for(CallerId)
    assert (caller.number, caller.name) == ("5550001", "ANN")
    bench.heard.wait_for(Ring)
    assert len(bench.heard.of(CallerId)) == 1
    assert bench.heard.of(CallerIdMissing) == []


@pytest.mark.parametrize("absent", ["withheld", "unavailable"])
def test_withheld_and_unavailable_are_told_apart(bench: Bench, absent: str) -> None:
    bench.exchange.call("1001", absent=absent)
    caller = bench.heard.wait_for(CallerId)
    assert (caller.number, caller.name, caller.absent) == ("", "", absent)


def test_a_name_in_another_charset(make_bench: MakeBench) -> None:
    bench = make_bench(charset="gb18030")
    bench.exchange.call("1001", "5550001", "王小明".encode("gb18030"))
    assert bench.heard.wait_for(CallerId).name == "王小明"


@pytest.mark.parametrize("ever", [False, True])
def test_a_call_without_caller_id_says_why(bench: Bench, ever: bool) -> None:
    if ever:
        bench.ring()
        bench.heard.wait_for(CallerId)
        bench.exchange.hang_up("1001")
        bench.heard.wait_for(RingStopped)
    bench.exchange.call("1001")
    missing = bench.heard.wait_for(CallerIdMissing)
    assert missing.reason == ("not_sent" if ever else "never_came")
    assert ("country" in missing.hint) == (not ever)
    assert not missing.evidence.certain
    until(lambda: len(bench.heard.of(Ring)) > 5, "it rings on")
    assert len(bench.heard.of(CallerIdMissing)) == 1, "told once a call"


def test_a_modem_without_caller_id_says_so(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.line._hearing.caller.supported = False
    bench.exchange.call("1001")
    assert bench.heard.wait_for(CallerIdMissing).reason == "not_supported"


def test_caller_id_that_comes_late_is_told_all_the_same(bench: Bench) -> None:
    bench.exchange.call("1001")
    bench.heard.wait_for(CallerIdMissing)
    bench.modem.output(b"\r\nNMBR = 5550002\r\n")
    assert bench.heard.wait_for(CallerId).number == "5550002"


def test_caller_id_that_names_nobody_does_not_hide_that_it_is_missing(bench: Bench) -> None:
    """IAXmodem tells who was called, and `<NONE>` of who calls."""
    bench.exchange.call("1001")
    for tag in ("NAME=<NONE>", "NMBR=<NONE>", "NDID=200"):
        bench.modem.output(f"\r\n{tag}\r\n".encode())
    assert bench.heard.wait_for(CallerId).called == "200"
    assert bench.heard.wait_for(CallerIdMissing).reason == "never_came"


def test_a_second_caller_is_told_and_not_answered(bench: Bench) -> None:
    """Type II: caller ID in a call; nothing rings, and nothing is picked up."""
    bench.ring()
    bench.heard.wait_for(CallerId)
    bench.line.answer().wait(PATIENCE)
    written = len(bench.heard.of(Ring))
    assert bench.exchange.call_waiting("1001", "5550003", "BOB")
    caller = bench.heard.wait_for(CallerId)
    assert (caller.number, caller.name, caller.waiting) == ("5550003", "BOB", True)
    assert len(bench.heard.of(Ring)) == written
    assert bench.heard.of(CallEnded) == []
    bench.line.hang_up().wait(PATIENCE)


# --- rings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pattern"),
    [(b"RING", ""), (b"RING A", "A"), (b"RING 2", "2"), (b"RING1", "1"), (b"RING E", "E")],
)
def test_a_ring_has_its_own_name(bench: Bench, text: bytes, pattern: str) -> None:
    bench.modem.output(b"\r\n" + text + b"\r\n")
    assert bench.heard.wait_for(Ring).pattern == pattern


def test_a_ring_told_by_its_cadence_alone(bench: Bench) -> None:
    for line in (b"DRON=5", b"DROF=11", b"DRON=5"):
        bench.modem.output(b"\r\n" + line + b"\r\n")
    ring = bench.heard.wait_for(Ring)
    assert (ring.count, ring.pattern) == (1, "500-1100-500")


def test_a_missed_call_is_noticed(bench: Bench) -> None:
    bench.exchange.call("1001", "5550004", rings=2)
    stopped = bench.heard.wait_for(RingStopped)
    assert (stopped.evidence.source, stopped.evidence.certain) == ("timer", False)


# --- picking up -----------------------------------------------------------------------------------


def test_picking_up_that_was_confirmed_and_not_done_is_repeated(
    exchange: Exchange, quick_open: None
) -> None:
    """A modem that cannot pick up during a ring burst says OK all the same."""
    bench = Bench(exchange, QUICK_BURST, dialect="v253")
    bench.line.open().wait(PATIENCE)
    bench.modem.faults.add("ring_burst_deaf")
    exchange.call("1001", "5551234", cadence=(0.1, 0.4))
    bench.heard.wait_for(Ring)
    bench.line.answer().wait(PATIENCE)
    exchange.wait_for("answered", timeout=PATIENCE)
    repeated = bench.heard.wait_for(AnswerRepeated)
    assert (repeated.count, repeated.evidence.certain) == (2, False)
    bench.line.hang_up().wait(PATIENCE)
    bench.wait_on_hook()
    bench.line.close()


def test_a_modem_known_for_it_waits_for_the_silence(exchange: Exchange, quick_open: None) -> None:
    """And stays unsure: that nothing rings proves nothing if it tells no rings off hook."""
    bench = Bench(exchange, QUICK_BURST, dialect="usr5637")
    bench.line.open().wait(PATIENCE)
    exchange.call("1001", "5551234", cadence=(0.1, 0.4))
    bench.heard.wait_for(Ring)
    bench.line.answer().wait(PATIENCE)
    assert not bench.heard.wait_for(Answered).evidence.certain
    exchange.wait_for("answered", timeout=PATIENCE)
    bench.line.hang_up().wait(PATIENCE)
    kinds = [event.kind for event in bench.heard.all()]
    assert (kinds.count("answered"), kinds.count("answer_repeated")) == (1, 0)
    bench.line.close()


def test_silence_is_proof_from_a_modem_that_told_a_ring_off_hook(
    exchange: Exchange, quick_open: None
) -> None:
    bench = Bench(exchange, QUICK_BURST, dialect="usr5637")
    bench.line.open().wait(PATIENCE)
    exchange.call("1001", "5551234", cadence=(0.1, 0.4))
    bench.heard.wait_for(Ring)
    bench.line.answer().wait(PATIENCE)
    exchange.wait_for("answered", timeout=PATIENCE)
    while not bench.heard.of(AnswerRepeated):  # a moment after it picked up, and not before
        bench.modem.output(b"\x10R")
        with suppress(TimeoutError):
            bench.heard.wait_for(AnswerRepeated, 0.1)
    sure = [event.evidence for event in bench.heard.of(Answered)][-1]
    if not sure.certain:
        sure = bench.heard.wait_for(Answered).evidence
    assert (sure.certain, sure.source) == (True, "timer")
    bench.line.hang_up().wait(PATIENCE)
    bench.line.close()


def test_a_modem_that_never_picks_up_is_given_up(exchange: Exchange, quick_open: None) -> None:
    bench = Bench(exchange, QUICK_BURST)
    bench.line.open().wait(PATIENCE)
    bench.modem.faults.add("ring_burst_deaf")
    exchange.call("1001", "5551234", cadence=(30.0, 1.0))  # one burst without an end
    bench.heard.wait_for(Ring)
    bench.line.answer().wait(PATIENCE)
    for _ in range(100):  # the modem tells that it rings on
        if bench.heard.of(CallEnded):
            break
        bench.modem.output(b"\x10R")
        bench.watch._changed.acquire()
        bench.watch._changed.wait(0.06)
        bench.watch._changed.release()
    assert bench.heard.of(CallEnded)[0].reason is EndReason.REFUSED
    bench.line.close()


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["cx930xx", "si24xx", "lucent"])
def test_a_held_key_is_one_press_with_its_length(make_bench: MakeBench, family: str) -> None:
    bench = make_bench(dialect=family)
    bench.call()
    bench.exchange.press("1001", "5", 300)
    key = bench.heard.wait_for(KeyHeard)
    assert key.key == "5"
    assert 200 <= key.ms <= 400
    bench.exchange.press("1001", "55", 100)
    assert [bench.heard.wait_for(KeyHeard).key for _ in range(2)] == ["5", "5"]


def test_a_press_whose_end_is_lost_is_told(make_bench: MakeBench) -> None:
    bench = make_bench(dialect="cx930xx")
    bench.call()
    bench.modem.output(b"\x10/\x107\x107")
    key = bench.heard.wait_for(KeyHeard)
    assert (key.key, key.ms) == ("7", 140)


def test_too_many_keys_at_once_are_refused(bench: Bench) -> None:
    bench.call()
    sent = [bench.line.send_dtmf("1" * 32) for _ in range(KEYS_WAITING // 32)]
    with pytest.raises(Flooded, match="wait already"):
        bench.line.send_dtmf("1")
    bench.line.hang_up().wait(PATIENCE)
    for operation in sent:
        with pytest.raises(Aborted):
            operation.wait(PATIENCE)
    bench.call()
    bench.line.send_dtmf("2").wait(PATIENCE)
    bench.exchange.wait_for("dtmf", "2")


def test_keys_do_not_overlap_though_the_modem_says_ok_at_once(make_bench: MakeBench) -> None:
    """The exchange's modem needs a millisecond for a digit; the tones need 50 each."""
    bench = make_bench()
    bench.call()
    times = []
    for _ in range(3):
        bench.line.send_dtmf("11").wait(PATIENCE)
        times.append(bench.exchange.wait_for("dtmf").at)
        bench.exchange.wait_for("dtmf")
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 2 * QUICK.tone_ms / 1000


# --- an outgoing call that is answered ------------------------------------------------------------


@pytest.mark.parametrize("family", ["v253", "si24xx"])
def test_a_polarity_reversal_is_an_answer_for_certain(make_bench: MakeBench, family: str) -> None:
    bench = make_bench(dialect=family)
    bench.exchange.line("1001").reverses = True
    bench.line.dial("100").wait(PATIENCE)
    answer = bench.heard.wait_for(Answered)
    assert answer.evidence.certain
    assert answer.evidence.source == "dle"
    bench.exchange.hang_up("1001")
    assert bench.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP
    assert len(bench.heard.of(Answered)) == 1
    assert len(bench.heard.of(PolarityReversed)) >= 1


def test_a_change_of_the_loop_that_may_be_anything_is_a_guess(make_bench: MakeBench) -> None:
    """Conexant's one code for a reversal and a break."""
    bench = make_bench(dialect="cx930xx")
    bench.exchange.line("1001").reverses = True
    bench.line.dial("100").wait(PATIENCE)
    assert not bench.heard.wait_for(Answered).evidence.certain
    bench.exchange.hang_up("1001")
    ended = bench.heard.wait_for(CallEnded)
    assert (ended.reason, ended.evidence.certain) == (EndReason.FAR_HANGUP, False)


def test_ringback_that_is_gone_is_a_guess(make_bench: MakeBench) -> None:
    bench = make_bench(ringback_gone_ms=300)
    bench.line.dial("100").wait(PATIENCE)
    bench.heard.wait_for(RingingOut)
    answer = bench.heard.wait_for(Answered)
    assert not answer.evidence.certain
    assert answer.evidence.source == "timer"
    bench.line.hang_up().wait(PATIENCE)


@pytest.mark.parametrize("number", ["201", "200"])
def test_ringback_that_goes_on_or_never_comes_is_no_answer(
    make_bench: MakeBench, number: str
) -> None:
    bench = make_bench(ringback_gone_ms=300)
    bench.line.dial(number).wait(PATIENCE)
    if number == "201":
        until(lambda: bench.heard.of(RingingOut) != [], "it rings there")
    else:
        bench.heard.wait_for(CallEnded)
    with pytest.raises(TimeoutError):
        bench.heard.wait_for(Answered, timeout=0.5)
    bench.line.hang_up().wait(PATIENCE)


def test_nobody_guesses_when_told_not_to(make_bench: MakeBench) -> None:
    bench = make_bench(ringback_gone_ms=100, answer_detection="off")
    bench.call()
    with pytest.raises(TimeoutError):
        bench.heard.wait_for(Answered, timeout=0.4)
    bench.line.hang_up().wait(PATIENCE)


@pytest.mark.parametrize("detection", ["modem", "quiet"])
@pytest.mark.parametrize("family", ["cx930xx", "rockwell"])
def test_the_modem_s_own_guess(
    exchange: Exchange, quick_open: None, detection: str, family: str
) -> None:
    bench = Bench(
        exchange,
        replace(QUICK, answer_detection=detection),
        replace(FAST_MODEM, second=0.05),
        family,
    )
    bench.line.open().wait(PATIENCE)
    bench.line.dial("100").wait(PATIENCE)
    bench.heard.wait_for(Dialled)
    answer = bench.heard.wait_for(Answered)
    assert not answer.evidence.certain
    assert answer.evidence.source == "result_code"
    bench.line.hang_up().wait(PATIENCE)
    with pytest.raises((CallFailed, Aborted)):
        bench.line.dial("200").wait(PATIENCE)
    assert bench.heard.wait_for(CallEnded).reason in (EndReason.LOCAL_HANGUP, EndReason.BUSY)
    bench.line.close()


def test_the_far_end_s_hang_up_after_the_modem_s_guess_is_no_busy_number(
    exchange: Exchange, quick_open: None
) -> None:
    """Busy tone before an answer is a busy number; after what was taken for one it is the end."""
    settings = replace(QUICK, answer_detection="modem")
    bench = Bench(exchange, settings, replace(FAST_MODEM, second=0.05), "cx930xx")
    bench.line.open().wait(PATIENCE)
    bench.line.dial("100").wait(PATIENCE)
    bench.heard.wait_for(Answered)
    exchange.hang_up("1001")
    assert bench.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP
    bench.line.close()


# --- the end of a call ----------------------------------------------------------------------------


def test_a_loop_break_is_the_far_end_s_hang_up(bench: Bench) -> None:
    bench.exchange.line("1001").clears_with = "loop_break"
    bench.call()
    bench.exchange.hang_up("1001")
    ended = bench.heard.wait_for(CallEnded)
    assert (ended.reason, ended.evidence.detail) == (EndReason.FAR_HANGUP, "l")


def test_dial_tone_in_a_call_is_a_guess(bench: Bench) -> None:
    answered(bench)
    for _ in range(2):
        assert bench.heard.of(CallEnded) == []
        bench.modem.output(b"\x10d")
        bench.heard.wait_for(ToneHeard)
    ended = bench.heard.wait_for(CallEnded)
    assert (ended.reason, ended.evidence.certain) == (EndReason.FAR_HANGUP, False)


def test_dial_tone_after_a_flash_is_no_end(bench: Bench) -> None:
    answered(bench)
    bench.line.flash().wait(PATIENCE)
    for _ in range(4):
        bench.modem.output(b"\x10d")
        assert bench.heard.wait_for(ToneHeard).tone == "dial"
    bench.line.flash().wait(PATIENCE)
    bench.line.send_dtmf("1").wait(PATIENCE)
    assert bench.heard.of(CallEnded) == []


# --- telephones beside the modem, other tones -----------------------------------------------------


@pytest.mark.parametrize(
    ("family", "code", "phone", "off_hook"),
    [
        ("v253", b"H", "local", True),
        ("v253", b"h", "local", False),
        ("v253", b"P", "extension", True),
        ("v253", b"p", "extension", False),
        ("rockwell", b"t", "local", True),
    ],
)
def test_a_telephone_beside_the_modem(
    make_bench: MakeBench, family: str, code: bytes, phone: str, off_hook: bool
) -> None:
    bench = make_bench(dialect=family)
    bench.modem.output(b"\x10" + code)
    event = bench.heard.wait_for(PhoneHook)
    assert (event.phone, event.off_hook) == (phone, off_hook)


def test_a_usr5637_s_own_hook_is_no_telephone_s(make_bench: MakeBench) -> None:
    bench = make_bench(dialect="usr5637")
    answered(bench)
    bench.line.hang_up().wait(PATIENCE)
    assert bench.heard.of(PhoneHook) == []


@pytest.mark.parametrize("tone", ["silence", "quiet", "fax_calling", "sit", "call_waiting"])
def test_other_tones_are_told(bench: Bench, tone: str) -> None:
    bench.call()
    bench.exchange.sound("1001", tone)
    heard = bench.heard.wait_for(ToneHeard)
    while heard.tone != tone:
        heard = bench.heard.wait_for(ToneHeard)
    assert bench.heard.of(CallEnded) == []


def test_noise_on_hook_is_nobody_s_end(bench: Bench) -> None:
    for code in b"bdrlLsq5":
        bench.modem.output(bytes((0x10, code)))
    bench.ring()
    told = {event.kind for event in bench.heard.all()}
    assert told <= {"line_ready", "ring", "caller_id", "polarity_reversed"}
    assert bench.heard.of(Recovery) == []


def test_a_line_made_for_one_dialect(exchange: Exchange, quick_open: None) -> None:
    line = ModemLine(
        "sharp", lambda: SimulatedPort(exchange, "1001", "v253", FAST_MODEM), QUICK, "rockwell"
    )
    heard = Heard(line)
    with pytest.raises(CommandRefused, match="does not speak rockwell"):
        line.open().wait(PATIENCE)
    assert heard.all()[-1].kind == "line_lost"
    line.close()
