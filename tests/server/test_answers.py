"""Answers: the document's words to the letter."""

from __future__ import annotations

import pytest

from hookflash_server.answers import MESSAGES, Answer, Result, failed

DOCUMENT = {
    "success": "操作成功",
    "failed": "操作失败",
    "ext_offline": "分机未登录",
    "client_type_error": "客户端类型错误(不是使用的web插件)",
    "queue_error": "队列错误",
    "ext_error": "分机错误",
    "ivr_error": "ivr错误",
}


def test_the_documents_results_and_no_others() -> None:
    assert {result.value for result in Result} == set(DOCUMENT)


@pytest.mark.parametrize(("result", "message"), DOCUMENT.items())
def test_result_and_msg_to_the_letter(result: str, message: str) -> None:
    assert Answer(Result(result)).members("zh") == {"result": result, "msg": message}


@pytest.mark.parametrize("result", Result)
def test_english(result: Result) -> None:
    members = Answer(result).members("en")
    assert members["result"] == result.value
    assert members["msg"]
    assert members["msg"].isascii()


@pytest.mark.parametrize("language", MESSAGES)
def test_each_language_has_a_message_of_its_own_for_each_result(language: str) -> None:
    assert set(MESSAGES[language]) == set(Result)
    assert len(set(MESSAGES[language].values())) == len(Result)


def test_result_is_a_plain_string() -> None:
    """Whatever turns it into JSON later, it must not become `Result.SUCCESS`."""
    assert type(Answer().members("zh")["result"]) is str


def test_what_there_is_to_tell() -> None:
    answer = Answer(Result.EXT_OFFLINE, "device_lost", "plug it in", {"ext": "1001"})
    assert answer.members("en") == {
        "result": "ext_offline",
        "msg": "extension offline",
        "detail": "device_lost",
        "hint": "plug it in",
        "ext": "1001",
    }
    assert list(answer.members("zh")) == ["result", "msg", "detail", "hint", "ext"]


def test_failed() -> None:
    assert failed("busy").members("zh") == {
        "result": "failed",
        "msg": "操作失败",
        "detail": "busy",
    }
