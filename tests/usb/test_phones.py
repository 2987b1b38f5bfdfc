"""Vendor phones behind the real kernel: taken from its driver and given back, whatever happens;
not taken from another program, nor by who may not; and a sound stick is left alone."""

from __future__ import annotations

import grp
from collections.abc import Callable
from contextlib import closing

import pytest

from hookflash.discovery import auto_handset, plugged_in
from hookflash.errors import NothingPluggedIn, PortBusy, PortError
from hookflash.opening import open_handset
from hookflash.udev import FILE, GROUP
from hookflash.usb.devices import open_port
from support.leaks import no_leaks
from support.lines import PATIENCE
from support.udev_seen import Udev
from support.usbdesk import Desk, handset_state
from support.usbphones import Plugged, held, run_holder
from support.usbsuite import SuiteServer
from usbbench.guest import PERSON

KERNELS = {"p1k": "yealink", "p4k": "yealink", "b2k": "yealink", "b3g": "yealink", "cm109": "cm109"}
"""Model -> the kernel's driver for it."""

Plug = Callable[[str], Plugged]


@pytest.fixture
def plug(usb: SuiteServer) -> Plug:
    """Plugs in a phone of that model; the kernel's driver has it then."""

    def one(model: str) -> Plugged:
        phone = Plugged(usb, f"phone:{model}", "keypad=kip1000" if model == "cm109" else "")
        phone.wait_driver(KERNELS[model])
        return phone

    return one


@pytest.mark.parametrize("model", KERNELS)
def test_taken_from_the_kernel_and_given_back(plug: Plug, model: str) -> None:
    phone = plug(model)
    open_port(phone.url).close()  # libusb, once loaded, has descriptors of its own
    phone.wait_driver(KERNELS[model])
    with no_leaks(PATIENCE):
        for _ in range(2):
            handset = open_handset(phone.url)
            with closing(handset):
                handset.open().wait(PATIENCE)
                assert phone.driver == "usbfs"
            phone.wait_driver(KERNELS[model])


@pytest.mark.parametrize("model", ["p1k", "cm109"])
def test_given_back_after_a_program_died_with_it(plug: Plug, model: str) -> None:
    phone = plug(model)
    with held(phone.url) as program:
        assert phone.driver == "usbfs"
        program.kill()
        program.wait(PATIENCE)
    phone.wait_driver("")  # Linux does not bind a driver by itself
    open_port(phone.url).close()
    phone.wait_driver(KERNELS[model])


def test_given_back_when_the_program_ends(plug: Plug) -> None:
    phone = plug("b3g")
    with held(phone.url) as program:
        program.communicate(timeout=PATIENCE)
        assert program.returncode == 0
    phone.wait_driver("yealink")


def test_not_taken_from_another_program(plug: Plug) -> None:
    phone = plug("p1k")
    with held(phone.url) as program:
        told = rf"python.* \(pid {program.pid}\)"
        with closing(open_handset(phone.url)) as handset, pytest.raises(PortBusy, match=told):
            handset.open().wait(PATIENCE)
        assert len(plugged_in()) == 1
        assert phone.driver == "usbfs"
    phone.wait_driver("")
    open_port(phone.url).close()
    phone.wait_driver("yealink")


def refusal(phone: Plugged, uid: int, *groups: str) -> str:
    """What a process of that user is told; empty if it opens the phone."""
    numbers = [grp.getgrnam(name).gr_gid for name in groups]
    process = run_holder(phone.url, user=uid, group=uid, extra_groups=numbers)
    _, error = process.communicate(timeout=3 * PATIENCE)
    return error.strip().splitlines()[-1] if process.returncode else ""


def test_who_may_not_is_told_the_cure(plug: Plug, patience: float) -> None:
    phone = plug("p1k")
    Udev(patience).node("usb", phone.place)  # its rules are done
    said = refusal(phone, PERSON)
    assert "no permission" in said
    assert FILE in said or GROUP in said
    assert refusal(phone, PERSON, GROUP) == ""
    phone.wait_driver("yealink")


def test_who_sits_here_may(plug: Plug, seated: None, patience: float) -> None:
    phone = plug("b3g")
    Udev(patience).node("usb", phone.place)
    assert refusal(phone, PERSON) == ""
    phone.wait_driver("yealink")


def test_what_may_be_a_sound_stick_is_left_alone(plug: Plug) -> None:
    stick = plug("cm109")
    stick.let_go()
    (found,) = plugged_in()
    assert not found.chosen
    with pytest.raises(NothingPluggedIn):
        auto_handset()
    for url in ("usb:", f"usb:0d8c:000e?place={stick.place}"):
        with pytest.raises(PortError):
            open_port(url)
    assert stick.written() == []
    assert stick.driver == ""


def test_an_agent_without_a_configuration_leaves_it_alone(
    plug: Plug, usb: SuiteServer, desk: Desk
) -> None:
    stick = plug("cm109")
    stick.let_go()
    usb.plug("modem:usr5637@1002")
    desk.ready()  # so it has looked
    assert handset_state(desk.status()) == "offline"
    assert stick.written() == []
    assert stick.driver == ""
