"""An analog telephone line behind an AT-command modem."""

import logging
import time
from collections.abc import Callable

from ..calls import EndReason
from ..device import DeviceState
from ..digits import check_keys, check_number
from ..errors import (
    CallFailed,
    CommandRefused,
    CommandTimeout,
    DeviceLost,
    HookflashError,
    LineClosed,
)
from ..events import AnswerRepeated, CommandGivenUp, Dialled, Evidence, Recovery
from ..inbox import Timer
from ..line import Capability, Line
from ..operation import Action, Operation
from ..settings import LineSettings
from .codes import Result
from .conversation import COMMAND_TIMEOUT, Conversation
from .dialect import DIALECTS, DataOnly, Dialect, Step
from .hearing import FAILURES, Hearing
from .pending import Reply
from .place import Place
from .port import Port
from .probe import Probed, name_of, probe, returns_at_once
from .profiles import DATA_ONLY, FALLBACK
from .recovery import Ladder, Quarantine, Rung, climb
from .session import Session

log = logging.getLogger(__name__)

DIAL_TIMEOUT = 90.0
"""Seconds for the result of a dial: some modems give none before an answer (ModemManager: 90 s)."""

DTR_DROP = 0.3
"""Seconds DTR stays down to hang up a modem that does not answer."""

ANSWERS = 3
"""Times that picking up is repeated while it rings on."""

ON_HOOK = (Step("ATH"),)  # whatever a crashed program has left behind
SETUP = (
    "S0=0",  # never answers by itself
    "X4",  # dial tone and busy are told
    "&D2",  # hangs up when DTR drops, as when we die
)
"""In one line (V.250 5.2.1), which saves the rests between; one by one if that is refused."""


