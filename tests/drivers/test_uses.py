"""Who uses a device is woken, and the last one releases it."""

from __future__ import annotations

import threading

from hookflash.hid.uses import Uses


def test_who_begins_to_wait_just_after_the_wake_is_woken_too() -> None:
    woken = threading.Semaphore(0)
    missed = threading.Event()
    released: list[str] = []
    uses = Uses(lambda: released.append("released"), "device")

    def wake() -> None:
        if missed.is_set():
            woken.release()
        missed.set()  # the first one finds nobody in the library's call yet

    def read() -> None:
        missed.wait(10)
        assert woken.acquire(timeout=10)
        uses.leave()

    assert uses.enter()
    reader = threading.Thread(target=read)
    reader.start()
    assert uses.close(wake, 10)
    reader.join(10)
    assert released == ["released"]


def test_a_use_that_does_not_end_is_left_to_itself() -> None:
    released: list[str] = []
    uses = Uses(lambda: released.append("released"), "device")
    assert uses.enter()
    assert not uses.close(lambda: None, 0.01)
    assert not uses.enter() and released == []
    uses.leave()
    assert released == ["released"]
    assert uses.close(lambda: released.append("woken"), 10)
    assert released == ["released"]
