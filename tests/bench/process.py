"""The agent as a process: how fast it starts, what it holds, what wakes it."""

import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.agents import Door, agent_door, ask, bare_door, port_of, wait_ready
from bench.children import PATIENCE, Child, Children, NotMeasured
from bench.table import Row, Series

LIBRARIES = "import bottle, waitress, serial, msgspec"
COMMANDS = 200
START_AIM = 500.0
"""ms until the first answer."""
MEMORY_AIM = 45.0
"""MB."""
WAKE_UP_AIM = 1.0
"""Per second."""


def measure_start(children: Children, *, quick: bool) -> list[Row]:
    """From the start of the process to its first whole answer."""

    def timed(run: Callable[[], None]) -> float:
        began = time.perf_counter()
        run()
        return (time.perf_counter() - began) * 1000

    answer, ready, libraries, nothing = Series(), Series(), Series(), Series()
    for number in range(4 if quick else 16):
        figures = (
            *_start_once(children),
            timed(lambda: children.run(sys.executable, "-c", LIBRARIES)),
            timed(lambda: children.run(sys.executable, "-c", "pass")),
        )
        if number == 0:  # the first one only warms the files
            continue
        for series, figure in zip((answer, ready, libraries, nothing), figures, strict=True):
            series.begin_round()
            series.add(figure)

    return [
        Row(
            figure=f"process start to {what}",
            unit="ms",
            ours=ours.p50,
            samples=ours.size,
            peer=peer.p50,
            peer_name=name,
            aim=f"≤ {limit:.0f} ms" if limit else "",
            limit=limit,
        )
        for what, ours, peer, name, limit in (
            ("first answer", answer, libraries, f'`python -c "{LIBRARIES}"`', START_AIM),
            ("first answer", answer, nothing, "`python -c pass`", START_AIM),
            ("line ready (sim:)", ready, nothing, "`python -c pass`", None),
        )
    ]


def _start_once(children: Children) -> tuple[float, float]:
    """ms from the start to the first answer, and to an open line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    began = time.perf_counter()
    agent = children.hookflash("serve", "--simulate", "--port", str(port))
    while True:
        try:
            ask(port, "status")
            break
        except ConnectionRefusedError:
            if time.perf_counter() > began + PATIENCE:
                raise NotMeasured("the agent did not begin to listen") from None
            time.sleep(0.001)
    answered = time.perf_counter()
    wait_ready(port)
    ready = time.perf_counter()
    children.forget(agent)
    return (answered - began) * 1000, (ready - began) * 1000


def measure_memory_and_idle(children: Children, *, quick: bool) -> list[Row]:
    """After COMMANDS commands, then at rest."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise NotMeasured("memory and wake-ups are read from /proc, which only Linux has")
    agent, bare = agent_door(children, 0), bare_door(children)
    _use(agent)
    _use(bare)
    memory = [
        Row(
            figure=f"resident memory ({what}) after {COMMANDS} commands",
            unit="MB",
            ours=_memory(agent.child, what),
            samples="1 process",
            peer=_memory(bare.child, what),
            peer_name="bare loop",
            aim=f"< {MEMORY_AIM:.0f} MB",
            limit=MEMORY_AIM,
        )
        for what in ("RSS", "PSS")
    ]
    simulating = children.hookflash("serve", "--simulate", "--port", "0")
    wait_ready(port_of(simulating))
    seconds = 3.0 if quick else 20.0
    time.sleep(0.5 if quick else 2.0)
    processes = (agent.child, simulating, bare.child)
    before = [_switches(child) for child in processes]
    time.sleep(seconds)
    tty, sim, least = (
        sum(after[thread] - past.get(thread, 0) for thread in after) / seconds
        for past, after in zip(before, map(_switches, processes), strict=True)
    )
    return memory + [
        Row(
            figure=f"wake-ups at rest, {name}",
            unit="/s",
            ours=figure,
            samples=f"{seconds:.0f} s, all threads",
            peer=least,
            peer_name="bare loop",
            aim=f"< {WAKE_UP_AIM:.0f} /s",
            limit=WAKE_UP_AIM,
        )
        for name, figure in (("line on a tty", tty), ("--simulate", sim))
    ]


def _use(door: Door) -> None:
    for number in range(COMMANDS // 2):
        door.dial(str(5560000 + number))
        door.hang_up()


def _memory(child: Child, what: str) -> float:
    """MB. PSS: pages that processes share count by their share."""
    file, key = {"RSS": ("status", "VmRSS"), "PSS": ("smaps_rollup", "Pss")}[what]
    text = Path(f"/proc/{child.pid}/{file}").read_text()
    found = re.search(rf"^{key}:\s+([0-9]+) kB", text, re.MULTILINE)
    if found is None:
        raise NotMeasured(f"no {key} in /proc/{child.pid}/{file}")
    return int(found[1]) / 1024


def _switches(child: Child) -> dict[str, int]:
    """Voluntary context switches so far, by thread."""
    counts: dict[str, int] = {}
    for status in Path(f"/proc/{child.pid}/task").glob("*/status"):
        found = re.search(r"^voluntary_ctxt_switches:\s+([0-9]+)", status.read_text(), re.MULTILINE)
        if found is None:
            raise NotMeasured(f"no count of switches in {status}")
        counts[status.parent.name] = int(found[1])
    return counts
