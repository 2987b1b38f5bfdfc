"""`hookflash learn-handset`: simulated handsets, and a person who does what is asked."""

from __future__ import annotations

import io
import os
import queue
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hookflash.errors import Aborted, CommandTimeout, DeviceLost, NotSupported
from hookflash.handset import DARK
from hookflash.hid import learning
from hookflash.hid.descriptor import parse
from hookflash.hid.learning import Learned, conclude
from hookflash.hid.profile_file import load, loads
from hookflash.hid.profiles import DEFAULT, HandsetProfile
from hookflash.hid.recording import Recording, read
from hookflash.hid.telephony import understand
from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort, handset_of
from hookflash_server import learn_handset, lesson
from hookflash_server.cli import main
from hookflash_server.learn_handset import Terminal, to_file
from hookflash_server.lesson import learn
from support.agent import ROOT
from support.lines import PATIENCE
from support.obliging import QUICK, Obliging

SERIAL = "S3CR3T-1"

Make = Callable[..., SimulatedHandset]


@pytest.fixture
def handset() -> Iterator[Make]:
    """Makes a simulated handset of this model with these faults; figures of the model by name."""
    exchange = Exchange()

    def make(model: str, faults: tuple[str, ...] = (), **figures: object) -> SimulatedHandset:
        row = replace(find_model(model), **figures)  # type: ignore[arg-type]
        return SimulatedHandset(row, exchange, faults, SERIAL)

    yield make
    exchange.close()


def recorded(handset: SimulatedHandset) -> Recording:
    return learn(SimulatedHidPort(handset), Obliging(handset), QUICK)


def learned(handset: SimulatedHandset) -> Learned:
    recording = recorded(handset)
    return conclude(parse(recording.descriptor), recording, "it", "It")


def needs(profile: HandsetProfile) -> dict[str, object]:
    """What a profile says besides its names."""
    names = ("name", "title", "source")
    fields = HandsetProfile.__slots__
    return {
        field: getattr(profile, field)
        for field in fields
        if field not in names and getattr(profile, field) != getattr(DEFAULT, field)
    }


# --- what is learned ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    ["jabra", "plantronics", "epos", "dell", "level_mute", "relative", "on_off", "deskphone"],
)
def test_a_handset_that_is_as_it_says_needs_nothing(handset: Make, model: str) -> None:
    found = learned(handset(model, reverts=0.05 if model == "plantronics" else None))
    assert needs(found.profile) == {}
    assert any(finding.startswith("hook: ") for finding in found.findings)
    assert any(finding.startswith("mute: ") for finding in found.findings)


@pytest.mark.parametrize(
    ("model", "figures", "needed"),
    [
        ("constant_sends", {}, {"trusts_constant": True}),
        ("jabra", {"mute": "level"}, {"mute": "level"}),
        ("level_mute", {"mute": "pulse"}, {"mute": "pulse"}),
        ("jabra", {"hook": "toggle"}, {"hook": "toggle"}),
        ("relative", {"hook": "level"}, {"hook": "level"}),
        (
            "deskphone",
            {"keys": {key: value for value, key in enumerate("0123456789", 3)}},
            {"keypad_first": 0x000B00AE},
        ),
    ],
)
def test_what_its_descriptor_does_not_say(
    handset: Make, model: str, figures: dict[str, object], needed: dict[str, object]
) -> None:
    assert needs(learned(handset(model, **figures)).profile) == needed


def test_keys_in_no_order_are_told(handset: Make) -> None:
    keys = {key: value for value, key in enumerate("1234567890*#", 1)}
    findings = learned(handset("jabra", keys=keys)).findings
    assert "keypad: 1234567890 are told as other keys, and in no order" in findings


def test_a_profile_that_was_learned_mends_it(handset: Make) -> None:
    phone = handset("constant_sends")
    descriptor = parse(phone.layout.descriptor)
    assert not understand(descriptor).usable
    assert understand(descriptor, learned(phone).profile).usable


@pytest.mark.parametrize(
    ("reverts", "told"), [(None, "it stays off hook"), (0.06, "it falls back after")]
)
def test_what_it_does_with_a_lift_that_nobody_answers(
    handset: Make, reverts: float | None, told: str
) -> None:
    phone = handset("level_mute", reverts=reverts)
    recording = learn(SimulatedHidPort(phone), Obliging(phone), replace(QUICK, unanswered=1.0))
    found = conclude(parse(recording.descriptor), recording, "it", "It").findings
    (finding,) = (one for one in found if one.startswith("lifted, and no lamp lit"))
    assert told in finding
    if reverts:
        assert int(finding.split()[-2]) >= 60


@pytest.mark.parametrize(
    ("faults", "told"),
    [((), "it says off hook and line busy"), (("no_echo", "no_busy"), "it does not say off hook")],
)
def test_whether_it_follows_its_lamp(handset: Make, faults: tuple[str, ...], told: str) -> None:
    assert f"Off-Hook lit by the host: {told}" in learned(handset("jabra", faults)).findings


