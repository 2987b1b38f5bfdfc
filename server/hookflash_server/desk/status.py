"""What a status says of a desk's devices."""

from dataclasses import asdict
from typing import Any

from hookflash import DeviceState, Handset, Line

from .absence import Absence


def line_status(line: Line | None) -> dict[str, Any]:
    """The status members of a line; None: it is lost, or none is configured."""
    if line is None:
        return {"line": None, "recovering": False}
    told = {"name": line.name, "identity": line.identity, "notes": list(line.notes)}
    return {"line": told, "recovering": line.recovering}


def handset_status(
    handset: Handset | None, absence: Absence, shared_with: list[str]
) -> dict[str, Any]:
    """The status member of a configured handset. absence: why it is not ready. shared_with: other
    programs that use it."""
    ready = handset is not None and handset.state is DeviceState.READY
    return {
        "name": handset.name if handset is not None else "",
        "identity": handset.identity if handset is not None else "",
        "state": "ready" if ready else "offline",
        "offline_because": "" if ready else absence.because,
        "hint": "" if ready else absence.hint,
        "lifted": handset.lifted if handset is not None else False,
        "notes": list(handset.notes) if handset is not None and ready else [],
        "features": sorted(handset.features) if handset is not None and ready else [],
        "lamps": asdict(handset.lamps) if handset is not None else None,
        "shared_with": list(shared_with),
    }
