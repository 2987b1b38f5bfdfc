"""The real server on real sockets: both addresses, rude clients, slow devices, a clean end."""

from __future__ import annotations

import http.client
import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from hookflash_server.agent import Agent
from hookflash_server.answers import Answer
from hookflash_server.config import DeskConfig, LineConfig
from hookflash_server.verbs import Ask
from hookflash_server.web import serving
from hookflash_server.web.app import make_app
from hookflash_server.web.serving import PortTaken, Server, bind
from support.fake_line import ANSWERED, DEADLINE, FakeLine, ring

MakeAgent = Callable[..., Agent]


class Served:
    """A server in front of a desk that says yes to everything, and takes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        sockets = bind(0)
        self.port: int = sockets[0].getsockname()[1]
        self.server = Server(make_app(self.ask, self.port, "open", "en"), sockets)
        self.server.start()

    def ask(self, ask: Ask) -> Future[Answer]:
        self.asked.append(ask)
        reply: Future[Answer] = Future()
        reply.set_result(Answer())
        return reply


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.server.close()


def get(port: int, target: str, address: str = "127.0.0.1") -> dict[str, Any]:
    """An ordinary request; the answer's members."""
    connection = http.client.HTTPConnection(address, port, timeout=DEADLINE)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        assert response.status == 200
        assert response.getheader("Server") is None
        return dict(json.loads(response.read()))
    finally:
        connection.close()