def test_a_call_refused_by_two_reports_that_say_nothing(handset: Make) -> None:
    phone = handset("level_mute")

    def refuse(step: str) -> bool:
        if step == learning.REJECT:
            phone.tell(hook=0)
            phone.tell(hook=0)
        return step == learning.REJECT

    recording = learn(SimulatedHidPort(phone), Obliging(phone, refuse), QUICK)
    found = conclude(parse(recording.descriptor), recording, "it", "It")
    assert needs(found.profile) == {"two_falls": True}


# --- what is asked --------------------------------------------------------------------------------


def test_it_is_asked_only_for_what_the_descriptor_has(handset: Make) -> None:
    phone = handset("plantronics", reverts=0.05)
    person = Obliging(phone)
    learn(SimulatedHidPort(phone), person, QUICK)
    assert person.asked == [
        *(learning.REST, learning.LIFT_UNANSWERED, learning.DOWN_UNANSWERED, learning.LAMP_ON),
        *(learning.LIFT, learning.MUTE, learning.UNMUTE, "button flash", learning.DOWN),
        learning.REJECT,
    ]


def test_without_its_first_key_it_is_not_asked_for_the_others(handset: Make) -> None:
    phone = handset("jabra", keys={})
    person = Obliging(phone)
    learn(SimulatedHidPort(phone), person, QUICK)
    assert [step for step in person.asked if step.startswith(learning.KEY)] == ["key 1"]


def test_a_key_that_is_held_belongs_to_its_own_step(handset: Make) -> None:
    """The next question waits for its release."""
    phone = handset("jabra")

    def hold(step: str) -> bool:
        if step == "key 5":
            phone.key_down("5")
            threading.Timer(QUICK.settle * 4, phone.key_up).start()
        return step == "key 5"

    recording = learn(SimulatedHidPort(phone), Obliging(phone, hold), QUICK)
    descriptor = parse(recording.descriptor)
    steps = learning.seen(descriptor, understand(descriptor), recording)
    assert [value for _, value in steps["key 5"].fields] == [6, 0]
    assert [value for _, value in steps["key 6"].fields] == [7, 0]


def test_a_report_that_says_nothing_new_ends_no_step(handset: Make) -> None:
    phone = handset("jabra")

    def chatter(step: str) -> bool:
        if step == "key 4":
            phone.tell(hook=1)
            threading.Timer(QUICK.settle * 4, phone.press, "4").start()
        return step == "key 4"

    recording = learn(SimulatedHidPort(phone), Obliging(phone, chatter), QUICK)
    descriptor = parse(recording.descriptor)
    steps = learning.seen(descriptor, understand(descriptor), recording)
    assert [value for _, value in steps["key 4"].fields] == [5, 0]


def test_the_lamps_are_those_of_a_call_and_dark_in_the_end(handset: Make) -> None:
    phone = handset("jabra")
    lamps = {}

    def look(step: str) -> bool:
        lamps[step] = phone.lamps
        return False

    learn(SimulatedHidPort(phone), Obliging(phone, look), QUICK)
    assert not lamps[learning.LIFT].off_hook
    assert lamps["key 1"].off_hook
    assert not lamps[learning.MUTE].muted
    assert lamps[learning.UNMUTE].muted
    assert lamps[learning.DOWN] == replace(DARK, off_hook=True)
    assert lamps[learning.REJECT] == replace(DARK, ringing=True)
    assert phone.lamps == DARK
    assert not any(entry.what in ("misuse", "refused") for entry in phone.journal)


def test_what_the_make_wants_first_is_sent(handset: Make) -> None:
    """Jabra: its own page off."""
    phone = handset("jabra")
    recorded(phone)
    assert phone.features[4] == b"\0"


# --- how it ends ----------------------------------------------------------------------------------


def ended(phone: SimulatedHandset, before: Callable[[str], bool]) -> None:
    """A lesson that does not come to its end; the port is closed all the same."""
    port = SimulatedHidPort(phone)
    try:
        learn(port, Obliging(phone, before), replace(QUICK, patience=0.2))
    finally:
        assert port.read() == b"" or not phone.is_plugged_in


def test_a_handset_that_says_nothing(handset: Make) -> None:
    phone = handset("jabra")
    with pytest.raises(CommandTimeout, match="it said nothing when it was lifted"):
        ended(phone, lambda step: step == learning.LIFT_UNANSWERED)
    assert phone.lamps == DARK


def test_a_descriptor_without_telephony(handset: Make) -> None:
    with pytest.raises(NotSupported, match="no telephony page"):
        ended(handset("headset_no_telephony"), lambda _: False)


def test_an_unplugged_handset(handset: Make) -> None:
    phone = handset("jabra")

    def unplug(step: str) -> bool:
        if step == "key 3":
            phone.unplug()
        return step == "key 3"

    port = SimulatedHidPort(phone)
    with pytest.raises(DeviceLost, match="the handset went away; nothing was learned"):
        learn(port, Obliging(phone, unplug), QUICK)


