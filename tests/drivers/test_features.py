"""Keys, flash and transfer, as the exchange hears them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hookflash import EndReason
from hookflash.errors import Aborted, CallFailed
from hookflash.events import CallEnded, KeyHeard
from hookflash.simulated.exchange import Entry
from support.backends import BACKENDS, Simulated
from support.lines import PATIENCE, QUICK

ON_OUR_EXCHANGE = ["sim-v253", "sim-data", "pty-v253", "pty-data"]


@pytest.fixture(params=ON_OUR_EXCHANGE)
def backend(request: pytest.FixtureRequest, quick_open: None) -> Iterator[Simulated]:
    """A line with a call to 100 that is answered."""
    backend = BACKENDS[request.param]()
    assert isinstance(backend, Simulated)
    backend.open()
    backend.line.dial("100").wait(PATIENCE)
    backend.wait_far_answered()
    yield backend
    backend.close()


def heard(backend: Simulated) -> Callable[[str], list[str]]:
    """What the exchange has heard from here on, by kind."""
    entries: list[Entry] = []
    backend.exchange.listen(entries.append)
    return lambda what: [entry.detail for entry in entries if entry.what == what]


@pytest.mark.parametrize("keys", ["1", "*21#", "1234567890*#", "0123456789*#" * 2 + "98765432"])
def test_keys_are_heard_in_order(backend: Simulated, keys: str) -> None:
    of = heard(backend)
    sent = backend.line.send_dtmf(keys)
    sent.wait(PATIENCE)
    assert "".join(of("dtmf")) == keys
    assert sent.taken


def test_keys_of_several_operations_keep_their_order(backend: Simulated) -> None:
    of = heard(backend)
    for operation in [backend.line.send_dtmf(key) for key in "8675309"]:
        operation.wait(PATIENCE)
    assert "".join(of("dtmf")) == "8675309"


def test_a_flash_has_its_length(backend: Simulated) -> None:
    of = heard(backend)
    backend.line.flash().wait(PATIENCE)
    backend.line.flash().wait(PATIENCE)  # back to the call
    backend.line.send_dtmf("5").wait(PATIENCE)
    assert of("flash") == [str(QUICK.flash_ms)] * 2
    assert of("dtmf") == ["5"]
    assert backend.heard.of(CallEnded) == []


def test_a_blind_transfer(backend: Simulated) -> None:
    of = heard(backend)
    backend.line.transfer("1234").wait(PATIENCE)
    backend.wait_on_hook()
    assert of("flash") == [str(QUICK.flash_ms)]
    assert of("dialled") == ["1234"]
    assert of("transferred") == ["100 to 1234"]
    assert not backend.line.off_hook
    assert [event.reason for event in backend.heard.of(CallEnded)] == [EndReason.TRANSFERRED]


@pytest.mark.parametrize("target", ["200", "202"])
def test_a_transfer_to_a_busy_target_comes_back_to_the_caller(
    backend: Simulated, target: str
) -> None:
    if "no_tones" in backend.quirks:
        pytest.skip("cannot hear that the target is busy")
    of = heard(backend)
    with pytest.raises(CallFailed) as caught:
        backend.line.transfer(target).wait(PATIENCE)
    assert caught.value.reason == "busy"
    assert len(of("flash")) == 2
    assert of("transferred") == []
    backend.line.send_dtmf("7").wait(PATIENCE)
    assert of("dtmf") == ["7"], "we are with the first caller again"
    assert backend.line.off_hook
    assert backend.heard.of(CallEnded) == []
    backend.line.hang_up().wait(PATIENCE)


def test_a_hang_up_overtakes_a_transfer(backend: Simulated) -> None:
    of = heard(backend)
    transfer = backend.line.transfer("1234")
    backend.exchange.wait_for("flash", timeout=PATIENCE)
    backend.line.hang_up().wait(PATIENCE)
    with pytest.raises(Aborted):
        transfer.wait(PATIENCE)
    backend.wait_on_hook()
    assert of("transferred") == []
    assert len(backend.heard.of(CallEnded)) == 1


def test_keys_of_the_far_end_are_heard(backend: Simulated) -> None:
    if "no_tones" in backend.quirks:
        pytest.skip("hears nothing in a call")
    backend.line.hang_up().wait(PATIENCE)
    backend.line.dial("102").wait(PATIENCE)
    assert [backend.heard.wait_for(KeyHeard).key for _ in range(3)] == ["1", "2", "#"]
