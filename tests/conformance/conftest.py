"""Fixtures of the conformance suite: rows, and backends whose line is open or not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from serial.urlhandler import protocol_socket

from support.leaks import no_leaks

from .backend import Backend, Row
from .iax import Stock
from .plugin import TEST, rows_for
from .proof import Proof
from .test_metal import CHOSEN_ALONE


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a backend runs on each row that it is for."""
    if {"closed", "backend", "row"} & set(metafunc.fixturenames):
        rows = rows_for(metafunc)
        metafunc.parametrize("row", rows, ids=[row.name for row in rows])


def figures_of(item: pytest.Item) -> dict[str, Any]:
    """What the line of a test is opened with."""
    mark = item.get_closest_marker("figures")
    return dict(mark.kwargs) if mark else {}


def _waits(row: Row) -> bool:
    return row.slow_calls and not row.missing


@pytest.fixture(scope="session")
def stock(request: pytest.FixtureRequest) -> Iterator[Stock]:
    """Lines on iaxmodems for the tests that have them rung: opened before all other rows run, so
    that nobody waits for them."""
    stock = Stock(
        {
            item.nodeid: figures_of(item)
            for item in request.session.items
            if TEST in item.stash and _waits(item.stash[TEST].row)
            if item.get_closest_marker("rung") is not None
        }
    )
    yield stock
    stock.close()


@pytest.fixture(scope="session")
def alone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proof | None]:
    """The suite on a row of metal, in a process of its own: begun before all rows run."""
    if not any(item.name == "test_what_needs_no_hand" for item in request.session.items):
        yield None
        return
    options = ("--number-calls-back", "199", "--caller", "199")
    proof = Proof(tmp_path_factory.mktemp("metal"), CHOSEN_ALONE, *options)
    yield proof
    proof.close()


@pytest.fixture
def served(row: Row, request: pytest.FixtureRequest) -> tuple[object, ...]:
    """What the row's backend is made of: the server of USB devices, where it is on USB."""
    return (request.getfixturevalue("usb_devices"),) if row.on_usb else ()


@pytest.fixture
def nothing_left_behind(
    stock: Stock, alone: Proof | None, served: tuple[object, ...]
) -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor behind; what waits in stock is none."""
    with no_leaks():
        yield


@pytest.fixture
def quick(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for what will not come, where time is ours."""
    if row.by_hand:
        return
    # Pyserial sleeps after it has closed a socket.
    monkeypatch.setattr(protocol_socket, "time", SimpleNamespace(sleep=lambda _: None))
    if not row.slow_calls:
        monkeypatch.setattr("hookflash.modem.caller.GAP", 0.05 * row.pace)
    for name, seconds in {
        "hookflash.modem.conversation.QUIET": 0.002,  # nobody here answers late
        "hookflash.modem.cadence.DOUBLED": 0.0,  # rings every 50 ms are not one told twice
        "hookflash.modem.cadence.BETWEEN": 0.3,
        "hookflash.modem.cadence.JITTER": 0.05,
        "hookflash.modem.port._UNCANCELLABLE_READ": 0.02,
        "hookflash.hid.line.DIAL_TONE_WAIT": 0.5,
        "hookflash.hid.line.ON_HOOK_MARGIN_MS": 0,
        "hookflash.hid.line_hearing.DIAL_TONE_PROVES": 0.1,
        "hookflash.hid.line_hearing.ONE_RING": 0.0,  # rings every 50 ms are not one
    }.items():
        monkeypatch.setattr(name, seconds * row.pace)


@pytest.fixture
def closed(
    request: pytest.FixtureRequest,
    row: Row,
    quick: None,
    nothing_left_behind: None,
    stock: Stock,
    served: tuple[object, ...],
) -> Iterator[Backend]:
    """A backend whose line is not open yet."""
    if row.missing:
        pytest.skip(row.missing)
    item = request.node
    if row.slow_calls and item.get_closest_marker("rung") is not None:
        backend: Backend = stock.take(item.nodeid)
    else:
        backend = row.make(*served)
        backend.figures = figures_of(item)
    yield backend
    backend.close()


@pytest.fixture
def backend(closed: Backend) -> Backend:
    """A backend with an open line."""
    closed.open()
    return closed
