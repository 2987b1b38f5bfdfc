"""The agent ends in a call, as it should or not: the line is on hook, the next agent goes on."""

from __future__ import annotations

import signal

import pytest

from support.usbdesk import Desk
from support.usbfixtures import StartAgent
from support.usbsuite import SuiteServer

pytestmark = pytest.mark.usefixtures("seated")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_line_is_on_hook(
    usb: SuiteServer, start_agent: StartAgent, patience: float, number: signal.Signals
) -> None:
    """Killed, it lets the port go, and the kernel drops DTR."""
    usb.plug("modem:cx930xx")
    handset = usb.plug("handset:jabra")
    desk = Desk(start_agent(), patience)
    desk.ready(handset=True, seconds=8.0)
    assert usb.call_in("5551234")
    usb.wait_seen(handset, timeout=5 * patience, ringing=True)
    usb.lift(handset)
    usb.wait_answered(timeout=5 * patience)
    desk.state("active")
    usb.wait_seen(handset, timeout=5 * patience, off_hook=True)
    desk.agent.stop(number)
    usb.wait_on_hook(timeout=2 * patience)
    if number is signal.SIGTERM:
        usb.wait_seen(handset, timeout=2 * patience, off_hook=False)
    again = Desk(start_agent(), patience)
    again.ready(handset=True, seconds=8.0)
    usb.wait_seen(handset, timeout=5 * patience, off_hook=False)
    usb.forget()
    again.do("dial_out", dial_number="100")
    assert usb.wait_dialled(timeout=10 * patience) == "100"
