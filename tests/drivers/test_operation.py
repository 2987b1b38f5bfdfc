"""Operations and the thread that does them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from hookflash import HookflashError, Operation, operation
from hookflash.errors import Aborted, CommandTimeout
from hookflash.operation import Worker
from support.lines import PATIENCE


def until_set(event: threading.Event) -> Callable[[Operation], None]:
    """An operation that lasts until then."""

    def body(_: Operation) -> None:
        assert event.wait(PATIENCE)

    return body


def noting(done: list[int], number: int) -> Callable[[Operation], None]:
    return lambda _: done.append(number)


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("test")
    worker.start()
    yield worker
    worker.end(lambda: None)
    assert worker.join(PATIENCE)


def test_operations_are_done_in_order_one_at_a_time(worker: Worker) -> None:
    done: list[int] = []
    operations = [worker.submit("n", noting(done, n)) for n in range(20)]
    for each in operations:
        each.wait(PATIENCE)
    assert done == list(range(20))


def test_an_error_is_the_outcome_and_the_thread_goes_on(worker: Worker) -> None:
    def fail(_: Operation) -> None:
        raise CommandTimeout("slow")

    failed = worker.submit("a", fail)
    after = worker.submit("b", lambda _: None)
    with pytest.raises(CommandTimeout, match="slow"):
        failed.wait(PATIENCE)
    after.wait(PATIENCE)


def test_a_defect_of_ours_is_an_outcome_too(worker: Worker) -> None:
    def defect(_: Operation) -> None:
        raise KeyError("oops")

    with pytest.raises(HookflashError, match="oops") as caught:
        worker.submit("a", defect).wait(PATIENCE)
    assert isinstance(caught.value.__cause__, KeyError)
    worker.submit("b", lambda _: None).wait(PATIENCE)


def test_a_timed_action_that_fails_does_not_end_the_thread(worker: Worker) -> None:
    def defect() -> None:
        raise KeyError("oops")

    worker.post(defect)
    worker.after(0.0, defect)
    worker.submit("b", lambda _: None).wait(PATIENCE)


def test_abort_wakes_a_pause(worker: Worker) -> None:
    began = threading.Event()

    def body(running: Operation) -> None:
        began.set()
        running.pause(3600)

    running = worker.submit("a", body)
    queued = worker.submit("b", lambda _: pytest.fail("begun though aborted"))
    spared = worker.submit("c", lambda _: None)
    assert began.wait(PATIENCE)
    worker.abort("c")
    for each in (running, queued):
        with pytest.raises(Aborted):
            each.wait(PATIENCE)
    spared.wait(PATIENCE)


def test_a_pause_tells_whether_its_condition_came(worker: Worker) -> None:
    told: list[bool] = []
    came = threading.Event()
    began = threading.Event()

    def body(running: Operation) -> None:
        told.append(running.pause(0.001))
        began.set()
        told.append(running.pause(3600, came.is_set))

    running = worker.submit("a", body)
    assert began.wait(PATIENCE)
    came.set()
    worker.nudge()
    running.wait(PATIENCE)
    assert told == [False, True]


def test_what_comes_too_late_is_not_begun(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "START_WITHIN", 0.01)
    release = threading.Event()
    slow = worker.submit("slow", until_set(release), patient=True)
    late = worker.submit("late", lambda _: pytest.fail("begun though late"))
    patient = worker.submit("patient", lambda _: None, patient=True)
    release.wait(0.05)
    release.set()
    slow.wait(PATIENCE)
    with pytest.raises(CommandTimeout, match="not begun"):
        late.wait(PATIENCE)
    patient.wait(PATIENCE)


def test_wait_gives_up_at_its_own_deadline(worker: Worker) -> None:
    release = threading.Event()
    slow = worker.submit("slow", until_set(release))
    with pytest.raises(TimeoutError):
        slow.wait(0.01)
    release.set()
    slow.wait(PATIENCE)


def test_an_operation_cannot_be_cancelled_under_the_thread(worker: Worker) -> None:
    """Future.cancel() would leave the thread with a future that takes no result."""
    release = threading.Event()
    blocker = worker.submit("slow", until_set(release))
    queued = worker.submit("queued", lambda _: None)
    assert not queued.cancel()
    release.set()
    blocker.wait(PATIENCE)
    queued.wait(PATIENCE)
    worker.submit("after", lambda _: None).wait(PATIENCE)


def test_end_does_what_is_queued_first() -> None:
    worker = Worker("test")
    done: list[str] = []
    worker.start()
    first = worker.submit("a", lambda _: done.append("a"))
    worker.end(lambda: done.append("last"))
    assert worker.join(PATIENCE)
    first.wait(PATIENCE)
    assert done == ["a", "last"]


def test_join_from_the_thread_itself_does_not_hang(worker: Worker) -> None:
    joined: list[bool] = []
    worker.submit("a", lambda _: joined.append(worker.join(PATIENCE))).wait(PATIENCE)
    assert joined == [True]
