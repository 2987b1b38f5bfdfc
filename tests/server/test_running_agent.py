"""An agent that runs is asked for its desks; whatever else listens there is no agent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from hookflash_server.agent import Agent
from hookflash_server.config import DeskConfig
from hookflash_server.running_agent import statuses


def test_its_desks_are_told(make_agent: Callable[..., Agent]) -> None:
    agent = make_agent(desks=(DeskConfig(), DeskConfig(extension="1002")))
    told = statuses(agent.port, ["1001", "1002", "1003"])
    assert list(told) == ["1001", "1002"]
    assert told["1002"]["offline_because"] == "no_line_configured"


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        assert statuses(taken.getsockname()[1], ["1001"]) == {}


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that answers everything with the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(request.param)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "answering",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n<html>",
        b"HTTP/1.0 200 OK\r\n\r\n[1]",
        b'HTTP/1.0 200 OK\r\n\r\n{"ext": "2"}',
    ],
    indirect=True,
)
def test_what_listens_is_no_agent(answering: int) -> None:
    assert statuses(answering, ["1001"]) == {}
