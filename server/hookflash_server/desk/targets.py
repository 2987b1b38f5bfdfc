"""Where a transfer goes: names of queues, extensions and IVRs mapped to digits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..answers import Answer, Result


@dataclass(frozen=True, slots=True)
class Targets:
    """This site's names, each with the digits that its exchange takes for it."""

    queues: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    ivrs: Mapping[str, str] = field(default_factory=dict)

    def digits(self, arguments: Mapping[str, str]) -> str | Answer:
        """The digits for a transfer's arguments (`trans_queue` ...), or the answer that says no."""
        if number := arguments.get("trans_number"):
            return number
        for parameter, names, result, table in (
            ("trans_queue", self.queues, Result.QUEUE_ERROR, "queues"),
            ("trans_ext", self.extensions, Result.EXT_ERROR, "extensions"),
            ("trans_ivr", self.ivrs, Result.IVR_ERROR, "ivrs"),
        ):
            if name := arguments.get(parameter):
                if digits := names.get(name):
                    return digits
                hint = f"{name[:40]!a} is not in [{table}] of the agent's configuration"
                return Answer(result, "unknown_target", hint)
        return Answer(Result.FAILED, "parameter_missing", "no target given")
