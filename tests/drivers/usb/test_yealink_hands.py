"""What the keys and the hook of Yealink phones mean; and what is told to show lamps."""

from __future__ import annotations

from datetime import datetime

import pytest

from hookflash.handset import DARK, Feature, Lamps
from hookflash.handset_events import ButtonPressed, HandsetEvent, KeyPressed
from hookflash.usb.yealink_hands import Hands
from hookflash.usb.yealink_models import B2K_V1, B3G, P1K, P4K, Model
from hookflash.usb.yealink_outputs import Outputs, features_of
from hookflash.usb.yealink_packet import Packet

CALL = Lamps(off_hook=True)
RINGING = Lamps(ringing=True)
NOW = datetime(2026, 11, 23, 8, 0)


def told(events: list[HandsetEvent]) -> str:
    """`lifted`, `put_down`, a key, or a button's name; empty if nothing was."""
    words = []
    for event in events:
        match event:
            case KeyPressed():
                words.append(event.key)
            case ButtonPressed():
                words.append(event.button.value)
            case _:
                words.append(event.kind.removeprefix("handset_"))
    return " ".join(words)


class Person:
    """Presses keys and moves the hook; `lamps` is what the host says."""

    def __init__(self, *, hook: bool) -> None:
        self.hands = Hands(hook=hook)

    def key(self, name: str) -> str:
        return told(self.hands.key(name, "bytes"))

    def hook(self, lifted: bool) -> str:
        return told(self.hands.hook(lifted, "bytes"))


def test_a_p1k_s_call() -> None:
    person = Person(hook=False)
    assert person.key("pickup") == "lifted"
    assert person.hands.lifted
    person.hands.wrote(CALL)
    assert person.hands.lifted
    assert person.key("pickup") == ""
    assert person.key("clear") == ""
    assert person.key("5") == "5"
    assert person.key("hangup") == "put_down"
    assert not person.hands.lifted
    person.hands.wrote(DARK)
    assert not person.hands.lifted


def test_a_p1k_that_rings() -> None:
    person = Person(hook=False)
    person.hands.wrote(RINGING)
    assert person.key("clear") == ""
    assert person.key("hangup") == "reject"
    assert person.key("pickup") == "lifted"


def test_a_p1k_at_rest() -> None:
    """Both forget what is typed."""
    person = Person(hook=False)
    assert person.key("hangup") == "drop"
    assert person.key("clear") == "drop"
    assert person.key("up") == person.key("in") == ""


def test_a_p1k_whose_line_is_not_there_is_heard_again() -> None:
    person = Person(hook=False)
    assert person.key("pickup") == "lifted"
    person.hands.wrote(DARK)  # nothing was granted
    assert person.key("pickup") == "lifted"
    assert person.key("hangup") == "put_down"
    assert person.key("hangup") == "drop"


def test_picked_up_and_hung_up_before_the_lamp_says_so() -> None:
    person = Person(hook=False)
    assert person.key("pickup") == "lifted"
    assert person.key("hangup") == "put_down"
    person.hands.wrote(CALL)  # it is behind
    assert person.key("hangup") == "put_down"
    person.hands.wrote(DARK)
    assert not person.hands.lifted


def test_a_page_s_call_is_ended_by_the_key() -> None:
    person = Person(hook=False)
    person.hands.wrote(CALL)
    assert person.key("hangup") == "put_down"
    assert person.key("hangup") == "put_down"


def test_a_hook_is_what_it_is() -> None:
    person = Person(hook=True)
    assert person.hook(True) == "lifted"
    assert person.hook(True) == ""
    person.hands.wrote(CALL)
    person.hands.wrote(DARK)  # the far end has hung up; it is still in the hand
    assert person.hands.lifted
    assert person.hook(False) == "put_down"


