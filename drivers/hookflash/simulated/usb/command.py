"""`hookflash simulate usb`: devices for this machine's own kernel. For Linux only."""

from collections.abc import Callable, Iterable
from pathlib import Path

from ..exchange import Exchange
from ..plan import load_plan
from . import vhci
from .bench import Bench
from .console import BenchConsole


def plug_in(
    specs: Iterable[str], plan: Path | None, say: Callable[[str], None]
) -> tuple[Bench, BenchConsole]:
    """Plug devices in and say of each what and where it is; PortError if one cannot be: then none
    is. `Bench.close` takes them away."""
    bench = Bench(Exchange(load_plan(plan) if plan else None), vhci)
    try:
        for spec in specs:
            say(str(bench.plug(spec)))
    except BaseException:
        bench.close()
        bench.exchange.close()
        raise
    return bench, BenchConsole(bench, say)
