"""Fixtures of the virtual USB bench: simulated devices that are plugged in, somebody who runs the
agent. A plugin that is loaded there alone (tests/conftest.py). For Linux only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hookflash.simulated.usb.server import usb_server
from support import person
from support.agent import AgentProcess
from support.times import Times
from support.usbdesk import Desk, handset_state
from support.usbnodes import wait_empty
from support.usbsuite import PLAN, TIMING, SuiteServer
from usbbench.guest import PERSON
from usbbench.run import PATIENCE, RESULTS


@pytest.fixture(scope="session")
def patience() -> float:
    """What a deadline is to be multiplied with: an emulated processor is slow."""
    return float(os.environ[PATIENCE])


@pytest.fixture(scope="session")
def results() -> Path:
    """The folder for tables and the like; it is the host's, and stays."""
    return Path(os.environ[RESULTS])


@pytest.fixture(scope="session")
def usb_devices() -> Iterator[SuiteServer]:
    """The process that simulated USB devices live in; one for all tests, for it takes seconds."""
    with usb_server(PLAN, TIMING, kind=SuiteServer) as server:
        server.renew()  # it is connected to at the first word, and stays so
        yield server


@pytest.fixture
def usb(usb_devices: SuiteServer) -> Iterator[SuiteServer]:
    """Nothing is plugged in, and nothing at the end; who tests plugs in what it needs."""
    usb_devices.renew()
    wait_empty()
    yield usb_devices
    usb_devices.renew()
    wait_empty()


@pytest.fixture(scope="module")
def seated() -> Iterator[None]:
    """Somebody without any rights sits at this PC: what is plugged in is theirs to use."""
    with person.seated():
        yield


@pytest.fixture
def local_rules() -> Iterator[None]:
    """Rules for the simulated devices that no vendor's id is of, as docs/udev.md has people do."""
    file = Path("/etc/udev/rules.d/69-hookflash-local.rules")
    file.write_text(
        'SUBSYSTEM=="hidraw", KERNELS=="0003:1209:*", ENV{HOOKFLASH_DEVICE}="handset"\n'
        'ATTRS{idVendor}=="1209", ATTRS{idProduct}=="0010", ENV{HOOKFLASH_DEVICE}="modem"\n'
    )
    reload = ["udevadm", "control", "--reload"]
    subprocess.run(reload, check=True)
    yield
    file.unlink()
    subprocess.run(reload, check=True)


StartAgent = Callable[..., AgentProcess]


@contextmanager
def _agents() -> Iterator[StartAgent]:
    with ExitStack() as stack:

        def start(config: str | None = None, *options: str) -> AgentProcess:
            folder = stack.enter_context(person.home())
            return stack.enter_context(AgentProcess(folder, config, *options, user=PERSON))

        yield start


@pytest.fixture
def start_agent() -> Iterator[StartAgent]:
    """Starts agents that this somebody runs: without arguments as users do, with no configuration;
    or with a configuration's text and options."""
    with _agents() as start:
        yield start


@pytest.fixture(scope="module")
def lasting_agent(seated: None) -> Iterator[AgentProcess]:
    """An agent without a configuration, for all tests of a module."""
    with _agents() as start:
        yield start()


@pytest.fixture
def desk(usb: SuiteServer, lasting_agent: AgentProcess, patience: float) -> Desk:
    """The lasting agent's desk, with nothing plugged in."""
    desk = Desk(lasting_agent, patience)
    desk.until(
        lambda status: (
            status["offline_because"] == "nothing_plugged_in" and handset_state(status) == "offline"
        ),
        "without devices",
        3.0,
    )
    desk.mark()
    return desk


@pytest.fixture(scope="session")
def times(results: Path) -> Iterator[Times]:
    """How long things took; written to the results."""
    times = Times()
    yield times
    (results / "times.md").write_text(str(times), encoding="utf-8")
