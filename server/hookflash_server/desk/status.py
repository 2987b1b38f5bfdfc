"""What a status says of a desk's devices."""

from dataclasses import asdict
from typing import Any

from hookflash import DeviceState, Handset, Line


def line_status(line: Line | None) -> dict[str, Any]:
    """The status members of a line; None: it is lost, or none is configured."""
    return {
        "line": {"name": line.name, "identity": line.identity} if line is not None else None,
        "recovering": line is not None and line.recovering,
    }


def handset_status(
    handset: Handset | None, because: str, hint: str, shared_with: list[str]
) -> dict[str, Any]:
    """The status member of a configured handset. because, hint: why it is not ready.
    shared_with: other programs that use it."""
    ready = handset is not None and handset.state is DeviceState.READY
    return {
        "name": handset.name if handset is not None else "",
        "identity": handset.identity if handset is not None else "",
        "state": "ready" if ready else "offline",
        "offline_because": "" if ready else because,
        "hint": "" if ready else hint,
        "lifted": handset.lifted if handset is not None else False,
        "features": sorted(handset.features) if handset is not None and ready else [],
        "lamps": asdict(handset.lamps) if handset is not None else None,
        "shared_with": shared_with,
    }
