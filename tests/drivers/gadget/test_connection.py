"""A gadget's socket: what is given up, and hosts that make no sense."""

from __future__ import annotations

import random
import struct
import threading

import pytest

from hookflash.errors import DeviceLost
from hookflash.simulated.usb.acm import FROM_HOST, TO_HOST, AcmModem
from hookflash.simulated.usb.gadget import GONE
from hookflash.simulated.usb.usbip import LONGEST, BadRequest
from support.lines import PATIENCE
from support.usbhost import RESET, Plugged


def test_unlink(plugged: Plugged, modem: AcmModem) -> None:
    host = plugged.host
    first, second = host.submit(TO_HOST, 64), host.submit(TO_HOST, 64)
    assert host.unlink(first) == RESET
    with modem.exchange.lock:
        modem.dtr = True
        modem.send_to_host(b"x")
    assert host.wait(second).data == b"x"
    assert host.unlink(second) == 0  # it had been done
    assert host.unlink(4711) == 0  # never heard of
    assert first not in host.done


def test_a_transfer_ends_once_whoever_comes_first(plugged: Plugged, modem: AcmModem) -> None:
    """Data and UNLINK race: each transfer is either answered or given up, never both."""
    host = plugged.host
    assert host.control(0x21, 0x22, 3).status == 0
    stop = threading.Event()

    def talk() -> None:
        while not stop.is_set():
            with modem.exchange.lock:
                modem.send_to_host(b"x")

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        for _ in range(300):
            seq = host.submit(TO_HOST, 1)
            given_up = host.unlink(seq)
            assert given_up == (0 if host.done.pop(seq, None) else RESET)
    finally:
        stop.set()
        talker.join(PATIENCE)


SUBMIT = ">5I IiiiI8x"
GARBAGE = {
    "http": (b"GET /devices HTTP/1.1\r\nHost: a\r\n\r\n" * 3, "is no command"),
    "zeros": (bytes(4096), "is no command"),
    "long": (struct.pack(SUBMIT, 1, 1, 1, 0, 2, 0, LONGEST + 1, 0, 0, 0), "length of"),
    "negative": (struct.pack(SUBMIT, 1, 1, 1, 1, 2, 0, -5, 0, 0, 0), "length of -5"),
    "iso": (struct.pack(SUBMIT, 1, 1, 1, 1, 2, 0, 64, 0, 9, 0), "isochronous"),
    "noise": (random.Random(8).randbytes(4096), "is no command"),
}


@pytest.mark.parametrize("name", sorted(GARBAGE))
def test_garbage_ends_it_and_is_told(plugged: Plugged, modem: AcmModem, name: str) -> None:
    data, says = GARBAGE[name]
    plugged.host.submit(TO_HOST, 64)
    plugged.host.end.sendall(data)
    plugged.ended()
    assert isinstance(plugged.connection.error, BadRequest)
    assert says in str(plugged.connection.error)
    assert not modem.modem.powered
    with pytest.raises(EOFError):
        plugged.host.wait(99)


def test_a_host_that_leaves_within_a_command_is_told(plugged: Plugged) -> None:
    plugged.host.end.sendall(struct.pack(SUBMIT, 1, 9, 1, 0, 2, 0, 100, 0, 0, 0) + b"AT")
    plugged.host.end.close()
    plugged.ended()
    assert isinstance(plugged.connection.error, DeviceLost)
    assert "within a command" in str(plugged.connection.error)


def test_a_host_that_reads_nothing_is_not_read_from_for_ever(plugged: Plugged) -> None:
    """It may send as fast as it likes: what waits for it stays bounded, and unplugging works."""
    host = plugged.host
    host.end.settimeout(0.2)
    request = struct.pack(
        ">5IIiiiI8s", 1, 7, 1, 1, 0, 0, 255, 0, 0, 0, bytes.fromhex("800600020000ff00")
    )
    with pytest.raises(TimeoutError):
        for _ in range(1000):
            host.end.sendall(request * 500)
    plugged.connection.close()
    assert plugged.connection.error is None


def test_whoever_waits_when_the_plug_is_pulled_is_told(
    plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the kernel waits 5 s for a control transfer before it sees that the device is gone."""
    monkeypatch.setattr("hookflash.simulated.usb.connection._QUIET", PATIENCE)
    monkeypatch.setattr("hookflash.simulated.usb.connection._PARTING", PATIENCE)
    host = plugged.host
    waiting = [host.submit(TO_HOST, 64), host.submit(TO_HOST, 64)]
    host.settle()
    plugged.connection.lost()
    assert [host.wait(seq).status for seq in waiting] == [GONE, GONE]
    assert host.control(0x80, 6, 0x0100, 0, 18).status == GONE
    assert host.write(FROM_HOST, b"AT\r").status == GONE
    assert host.unlink(waiting[0]) == 0
    host.end.close()
    plugged.ended()
    assert plugged.connection.error is None


def test_closing_again_does_no_harm(plugged: Plugged) -> None:
    plugged.connection.close()
    plugged.connection.close()
    with pytest.raises(DeviceLost, match="unplugged"):
        plugged.connection.wait_configured(PATIENCE)


def test_waiting_for_a_host_that_does_not_look(modem: AcmModem) -> None:
    with Plugged(modem) as plugged:
        with pytest.raises(TimeoutError, match="did not configure it"):
            plugged.connection.wait_configured(0.01)
        plugged.host.configure()
        plugged.connection.wait_configured(PATIENCE)
        assert plugged.host.write(FROM_HOST, b"AT\r").sent == 3
