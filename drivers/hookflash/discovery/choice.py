"""Which device `auto:` means: the only one that can be a line, the only one that can be a handset.
Pure, but for the looking."""

from collections.abc import Iterable, Sequence

from ..errors import NothingPluggedIn, SeveralPluggedIn
from .found import Found, Kind
from .look import plugged_in


def auto_line() -> Found:
    """The line of `auto:`, looked for now; see `choose_line`."""
    return choose_line(plugged_in())


def auto_handset() -> Found:
    """The handset of `auto:`, looked for now; see `choose_handset`."""
    return choose_handset(plugged_in())


def choose_line(found: Sequence[Found]) -> Found:
    """The only modem; without one, the only telephone that has a line. NothingPluggedIn if there
    is none, SeveralPluggedIn with their URLs if there are more."""
    lines = [one for one in found if one.has_line]
    chosen = [one for one in lines if one.chosen]
    modems = [one for one in chosen if one.kind is Kind.MODEM]
    what = "plug in a modem, or a telephone that has a line of its own"
    return _only("line", modems or chosen, lines, what)


def choose_handset(found: Sequence[Found]) -> Found:
    """The only handset. NothingPluggedIn, SeveralPluggedIn as `choose_line`."""
    handsets = [one for one in found if one.has_handset]
    chosen = [one for one in handsets if one.chosen]
    return _only("handset", chosen, handsets, "plug in a USB telephone or headset")


def _only(role: str, fit: Sequence[Found], every: Sequence[Found], cure: str) -> Found:
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise SeveralPluggedIn(
            f"open auto: there is more than one {role}; name one: {_listed(fit)}"
        )
    there = f"; only by name: {_listed(every)}" if every else ""
    raise NothingPluggedIn(f"open auto: no {role} is plugged in; {cure}{there}")


def _listed(some: Iterable[Found]) -> str:
    return ", ".join(f"{one.url} ({one.name})" for one in some)
