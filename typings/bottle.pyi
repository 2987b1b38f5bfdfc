"""What we use of bottle 0.13, which ships no types."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

class HTTPResponse(Exception):
    def __init__(self, body: bytes | str = ..., status: int = ...) -> None: ...
    def set_header(self, name: str, value: str) -> None: ...

class HTTPError(HTTPResponse):
    exception: BaseException | None
    traceback: str | None

class LocalRequest:
    query_string: str
    method: str
    path: str
    def get_header(self, name: str, default: str) -> str: ...

class Bottle:
    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]: ...
    def get(self, path: str) -> Callable[[_F], _F]: ...
    def route(self, path: str, method: str | Sequence[str] = ...) -> Callable[[_F], _F]: ...
    def error(self, code: int) -> Callable[[_F], _F]: ...

request: LocalRequest