def test_a_person_who_is_gone(handset: Make) -> None:
    phone = handset("jabra")
    person = Obliging(phone)

    def leave(step: str) -> bool:
        if step == learning.LIFT:
            person.leave()
        return step == learning.LIFT

    person._before = leave
    with pytest.raises(Aborted, match="nobody answers"):
        learn(SimulatedHidPort(phone), person, QUICK)
    assert phone.lamps == DARK


def test_ctrl_c_leaves_the_lamps_dark(handset: Make) -> None:
    phone = handset("jabra")

    def interrupt(step: str) -> bool:
        if step == "key 2":
            assert phone.lamps.off_hook
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        ended(phone, interrupt)
    assert phone.lamps == DARK


def test_a_step_in_which_nothing_comes_is_told_and_not_the_end(handset: Make) -> None:
    phone = handset("jabra")
    person = Obliging(phone, lambda step: step == "button redial")
    recording = learn(SimulatedHidPort(phone), person, replace(QUICK, patience=0.2))
    assert person.told == ["Nothing came; going on."]
    found = conclude(parse(recording.descriptor), recording, "it", "It")
    assert "button redial: nothing came" in found.findings


# --- what comes out -------------------------------------------------------------------------------


def test_the_file_holds_profile_findings_and_recording(handset: Make, tmp_path: Path) -> None:
    phone = handset("jabra", mute="level")
    recording = recorded(phone)
    text = to_file(recording)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    profile = load(path)
    assert (profile.mute, profile.title) == ("level", "Simulated handset, Jabra's layout")
    assert profile.source == "learned from 0b0e:0307 Simulated handset, Jabra's layout"
    assert "# mute: it tells the microphone's own state (level)" in text.splitlines()
    assert phone.info.serial == SERIAL
    assert SERIAL not in text
    again = read(tomllib.loads(text)["recording"]["text"])
    assert again.device == recording.device
    assert again.descriptor == recording.descriptor
    descriptor = parse(again.descriptor)
    assert conclude(descriptor, again, profile.name, profile.title).profile == profile


def test_an_odd_name_does_no_harm(handset: Make) -> None:
    phone = handset("level_mute", product='He said """no"""\\\n[profile] \U0001f4de')
    text = to_file(recorded(phone))
    assert loads(text).name == "he_said_no_profile"
    assert read(tomllib.loads(text)["recording"]["text"]).entries


# --- the command ----------------------------------------------------------------------------------


def test_the_terminal_s_enter_goes_on_and_its_end_leaves() -> None:
    typed: queue.SimpleQueue[str] = queue.SimpleQueue()
    words: queue.SimpleQueue[str] = queue.SimpleQueue()
    shown: list[str] = []
    person = Terminal(shown.append, iter(typed.get, "end of file"))
    person.begin(lambda: words.put("skip"), lambda: words.put("leave"))
    person.ask("lift", "Lift it.")
    person.tell("Good.")
    for line, word in (("\n", "skip"), ("what?\n", "skip"), ("end of file", "leave")):
        typed.put(line)
        assert words.get(timeout=PATIENCE) == word
    assert shown == ["Lift it.", "Good."]


def test_the_command_without_anybody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["learn-handset", "--handset", "sim-hid:?number=1777"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == "Put the handset down, and leave it alone."
    assert "nobody answers; nothing was learned" in err.splitlines()[-1]


def test_the_command_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("dear")
    assert main(["learn-handset", "--handset", "sim-hid:", "--write", str(path)]) == 1
    assert "exists; name another file" in capsys.readouterr().err
    assert path.read_text() == "dear"


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> SimulatedHandset:
    """Behind the command: a simulated handset, and somebody obliging before the terminal."""
    phone = handset_of("sim-hid:?model=level_mute&number=1778")
    monkeypatch.setattr(learn_handset, "Terminal", lambda *_: Obliging(phone))
    monkeypatch.setattr(lesson, "Pace", lambda: QUICK)
    return phone


def test_the_command_writes_the_file(
    at_hand: SimulatedHandset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    command = ["learn-handset", "--handset", at_hand.info.path]
    assert main([*command, "--write", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert load(path).title == at_hand.info.product
    assert main(command) == 0
    assert loads(capsys.readouterr().out) == load(path)


def test_what_cannot_be_written_is_printed(
    at_hand: SimulatedHandset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nowhere" / "mine.toml"
    assert main(["learn-handset", "--handset", at_hand.info.path, "--write", str(path)]) == 1
    out, err = capsys.readouterr()
    assert loads(out).title == at_hand.info.product
    assert "No such file or directory; it is printed instead" in err


@pytest.fixture
def heeded() -> Iterator[None]:
    """Programs started here heed SIGINT: where a shell runs the tests in its background they
    inherit that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_as_users_press_it(heeded: None) -> None:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'drivers'}:{ROOT / 'server'}"}
    with subprocess.Popen(
        [sys.executable, "-m", "hookflash_server", "learn-handset", "--handset", "sim-hid:"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stderr is not None
        assert program.stderr.readline().startswith("Put the handset down")
        program.send_signal(signal.SIGINT)
        program.wait(PATIENCE)  # before stdin is closed: that ends it, too
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out) == (1, "")
    assert err.splitlines() == ["hookflash: learn-handset: stopped; nothing was learned"]
