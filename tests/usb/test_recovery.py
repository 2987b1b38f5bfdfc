"""A modem that goes deaf is brought back by a USB reset, which a person without rights may do."""

from __future__ import annotations

from support.times import Times
from support.usbdesk import Desk
from support.usbsuite import SuiteServer


def test_only_a_usb_reset_brings_it_back(usb: SuiteServer, desk: Desk, times: Times) -> None:
    modem = usb.plug("modem:usr5637")
    desk.ready()
    before = usb.device(modem)["resets"]
    usb.set_faults(modem, ["needs_usb_reset"])
    answer = desk.agent.ask("dial_out", dial_number="100")
    assert answer["result"] != "success"
    _, took = desk.until(
        lambda status: status["state"] == "idle" and not usb.faults(modem), "back", 30.0
    )
    desk.until(lambda status: not status["recovering"], "recovered", 5.0)
    times.took("modem:usr5637: deaf to brought back by a USB reset", took)
    assert usb.device(modem)["resets"] > before
    assert desk.told(r"recovery rung=usb_reset helped=True"), desk.log()
    assert desk.told("line_lost") == []
    usb.forget()
    desk.do("dial_out", dial_number="100")
    assert usb.wait_dialled(timeout=10 * desk.patience) == "100"
    desk.do("huang_up")
    usb.wait_on_hook(timeout=5 * desk.patience)


def test_an_idle_line_is_on_hook_after_the_reset_of_one_that_was_off_hook(
    usb: SuiteServer, desk: Desk
) -> None:
    """It goes deaf in a call, and the hang-up comes to nothing: the reset ends the call.

    Another modem than above: one is not reset twice within a minute.
    """
    modem = usb.plug("modem:cx930xx")
    desk.ready()
    desk.do("dial_out", dial_number="100")
    usb.wait_heard("far_answered", timeout=10 * desk.patience)
    usb.set_faults(modem, ["needs_usb_reset"])
    desk.agent.ask("huang_up")
    usb.wait_on_hook(timeout=30 * desk.patience)
    desk.until(
        lambda status: (
            status["state"] == "idle" and not status["recovering"] and not usb.faults(modem)
        ),
        "back",
        30.0,
    )
    assert usb.call_in("5551234")
    desk.state("ringing_in")
    desk.do("answer")
    assert usb.wait_answered(timeout=10 * desk.patience) == "5551234"
