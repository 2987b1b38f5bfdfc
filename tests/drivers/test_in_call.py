"""In a call: what the conformance suite leaves out, since one family shows it as well as all."""

from __future__ import annotations

import pytest

from hookflash import Capability, Operation
from hookflash.errors import CallFailed, NotSupported, WrongState
from hookflash.events import CallEnded
from hookflash.modem import ModemLine
from hookflash.simulated import Exchange, SimulatedPort
from support.lines import FAST_MODEM, PATIENCE, QUICK, Bench, MakeBench


@pytest.mark.parametrize("family", ["v253", "data", "usr5637"])
def test_all_keys_are_heard_in_order_however_many(make_bench: MakeBench, family: str) -> None:
    """More than one command line holds; single tones, where the family knows no keys."""
    bench = make_bench(dialect=family)
    bench.call()
    keys = "0123456789*#" * 2 + "98765432"
    bench.line.send_dtmf(keys).wait(PATIENCE)
    assert "".join(bench.exchange.wait_for("dtmf").detail for _ in keys) == keys


def test_a_transfer_to_a_congested_target_comes_back_to_the_caller(bench: Bench) -> None:
    bench.call()
    with pytest.raises(CallFailed) as caught:
        bench.line.transfer("202").wait(PATIENCE)
    assert caught.value.reason == "busy"
    bench.line.send_dtmf("7").wait(PATIENCE)
    bench.exchange.wait_for("dtmf", "7")
    assert bench.line.off_hook
    assert bench.heard.of(CallEnded) == []


class MutingLine(ModemLine):
    """A line that can be muted, as none behind a modem can."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__("muting", lambda: SimulatedPort(exchange, timing=FAST_MODEM), QUICK)
        self.muted: list[bool] = []

    @property
    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities | {Capability.MUTE}

    def _mute(self, on: bool, operation: Operation) -> None:  # noqa: ARG002
        self.muted.append(on)


def test_a_modem_is_not_muted(bench: Bench) -> None:
    bench.call()
    assert Capability.MUTE not in bench.line.capabilities
    with pytest.raises(NotSupported, match="mute on bench: this device has no mute"):
        bench.line.mute(True).wait(PATIENCE)


def test_a_line_is_muted_in_a_call_only(exchange: Exchange) -> None:
    line = MutingLine(exchange)
    try:
        line.open().wait(PATIENCE)
        with pytest.raises(WrongState, match="mute on muting: there is no call"):
            line.mute(True).wait(PATIENCE)
        line.dial("100").wait(PATIENCE)
        line.mute(True).wait(PATIENCE)
        line.mute(False).wait(PATIENCE)
        assert line.muted == [True, False]
    finally:
        line.close()
