"""The inbox: one queue with timers."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from hookflash.inbox import Inbox
from support.lines import PATIENCE


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_items_come_in_order() -> None:
    inbox: Inbox[int] = Inbox()
    for item in range(5):
        inbox.post(item)
    assert [inbox.get() for _ in range(5)] == [0, 1, 2, 3, 4]


def test_a_timer_that_is_due_goes_first_and_one_that_is_not_waits() -> None:
    hand = Hand()
    inbox: Inbox[str] = Inbox(hand)
    inbox.after(1.0, "later")
    inbox.after(0.5, "sooner")
    inbox.post("a")
    assert inbox.get() == "a"
    inbox.post("b")
    hand.now = 1.0
    assert [inbox.get() for _ in range(3)] == ["sooner", "later", "b"]


def test_a_cancelled_timer_never_comes() -> None:
    hand = Hand()
    inbox: Inbox[str] = Inbox(hand)
    first = inbox.after(0.1, "first")
    inbox.after(0.2, "second")
    first.cancel()
    first.cancel()
    hand.now = 1.0
    inbox.post("end")
    assert [inbox.get(), inbox.get()] == ["second", "end"]


def test_get_sleeps_until_a_timer_set_by_another_thread() -> None:
    inbox: Inbox[str] = Inbox()
    inbox.after(3600.0, "never")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(inbox.get()))
    reader.start()
    inbox.after(0.01, "soon")
    reader.join(PATIENCE)
    assert got == ["soon"]


def test_get_wakes_for_an_item_while_it_waits_for_a_timer() -> None:
    inbox: Inbox[str] = Inbox()
    inbox.after(3600.0, "never").cancel()
    inbox.after(3600.0, "never")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(inbox.get()))
    reader.start()
    inbox.post("now")
    reader.join(PATIENCE)
    assert got == ["now"]


def test_many_writers_lose_nothing() -> None:
    inbox: Inbox[tuple[int, int]] = Inbox()

    def write(writer: int) -> None:
        for number in range(500):
            if number % 5:
                inbox.post((writer, number))
            else:
                inbox.after(0.0, (writer, number))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in writers:
        thread.start()
    got = [inbox.get() for _ in range(2000)]
    for thread in writers:
        thread.join(PATIENCE)
    assert sorted(got) == [(writer, number) for writer in range(4) for number in range(500)]
    posted = [item for item in got if item[1] % 5]
    for writer in range(4):
        assert [n for w, n in posted if w == writer] == [n for n in range(500) if n % 5]


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=30))
def test_timers_come_by_time_and_those_of_one_moment_in_order(
    timers: list[tuple[float, bool]],
) -> None:
    hand = Hand()
    inbox: Inbox[int] = Inbox(hand)
    for number, (seconds, cancelled) in enumerate(timers):
        timer = inbox.after(seconds, number)
        if cancelled:
            timer.cancel()
    hand.now = 11.0
    inbox.post(-1)
    got = []
    while (item := inbox.get()) != -1:
        got.append(item)
    kept = [n for n, (_, cancelled) in enumerate(timers) if not cancelled]
    assert got == sorted(kept, key=lambda n: (timers[n][0], n))
