"""One AT command and its OK: our conversation, raw pyserial, and another library."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack

import serial

from bench.agents import Modem
from bench.children import PATIENCE, Children, NotMeasured
from bench.table import Row, Series
from hookflash.modem import SerialPort
from hookflash.modem.conversation import Conversation

Trip = Callable[[], None]


def measure(children: Children, *, quick: bool) -> list[Row]:
    """In turns, each on a modem of its own."""
    rounds, per_round = (2, 50) if quick else (11, 200)
    with ExitStack() as stack:
        trips = {
            "ours": _ours(Modem(children).tty, stack),
            "pyserial": _pyserial(Modem(children).tty, stack),
            "gsmmodem": _gsmmodem(Modem(children).tty, stack),
        }
        series = {name: Series() for name in trips}
        for trip in trips.values():
            for _ in range(20):
                trip()
        for _ in range(rounds):
            for name, trip in trips.items():
                series[name].begin_round()
                for _ in range(per_round):
                    began = time.perf_counter()
                    trip()
                    series[name].add((time.perf_counter() - began) * 1000)
    return [
        Row(
            figure=f"AT round trip, {name}",
            unit="ms",
            ours=getattr(series["ours"], name),
            samples=series["ours"].size,
            peer=getattr(series[peer], name),
            peer_name=full_name,
            aim=f"≤ {factor} x peer" if factor else "",
            limit=factor * getattr(series[peer], name) if factor else None,
        )
        for peer, full_name, factor in (
            ("pyserial", "raw pyserial", 1.3),
            ("gsmmodem", "python-gsmmodem-new", None),
        )
        for name in ("p50", "p99")
    ]


def _ours(tty: str, stack: ExitStack) -> Trip:
    talk = Conversation(SerialPort(tty), lambda _: None, lambda _: None, gap=0.0)
    stack.callback(talk.close)
    talk.start()

    def trip() -> None:
        if not talk.command("AT").result.good:
            raise NotMeasured("AT was refused")

    return trip


def _pyserial(tty: str, stack: ExitStack) -> Trip:
    port = serial.Serial(tty, 115200, timeout=PATIENCE, exclusive=True)
    stack.callback(port.close)

    def trip() -> None:
        port.write(b"AT\r")
        if not port.read_until(b"OK\r\n").endswith(b"OK\r\n"):
            raise NotMeasured("no OK for pyserial")

    return trip


def _gsmmodem(tty: str, stack: ExitStack) -> Trip:
    try:
        from gsmmodem.modem import GsmModem
    except ImportError as error:
        raise NotMeasured(f"{error}; install the dependency group bench") from error
    logging.getLogger("gsmmodem").setLevel(logging.ERROR)  # our modem knows nothing of SMS
    modem = GsmModem(tty)
    modem.connect()  # switches the echo off, as it does for its users
    stack.callback(modem.close)

    def trip() -> None:
        if modem.write("AT") != ["OK"]:
            raise NotMeasured("no OK for python-gsmmodem-new")

    return trip
