"""The telephone that hangs on a B2K or B3G: on the PC or on the line, and who hears its keys."""

from __future__ import annotations

import pytest

from hookflash.handset_events import KeyPressed, Lifted, PutDown
from hookflash.usb.yealink_packet import Command
from support.lines import PATIENCE, until
from support.yealinks import MakeYealink, Yealink

BOXES = ["b2k", "b3g"]


def on_hook(phone: Yealink) -> None:
    until(lambda: not phone.wire.is_off_hook, "on hook")


@pytest.mark.parametrize("model", BOXES)
def test_a_handset_that_is_ready_is_off_the_line(
    make_yealink: MakeYealink, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Lifted as soon as it is open, it does not take the line."""
    monkeypatch.setattr("hookflash.simulated.vendor_phone.SLOW", 0.02)
    phone = make_yealink(model, "slow").open()
    phone.phone.lift()
    assert not phone.wire.is_off_hook
    phone.ear.wait_for(Lifted)
    phone.phone.press("5")
    assert phone.ear.wait_for(KeyPressed).key == "5"
    assert not phone.wire.is_off_hook


@pytest.mark.parametrize("model", BOXES)
def test_a_line_that_is_ready_has_it(
    make_yealink: MakeYealink, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Also if it hung on the PC before."""
    monkeypatch.setattr("hookflash.simulated.vendor_phone.SLOW", 0.02)
    phone = make_yealink(model, "slow").open().open_line()
    phone.phone.lift()
    assert phone.wire.is_off_hook


def test_opened_while_it_is_lifted(make_yealink: MakeYealink) -> None:
    """It goes on with its call, and what the line has heard is not told, until it is put down."""
    phone = make_yealink("b2k")
    phone.phone.lift()
    phone.phone.press("10")
    phone.open()
    assert phone.handset.lifted
    phone.phone.press("0")
    phone.exchange.wait_for("far_answered", "100", PATIENCE)
    phone.phone.put_down()
    phone.ear.wait_for(PutDown)
    phone.until(lambda: phone.phone.told.get(Command.SWITCH) == b"\0")
    on_hook(phone)
    assert "handset_key" not in phone.ear.told()
    phone.phone.lift()
    phone.ear.wait_for(Lifted)
    phone.phone.press("7")
    assert phone.ear.wait_for(KeyPressed).key == "7"
    assert not phone.wire.is_off_hook
