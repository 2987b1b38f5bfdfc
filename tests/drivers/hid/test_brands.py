"""Each brand's ways, under the driver: no call dropped by an echo, none kept after an on-hook."""

from __future__ import annotations

import itertools

import pytest

from hookflash.handset_events import Button
from hookflash.simulated.hid_models import MODELS
from support.handset_play import Play

USABLE = sorted(name for name, model in MODELS.items() if model.hook and "constant" not in name)
LEVELS = sorted(name for name in USABLE if MODELS[name].hook == "level")
FOLLOWING = sorted(name for name in LEVELS if MODELS[name].follows)
HARMLESS = (
    "no_get_input",
    "no_features",
    "slow",
    "long_reports",
    "repeats",
    "stray_reports",
    "no_busy",
    "no_echo",
    "pulse_echo",
    "late_hook_bit",
    "false_on_hook",
    "stale_on_hook",
    "mute_lock",
)
"""Faults in spite of which a desk is to be right."""
SEEDS = range(3)
TOO_LATE = [("plantronics", "no_echo"), ("cx300", "no_echo")]
"""Confirmed later than 50 ms and without an echo, nobody can know that they are off hook again."""


def day(play: Play, turns: int = 6) -> None:
    """Calls by people and pages, ended by either; meanwhile keys are pressed."""
    person, chance = play.person, play.random
    for _ in range(turns):
        by_hand = person.is_lifted is False and chance.random() < 0.6
        if by_hand:
            person.lift()
        else:
            play.page(calls=True)
        play.believes(True, "after it was lifted" if by_hand else "after a page called")
        _fidget(play)
        play.believes(True, "after keys were pressed")
        if person.model.cradle and not person.is_lifted and chance.random() < 0.5:
            person.lift()
            play.believes(True, "after somebody took over a page's call")
        if person.is_lifted and chance.random() < 0.6:
            person.put_down()
            play.believes(False, "after it was put down")
        else:
            play.page(calls=False)
            play.believes(False, "after a page hung up")
            if person.model.cradle and person.is_lifted:
                person.put_down()
                play.believes(False, "after it was put down")


def _fidget(play: Play) -> None:
    person = play.person
    for _ in range(play.random.randrange(4)):
        name = play.random.choice(["mute", "key", *(button.value for button in Button)])
        if name == "mute":
            person.mute()
        elif name == "key" and person.model.keys:
            person.press(play.random.choice(list(person.model.keys)))
        elif name in person.inputs and name != "key":
            person.press_button(Button(name))
        play.sometime(0.0, 2.0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("model", USABLE)
def test_a_day(model: str, seed: int) -> None:
    play = Play(model, seed=seed)
    play.run(lambda: day(play))


@pytest.mark.parametrize(
    ("model", "fault"), [p for p in itertools.product(USABLE, HARMLESS) if p not in TOO_LATE]
)
def test_a_day_with_a_fault(model: str, fault: str) -> None:
    play = Play(model, {fault})
    play.run(lambda: day(play))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("model", LEVELS)
def test_put_down_soon(model: str, seed: int) -> None:
    """A hand that puts down soon after it saw the lamp ends the call, also where falls are in
    doubt."""
    play = Play(model, seed=seed)

    def body() -> None:
        play.person.lift()
        play.person.wait_until(lambda: play.person.lamps.off_hook and play.person.is_lifted)
        play.sometime(0.2, 1.5)
        play.person.put_down()
        play.believes(False, "after it was put down")

    play.run(body)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("model", sorted(set(LEVELS) - set(FOLLOWING)))
def test_put_down_before_it_was_confirmed(model: str, seed: int) -> None:
    """A lamp that comes too late makes no call of it; the hook of these follows no lamp."""
    play = Play(model, seed=seed)

    def body() -> None:
        play.person.lift()
        play.sometime(0.0, 0.3)
        play.person.put_down()
        play.believes(False, "after it was put down")

    play.run(body)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fault", [None, "slow", "no_busy", "stale_on_hook"])
@pytest.mark.parametrize("model", USABLE)
def test_hung_up_and_called_at_once(model: str, fault: str | None, seed: int) -> None:
    """The first call's echo does not end the second."""
    play = Play(model, {fault} if fault else (), seed)

    def body() -> None:
        play.page(calls=True)
        play.believes(True, "after a page called")
        for _ in range(3):
            play.page(calls=False)
            play.sometime(0.0, 0.5)
            play.page(calls=True)
            play.believes(True, "after a page hung up and called at once")

    play.run(body)


@pytest.mark.parametrize("model", FOLLOWING)
def test_a_second_program(model: str) -> None:
    """Its ring report darkens Off-Hook where they share a byte: the call stays, and it is told."""
    play = Play(model)

    def body() -> None:
        play.person.lift()
        play.believes(True, "after it was lifted")
        if "ring_lamp" not in play.person.outputs:
            return
        play.person.second_program_writes(ring_lamp=1)
        if "busy" in play.person.inputs:
            play.believes(True, "after another program wrote to it")
            assert any("handset_shared" in line for line in play.story)
        play.wait(10.0)
        if play.person.is_lifted:
            play.person.put_down()
            play.believes(False, "after it was put down")

    play.run(body)


@pytest.mark.parametrize("fault", [None, "slow", "repeats"])
@pytest.mark.parametrize("model", [name for name in USABLE if MODELS[name].mute_lamps])
def test_mute(model: str, fault: str | None) -> None:
    """The lamp and the desk agree, whoever mutes; on hook nothing is muted."""
    play = Play(model, {fault} if fault else ())

    def body() -> None:
        play.person.lift()
        play.believes(True, "after it was lifted")
        play.person.mute()
        play.believes_muted(True, "after its key was pressed")
        play.unmute()
        play.believes_muted(False, "after a page unmuted")
        play.person.mute()
        play.believes_muted(True, "after its key was pressed again")
        play.person.put_down()
        play.believes(False, "after it was put down")
        play.believes_muted(False, "after the call")

    play.run(body)


@pytest.mark.parametrize(
    "model", [name for name in USABLE if MODELS[name].mute == "pulse" and MODELS[name].mute_lamps]
)
def test_mute_lock(model: str) -> None:
    """With its boom up it stays muted, whatever a page says."""
    play = Play(model)

    def body() -> None:
        play.page(calls=True)
        play.believes(True, "after a page called")
        play.person.raise_boom()
        play.believes_muted(True, "after the boom was raised")
        play.unmute()
        play.believes_muted(True, "with the boom up")
        play.person.lower_boom()
        play.believes_muted(False, "after the boom was lowered")

    play.run(body)


@pytest.mark.parametrize("model", USABLE)
def test_unplugged_in_a_call(model: str) -> None:
    """Its loss is told once."""
    play = Play(model)

    def body() -> None:
        play.page(calls=True)
        play.believes(True, "after a page called")
        play.person.unplug()
        play.wait(60.0)
        assert sum("handset_lost" in line for line in play.story) == 1
        assert not any("put_down" in line for line in play.story)

    play.run(body)