class ModemLine(Line):
    """A line behind a modem: V.253, Rockwell's `#` commands, or data-only.

    open_port: opens the port; called on the line's own thread, again when it is brought back.
    dialect: `auto` asks the modem; `v253`, `rockwell` and `data` take it to be one.
    ladder: what was tried on this device so far; give the same one to each line made for it.
    """

    def __init__(
        self,
        name: str,
        open_port: Callable[[], Port],
        settings: LineSettings | None = None,
        dialect: str = "auto",
        ladder: Ladder | None = None,
    ) -> None:
        super().__init__(name, settings)
        gap = self.settings.command_gap_ms / 1000
        self._hearing = Hearing(self, self._worker)
        self._session = Session(name, open_port, self._hearing.token, self._port_lost, gap)
        self._wanted = dialect
        self._ladder = ladder or Ladder()
        self._quarantine = Quarantine()
        self._probed: Probed | None = None
        self._dialect: Dialect = DataOnly(DATA_ONLY, self.settings)
        self._caller_id = ""
        """The command that switches caller ID on."""
        self._lost_meanwhile: HookflashError | None = None
        self._health_timer: Timer[Action] | None = None
        self._picked_up = 0
        """Times that we picked up in this call."""
        self._picked_up_at = 0.0

    @property
    def dialect(self) -> str:
        """The dialect in use: `v253`, `rockwell` or `data`."""
        return self._dialect.name

    @property
    def profile(self) -> str:
        """The name of the family's profile in use."""
        return self._dialect.profile.name

    @property
    def probed(self) -> Probed | None:
        """What the modem said of itself; None before it is open."""
        return self._probed

    @property
    def capabilities(self) -> frozenset[Capability]:
        able = set(Capability) - {Capability.MUTE}
        if not self._caller_id:
            able.discard(Capability.CALLER_ID)
        return frozenset(able)

    # --- opening, closing ---------------------------------------------------------------------

    def _open(self) -> str:
        self._session.connect()
        try:
            self._get_in_step()
        except (CommandTimeout, CommandRefused) as error:
            log.info("%s: %s; trying to bring it back", self.name, error)
            if not self._climb():
                if self._lost_meanwhile is not None:
                    raise self._lost_meanwhile from error
                raise
        self._probed = self._set_up()
        self._check_later()
        self._note((*self.settings.doubts(), *self._dialect.doubts()))
        profile = self._probed.profile
        return name_of(self._probed) if profile in FALLBACK.values() else profile.title

    def _close(self) -> None:
        self._session.close()

    def _interrupt(self) -> None:
        self._session.wake()

    def _get_in_step(self) -> None:
        """The modem answers, and is on hook."""
        self._session.talk.start()
        self._ladder.known = True
        self._run(ON_HOOK)
        if not self._taken("AT" + "".join(SETUP)):
            self._run(tuple(Step(f"AT{command}", required=False) for command in SETUP))

    def _set_up(self) -> Probed:
        """Make a modem that answers ours: known, in its country, caller ID on. After each reset."""
        probed = self._probed or self._identify(self._session.talk)
        self._run(tuple(Step(text) for text in self.settings.init))
        self._set_country()
        commands = self._dialect.profile.caller_id
        self._caller_id = next((text for text in commands if self._taken(text)), "")
        self._hearing.caller.supported = bool(self._caller_id)
        cadence = self._dialect.profile.distinctive_ring
        if self.settings.distinctive_ring and (not cadence or not self._taken(cadence)):
            log.warning("%s: this modem does not tell the cadence of rings", self.name)
        return probed

    def _identify(self, talk: Conversation) -> Probed:
        probed = probe(talk, _usb(self._session.place), self._wanted, quick=True)
        if self._wanted not in ("auto", probed.dialect):
            raise CommandRefused(
                f"open {self.name}: this modem does not speak {self._wanted}, but {probed.dialect}"
            )
        dialect = DIALECTS[probed.dialect]
        self._dialect = dialect(
            probed.profile, self.settings, returns_at_once=returns_at_once(probed)
        )
        self._hearing.know(probed)
        return probed

    def _set_country(self) -> None:
        gci = self.settings.gci
        if not gci or any(line.endswith(gci) for line in self._ask("AT+GCI?").lines):
            return
        if not self._taken(f"AT+GCI={gci}"):
            log.warning("%s: this modem does not take the country %s (+GCI)", self.name, gci)

    # --- verbs --------------------------------------------------------------------------------

    def _dial(self, number: str, operation: Operation) -> None:
        self._hearing.over()
        self._hearing.begin()
        self._run(self._dialect.before_dial)
        operation.check()
        line = self._dialect.dial(check_number(number))
        talk = self._session.talk
        reply = talk.call_command(line, DIAL_TIMEOUT, operation, self._dial_result)
        if reply.result is Result.ERROR:
            raise CommandRefused(f"dial on {self.name}: the modem refuses {line}")
        if not reply.result.good:
            reason = FAILURES[reply.result]
            raise CallFailed(f"dial on {self.name}: {reply.result.value}", reason)

    def _dial_result(self, result: Result) -> None:
        """On the reader's thread, so that what follows is told after it."""
        with self._lock:
            if not result.good or not self._call:  # whose end has been told
                return
            self._hearing.progress.dialled = True
            self._emit(Dialled(Evidence("result_code", result.value)))
        if self._dialect.detects_answer:
            how = {"modem": "ringback gone, or never heard (+VRA, +VRN)", "quiet": "quiet (@)"}
            detail = f"{result.value}: {how[self.settings.answer_detection]}"
            self._hearing.progress.reached = True
            self._tell_answered(Evidence("result_code", detail, certain=False))

    def _tell_ended(self, reason: EndReason, evidence: Evidence) -> None:
        if evidence.source == "result_code" and self._session.crossing:
            log.info("%s: %s is none of this call's", self.name, evidence.detail)
            return
        super()._tell_ended(reason, evidence)

    def _answer(self, operation: Operation) -> Evidence:
        self._hearing.begin()
        self._run(self._dialect.seize)
        operation.check()
        again = self._dialect.profile.answer_again
        if again:  # a burst that has begun is over by then
            self._await_silence(operation)
        answer = self._dialect.answer
        self._session.talk.expect(answer.text)
        self._hearing.progress.reached = True
        self._picked_up, self._picked_up_at = 1, time.monotonic()
        return Evidence("command", f"{answer.text}: OK", certain=not again)

    def _await_silence(self, operation: Operation) -> None:
        ends = self._hearing.rang_at + self.settings.ring_burst_ms / 1000
        operation.pause(max(0.0, ends - time.monotonic()))

    def _rings_on(self, evidence: Evidence) -> None:
        """Picking up was confirmed and not done: some modems cannot do it during a ring burst."""
        super()._rings_on(evidence)
        burst = self.settings.ring_burst_ms / 1000
        if self._picked_up and time.monotonic() - self._picked_up_at > burst:
            self._worker.after(burst, self._pick_up_again)

    def _pick_up_again(self) -> None:
        if self._answered is None or not self._call or self._hook_in_doubt:
            return
        if self._picked_up >= ANSWERS:
            text = f"it rings on after picking up {self._picked_up} times"
            self._tell_ended(EndReason.REFUSED, Evidence("text", text))
            return
        self._picked_up += 1
        answer = self._dialect.answer.text
        log.warning("%s: it rings on after %s; sent again", self.name, answer)
        try:
            self._session.talk.expect(answer)
        except HookflashError as error:
            log.warning("%s: %s", self.name, error)
            return
        self._picked_up_at = time.monotonic()
        evidence = Evidence("command", f"{answer}: OK", certain=False)
        self._emit(AnswerRepeated(evidence, self._picked_up))
        self._worker.after(self.settings.ring_gone_ms / 1000, self._silence_proves)

    def _silence_proves(self) -> None:
        """This modem told a ring after picking up, so now that none comes, nothing rings."""
        silence = time.monotonic() - self._hearing.rang_at
        gone = self.settings.ring_gone_ms / 1000
        if self._picked_up and silence >= gone:
            self._tell_answered(Evidence("timer", f"no ring for {gone:g} s after picking up"))

    def _flash(self, operation: Operation) -> None:
        operation.check()
        self._hearing.progress.flashed = True
        self._hearing.progress.tone = ""
        self._run(self._dialect.flash(self.settings.flash_ms), operation)

    def _send_keys(self, keys: str, operation: Operation) -> None:
        self._hearing.progress.tone = ""
        for step in self._dialect.keys(check_keys(keys), self.settings.tone_ms):
            operation.check()
            self._run((step,), operation)

    def _await_second_dial_tone(self, operation: Operation) -> None:
        progress = self._hearing.progress
        operation.pause(self.settings.second_dial_tone_ms / 1000, lambda: progress.tone == "dial")

    def _transfer_refused(self) -> str:
        return EndReason.BUSY if self._hearing.progress.tone in ("busy", "reorder") else ""

    def _hang_up(self) -> None:
        self._picked_up = 0
        self._hearing.over()
        try:
            self._session.talk.expect("ATH")
        except (CommandTimeout, CommandRefused):
            self._session.talk.port.drop_dtr(DTR_DROP)
            self._session.talk.expect("ATH")
        self._run(self._dialect.release)

    def _ring_timed_out(self) -> None:
        super()._ring_timed_out()
        if not self.ringing and not self._off_hook:
            self._hearing.rings_no_more()

    # --- health and recovery ------------------------------------------------------------------

    def _check_later(self) -> None:
        if self._health_timer is not None:
            self._health_timer.cancel()
        if self.settings.health_check_s:
            self._health_timer = self._worker.after(self.settings.health_check_s, self._check)

    def _check(self) -> None:
        """Ask an idle modem whether it lives and still is set up; never during a call."""
        if self._state is not DeviceState.READY:
            return
        try:
            if not (self._off_hook or self._call or self._hook_in_doubt or self.ringing):
                self._check_health()
        except HookflashError as error:
            log.warning("%s: idle, and not in order: %s", self.name, error)
            self._restore()
        self._check_later()

    def _check_health(self) -> None:
        question = self._caller_id.partition("=")[0] + "?" if self._caller_id else "AT"
        reply = self._ask(question)
        if not reply.result.good and not self._ask("AT").result.good:
            raise CommandRefused(f"{self.name}: ERROR to AT itself")
        if "0" in reply.lines:
            log.warning("%s: it has reset itself; set up anew", self.name)
            self._get_in_step()
            self._set_up()

    def _restore(self) -> None:
        """The modem could not be told to hang up, or does not answer: climb the ladder."""
        if self._state is not DeviceState.READY:
            return
        try:
            if self._climb():
                self._on_hook(EndReason.LOCAL_HANGUP)
                self._set_up()
                return
        except LineClosed:
            return
        except HookflashError as error:
            self._tell_lost(error)
            return
        silent = CommandTimeout(f"{self.name} does not answer, whatever was tried")
        self._tell_lost(self._lost_meanwhile or silent)

    def _port_lost(self, cause: DeviceLost) -> None:
        """The port is gone; the ladder's own doing is told when nothing has helped."""
        if self._recovering:
            self._lost_meanwhile = cause
        else:
            self._tell_lost(cause)

    def _climb(self) -> bool:
        self._lost_meanwhile = None
        self._recovering = True
        states = (DeviceState.OPENING, DeviceState.READY)
        try:
            return climb(
                self._session,
                self._ladder,
                self._get_in_step,
                self._tell_rung,
                lambda: self._state in states,
            )
        finally:
            self._recovering = False

    def _tell_rung(self, rung: Rung, helped: bool, count: int, seconds: float) -> None:
        evidence = Evidence("command", "it answers" if helped else "no answer")
        self._emit(Recovery(evidence, rung.value, helped, count, round(seconds * 1000)))

    # --- talking to the modem -----------------------------------------------------------------

    def _run(self, steps: tuple[Step, ...], operation: Operation | None = None) -> None:
        """Send command lines; `operation` is taken with the first that makes a sound."""
        for step in steps:
            if step.required and step.text in self._quarantine:
                raise CommandRefused(f"{step.text} on {self.name}: given up after two time-outs")
            if not step.required:
                self._taken(step.text)
                continue
            began = time.monotonic()
            reply = self._ask(step.text, step.seconds, operation if step.seconds else None)
            if not reply.result.good:
                raise CommandRefused(f"{step.text} on {self.name}: {reply.result.value}")
            # Some say OK before the tones are out; the next ones must not overlap them.
            rest = began + step.sounds - time.monotonic()
            if rest > 0 and operation is not None:
                operation.pause(rest)

    def _ask(self, text: str, seconds: float = 0.0, operation: Operation | None = None) -> Reply:
        try:
            reply = self._session.talk.command(text, COMMAND_TIMEOUT + seconds, operation)
        except CommandTimeout as error:
            self._quarantine.timed_out(text, error)
            raise
        self._quarantine.answered(text)
        for command in self._quarantine.alive():
            log.warning("%s: %s timed out twice and is given up", self.name, command)
            self._emit(CommandGivenUp(Evidence("timer", "two time-outs"), command))
        return reply

    def _taken(self, text: str) -> bool:
        """Send what need not be taken; a modem that does not answer at all shows at the next."""
        try:
            return text not in self._quarantine and self._ask(text).result.good
        except CommandTimeout as error:
            log.info("%s: %s", self.name, error)
            return False


def _usb(place: Place | None) -> tuple[int, int] | None:
    """Vendor and product, where the device hangs on USB."""
    ids = place.ids() if place is not None else (0, 0)
    return ids if any(ids) else None
