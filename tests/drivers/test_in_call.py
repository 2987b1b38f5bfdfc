"""In a call: what the conformance suite leaves out, since one family shows it as well as all."""

from __future__ import annotations

import pytest

from hookflash.errors import CallFailed
from hookflash.events import CallEnded
from support.lines import PATIENCE, Bench, MakeBench


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