def raw(port: int, data: bytes) -> bytes:
    """Send bytes as they are; all that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
        # It need not read all of what it refuses.
        with suppress(ConnectionError):
            client.sendall(data)
        answer = b""
        with suppress(ConnectionError):
            while part := client.recv(65536):
                answer += part
        return answer


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


# --- both addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_both_loopback_addresses(served: Served, address: str) -> None:
    if address == "::1" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    assert get(served.port, "/?cmd=answer", address) == {"result": "success", "msg": "done"}


def test_no_other_address(served: Served) -> None:
    """It listens on 127.0.0.1 itself, not on everything that reaches this machine."""
    with socket.socket() as client:
        client.settimeout(DEADLINE)
        assert client.connect_ex(("127.0.0.2", served.port)) != 0


def test_a_connection_is_kept_for_the_next_request(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=DEADLINE)
    try:
        for _ in range(3):
            connection.request("GET", "/?cmd=answer")
            response = connection.getresponse()
            assert (response.status, response.read()[:1]) == (200, b"{")
    finally:
        connection.close()
    assert len(served.asked) == 3


# --- rude clients -------------------------------------------------------------------------------

HOST = b"Host: 127.0.0.1:%d\r\n"
DIAL = b"/?cmd=dial_out&dial_number=110"
OURS = b"Host: 127.0.0.1:@PORT@"
"""A good Host line; the port is filled in later."""


def head(*headers: bytes, target: bytes = DIAL, method: bytes = b"GET", body: bytes = b"") -> bytes:
    """A request with our Host after which the connection is closed."""
    lines = (method + b" " + target + b" HTTP/1.1", OURS, *headers, b"Connection: close", b"")
    return b"\r\n".join(lines) + b"\r\n" + body


# The request, the statuses that may come, and whether it may be acted on.
RUDE: dict[str, tuple[bytes, set[int], bool]] = {
    "plain": (head(), {200}, True),
    "no slash": (head(target=DIAL[1:]), {200}, True),
    "HTTP/1.0": (b"GET %b HTTP/1.0\r\n%b\r\n\r\n" % (DIAL, OURS), {200}, True),
    "HTTP/1.0 without Host": (b"GET %b HTTP/1.0\r\n\r\n" % DIAL, {403}, False),
    "HTTP/0.9": (b"GET %b\r\n\r\n" % DIAL, {400, 403}, False),
    "missing Host": (head().replace(OURS, b"A: b"), {400, 403}, False),
    "two Hosts": (head(b"Host: evil.example"), {400, 403}, False),
    "two equal Hosts": (head(OURS), {400, 403}, False),
    "absolute form, foreign Host": (
        head(target=b"http://evil.example" + DIAL).replace(OURS, b"Host: evil.example"),
        {400, 403},
        False,
    ),
    "url 4k": (head(target=DIAL + b"&a=" + b"a" * 4200), {400}, False),
    "url 16k": (head(target=DIAL + b"&a=" + b"a" * 16_000), {414, 431}, False),
    "url 64k": (head(target=DIAL + b"&a=" + b"a" * 64_000), {414, 431}, False),
    "url 1M": (head(target=DIAL + b"&a=" + b"a" * 1_000_000), {414, 431}, False),
    "100 headers": (head(*[b"A: b"] * 100), {200}, True),
    "50,000 headers": (head(*[b"A: b"] * 50_000), {431}, False),
    "header 70k": (head(b"A: " + b"b" * 70_000), {431}, False),
    "header 1M": (head(b"A: " + b"b" * 1_000_000), {431}, False),
    "%00": (head(target=DIAL + b"%00"), {200}, False),
    "%zz": (head(target=DIAL + b"%zz"), {200}, False),
    "bad UTF-8": (head(target=DIAL + b"%ff%fe"), {400}, False),
    "raw NUL": (head(target=DIAL + b"\x00"), {200, 400}, False),
    "raw UTF-8": (head(target=DIAL + b"\xd9\xa1"), {200, 400}, False),
    "space in the target": (head(target=DIAL + b" 1"), {400}, False),
    "space before the colon": (head(b"A : b"), {400}, False),
    "folded header": (head().replace(OURS, b"Host: evil.example\r\n " + OURS), {400, 403}, False),
    "bare CR in a header": (head(b"A: b\rc"), {400}, False),
    "NUL in a header": (head(b"A: b\x00c"), {400}, False),
    "two lengths": (head(b"Content-Length: 1", b"Content-Length: 2", body=b"xx"), {400}, False),
    "length +5": (head(b"Content-Length: +5", body=b"x" * 5), {400}, False),
    "length 1_0": (head(b"Content-Length: 1_0", body=b"x" * 10), {400}, False),
    "length -1": (head(b"Content-Length: -1"), {400}, False),
    "length 1e12": (head(b"Content-Length: 1000000000000"), {413}, False),
    "xchunked": (head(b"Transfer-Encoding: xchunked"), {400, 501}, False),
    "chunked, identity": (
        head(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
        {400, 501},
        False,
    ),
    "chunk size 0x5": (
        head(b"Transfer-Encoding: chunked", body=b"0x5\r\nabcde\r\n0\r\n\r\n"),
        {400},
        False,
    ),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 404, 405, 505}, False),
    "TLS": (b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4" + b"\x00" * 240 + b"\r\n\r\n", {400}, False),
    "method FOO": (head(method=b"FOO"), {405}, False),
    "POST": (head(b"Content-Length: 3", method=b"POST", body=b"a=b"), {405}, False),
    "OPTIONS *": (head(method=b"OPTIONS", target=b"*"), {400, 404, 405}, False),
    "HEAD": (head(method=b"HEAD"), {405}, False),
    "CONNECT": (head(method=b"CONNECT", target=b"127.0.0.1:80"), {400, 404, 405}, False),
    "Sec_Fetch_Site": (
        head(b"Sec_Fetch_Site: same-origin", b"Sec-Fetch-Mode: navigate"),
        {403},
        False,
    ),
    "noise": (bytes(range(256)) * 8 + b"\r\n\r\n", {400}, False),
    "empty lines": (b"\r\n" * 100 + head(), {200, 400}, True),
}


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle connections are closed soon."""
    monkeypatch.setattr(serving, "LOOP_TIMEOUT", 1)
    monkeypatch.setitem(serving.LIMITS, "channel_timeout", 1)
    monkeypatch.setitem(serving.LIMITS, "cleanup_interval", 1)


@pytest.mark.parametrize("name", RUDE)
def test_rude_clients(served: Served, caplog: pytest.LogCaptureFixture, name: str) -> None:
    data, expected, may_act = RUDE[name]
    answer = raw(served.port, data.replace(b"@PORT@", b"%d" % served.port))
    assert b"Traceback" not in answer
    assert b"\nServer:" not in answer
    got = statuses(answer)
    assert got, f"no answer to {name}"
    assert set(got) <= expected, answer[:300]
    assert not served.asked or may_act, "it was acted on"
    assert [ask.arguments for ask in served.asked] in ([], [{"dial_number": "110"}])
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    served.asked.clear()
    assert get(served.port, "/?cmd=answer")["result"] == "success", "the agent lives"


