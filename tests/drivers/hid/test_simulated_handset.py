"""The simulated handset behaves as the facts say that its brand does."""

from __future__ import annotations

import pytest

from hookflash.errors import WrongState
from hookflash.handset import DARK, Lamps
from hookflash.handset_events import Button
from hookflash.simulated.hid_display import UPGRADE
from hookflash.simulated.hid_models import MODELS
from support.handsets import Desk

FOLLOWING = sorted(name for name, m in MODELS.items() if m.hook == "level" and m.follows)
"""They go off hook and on hook with their lamp."""

# --- lifted and confirmed, or not -----------------------------------------------------------------


def test_jabra_in_bytes() -> None:
    """Jabra's own sequence of a call that comes in, with the copies on a page of its own."""
    desk = Desk("jabra")
    sent = desk.ear.reports
    desk.handset.write(bytes.fromhex("02 04 00"))
    assert desk.handset.lamps == Lamps(ringing=True)
    desk.handset.lift()
    assert sent == [bytes.fromhex("02 01 00"), bytes.fromhex("04 01 00")]
    sent.clear()
    desk.handset.write(bytes.fromhex("02 01 00"))
    assert desk.handset.lamps == Lamps(off_hook=True)
    assert sent == [bytes.fromhex("02 03 00"), bytes.fromhex("04 03 00")]
    sent.clear()
    desk.clock.advance(60.0)
    assert sent == [], "confirmed, it is not taken back"
    desk.handset.put_down()
    assert sent == [bytes.fromhex("02 02 00"), bytes.fromhex("04 02 00")]
    sent.clear()
    desk.handset.write(bytes.fromhex("02 00 00"))
    assert sent == [bytes.fromhex("02 00 00"), bytes.fromhex("04 00 00")]
    assert desk.handset.lamps == DARK


def test_jabra_without_its_own_values() -> None:
    """The feature that softphones clear, so that it tells only what the standard says."""
    desk = Desk("jabra")
    assert desk.handset.get_feature(4, 2) == b"\4\1"
    desk.handset.send_feature(b"\4\0")
    desk.handset.lift()
    assert desk.ear.reports == [bytes.fromhex("02 01 00")]


@pytest.mark.parametrize(
    ("model", "seconds"), [("jabra", 2.0), ("jabra_wireless", 2.0), ("plantronics", 0.05)]
)
def test_an_unconfirmed_lifting_is_taken_back(model: str, seconds: float) -> None:
    desk = Desk(model)
    desk.handset.lift()
    assert desk.heard() == ["hook=1"]
    assert desk.wait(seconds - 0.01) == []
    assert desk.wait(0.02) == ["idle"]
    assert not desk.handset.is_lifted


@pytest.mark.parametrize("model", ["jabra", "plantronics", "cx300"])
def test_confirmed_too_late_it_rises_again(model: str) -> None:
    desk = Desk(model)
    desk.handset.lift()
    desk.wait(2.4)
    desk.write(off_hook_lamp=1)
    assert desk.heard()[0].startswith("hook=1")
    assert desk.wait(60.0) == []


@pytest.mark.parametrize("model", FOLLOWING)
def test_follows_its_lamp(model: str) -> None:
    desk = Desk(model)
    desk.write(off_hook_lamp=1)
    told = desk.heard()
    assert told[0].startswith("hook=1")
    assert ("busy" in desk.handset.inputs) == (told[1:] == ["hook=1 busy=1"])
    desk.write(off_hook_lamp=1)
    assert desk.heard() == [], "the same again changes nothing"
    desk.write()
    assert desk.heard() == ["idle"]


@pytest.mark.parametrize("model", FOLLOWING)
def test_put_down_while_the_lamp_is_lit_stays_so(model: str) -> None:
    desk = Desk(model)
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.heard()
    desk.handset.put_down()
    assert len(desk.heard()) == 1
    desk.write(off_hook_lamp=1)
    assert desk.heard() == [], "the lamp written anew does not lift it"
    assert desk.handset.inputs["hook"] == 0


def test_clings() -> None:
    desk = Desk("jabra", "clings")
    desk.handset.lift()
    desk.write(off_hook_lamp=1)
    desk.handset.put_down()
    desk.heard()
    desk.write(off_hook_lamp=1)
    assert desk.heard() == ["hook=1 busy=1"]


