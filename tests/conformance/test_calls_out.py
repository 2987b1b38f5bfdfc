"""Calls out: dialled, refused, ringing there, and answered as far as that can be known."""

from __future__ import annotations

import pytest

from hookflash import EndReason
from hookflash.errors import Aborted, CallFailed
from hookflash.events import Answered, CallEnded, Dialled, PolarityReversed, RingingOut
from support.lines import until

from .backend import Backend
from .marks import checks, figures, shows_lack_of


@checks("dial")
def test_a_dial_that_is_answered(backend: Backend) -> None:
    dial = backend.line.dial(backend.answers)
    backend.wait_dialled(backend.answers)
    dial.wait(backend.patience)
    assert dial.taken
    backend.heard.wait_for(Dialled)
    backend.wait_far_answered()
    assert backend.line.off_hook
    assert backend.ends() == []


@checks("no dial tone")
def test_a_dial_without_dial_tone(backend: Backend) -> None:
    number = backend.no_dial_tone()
    with pytest.raises(CallFailed) as caught:
        backend.line.dial(number).wait(backend.patience)
    assert caught.value.reason == "no_dial_tone"
    assert backend.heard.wait_for(CallEnded).reason is EndReason.NO_DIAL_TONE
    assert backend.heard.of(Dialled) == []
    backend.wait_on_hook()
    until(lambda: not backend.line.off_hook, "on hook")


@checks("busy")
@pytest.mark.parametrize("number", ["busy", "congested"])
def test_a_dial_to_a_busy_number(backend: Backend, number: str) -> None:
    try:
        backend.line.dial(getattr(backend, number)).wait(backend.patience)
    except (CallFailed, Aborted) as error:
        assert isinstance(error, Aborted) or error.reason == "busy"
    assert backend.heard.wait_for(CallEnded).reason is EndReason.BUSY
    backend.wait_on_hook()
    until(lambda: not backend.line.off_hook, "on hook")
    assert backend.ends() == [EndReason.BUSY]
    assert backend.heard.of(Answered) == []


@shows_lack_of("busy")
def test_a_busy_number_is_not_told(backend: Backend) -> None:
    backend.line.dial(backend.busy).wait(backend.patience)
    backend.wait_busy()
    backend.line.hang_up().wait(backend.patience)
    assert backend.ends() == [EndReason.LOCAL_HANGUP]


@checks("ringback")
def test_ringback_is_told_once(backend: Backend) -> None:
    backend.line.dial(backend.rings_on).wait(backend.patience)
    backend.heard.wait_for(Dialled)
    backend.heard.wait_for(RingingOut)
    backend.line.hang_up().wait(backend.patience)
    assert len(backend.heard.of(RingingOut)) == 1


@checks("answer by ringback")
def test_ringback_that_is_gone_is_a_guess(backend: Backend) -> None:
    backend.line.dial(backend.answers).wait(backend.patience)
    backend.heard.wait_for(RingingOut)
    answer = backend.heard.wait_for(Answered)
    assert not answer.evidence.certain
    assert answer.evidence.source == "timer"
    backend.line.hang_up().wait(backend.patience)


@shows_lack_of("ringback")
def test_ringback_is_not_told(backend: Backend) -> None:
    backend.line.dial(backend.rings_on).wait(backend.patience)
    backend.wait_ringback()
    backend.line.hang_up().wait(backend.patience)
    backend.call()
    backend.line.hang_up().wait(backend.patience)
    assert backend.heard.of(RingingOut) == []
    assert backend.heard.of(Answered) == []


def guesses(backend: Backend) -> None:
    """The dial ends with the modem's guess that it was answered; who is busy is no answer."""
    backend.line.dial(backend.answers).wait(backend.patience)
    backend.heard.wait_for(Dialled)
    answer = backend.heard.wait_for(Answered)
    assert not answer.evidence.certain
    assert answer.evidence.source == "result_code"
    backend.line.hang_up().wait(backend.patience)


@checks("answer by modem")
@figures(answer_detection="modem", ringback_gone_ms=2000)
def test_the_modem_s_own_guess(backend: Backend) -> None:
    guesses(backend)
    with pytest.raises((CallFailed, Aborted)):
        backend.line.dial(backend.busy).wait(backend.patience)
    assert backend.heard.wait_for(CallEnded).reason is EndReason.LOCAL_HANGUP
    assert backend.heard.wait_for(CallEnded).reason is EndReason.BUSY
    assert len(backend.heard.of(Answered)) == 1


@checks("answer by modem")
@figures(answer_detection="modem", ringback_gone_ms=2000)
def test_after_its_guess_the_far_end_s_hang_up_is_told_as_such(backend: Backend) -> None:
    backend.line.dial(backend.answers).wait(backend.patience)
    backend.heard.wait_for(Answered)
    backend.far_end_hangs_up()
    assert backend.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP


@checks("answer by quiet")
@figures(answer_detection="quiet")
def test_quiet_after_ringback_is_a_guess(backend: Backend) -> None:
    guesses(backend)


def guesses_nothing(backend: Backend) -> None:
    """The answer is not guessed, and that is said when the line is opened."""
    assert any("answer_detection" in doubt for doubt in backend.doubts)
    backend.call()
    backend.line.hang_up().wait(backend.patience)
    assert backend.heard.of(Answered) == []


@shows_lack_of("own guess")
@figures(answer_detection="modem")
def test_no_guess_of_its_own(backend: Backend) -> None:
    guesses_nothing(backend)


@shows_lack_of("quiet answer")
@figures(answer_detection="quiet")
def test_quiet_is_not_looked_for(backend: Backend) -> None:
    guesses_nothing(backend)


@checks("answer by polarity")
def test_a_reversal_is_an_answer_for_certain(backend: Backend) -> None:
    backend.reverses()
    backend.line.dial(backend.answers).wait(backend.patience)
    answer = backend.heard.wait_for(Answered)
    assert answer.evidence.certain
    assert answer.evidence.source == "dle"
    backend.far_end_hangs_up()
    assert backend.heard.wait_for(CallEnded).reason is EndReason.FAR_HANGUP
    assert len(backend.heard.of(Answered)) == 1
    assert backend.heard.of(PolarityReversed) != []


@shows_lack_of("polarity")
def test_nothing_is_certain_of_a_reversal(backend: Backend) -> None:
    backend.reverses()
    backend.call()
    backend.line.hang_up().wait(backend.patience)
    assert backend.heard.of(PolarityReversed) == []
    assert not any(answer.evidence.certain for answer in backend.heard.of(Answered))
