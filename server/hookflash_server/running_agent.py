"""What an agent that runs on this PC says of its desks, asked as any program may ask it."""

import http.client
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

PATIENCE = 2.0
"""Seconds for the connection, and for each answer."""

Status = dict[str, Any]
"""The answer to `status`; see docs/interface.md."""


def statuses(port: int, desks: Iterable[str]) -> dict[str, Status]:
    """Each desk's status, by its extension; empty if no agent answers there. Never raises for
    whatever else may listen on that port."""
    found: dict[str, Status] = {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        for desk in desks:
            connection.request("GET", f"/?cmd=status&ext={quote(desk, safe='')}")
            answer = json.loads(connection.getresponse().read(1 << 20))
            if isinstance(answer, dict) and answer.get("ext") == desk:
                found[desk] = answer
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    finally:
        connection.close()
    return found