def test_a_cradle_is_not_moved_by_lamps() -> None:
    desk = Desk("deskphone")
    desk.write(off_hook_lamp=1, message_lamp=1)
    assert desk.heard() == []
    assert desk.handset.lamps == Lamps(off_hook=True, message_waiting=True)
    desk.handset.lift()
    assert desk.wait(60.0) == ["hook=1"]
    desk.write()
    assert desk.heard() == []
    with pytest.raises(WrongState, match="lift sim-hid:"):
        desk.handset.lift()
    desk.handset.put_down()
    assert desk.heard() == ["idle"]


def test_a_key_headset_cannot_be_put_down_twice() -> None:
    desk = Desk("jabra")
    with pytest.raises(WrongState, match="its key would lift"):
        desk.handset.put_down()
    desk.handset.lift()
    with pytest.raises(WrongState, match="its key would hang up"):
        desk.handset.lift()


def test_toggle() -> None:
    desk = Desk("relative")
    desk.handset.lift()
    assert desk.heard() == ["hook=1", "idle"]
    desk.write(off_hook_lamp=1)
    assert desk.heard() == []
    desk.handset.put_down()
    assert desk.heard() == ["hook=1", "idle"]


def test_toggle_that_echoes() -> None:
    desk = Desk("relative", "pulse_echo")
    desk.write(off_hook_lamp=1)
    desk.write()
    assert desk.heard() == ["hook=1", "idle"] * 2
    desk.handset.lift()
    desk.heard()
    desk.write(off_hook_lamp=1)
    assert desk.heard() == [], "a press that is confirmed has no echo"


def test_on_off() -> None:
    desk = Desk("on_off", "pulse_echo")
    desk.handset.lift()
    desk.handset.put_down()
    assert desk.heard() == ["hook=1", "idle", "hook=-1", "idle"]
    desk.write(off_hook_lamp=1)
    desk.write()
    assert desk.heard() == ["hook=1", "idle", "hook=-1", "idle"]


# --- mute -----------------------------------------------------------------------------------------


def test_plantronics_tells_mute_three_times() -> None:
    desk = Desk("plantronics")
    desk.handset.mute()
    pressed, released = desk.ear.reports[:3], desk.ear.reports[3:]
    assert pressed == [b"\x08\x01", b"\x01\x04", b"\x14\x01"]
    assert released == [b"\x08\x00", b"\x01\x00", b"\x14\x00"]
    assert not desk.handset.lamps.muted, "a press only asks"
    desk.handset.write(b"\x09\x01")
    assert desk.handset.lamps.muted


def test_which_output_is_the_mute_lamp() -> None:
    desk = Desk("jabra")
    desk.write(off_hook_lamp=1, mute_lamp=1)
    assert not desk.handset.lamps.muted
    desk.write(off_hook_lamp=1, microphone_lamp=1)
    assert desk.handset.lamps.muted


def test_mute_lock() -> None:
    desk = Desk("plantronics")
    desk.write(off_hook_lamp=1)
    desk.handset.raise_boom()
    desk.heard()
    desk.handset.write(b"\x09\x01")
    desk.handset.write(b"\x09\x00")
    assert desk.heard() == ["mute=1 hook=1", "hook=1"], "refused"
    desk.handset.write(b"\x09\x01")
    desk.handset.lower_boom()
    assert desk.heard() == ["mute=1 hook=1", "hook=1"]
    desk.handset.write(b"\x09\x00")
    assert desk.heard() == []


def test_mute_as_a_level() -> None:
    desk = Desk("level_mute")
    desk.handset.mute()
    assert desk.heard() == ["mute=1"]
    desk.write(mute_lamp=1)
    assert desk.heard() == []
    desk.write()
    assert desk.heard() == ["idle"]


# --- keys, buttons, the display -------------------------------------------------------------------


def test_keys_in_bytes() -> None:
    """0 is none and 1 the key 0, also where # then goes beyond what was declared."""
    desk = Desk("jabra")
    desk.handset.send_feature(b"\4\0")
    desk.handset.press("05#")
    none = bytes.fromhex("02 00 00")
    keys = [bytes.fromhex(text) for text in ("02 80 00", "02 00 03", "02 00 06")]
    assert desk.ear.reports == [keys[0], none, keys[1], none, keys[2], none]
    with pytest.raises(ValueError, match="'A' is none of the keys"):
        desk.handset.press("A")


