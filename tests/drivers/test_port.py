"""Serial ports: what pyserial's errors become, and that a close always releases."""

from __future__ import annotations

import errno
import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from hookflash.errors import (
    CommandTimeout,
    DeviceLost,
    NoPermission,
    NothingPluggedIn,
    PortBusy,
    PortError,
)
from hookflash.modem import SerialPort
from hookflash.modem.port import _open_error
from support.lines import PATIENCE, until
from support.scripted import ScriptedModem


@pytest.fixture
def modem() -> Iterator[ScriptedModem]:
    with ScriptedModem() as modem:
        yield modem


@pytest.fixture
def port(modem: ScriptedModem) -> Iterator[SerialPort]:
    port = SerialPort(modem.tty)
    yield port
    port.close()


def test_bytes_go_both_ways(modem: ScriptedModem, port: SerialPort) -> None:
    port.write(b"AT\r")
    modem.expect(b"AT\r")
    every = bytes(range(256))
    modem.say(every)
    got = b""
    while len(got) < len(every):
        got += port.read()
    assert got == every


def test_a_second_line_is_kept_out(modem: ScriptedModem, port: SerialPort) -> None:
    with pytest.raises(PortBusy, match=r"this program .* holds it"):
        SerialPort(modem.tty)
    port.close()
    SerialPort(modem.tty).close()


def test_no_such_device(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="no such device") as caught:
        SerialPort(str(tmp_path / "tty"))
    assert isinstance(caught.value, OSError)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("url", ["nonsense://x", "socket://127.0.0.1", "rfc2217://"])
def test_a_bad_url(url: str) -> None:
    with pytest.raises(PortError, match="open"):
        SerialPort(url)


def test_what_is_no_tty(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(PortError, match="file"):
        SerialPort(str(path))


@pytest.mark.parametrize(
    ("error", "kind", "cure"),
    [
        (OSError(errno.EACCES, "denied"), NoPermission, "no permission; "),
        (OSError(errno.EBUSY, "busy"), PortBusy, "another program .*; close that program"),
        (OSError(errno.ENOENT, "none"), NothingPluggedIn, "plugged in"),
        (OSError(errno.ENODEV, "none"), NothingPluggedIn, "plugged in"),
        # As pyserial words what Windows says.
        (OSError("PermissionError(13, 'Access is denied.', None, 5)"), PortBusy, "close that"),
        (
            OSError("FileNotFoundError(2, 'No such...', None, 2)"),
            NothingPluggedIn,
            "plugged in",
        ),
        (ValueError("odd"), PortError, "odd"),
    ],
)
def test_an_open_error_names_the_device_and_the_cure(
    error: OSError | ValueError, kind: type[PortError], cure: str
) -> None:
    made = _open_error("/dev/ttyX", error)
    assert type(made) is kind
    assert str(made).startswith("open /dev/ttyX")
    assert re.search(cure, str(made))


def test_a_device_that_takes_no_bytes(port: SerialPort) -> None:
    with pytest.raises(CommandTimeout, match="took no bytes"):
        port.write(b"x" * 1_000_000)


def test_an_unplug_while_reading(modem: ScriptedModem, port: SerialPort) -> None:
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        modem.unplug()
        with pytest.raises(DeviceLost, match="the device is gone"):
            read.result(PATIENCE)
    with pytest.raises(DeviceLost):
        port.write(b"AT\r")


def test_close_wakes_the_reader_and_may_come_twice(port: SerialPort) -> None:
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        port.close()
        assert read.result(PATIENCE) == b""
    port.close()
    assert port.read() == b""
    with pytest.raises(DeviceLost):
        port.write(b"AT\r")
    port.drop_dtr(0.0)


def write_on(port: SerialPort) -> None:
    """Write until there is no port any more."""
    with suppress(DeviceLost, CommandTimeout):
        while True:
            port.write(b"\r")


def test_close_touches_nobody_elses_descriptor(modem: ScriptedModem) -> None:
    """The numbers of descriptors are given out again at once."""
    victims: list[int] = []
    for _ in range(50):
        port = SerialPort(modem.tty)
        with ThreadPoolExecutor() as pool:
            reader = pool.submit(port.read)
            writer = pool.submit(write_on, port)
            closers = [pool.submit(port.close) for _ in range(4)]
            pipes = [os.pipe() for _ in range(8)]
            for closer in closers:
                closer.result(PATIENCE)
            assert reader.result(PATIENCE) == b""
            writer.result(PATIENCE)
        for read_end, write_end in pipes:
            os.set_blocking(read_end, False)
            with pytest.raises(BlockingIOError):
                victims.append(len(os.read(read_end, 10)))
            os.close(read_end)
            os.close(write_end)
    assert victims == []


def test_drop_dtr_is_harmless_where_there_is_none(modem: ScriptedModem, port: SerialPort) -> None:
    port.drop_dtr(0.0)
    port.write(b"AT\r")
    modem.expect(b"AT\r")


def test_drop_dtr_does_not_hold_up_a_close(port: SerialPort) -> None:
    with ThreadPoolExecutor() as pool:
        dropping = pool.submit(port.drop_dtr, 0.05)
        port.close()
        dropping.result(PATIENCE)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


def test_a_modem_on_a_socket(server: socket.socket) -> None:
    port = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
    connection, _ = server.accept()
    with connection:
        port.write(b"AT\r")
        assert connection.recv(10) == b"AT\r"
        connection.sendall(b"OK")
        got = b""
        while len(got) < 2:
            got += port.read()
        assert got == b"OK"
        port.drop_dtr(0.0)
    with pytest.raises(DeviceLost):
        port.read()
    port.close()


def test_a_read_from_a_socket_is_ended_by_close(server: socket.socket) -> None:
    port = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
    connection, _ = server.accept()
    with connection, ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        until(read.running, "it reads")
        closer = threading.Thread(target=port.close)
        closer.start()
        assert read.result(PATIENCE) == b""
        closer.join(PATIENCE)


def test_a_refused_connection(server: socket.socket) -> None:
    url = f"socket://127.0.0.1:{server.getsockname()[1]}"
    server.close()
    with pytest.raises(PortError, match="open socket://"):
        SerialPort(url)
