"""The event log: numbered, in order, bounded, for any number of writers and readers."""

from __future__ import annotations

import re
import threading

from hookflash_server.desk import EventLog
from hookflash_server.desk.events import KEPT, timestamp

DEADLINE = 20.0


def numbers(log: EventLog, seq: int = 0) -> list[int]:
    return [event["seq"] for event in log.since(seq)[0]]


def test_an_event_has_number_time_desk_and_kind() -> None:
    log = EventLog()
    log.append("ring", "1001", count=1)
    (event,), missed = log.since(0)
    assert {**event, "at": ""} == {"seq": 1, "at": "", "desk": "1001", "kind": "ring", "count": 1}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["at"])
    assert missed == 0


def test_times_do_not_go_back() -> None:
    times = [timestamp() for _ in range(100)]
    assert times == sorted(times)


def test_since() -> None:
    log = EventLog()
    assert (log.last, log.since(0)) == (0, ([], 0))
    for _ in range(3):
        log.append("tone", "1001")
    assert log.last == 3
    assert numbers(log) == [1, 2, 3]
    assert numbers(log, 2) == [3]
    assert numbers(log, 3) == []
    assert numbers(log, 99) == []


def test_a_reader_that_fell_behind_is_told_how_much_is_gone() -> None:
    log = EventLog()
    for _ in range(KEPT + 5):
        log.append("tone", "1001")
    events, missed = log.since(0)
    assert (len(events), missed) == (KEPT, 5)
    assert log.since(3)[1] == 2
    assert log.since(5)[1] == 0
    assert log.since(KEPT + 5) == ([], 0)


def test_a_reader_waits_for_the_next_event() -> None:
    log = EventLog()
    log.append("ring", "1001")
    heard: list[int] = []

    def read() -> None:
        heard.extend(event["seq"] for event in log.since(1, DEADLINE)[0])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    log.append("answered", "1001")
    for reader in readers:
        reader.join(DEADLINE)
    assert heard == [2, 2, 2, 2]


def test_without_events_the_wait_ends_all_the_same() -> None:
    assert EventLog().since(0, 0.01) == ([], 0)


def test_close_lets_all_who_wait_go() -> None:
    log = EventLog()
    ended = threading.Barrier(4)

    def read() -> None:
        log.since(0, 1000.0)
        ended.wait(DEADLINE)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    log.close()
    log.close()
    ended.wait(DEADLINE)
    for reader in readers:
        reader.join(DEADLINE)
    assert log.since(0, 1000.0) == ([], 0), "nor does anybody wait who comes later"


def test_many_writers_leave_no_hole_and_each_reader_hears_all() -> None:
    log = EventLog()
    each, writers = 100, 4
    heard: list[list[int]] = [[], []]

    def write(desk: str) -> None:
        for count in range(each):
            log.append("tone", desk, count=count)

    def read(into: list[int]) -> None:
        while len(into) < each * writers:
            events, missed = log.since(into[-1] if into else 0, DEADLINE)
            assert events
            assert not missed
            into.extend(event["seq"] for event in events)

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(writers)]
    threads += [threading.Thread(target=read, args=(into,)) for into in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert heard == [list(range(1, each * writers + 1))] * 2
    for number in range(writers):
        counts = [e["count"] for e in log.since(0)[0] if e["desk"] == str(number)]
        assert counts == list(range(each)), "what one desk tells stays in order"