def test_a_key_is_held() -> None:
    desk = Desk("deskphone")
    desk.handset.key_down("D")
    desk.handset.flash()
    assert desk.heard() == ["key=16", "flash=1 key=16", "key=16"]
    desk.handset.key_up()
    assert desk.heard() == ["idle"]


@pytest.mark.parametrize("model", MODELS)
def test_every_button(model: str) -> None:
    desk = Desk(model)
    for button in Button:
        if button.value in desk.handset.inputs:
            desk.handset.press_button(button)
            assert desk.heard() == [f"{button}=1", "idle"]
        else:
            with pytest.raises(ValueError, match=f"no button {button}"):
                desk.handset.press_button(button)


def test_cx300_in_bytes() -> None:
    """As tSIP's log and agent-phone's document have it, but for volume and microphone."""
    desk = Desk("cx300")
    desk.handset.lift()
    desk.clock.advance(0.06)
    assert desk.ear.reports == [
        bytes.fromhex("01 01 00 03 40 00 00 00"),
        bytes.fromhex("01 00 00 03 40 00 00 00"),
    ]
    desk.ear.reports.clear()
    desk.handset.put_down()
    desk.handset.press("#")
    assert [report.hex() for report in desk.ear.reports] == [
        "0100000000000000",
        "01000c0000000000",
        "0100000000000000",
    ]


def test_cx300_picked_up_in_a_call_that_a_page_made() -> None:
    desk = Desk("cx300")
    desk.write(off_hook_lamp=1)
    assert desk.heard() == ["hook=1 audio_in=1 audio_out=1 path=80"]
    desk.handset.lift()
    assert desk.heard() == ["hook=1 audio_in=1 audio_out=1 path=64"]
    desk.handset.put_down()
    assert desk.heard() == ["idle"]


def test_cx300_wants_its_keep_alive() -> None:
    desk = Desk("cx300")
    assert desk.handset.get_feature(0x11, 5) == bytes.fromhex("11 5e 04 00 02")
    assert desk.handset.lamps.text == UPGRADE
    keep_alive = bytes.fromhex("17 09 04 01 02")
    desk.handset.send_feature(keep_alive)
    desk.clock.advance(30.0)
    desk.handset.send_feature(keep_alive)
    desk.clock.advance(30.0)
    assert desk.handset.lamps.text == ""
    desk.clock.advance(6.0)
    assert desk.handset.lamps.text == UPGRADE
    desk.handset.send_feature(keep_alive)
    assert [e.at for e in desk.handset.journal if e.what == "keep_alive_missed"] == [0.0, 66.0]


def test_cx300_shows_text() -> None:
    desk = Desk("cx300")
    desk.handset.send_feature(bytes.fromhex("17 09 04 01 02"))
    desk.handset.write(bytes.fromhex("13 15"))
    desk.handset.write(bytes.fromhex("14 05 80"))
    text = "Müller, Anna".ljust(16, "\0").encode("utf-16-le")
    desk.handset.write(b"\x15\x00" + text[:16])
    assert desk.handset.lamps.text == ""
    desk.handset.write(b"\x15\x80" + text[16:])
    desk.handset.write(bytes.fromhex("14 0a 80"))
    desk.handset.write(b"\x15\x80" + "5551234\0".encode("utf-16-le"))
    assert desk.handset.lamps.text == "Müller, Anna\n5551234"
    desk.handset.write(bytes.fromhex("13 00"))
    assert desk.handset.lamps.text == ""


# --- a line of its own ----------------------------------------------------------------------------


def test_dual_hands_its_reports_to_its_line() -> None:
    desk = Desk("dual")
    heard: list[dict[str, int]] = []
    desk.handset.heard = lambda values: heard.append({k: v for k, v in values.items() if v})
    desk.write(line_hook=1)
    desk.write(line_hook=1, line_key=6)
    assert heard == [{"line_hook": 1}, {}, {"line_hook": 1, "line_key": 6}, {}]
    desk.handset.tell(line_dial_tone=1)
    assert desk.heard() == ["line_dial_tone=1"]
