"""The agent under measurement, its requests as a browser sends them, and the modem's side."""

import socket
import time
from dataclasses import dataclass

from bench.children import PATIENCE, Child, Children, NotMeasured

_HEADERS = (
    "Connection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36\r\n"
    "Accept: */*\r\n"
    "Sec-Fetch-Site: cross-site\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: script\r\n"
    "Referer: http://crm.example/\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en\r\n\r\n"
)
_NS_PER_MS = 1e6


@dataclass(frozen=True)
class Asked:
    """A request's moments, ns of the monotonic clock, and its answer's body."""

    began: int
    answered: int
    body: str


def ask(port: int, cmd: str, **parameters: str) -> Asked:
    """Call by JSONP over a connection of its own; NotMeasured if it is not answered."""
    serial = time.monotonic_ns()
    words = "".join(f"&{name}={value}" for name, value in parameters.items())
    request = (
        f"GET /?cmd={cmd}{words}&jsonpcallback=jQuery3710_{serial}&_={serial} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n{_HEADERS}"
    ).encode()
    began = time.monotonic_ns()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        body = _body(connection)
        return Asked(began, time.monotonic_ns(), body)


def _body(connection: socket.socket) -> str:
    answer = b""
    while (head := answer.find(b"\r\n\r\n")) < 0 or len(answer) < head + 4 + _length(answer[:head]):
        data = connection.recv(65536)
        if not data:
            raise NotMeasured(f"the connection was closed after {answer!r}")
        answer += data
    return answer[head + 4 :].decode("utf-8")


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    if not found:
        raise NotMeasured(f"an answer without its length: {head!r}")
    return int(rest.split(b"\r\n", 1)[0])


class Modem:
    """The modem that takes no time, on a tty."""

    def __init__(self, children: Children) -> None:
        self._child = children.start_own("atpeer.py")
        self.tty = self._child.line()

    def dialled(self, number: str) -> int:
        """When the end of this number's dial command line arrived, ns."""
        moment, _, line = self._child.line().partition(" ")
        if line != f"ATDT{number};":
            raise NotMeasured(f"the modem was to dial {number} and got {line}")
        return int(moment)


class Door:
    """A program that dials when asked by JSONP."""

    def __init__(self, port: int, child: Child, modem: Modem) -> None:
        self.port = port
        self.child = child
        self._modem = modem

    def dial(self, number: str) -> tuple[float, float]:
        """Have it dial: ms from the request to the bytes at the tty, and to the whole answer."""
        asked = ask(self.port, "dial_out", dial_number=number)
        _must_succeed(asked, "dial_out")
        arrived = self._modem.dialled(number)
        return (arrived - asked.began) / _NS_PER_MS, (asked.answered - asked.began) / _NS_PER_MS

    def hang_up(self) -> None:
        """Have it hang up."""
        _must_succeed(ask(self.port, "huang_up"), "huang_up")


def bare_door(children: Children) -> Door:
    """The bare loop on a modem of its own."""
    modem = Modem(children)
    child = children.start_own("bareloop.py", modem.tty)
    return Door(int(child.line()), child, modem)


def agent_door(children: Children, gap_ms: int | None) -> Door:
    """The agent on a modem of its own, line ready. gap_ms: command_gap_ms; None: its default."""
    modem = Modem(children)
    config = children.folder / f"gap-{gap_ms}.toml"
    gap = "" if gap_ms is None else f"command_gap_ms = {gap_ms}\n"
    config.write_text(
        f'port = 0\nstate_dir = "{children.folder}/state"\n'
        f'[[desks]]\n[desks.line]\nurl = "{modem.tty}"\ndialect = "data"\n{gap}'
    )
    child = children.hookflash("serve", "--config", str(config))
    door = Door(port_of(child), child, modem)
    wait_ready(door.port)
    return door


def port_of(agent: Child) -> int:
    """The port that an agent says it listens on."""
    return int(agent.line().rsplit(":", 1)[1])


def wait_ready(port: int) -> None:
    """Wait until the agent's line is open."""
    deadline = time.monotonic() + PATIENCE
    while '"state":"idle"' not in (body := ask(port, "status").body):
        if time.monotonic() > deadline:
            raise NotMeasured(f"the line did not open: {body}")
        time.sleep(0.005)


def _must_succeed(asked: Asked, cmd: str) -> None:
    if '"result":"success"' not in asked.body:
        raise NotMeasured(f"{cmd} was answered {asked.body}")