@pytest.mark.usefixtures("short_limits")
def test_half_requests_are_closed(served: Served) -> None:
    """Bare LF, half a head, nothing at all, a body that never comes."""
    host = HOST % served.port
    halves = [
        b"GET /?cmd=answer HTTP/1.1\n" + host.replace(b"\r", b"") + b"\n",
        b"GET /?cmd=answer HTTP/1.1\r\n" + host,
        b"",
        b"G",
        b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 10\r\n\r\nx",
    ]
    with ThreadPoolExecutor(len(halves)) as pool:
        answers = list(pool.map(lambda half: raw(served.port, half), halves))
    assert all(b"Traceback" not in answer for answer in answers)
    assert served.asked == []
    assert get(served.port, "/?cmd=answer")["result"] == "success"


def test_pipelined_requests_are_each_judged_by_themselves(served: Served) -> None:
    host = HOST % served.port
    answer = raw(
        served.port,
        b"GET /?cmd=answer HTTP/1.1\r\n" + host + b"\r\n"
        b"GET /?cmd=huang_up HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    )
    assert statuses(answer) == [200, 403]
    assert [ask.verb for ask in served.asked] == ["answer"]


def test_a_client_that_goes_away_at_once(served: Served) -> None:
    for _ in range(20):
        client = socket.create_connection(("127.0.0.1", served.port), timeout=DEADLINE)
        client.sendall(b"GET /?cmd=status HTTP/1.1\r\n" + HOST % served.port + b"\r\n")
        client.close()
    assert get(served.port, "/?cmd=answer")["result"] == "success"


def test_idle_connections_do_not_stop_an_ordinary_request(served: Served) -> None:
    with ExitStack() as stack:
        for number in range(100):
            client = stack.enter_context(
                socket.create_connection(("127.0.0.1", served.port), timeout=DEADLINE)
            )
            if number % 2:
                client.sendall(b"GET /?cmd=answer HTTP/1.1\r\nHost:")
        for address in ("127.0.0.1", "localhost"):
            assert get(served.port, "/?cmd=answer", address)["result"] == "success"


# --- an agent -----------------------------------------------------------------------------------


@pytest.fixture
def fake_line(monkeypatch: pytest.MonkeyPatch) -> FakeLine:
    """The line of the next agent with one."""
    line = FakeLine()
    monkeypatch.setattr("hookflash_server.sources.open_line", lambda *_, **__: line)
    return line


FAKE_DESKS = (DeskConfig(line=LineConfig(url="fake")), DeskConfig(extension="1002"))


def test_an_agent_without_a_line(make_agent: MakeAgent) -> None:
    agent = make_agent()
    answer = get(agent.port, "/?cmd=dial_out&dial_number=100")
    assert (answer["result"], answer["msg"]) == ("ext_offline", "分机未登录")
    assert answer["detail"] == "no_line_configured"


def test_one_command_is_answered_while_another_waits_for_its_device(
    make_agent: MakeAgent, fake_line: FakeLine
) -> None:
    agent = make_agent(desks=FAKE_DESKS, language="en")
    fake_line.wait_for("open")
    fake_line.ready()
    with ThreadPoolExecutor(1) as pool:
        dial = pool.submit(get, agent.port, "/?cmd=dial_out&dial_number=100")
        fake_line.wait_for("dial")
        assert get(agent.port, "/?cmd=status")["state"] == "dialing"
        assert get(agent.port, "/?cmd=answer")["detail"] == "not_ringing"
        assert get(agent.port, "/?cmd=answer&ext=1002")["detail"] == "no_line_configured"
        assert not dial.done()
        fake_line.end("dial")
        assert dial.result(DEADLINE) == {"result": "success", "msg": "done"}


def test_two_dials_in_one_instant_are_one_call(make_agent: MakeAgent, fake_line: FakeLine) -> None:
    agent = make_agent(desks=FAKE_DESKS)
    fake_line.wait_for("open")
    fake_line.ready()
    with ThreadPoolExecutor(8) as pool:
        dials = [pool.submit(get, agent.port, "/?cmd=dial_out&dial_number=100") for _ in range(8)]
        fake_line.end("dial")
        results = sorted(dial.result(DEADLINE)["result"] for dial in dials)
    assert results == ["failed"] * 7 + ["success"]
    assert fake_line.asked.count(("dial", "100")) == 1


def test_a_script_and_its_preload_are_one_call(make_agent: MakeAgent, fake_line: FakeLine) -> None:
    """Two connections, the same URL, in one instant."""
    agent = make_agent(desks=FAKE_DESKS)
    fake_line.wait_for("open")
    fake_line.ready()
    fake_line.tell(ring(), ANSWERED)
    target = "/?cmd=send_dtmf&dtmf=1&_=1"
    with ThreadPoolExecutor(2) as pool:
        keys = [pool.submit(get, agent.port, target) for _ in range(2)]
        fake_line.end("dtmf")
        assert [key.result(DEADLINE)["result"] for key in keys] == ["success", "success"]
    assert fake_line.asked.count(("dtmf", "1")) == 1


def test_desks_are_named_by_ext(make_agent: MakeAgent) -> None:
    agent = make_agent(desks=(DeskConfig(), DeskConfig(extension="1002")))
    assert get(agent.port, "/?cmd=status")["ext"] == "1001"
    assert get(agent.port, "/?cmd=status&ext=1002")["ext"] == "1002"
    assert get(agent.port, "/?cmd=status&ext=")["ext"] == "1001"
    answer = get(agent.port, "/?cmd=dial_out&dial_number=1&ext=1003")
    assert (answer["result"], answer["detail"]) == ("ext_offline", "unknown_desk")
    assert "1001, 1002" in answer["hint"]


def test_stop_answers_whoever_waits_and_may_be_called_twice(
    make_agent: MakeAgent, fake_line: FakeLine
) -> None:
    agent = make_agent(desks=FAKE_DESKS)
    fake_line.wait_for("open")
    fake_line.ready()
    reply = agent.ask(Ask("dial_out", {"dial_number": "100"}))
    fake_line.wait_for("dial")
    agent.stop()
    agent.stop()
    assert reply.result(0).detail == "stopping"
    assert fake_line.closed
    with pytest.raises(OSError):
        get(agent.port, "/?cmd=status")


# --- the port -----------------------------------------------------------------------------------


def test_a_port_that_is_taken(make_agent: MakeAgent) -> None:
    agent = make_agent()
    with pytest.raises(PortTaken, match=f"port {agent.port} on 127.0.0.1 is taken.*--port"):
        bind(agent.port)
    assert get(agent.port, "/?cmd=status")["state"] == "offline", "the first one goes on"


def test_two_agents_that_start_in_one_instant() -> None:
    """The port is ours from bind on, not from the first request on."""
    sockets = bind(0)
    try:
        with pytest.raises(PortTaken):
            bind(sockets[0].getsockname()[1])
    finally:
        for listener in sockets:
            listener.close()


def test_a_port_that_is_taken_on_ipv6_only() -> None:
    """Pages that call localhost would reach the other program."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as other:
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match="::1"):
            bind(port)
        with socket.socket() as client:
            client.settimeout(DEADLINE)
            assert client.connect_ex(("127.0.0.1", port)) != 0, "nothing is left half open"


def test_the_port_is_free_again_after_close() -> None:
    served = Served()
    get(served.port, "/?cmd=answer")
    served.server.close()
    served.server.close()
    for listener in bind(served.port):
        listener.close()


def test_a_server_that_was_never_started_can_be_closed() -> None:
    sockets = bind(0)
    port = sockets[0].getsockname()[1]
    server = Server(make_app(lambda _: Future(), port, "open", "en"), sockets)
    server.close()
    server.close()
    for listener in bind(port):  # it is free again
        listener.close()


def test_close_with_clients_connected() -> None:
    """Idle, half-way through a request, and waiting for an answer."""
    waiting = threading.Event()

    def ask(_: Ask) -> Future[Answer]:
        waiting.set()
        return reply

    reply: Future[Answer] = Future()
    sockets = bind(0)
    port = sockets[0].getsockname()[1]
    server = Server(make_app(ask, port, "open", "en"), sockets)
    server.start()
    with ExitStack() as stack:
        for data in (b"", b"GET /", b"GET /?cmd=answer HTTP/1.1\r\n" + HOST % port + b"\r\n"):
            client = stack.enter_context(
                socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
            )
            client.sendall(data)
        assert waiting.wait(DEADLINE)
        reply.set_result(Answer())
        server.close()
