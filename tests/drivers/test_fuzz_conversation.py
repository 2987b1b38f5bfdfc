"""The fuzzed plays under hypothesis: a whole conversation, a whole line, and the pure parsers.

`make fuzz` plays the same under libFuzzer. What must hold stands in `docs/testing.md`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import talk, wholeline
from fuzz.choices import Choices
from fuzz.minimise import minimise
from fuzz.peer import Mood
from fuzz.seeds import seeds
from fuzz.stage import Stage, Stuck
from fuzz.staging import staged
from fuzz.targets import TARGETS
from hookflash.inbox import Inbox

SIZE = 200
"""Bytes of an input: more than most plays ask for."""


def _few_oddities(first: int) -> st.SearchStrategy[bytes]:
    """An input that is plain but for some bytes; its first byte is given."""

    def make(odd: dict[int, int], late: dict[int, int]) -> bytes:
        data = bytearray(SIZE)
        data[0] = first
        for place, byte in odd.items():
            data[place] = byte
        for place, byte in late.items():  # when threads are interrupted
            data[-1 - place] = byte
        return bytes(data)

    bytes_ = st.integers(1, 255)
    return st.builds(
        make,
        st.dictionaries(st.integers(1, 100), bytes_, max_size=16),
        st.dictionaries(st.integers(0, 20), bytes_, max_size=4),
    )


def _inputs(first: int) -> st.SearchStrategy[bytes]:
    rest = st.binary(min_size=SIZE, max_size=SIZE)
    return st.one_of(_few_oddities(first), rest.map(lambda data: bytes([first]) + data))


SOME = settings(max_examples=600, derandomize=True, deadline=None)


@SOME
@given(_inputs(Mood.CLEAN))
def test_with_a_modem_that_answers_in_time(data: bytes) -> None:
    """It says other things at any moment, in pieces, and echoes when it reads, at once or never.

    Each command gets its own result, when it comes, and its own information; none fails but for the
    result it has. All else is told, in order, and a dial's result keeps its place in it. Nothing is
    written during a dial but its abort. Close and unplug end everything at once and are told once.

    An end of a call that crosses a dial on the wire, between the dial and its echo, is told as what
    nobody asked for. Where the echo is not known yet, it is taken for the dial's result.
    """
    talk.conversation(data)


@SOME
@given(_inputs(Mood.LATE))
def test_with_a_modem_that_answers_when_it_likes(data: bytes) -> None:
    """As above, but a command may time out: it ends with its own result or none, never another's.

    Each try to get in step has an echo of its own, so that its answer is told from an earlier
    try's; that no more is to come, only silence tells.
    """
    talk.conversation(data)


@SOME
@given(_inputs(Mood.HARMED))
def test_with_a_wire_that_does_harm(data: bytes) -> None:
    """Bytes are turned or lost, echoes dropped, doubled or broken, garbage said, results too.

    A command whose echo is relied on, and comes whole, ends with the first result after its echo,
    unless one stood for LATE_ECHO before it. So garbage that reads as a result may be taken for
    one between a command and its answer, and nowhere else. Without echo nothing tells a false
    result, or a late one after a false one, from the true.

    What was said whole is told, in order, whatever was said before. All ends in bounded time, and
    when all is well again the second command at the latest is as ever.
    """
    talk.conversation(data)


@pytest.mark.parametrize("harmed", [0, 1])
@settings(max_examples=150, derandomize=True, deadline=None)
@given(data=st.data())
def test_a_line_and_its_calls(harmed: int, data: st.DataObject) -> None:
    """Each call that was told of has one end, told once; unless the line is lost, told once.

    The line is on hook when it says so, by the exchange's own word. Operations end, and with errors
    of ours only. When all is well again a call in and a call out are as ever.
    """
    wholeline.line(data.draw(_inputs(harmed)))


PARSERS = [name for name, target in TARGETS.items() if target.story is None]


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=200, derandomize=True, deadline=None)
@given(data=st.data())
def test_parsers(name: str, data: st.DataObject) -> None:
    words = st.sampled_from(TARGETS[name].words or (b"\0",))
    pieces = st.lists(st.one_of(words, st.binary(max_size=6)), max_size=30)
    TARGETS[name].case(data.draw(pieces.map(b"".join)))


@pytest.mark.parametrize("name", TARGETS)
def test_the_first_inputs_of_libfuzzer(name: str) -> None:
    for data in seeds(name):
        TARGETS[name].case(data)


# --- the means ------------------------------------------------------------------------------------


def test_choices_are_plain_when_there_are_none() -> None:
    choices = Choices(b"")
    assert not choices.chance(2)
    assert choices.pick("ab") == "a"
    assert choices.piece(5) == b""
    assert choices.from_end() == 0


def test_choices_come_from_both_ends_and_never_twice() -> None:
    choices = Choices(b"\x01\x02\x03")
    assert [choices.byte(), choices.from_end(), choices.byte(), choices.from_end()] == [1, 3, 2, 0]
    assert choices.exhausted


def _on_a_stage(play: Callable[[Stage], object]) -> Stage:
    stage = Stage()
    with staged(stage):
        stage.run(lambda: play(stage))
    return stage


def test_time_passes_on_a_stage_when_all_wait() -> None:
    got: list[tuple[float, str]] = []

    def play(stage: Stage) -> None:
        inbox: Inbox[str] = Inbox()
        began = stage.now
        inbox.after(3600.0, "later")
        stage.spawn("post", lambda: inbox.post("now"))
        got.extend((stage.now - began, inbox.get()) for _ in range(2))

    assert not _on_a_stage(play).left
    assert [item for _, item in got] == ["now", "later"]


def test_a_stage_tells_who_waits_for_ever() -> None:
    with pytest.raises(Stuck, match="everybody waits; waiting: main"):
        _on_a_stage(lambda _: Inbox[str]().get())


def test_a_stage_tells_what_has_no_end() -> None:
    def play(stage: Stage) -> None:
        while True:
            stage.sleep(0.1)

    with pytest.raises(Stuck, match="no end in sight"):
        _on_a_stage(play)


def test_a_stage_tells_what_a_thread_died_of_and_which_are_left() -> None:
    def play(stage: Stage) -> None:
        stage.spawn("fails", lambda: 1 // 0)
        stage.spawn("waits", lambda: stage.sleep(60.0))
        stage.sleep(1.0)

    stage = _on_a_stage(play)
    assert [(name, type(error)) for name, error in stage.errors] == [("fails", ZeroDivisionError)]
    assert stage.left == ["waits"]


def test_a_finding_is_made_small() -> None:
    data = bytes(range(1, 200))
    small = minimise(data, lambda d: len(d) > 5 and 150 in d)
    assert len(small) == 6
    assert sorted(small) == [0, 0, 0, 0, 0, 150]
