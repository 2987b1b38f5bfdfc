"""A modem of metal, or anything else that `--line` opens, on a network that nobody here commands.

What the network does is known by numbers: one that answers, one that is busy ... What only a hand
can do is asked for with `--interactive`, and not checked without. The far end's view (what digits
it heard, whether the line is on hook) is not to be had: there the modem's word counts, and the
next call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import pytest

from hookflash import COUNTRIES, DeviceState, HookflashError, LineSettings
from hookflash.events import Answered, Dialled, KeyHeard, LineEvent, ToneHeard
from hookflash.modem import Port
from hookflash.opening import open_port

from .backend import Caller, NotChecked, Row
from .facts import lacks_of_probed
from .modem_backend import ModemBackend
from .table import METAL

NUMBERS: Mapping[str, str] = {
    "answers": "a number that rings and is answered",
    "busy": "a number that is busy",
    "congested": "a number that gives congestion tone",
    "rings": "a number that rings for ever",
    "hangs-up": "a number that answers and soon hangs up",
    "calls-back": "a number that answers, and calls this line once it is hung up",
    "transfer": "a number that a call may be transferred to; with --flashes",
    "presses": "NUMBER=KEYS: a number that answers and presses these keys",
}
"""What is to be known of the network: options `--number-…`."""

LISTENS = 8.0
"""Seconds after which what is on the line has been on it: more than a ringback cycle."""

ANSWERED_WITHIN = 30.0
"""Seconds for an answer that a modem may tell or not."""

SECOND_DIAL_TONE_WITHIN = 5.0

CALLED_BACK_AFTER = 5.0
"""Seconds of a call to the number that calls back."""


def add_options(group: pytest.OptionGroup) -> None:
    """Options that describe the line and its network."""
    group.addoption("--line", metavar="URL", help="check this line: /dev/ttyACM0, socket://…")
    group.addoption("--line-name", metavar="NAME", help="its row's name in the table")
    group.addoption("--line-country", metavar="CC", help="its country, as in the configuration")
    group.addoption(
        "--line-setting", metavar="NAME=VALUE", action="append", default=[], help="a line's figure"
    )
    for name, what in NUMBERS.items():
        group.addoption(f"--number-{name}", metavar="NUMBER", default="", help=what)
    group.addoption("--caller", metavar="NUMBER", help="who calls this line, by caller ID")
    group.addoption("--flashes", action="store_true", help="a hookflash gives dial tone on it")
    group.addoption("--interactive", action="store_true", help="ask for what needs a hand")


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A line and what is known of its network. ask: what needs a hand, None if there is none."""

    url: str
    settings: LineSettings
    numbers: Mapping[str, str] = field(default_factory=dict)
    caller: str = ""
    flashes: bool = False
    ask: Callable[[str], str] | None = None


def metal_row(config: pytest.Config) -> Row | None:
    """The row of `--line`, whose modem is asked what it is; None without. UsageError: no modem."""
    url = config.getoption("line")
    if not url:
        return None
    try:
        stand = Stand(
            url=url,
            settings=line_settings(
                config.getoption("line_country"), config.getoption("line_setting")
            ),
            numbers={
                name: config.getoption(f"number_{name.replace('-', '_')}") for name in NUMBERS
            },
            caller=config.getoption("caller") or "",
            flashes=config.getoption("flashes"),
            ask=partial(_ask, config) if config.getoption("interactive") else None,
        )
        return _row(stand, config.getoption("line_name"))
    except (HookflashError, TimeoutError, ValueError) as error:
        raise pytest.UsageError(f"--line {url}: {error}") from error


def _row(stand: Stand, name: str | None) -> Row:
    first = Metal(stand, METAL)
    try:
        first.open()
        assert first.line.probed is not None
        probed, identity = first.line.probed, first.line.identity
    finally:
        first.close()
    row = METAL + (name or identity).replace("|", "/").replace("`", "'")
    return Row(
        name=row,
        make=partial(Metal, stand, row),
        lacks=lacks_of_probed(probed),
        what=f"{probed.profile.title}: {identity}".replace("|", "/"),
        ours="neither modem nor network",
        by_hand=True,
    )


def line_settings(country: str | None, figures: list[str]) -> LineSettings:
    """A country's figures, or the defaults, with `NAME=VALUE` in place of some; ValueError."""
    if country and country not in COUNTRIES:
        raise ValueError(f"country {country!r} is none of {', '.join(COUNTRIES)}")
    settings = COUNTRIES[country] if country else LineSettings()
    for figure in figures:
        name, _, text = figure.partition("=")
        if name not in {one.name for one in fields(settings)}:
            raise ValueError(f"{name!r} is no figure of a line")
        now: Any = getattr(settings, name)
        if not isinstance(now, int | float | str):
            raise ValueError(f"{name!r} cannot be given here")
        value: Any = text == "true" if isinstance(now, bool) else type(now)(text)
        settings = replace(settings, **{name: value})
    return settings


def _ask(config: pytest.Config, what: str) -> str:
    """Ask whoever sits here; what they typed."""
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.suspend_global_capture(in_=True)
    try:
        return input(f"\n>>> {what} ").strip()
    finally:
        capture.resume_global_capture()