def test_handsfree() -> None:
    person = Person(hook=True)
    assert person.key("handsfree") == "lifted"
    person.hands.wrote(CALL)
    assert person.hands.lifted
    assert person.hands.speaks
    assert person.key("handsfree") == "put_down"
    person.hands.wrote(DARK)
    assert not person.hands.lifted
    assert not person.hands.speaks


def test_from_the_loudspeaker_into_the_hand() -> None:
    person = Person(hook=True)
    assert person.key("handsfree") == "lifted"
    person.hands.wrote(CALL)
    assert person.hook(True) == ""
    assert not person.hands.speaks
    assert person.key("handsfree") == ""
    assert person.hook(False) == "put_down"


def test_the_loudspeaker_ends_with_the_call() -> None:
    person = Person(hook=True)
    person.key("handsfree")
    person.hands.wrote(CALL)
    person.hands.wrote(DARK)
    assert not person.hands.speaks
    assert person.key("handsfree") == "lifted"


def test_a_p4k_s_buttons() -> None:
    person = Person(hook=True)
    pressed = [person.key(key) for key in ("flash", "redial", "dial", "send", "volume_up")]
    assert pressed == ["flash", "redial", "send", "send", ""]


# --- what is told to the phone --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "has", "lacks"),
    [
        (P1K, {"display", "ringer", "reject", "drop", "off_hook_lamp"}, {"flash", "redial"}),
        (P4K, {"display", "ring_lamp", "flash", "redial", "send", "drop"}, {"ringer", "reject"}),
        (B2K_V1, {"ringer", "off_hook_lamp", "ring_lamp"}, {"display", "flash", "drop", "reject"}),
    ],
    ids=lambda value: value.name if isinstance(value, Model) else "",
)
def test_features(model: Model, has: set[str], lacks: set[str]) -> None:
    features = {feature.value for feature in features_of(model)}
    assert features >= {Feature.HOOK, Feature.KEYPAD} | has
    assert not features & lacks


def short(packets: list[Packet]) -> list[str]:
    """Each as command and data; those of the display left out."""
    return [f"{p.command:02x} {p.used.hex()}" for p in packets if p.command != 0x04]


@pytest.mark.parametrize(
    ("model", "lamps", "bell", "on_line", "packets"),
    [
        (P1K, RINGING, False, False, ["03 24", "05 00"]),
        (P1K, CALL, False, False, ["03 00", "05 00"]),
        (P1K, DARK, False, False, ["03 00", "05 01"]),
        (P4K, RINGING, False, False, ["0c 00", "12 01"]),
        (P4K, DARK, False, False, ["0c 00", "12 00"]),
        (B2K_V1, RINGING, True, False, ["01 01", "05 ff00"]),
        (B2K_V1, CALL, False, False, ["01 00", "05 ff00"]),
        (B3G, CALL, False, True, ["01 00", "05 00ff"]),
        (B3G, DARK, False, False, ["01 00", "05 0000"]),
    ],
)
def test_lamps(model: Model, lamps: Lamps, bell: bool, on_line: bool, packets: list[str]) -> None:
    outputs = Outputs(model)
    shown = outputs.packets(lamps, NOW, bell=bell, speaks=False, on_line=on_line)
    assert short(shown) == packets


def test_what_a_program_that_died_left_on_is_put_off() -> None:
    assert short(Outputs(B2K_V1).first()) == ["01 00", "09 00"]
    assert short(Outputs(P4K).first()) == ["09 00"]
    first = short(Outputs(P1K).first())
    assert first[0] == "03 00"
    assert first[-1] == "11 ef"
    assert all(packet.startswith("02 ") for packet in first[1:-1])


def test_the_display_in_three_packets() -> None:
    shown = Outputs(P1K).packets(
        Lamps(text="123456789012"), NOW, bell=False, speaks=False, on_line=False
    )
    lcd = [(p.offset, p.size) for p in shown if p.command == 0x04]
    assert lcd == [(0, 11), (11, 11), (22, 2)]
