"""The kernel's virtual host controller, in a made-up /sys."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookflash.errors import PortError

if sys.platform != "linux":
    pytest.skip("vhci is Linux's", allow_module_level=True)

from hookflash.simulated.usb.vhci import attach, wait_free

STATUS = """hub port sta spd dev      sockfd local_busid
hs  0000 006 002 00000001 000005 1-1
hs  0001 004 000 00000000 000000 0-0
hs  0002 004 000 00000000 000000 0-0
ss  0003 004 000 00000000 000000 0-0
"""


SECOND_STATUS = """hub port sta spd dev      sockfd local_busid
hs  0004 006 002 00000001 000005 9-1
hs  0005 004 000 00000000 000000 0-0
ss  0006 004 000 00000000 000000 0-0
"""


def make_hubs(controller: Path, first_bus: int) -> None:
    for bus, speed in ((first_bus, "480"), (first_bus + 1, "5000")):
        hub = controller / f"usb{bus}"
        hub.mkdir(parents=True)
        (hub / "speed").write_text(f"{speed}\n")


@pytest.fixture
def controller(tmp_path: Path) -> Path:
    controller = tmp_path / "vhci_hcd.0"
    make_hubs(controller, 7)
    (controller / "attach").write_text("")
    (controller / "status").write_text(STATUS)
    return controller


@pytest.fixture
def end() -> Iterator[socket.socket]:
    one, other = socket.socketpair()
    with one, other:
        yield one


def test_the_first_free_port(controller: Path, end: socket.socket) -> None:
    assert attach(end, "modem", controller=controller) == "7-2"
    assert (controller / "attach").read_text() == f"1 {end.fileno()} 2 2"


def test_the_next_controller_when_the_first_is_full(controller: Path, end: socket.socket) -> None:
    make_hubs(controller.with_name("vhci_hcd.1"), 9)
    (controller / "status").write_text(STATUS.replace(" 004 ", " 006 "))
    (controller / "status.1").write_text(SECOND_STATUS)
    assert attach(end, "modem", "", controller) == "9-2"
    assert (controller / "attach").read_text() == f"5 {end.fileno()} 6 2"


@pytest.mark.parametrize(("wanted", "place"), [("7-3", "7-3"), ("7-1", "7-2"), ("", "7-2")])
def test_the_port_of_before(controller: Path, end: socket.socket, wanted: str, place: str) -> None:
    assert attach(end, "modem", wanted, controller) == place


def test_waiting_for_a_port(controller: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = STATUS.replace("0000 006", "0000 004")
    monkeypatch.setattr(
        "hookflash.simulated.usb.vhci.sleep", lambda _: (controller / "status").write_text(free)
    )
    wait_free("7-1", controller)
    assert (controller / "status").read_text() == free


def test_a_port_is_not_free_while_the_kernel_has_its_device(
    controller: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its status says so before the device is taken away."""
    device = controller / "usb7" / "7-2"
    device.mkdir()
    monkeypatch.setattr("hookflash.simulated.usb.vhci.sleep", lambda _: device.rmdir())
    wait_free("7-2", controller)
    assert not device.exists()


def test_no_free_port(controller: Path, end: socket.socket) -> None:
    (controller / "status").write_text(STATUS.replace(" 004 ", " 006 "))
    with pytest.raises(PortError, match="plug in modem: every port"):
        attach(end, "modem", controller=controller)


def test_no_module(tmp_path: Path, end: socket.socket) -> None:
    with pytest.raises(PortError, match="sudo modprobe vhci-hcd"):
        attach(end, "modem", controller=tmp_path / "vhci_hcd.0")


def test_no_permission(
    controller: Path, end: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PortError, match=r"no permission for .*attach; run it as root"):
        attach(end, "modem", controller=controller)


def test_a_refusal_is_told(controller: Path, end: socket.socket) -> None:
    (controller / "attach").unlink()
    (controller / "attach").mkdir()
    with pytest.raises(PortError, match="attach refused '1 ") as told:
        attach(end, "modem", controller=controller)
    assert isinstance(told.value.__cause__, OSError)
