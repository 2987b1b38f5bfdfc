"""What a command is answered with: the document's result words, and what went wrong in detail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """The results that the plug-in's document names."""

    SUCCESS = "success"
    FAILED = "failed"
    EXT_OFFLINE = "ext_offline"
    CLIENT_TYPE_ERROR = "client_type_error"
    QUEUE_ERROR = "queue_error"
    EXT_ERROR = "ext_error"
    IVR_ERROR = "ivr_error"


MESSAGES: dict[str, dict[Result, str]] = {
    "zh": {  # the document's own words
        Result.SUCCESS: "操作成功",
        Result.FAILED: "操作失败",
        Result.EXT_OFFLINE: "分机未登录",
        Result.CLIENT_TYPE_ERROR: "客户端类型错误(不是使用的web插件)",
        Result.QUEUE_ERROR: "队列错误",
        Result.EXT_ERROR: "分机错误",
        Result.IVR_ERROR: "ivr错误",
    },
    "en": {
        Result.SUCCESS: "done",
        Result.FAILED: "failed",
        Result.EXT_OFFLINE: "extension offline",
        Result.CLIENT_TYPE_ERROR: "this client cannot be driven by a page",
        Result.QUEUE_ERROR: "no such queue",
        Result.EXT_ERROR: "no such extension",
        Result.IVR_ERROR: "no such IVR",
    },
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `detail` is a stable English code; `hint` tells a developer cause and cure."""

    result: Result = Result.SUCCESS
    detail: str = ""
    hint: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def members(self, language: str) -> dict[str, Any]:
        """The answer as it is sent: result and msg always, the rest where there is something."""
        members: dict[str, Any] = {
            "result": self.result.value,
            "msg": MESSAGES[language][self.result],
        }
        if self.detail:
            members["detail"] = self.detail
        if self.hint:
            members["hint"] = self.hint
        members.update(self.data)
        return members


def failed(detail: str, hint: str = "") -> Answer:
    """The answer `failed`."""
    return Answer(Result.FAILED, detail, hint)