class Metal(ModemBackend):
    """The line of a stand."""

    patience = 60.0

    def __init__(self, stand: Stand, row: str) -> None:
        super().__init__(row)
        self.stand = stand
        self.settings = stand.settings

    def start(self, slow: bool) -> Callable[[], Port]:
        del slow  # it is as fast as it is
        return partial(open_port, self.stand.url)

    def close(self) -> None:
        """Also refuse who still calls: the next test would answer by dialling."""
        if self.line.ringing:
            with suppress(HookflashError):  # the caller gave up just now
                self.line.hang_up().wait(self.patience)
        super().close()

    # --- numbers ----------------------------------------------------------------------------------

    @property
    def answers(self) -> str:
        return self._number("answers")

    @property
    def busy(self) -> str:
        return self._number("busy")

    @property
    def congested(self) -> str:
        return self._number("congested")

    @property
    def rings_on(self) -> str:
        return self._number("rings")

    @property
    def target(self) -> str:
        return self._number("transfer")

    @property
    def presses(self) -> tuple[str, str]:
        number, _, keys = self._number("presses").partition("=")
        return number, keys

    def _number(self, name: str) -> str:
        number = self.stand.numbers.get(name, "")
        if not number:
            raise NotChecked(f"--number-{name} is not given")
        return number

    # --- whoever sits here ------------------------------------------------------------------------

    def _do(self, what: str) -> None:
        if self.stand.ask is None:
            raise NotChecked(f"needs a hand (--interactive): {what}")
        self.stand.ask(f"{what}; then press Enter")

    def _confirm(self, what: str) -> None:
        if self.stand.ask is None:
            raise NotChecked(f"needs an eye (--interactive): {what}")
        assert self.stand.ask(f"{what} [y/n]").lower().startswith("y"), what

    def _pause(self, seconds: float, *kinds: type[LineEvent]) -> None:
        """Let time pass, until one of these events has been told."""
        done = threading.Event()
        unsubscribe = self.line.subscribe(
            lambda event: done.set() if type(event) in kinds else None
        )
        if not any(type(event) in kinds for event in self.heard.all()):
            done.wait(seconds)
        unsubscribe()

    # --- the network's side -----------------------------------------------------------------------

    def no_dial_tone(self) -> str:
        number = self.answers
        self._do("pull the telephone cable out of the modem")
        self.cleanup.callback(self._do, "put the telephone cable back")
        return number

    def wait_dialled(self, number: str) -> None:
        del number  # the modem's word that the digits are out is all there is
        self._pause(self.patience, Dialled)

    def wait_ringback(self) -> None:
        self._pause(LISTENS)

    def wait_busy(self) -> None:
        self._pause(LISTENS)

    def wait_far_answered(self) -> None:
        self._pause(ANSWERED_WITHIN, Answered, KeyHeard)

    def end_call_out(self, sign: str = "busy") -> None:
        if sign != "busy":
            self.cannot("chooses by what sign a hang-up is told")
        self.line.dial(self._number("hangs-up")).wait(self.patience)

    def far_end_hangs_up(self, sign: str = "busy") -> None:
        if sign != "busy":
            self.cannot("chooses by what sign a hang-up is told")
        self._do("let the far end hang up")

    def call_in(self, caller: Caller) -> Caller | None:
        if caller == Caller(absent="withheld"):
            self._do("call this line, your number withheld")
        elif caller != Caller():
            self.cannot("calls this line in just that way")
        elif self.stand.numbers.get("calls-back"):
            self._have_it_call_back()
        else:
            self._do("call this line")
        return Caller(number=self.stand.caller) if self.stand.caller else None

    def _have_it_call_back(self) -> None:
        self.line.dial(self._number("calls-back")).wait(self.patience)
        self._pause(CALLED_BACK_AFTER)
        self.line.hang_up().wait(self.patience)
        self.heard.forget()

    def caller_gives_up(self) -> None:
        self._do("let the caller hang up before this line answers")

    def wait_we_answered(self) -> None:
        if self.stand.ask is not None:
            self._confirm("is the caller connected?")

    def wait_on_hook(self) -> None:
        if self.line.state is DeviceState.READY:
            return  # the next dial needs dial tone, which a line has on hook only
        self._confirm("is the line free?")

    # --- in a call --------------------------------------------------------------------------------

    def wait_keys(self, keys: str) -> None:
        self._confirm(f"did the far end hear the keys {keys}, and no others?")

    def wait_flash(self) -> None:
        if not self.stand.flashes:
            raise NotChecked("--flashes is not given: does a hookflash give dial tone here?")

    def wait_second_dial_tone(self) -> None:
        self._pause(SECOND_DIAL_TONE_WITHIN, ToneHeard)

    def wait_transferred(self, target: str) -> None:
        self._confirm(f"does {target} have the call?")

    def lift(self, phone: str) -> None:
        self._do(f"lift the {phone} telephone")

    def put_down(self, phone: str) -> None:
        self._do(f"put the {phone} telephone down")

    def unplug(self) -> None:
        self._do("pull the modem's plug")
        self.cleanup.callback(self._do, "plug the modem in again")
