"""The one-key number: fixed, from a list, or the last one; and what it remembers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookflash_server.answers import Answer, Result
from hookflash_server.desk import OneKey


class Numbers:
    """A list file and a memory file, and agents that begin anew with them."""

    def __init__(self, folder: Path, *numbers: str) -> None:
        self.path = folder / "numbers.txt"
        self.memory = folder / "state" / "one-key-1001.json"
        self.write(*numbers)
        self.one_key = OneKey()
        self.restart()

    def write(self, *numbers: str) -> None:
        self.path.write_text("".join(f"{number}\n" for number in numbers), encoding="utf-8")

    def restart(self) -> None:
        self.one_key = OneKey(listed=self.path, memory=self.memory)

    def dial(self) -> str:
        """Dial the next number; it, or why there is none."""
        number = self.one_key.next()
        if isinstance(number, Answer):
            assert number.result is Result.FAILED
            assert number.hint
            return number.detail
        self.one_key.dialled(number, one_key=True)
        return number


def detail(number: str | Answer) -> str:
    assert isinstance(number, Answer)
    return number.detail


def test_a_fixed_number_is_always_the_same(tmp_path: Path) -> None:
    one_key = OneKey(number="110", memory=tmp_path / "memory.json")
    for _ in range(3):
        assert one_key.next() == "110"
        one_key.dialled("110", one_key=True)
        one_key.dialled("5551234", one_key=False)


def test_the_last_number() -> None:
    one_key = OneKey()
    assert detail(one_key.next()) == "onekey_not_set"
    one_key.dialled("1", one_key=False)
    one_key.dialled("+86*2#", one_key=False)
    assert one_key.next() == "+86*2#"
    one_key.dialled("+86*2#", one_key=True)
    assert one_key.next() == "+86*2#"


def test_the_last_number_survives_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "deep" / "er" / "memory.json"
    OneKey(memory=memory).dialled("5551234", one_key=False)
    assert OneKey(memory=memory).next() == "5551234"
    assert [path.name for path in memory.parent.iterdir()] == ["memory.json"], "nothing lies about"


def test_the_list_is_dialled_in_order_once(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path, "111", "222", "333")
    assert [numbers.dial() for _ in range(5)] == [
        *("111", "222", "333", "onekey_list_finished", "onekey_list_finished")
    ]


def test_asking_alone_does_not_move_on(tmp_path: Path) -> None:
    """A number that was not dialled, the device refused it, is dialled again."""
    numbers = Numbers(tmp_path, "111", "222")
    assert numbers.one_key.next() == numbers.one_key.next() == "111"


def test_another_number_dialled_meanwhile_does_not_move_on(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path, "111", "222", "333")
    assert numbers.dial() == "111"
    numbers.one_key.dialled("333", one_key=False)
    assert numbers.dial() == "222"


def test_the_place_survives_a_restart(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path, "111", "222", "333")
    heard = []
    for _ in range(4):
        heard.append(numbers.dial())
        numbers.restart()
    assert heard == ["111", "222", "333", "onekey_list_finished"]


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path)
    numbers.path.write_bytes(
        "\ufeff; customers\r\n\r\n  0133 1234-567 \r\n;222\r\n+86 (10) 5\r\n#31#\r\n*21".encode()
    )
    assert [numbers.dial() for _ in range(5)] == [
        *("01331234567", "+86105", "#31#", "*21", "onekey_list_finished")
    ]


def test_a_number_that_stands_twice_is_dialled_twice(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path, "111", "222", "111", "333")
    assert [numbers.dial() for _ in range(5)] == [
        *("111", "222", "111", "333", "onekey_list_finished")
    ]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("dialled", "new", "then"),
    [
        # 111 was dialled, of 111 222 333.
        (1, ["000", "111", "222"], "222"),  # one was put in front
        (1, ["222", "333"], "222"),  # the dialled one was taken out: begin anew
        (1, ["222", "111", "333"], "333"),  # other order: go on behind it
        (2, ["111", "222", "444", "333"], "444"),  # one was put in behind
        (2, ["222", "333"], "333"),
        (2, ["1-1-1", "(222)", "333"], "333"),  # only written otherwise
        (3, ["111", "222", "333", "444"], "444"),  # a finished list grew
        (3, ["444"], "444"),  # a new list
        (3, ["111", "222"], "111"),
        (3, [], "onekey_list_finished"),
        (1, ["x", "111", "222"], "222"),
    ],
)
def test_a_list_that_is_edited_meanwhile(
    tmp_path: Path, dialled: int, new: list[str], then: str, restart: bool
) -> None:
    numbers = Numbers(tmp_path, "111", "222", "333")
    for _ in range(dialled):
        numbers.dial()
    numbers.write(*new)
    if restart:
        numbers.restart()
    assert numbers.dial() == then


def test_an_empty_list(tmp_path: Path) -> None:
    assert Numbers(tmp_path).dial() == "onekey_list_finished"
    assert Numbers(tmp_path, "", "; none", "   ").dial() == "onekey_list_finished"


@pytest.mark.parametrize("bad", ["11a", "1;2", "１", "1,2", "1" * 33, "+", "x # y", "1\t2"])
def test_a_bad_number_is_named_and_never_dialled(tmp_path: Path, bad: str) -> None:
    numbers = Numbers(tmp_path, "111", "; comment", bad, "333")
    assert numbers.dial() == "111"
    answer = numbers.one_key.next()
    assert isinstance(answer, Answer)
    assert answer.detail == "onekey_list_bad_number"
    assert "numbers.txt, number 2: " in answer.hint
    numbers.write("111", "222", "333")
    assert numbers.dial() == "222", "the cure helps without a restart"


@pytest.mark.parametrize("what", ["missing", "folder", "not UTF-8"])
def test_a_list_that_cannot_be_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / "numbers.txt"
    if what == "folder":
        path.mkdir()
    elif what == "not UTF-8":
        path.write_bytes("售后 111".encode("gbk"))
    answer = OneKey(listed=path).next()
    assert isinstance(answer, Answer)
    assert answer.detail == "onekey_list_unreadable"
    assert "numbers.txt" in answer.hint


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"null", b"[]", b"{}", b'"x"', b"\xff", b"\0" * 100, b"1" * 5000),
        *(b'{"place": 1}', b'{"place": "x", "at": "1", "last": "2"}'),
        b'{"place": -1, "at": "111", "last": "111"}',
        b'{"place": -7, "at": "111", "last": "111"}',
        b'{"place": 1e999, "at": "111", "last": "111"}',
        b'{"place": NaN, "at": "111", "last": "111"}',
        b'{"place": null, "at": null, "last": null}',
        b"[" * 100_000,
    ],
    ids=lambda content: content[:40].decode("latin-1"),
)
def test_a_corrupt_memory_begins_anew(tmp_path: Path, content: bytes) -> None:
    """It is told in the log, and the next dial mends it."""
    numbers = Numbers(tmp_path, "111", "222")
    numbers.memory.parent.mkdir()
    numbers.memory.write_bytes(content)
    numbers.restart()
    assert numbers.dial() == "111"
    numbers.restart()
    assert numbers.dial() == "222"


def test_a_memory_with_a_bad_place_goes_on_behind_the_last_number(tmp_path: Path) -> None:
    numbers = Numbers(tmp_path, "111", "222", "333")
    numbers.memory.parent.mkdir()
    numbers.memory.write_text(json.dumps({"place": 99, "at": "222", "last": "222"}))
    numbers.restart()
    assert numbers.dial() == "333"


def test_a_memory_that_is_a_folder_does_not_stop_the_agent(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    memory.mkdir()
    one_key = OneKey(memory=memory)
    one_key.dialled("5551234", one_key=False)
    assert one_key.next() == "5551234"


def test_a_place_that_cannot_be_written_does_not_stop_the_agent(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    numbers = Numbers(tmp_path, "111", "222")
    assert [numbers.dial(), numbers.dial()] == ["111", "222"]
