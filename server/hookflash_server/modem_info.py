"""`hookflash modem-info`: what the modem on a line is, for people and for programs."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from hookflash.errors import CommandTimeout
from hookflash.modem.conversation import Conversation
from hookflash.modem.identify import usb_text
from hookflash.modem.probe import PROBE_TIMEOUT, Capabilities, Probed, name_of, probe
from hookflash.opening import open_port
from hookflash.settings import LineSettings

DEADLINE = PROBE_TIMEOUT + 30.0
"""Seconds after which it is given up, whatever it waits for: a port that does not open, too."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found on a line. usb: vendor and product id, if it hangs on USB here."""

    line: str
    usb: tuple[int, int] | None
    probed: Probed


def look(url: str, deadline: float = DEADLINE) -> Looked:
    """Probe the modem at a URL. HookflashError if that cannot be done; never hangs.

    The port is opened in a thread of its own, for not every driver's open comes back.
    """
    found: Future[Looked] = Future()

    def work() -> None:
        try:
            found.set_result(_look(url))
        except Exception as error:  # noqa: BLE001  (raised again where it is waited for)
            found.set_exception(error)

    threading.Thread(target=work, name=f"modem-info {url}", daemon=True).start()
    if not wait([found], deadline).done:
        raise CommandTimeout(f"modem-info {url}: given up after {deadline:g} s")
    return found.result()


def _look(url: str) -> Looked:
    port = open_port(url)
    usb = port.place.ids() if port.place is not None else (0, 0)
    gap = LineSettings().command_gap_ms / 1000
    talk = Conversation(port, lambda _: None, lambda _: None, gap)
    try:
        return Looked(url, usb if any(usb) else None, probe(talk, usb))
    finally:
        talk.close()


def as_json(looked: Looked) -> dict[str, Any]:
    """For programs; the keys are documented in docs/modems.md and stay."""
    probed = looked.probed
    able = probed.capabilities
    return {
        "line": looked.line,
        "name": name_of(probed),
        "usb": usb_text(looked.usb) or None,
        "identity": {question: list(lines) for question, lines in probed.identity.items()},
        "dialect": probed.dialect,
        "profile": probed.profile.name,
        "title": probed.profile.title,
        "why": probed.why,
        "capabilities": {
            "hears": None if able.hears is None else sorted(able.hears),
            "caller_id": list(able.caller_id),
            "flash": able.flash,
            "flash_settable": able.flash_settable,
            "dtmf": able.dtmf,
        },
        "probes": [
            {"command": one.command, "result": one.result, "lines": list(one.lines)}
            for one in probed.answers
        ],
    }


def as_text(looked: Looked) -> str:
    """For people, aligned; ASCII, whatever the modem says."""
    probed = looked.probed
    head = [
        ("line", looked.line),
        ("modem", name_of(probed)),
        ("USB id", usb_text(looked.usb) or "none known"),
        ("family", f"{probed.profile.title} ({probed.profile.name})"),
        ("known by", probed.why),
        ("dialect", probed.dialect),
        *_abilities(probed.capabilities),
    ]
    identity = [(question, line) for question, line in _lines(probed.identity.items())]
    width = max(len(one.command) for one in probed.answers)
    answers = []
    for one in probed.answers:
        first, *more = one.lines or ("",)
        answers.append((one.command, f"{one.result:<10} {first}".rstrip()))
        answers += [("", f"{'':<10} {line}") for line in more]
    parts = (
        _table(head, 10),
        ["", "identity", *_table(identity, width, "  ")],
        ["", "answers", *_table(answers, width, "  ")],
    )
    text = "\n".join(line for part in parts for line in part)
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _abilities(able: Capabilities) -> list[tuple[str, str]]:
    hears = "it does not say" if able.hears is None else ", ".join(sorted(able.hears)) or "nothing"
    flash = {"tone": "in voice commands", "dial": "by dialling `!`"}[able.flash]
    length = "" if able.flash_settable else ", its length is the modem's"
    keys = {
        "keys": "as keys",
        "tones": "as pairs of frequencies",
        "dial": "by dialling",
    }
    return [
        ("hears", hears),
        ("caller ID", ", ".join(able.caller_id) or "it does not say"),
        ("flash", flash + length),
        ("DTMF", keys[able.dtmf]),
    ]


def _lines(groups: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Each group's name beside its first line."""
    for name, lines in groups:
        for number, line in enumerate(lines):
            yield ("" if number else name), line


def _table(rows: Iterable[tuple[str, str]], width: int, indent: str = "") -> list[str]:
    return [f"{indent}{name:<{width}}  {text}".rstrip() for name, text in rows]
