"""From a raw query string to parameters, and to a callback name that is safe to send back. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

MAX_QUERY = 4096
"""Bytes; jQuery's longest call has some 200."""

_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,63}", re.ASCII)
"""jQuery's names have up to 45 characters; dots and brackets would call into the page's objects."""

CALLBACK = "jsonpcallback"


class QueryError(Exception):
    """The query cannot be understood. `detail` is the stable code."""

    def __init__(self, detail: str, message: str) -> None:
        super().__init__(message)
        self.detail = detail


def parse_query(raw: str) -> dict[str, str]:
    """The parameters; QueryError if one is given twice, is not UTF-8, or all is too long.

    A value that begins with a literal `+` and 1-9 keeps it: hand-built URLs carry `+86...`
    unescaped, and a lost `+` is a wrong number. Any other `+` is a space, as forms write it; no
    country code begins with 0, and old jQuery sends a typed leading space so.
    """
    if len(raw) > MAX_QUERY:
        raise QueryError("query_too_long", f"the query has more than {MAX_QUERY} bytes")
    parameters: dict[str, str] = {}
    for part in filter(None, raw.split("&")):
        name, _, value = part.partition("=")
        name = _decoded(name, name)
        if name in parameters:
            raise QueryError("parameter_doubled", f"{name[:40]!a} is given twice")
        parameters[name] = _decoded(value, name)
    return parameters


def callback_of(parameters: Mapping[str, str]) -> str:
    """The callback's name, checked; empty if none was given."""
    name = parameters.get(CALLBACK)
    if name is None:
        return ""
    if not _CALLBACK.fullmatch(name):
        raise QueryError(
            "bad_callback", f"{CALLBACK} must be a plain name of at most 64 letters, digits, _ or $"
        )
    return name


def callback_in(raw: str) -> str:
    """The callback's name in a query that is not understood otherwise, so that its page is told.

    Empty unless there is exactly one, written plainly.
    """
    parts = [part.partition("=") for part in raw.split("&")]
    names = [value for name, _, value in parts if name == CALLBACK]
    return names[0] if len(names) == 1 and _CALLBACK.fullmatch(names[0]) else ""


def _decoded(text: str, name: str) -> str:
    plus = re.match(r"\+[1-9]", text) is not None
    text = text.replace("+", " ")
    data = unquote_to_bytes(text)
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            decoded = data.decode("gb18030")  # hand-built URLs of old Chinese pages
        except UnicodeDecodeError as error:
            raise QueryError("bad_encoding", f"{name[:40]!a} is not UTF-8") from error
    return "+" + decoded[1:] if plus else decoded
