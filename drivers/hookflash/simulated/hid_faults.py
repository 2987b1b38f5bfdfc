"""The faults that a simulated handset can have, several at once."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..errors import PortError

HANDSET_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "no_get_input": "does not answer when asked for its state",
        "no_features": "refuses feature reports",
        "write_fails": "takes no output or feature report",
        "slow": "heeds an output report only half a second later",
        "short_reports": "leaves out the last byte of each report",
        "long_reports": "sends two bytes too many",
        "repeats": "sends each report twice",
        "stray_reports": "sends a report of an id that it never declared before each",
        "no_busy": "tells nothing of Line Busy",
        "no_echo": "does not tell that it follows its Off-Hook lamp",
        "pulse_echo": "with a relative hook: reports a press when its Off-Hook lamp changes",
        "late_hook_bit": "the first report of a lifting still says on hook",
        "false_on_hook": "says on hook for 0.2 s soon after its Off-Hook lamp is lit",
        "stale_on_hook": "says so until its lamps are written again",
        "clings": "goes off hook whenever Off-Hook is written lit, also after it was put down",
        "mute_lock": "its boom is up: it mutes again as soon as it is unmuted in a call",
    }
)
"""Name -> what the handset does."""


def parse_handset_faults(words: Iterable[str]) -> set[str]:
    """Faults by name; PortError lists what there is."""
    faults = {word.strip() for word in words}
    for word in sorted(faults):
        if word not in HANDSET_FAULTS:
            raise PortError(f"fault {word!r} is none of {', '.join(HANDSET_FAULTS)}")
    return faults
