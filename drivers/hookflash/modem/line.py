"""An analog telephone line behind an AT-command modem."""

import logging
from collections.abc import Callable

from ..calls import EndReason
from ..device import LineState
from ..digits import check_keys, check_number
from ..errors import CallFailed, CommandRefused, CommandTimeout, HookflashError, LineClosed
from ..events import CallerId, Dialled, Evidence, KeyHeard, RingingOut, ToneHeard
from ..inbox import Timer
from ..line import Capability, Line
from ..operation import Action, Operation
from ..settings import LineSettings
from .callerid import CallerIdCollector, is_caller_id
from .codes import Dle, Result, Text, Token, is_ring, result_of
from .conversation import COMMAND_TIMEOUT, Conversation
from .dialect import V253, DataOnly, Dialect, Step
from .port import Port

log = logging.getLogger(__name__)

DIAL_TIMEOUT = 90.0
"""Seconds for the result of a dial: some modems give none before an answer (ModemManager: 90 s)."""

CALLER_ID_GAP = 0.4
"""Seconds without another caller-ID line after which the caller ID is taken to be complete."""

DTR_DROP = 0.3
"""Seconds DTR stays down to hang up a modem that does not answer."""

SETUP = (
    Step("ATH"),  # whatever a crashed program has left behind
    Step("ATS0=0", required=False),  # never answers by itself
    Step("ATX4", required=False),  # dial tone and busy are told
    Step("AT&D2", required=False),  # hangs up when DTR drops, as when we die
)

_FAILURES = {
    Result.BUSY: EndReason.BUSY,
    Result.NO_DIALTONE: EndReason.NO_DIAL_TONE,
    Result.NO_ANSWER: EndReason.NO_ANSWER,
    Result.NO_CARRIER: EndReason.NO_CARRIER,
    Result.DELAYED: EndReason.DELAYED,
    Result.BLACKLISTED: EndReason.BLACKLISTED,
    Result.LINE_IN_USE: EndReason.NO_DIAL_TONE,
}

_TONES = {"d": "dial", "b": "busy", "r": "ringback"}
"""V.253 table 14: event characters for call progress tones."""

_KEYS = frozenset("0123456789*#ABCD")


class ModemLine(Line):
    """A line behind a voice modem (V.253) or a data-only modem.

    open_port: opens the port; called on the line's own thread.
    dialect: `auto` asks the modem, `v253` and `data` do not.
    """

    def __init__(
        self,
        name: str,
        open_port: Callable[[], Port],
        settings: LineSettings | None = None,
        dialect: str = "auto",
    ) -> None:
        super().__init__(name, settings)
        self._open_port = open_port
        self._wanted = dialect
        self._dialect: Dialect = DataOnly()
        self._talk: Conversation | None = None
        self._caller_id = CallerIdCollector()
        self._caller_id_works = False
        self._caller_id_timer: Timer[Action] | None = None
        self._tone = ""
        self._reached = False
        """In this call the far end was heard: ringback, or we answered it."""

    @property
    def dialect(self) -> str:
        """The dialect in use: `v253` or `data`."""
        return self._dialect.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        able = set(Capability)
        if not self._caller_id_works:
            able.discard(Capability.CALLER_ID)
        return frozenset(able)

    # --- hooks --------------------------------------------------------------------------------

    def _open(self) -> str:
        port = self._open_port()
        gap = self.settings.command_gap_ms / 1000
        talk = Conversation(port, self._unsolicited, self._tell_lost, gap)
        self._talk = talk
        if self.state is not LineState.OPENING:  # closed while the port was being opened
            raise LineClosed(f"open {self.name}: closed meanwhile")
        talk.start()
        self._run(SETUP)
        self._dialect = self._find_dialect(talk)
        self._run(tuple(Step(text) for text in self.settings.init))
        self._caller_id_works = talk.command("AT+VCID=1").result.good
        for question in ("AT+GMM", "ATI"):
            for line in talk.command(question).lines:
                if not is_caller_id(line):  # it may be ringing just now
                    return line
        return "unknown modem"

    def _close(self) -> None:
        if self._talk is not None:
            self._talk.close()

    def _interrupt(self) -> None:
        if self._talk is not None:
            self._talk.wake()

    def _dial(self, number: str, operation: Operation) -> None:
        self._begin_call()
        self._run(self._dialect.seize)
        operation.check()
        line = self._dialect.dial(check_number(number))
        reply = self._conversation.call_command(line, DIAL_TIMEOUT, operation, self._dial_result)
        if reply.result is Result.ERROR:
            raise CommandRefused(f"dial on {self.name}: the modem refuses {line}")
        if not reply.result.good:
            reason = _FAILURES[reply.result]
            raise CallFailed(f"dial on {self.name}: {reply.result.value}", reason)

    def _answer(self, operation: Operation) -> Evidence:
        self._begin_call()
        self._run(self._dialect.seize)
        operation.check()
        answer = self._dialect.answer
        self._conversation.expect(answer.text)
        self._reached = True
        return Evidence("command", f"{answer.text}: OK")

    def _flash(self, operation: Operation) -> None:
        operation.check()
        self._tone = ""
        self._run(self._dialect.flash(self.settings.flash_ms), operation)

    def _send_keys(self, keys: str, operation: Operation) -> None:
        self._tone = ""
        for step in self._dialect.keys(check_keys(keys), self.settings.tone_ms):
            operation.check()
            self._run((step,), operation)

    def _await_second_dial_tone(self, operation: Operation) -> None:
        operation.pause(self.settings.second_dial_tone_ms / 1000, lambda: self._tone == "dial")

    def _transfer_refused(self) -> str:
        return EndReason.BUSY if self._tone == "busy" else ""

    def _hang_up(self) -> None:
        talk = self._conversation
        try:
            talk.expect("ATH")
        except (CommandTimeout, CommandRefused):
            talk.port.drop_dtr(DTR_DROP)
            talk.expect("ATH")
        self._caller_id.clear()
        self._run(self._dialect.release)

    # --- talking to the modem -----------------------------------------------------------------

    @property
    def _conversation(self) -> Conversation:
        if self._talk is None:
            raise HookflashError(f"{self.name} is not open")
        return self._talk

    def _run(self, steps: tuple[Step, ...], operation: Operation | None = None) -> None:
        """Send command lines; `operation` is taken with the first that makes a sound."""
        for step in steps:
            ask = self._conversation.expect if step.required else self._conversation.command
            ask(step.text, COMMAND_TIMEOUT + step.seconds, operation if step.seconds else None)

    def _find_dialect(self, talk: Conversation) -> Dialect:
        # ATI does not tell: voice modems of both kinds share its answers. So try.
        voice = self._wanted != "data" and talk.command("AT+FCLASS=8").result.good
        if not voice:
            if self._wanted == "v253":
                raise CommandRefused(f"open {self.name}: this modem has no voice class (+FCLASS=8)")
            return DataOnly()
        returns_at_once = talk.command("AT+VRN=0").result.good
        talk.command("AT+FCLASS=0")
        return V253(returns_at_once=returns_at_once, tone_ms=self.settings.tone_ms)

    def _begin_call(self) -> None:
        self._tone = ""
        self._reached = False

    # --- what the modem tells, on the reader's thread -----------------------------------------

    def _dial_result(self, result: Result) -> None:
        if result.good:
            self._emit(Dialled(Evidence("result_code", result.value)))

    def _unsolicited(self, token: Token) -> None:
        match token:
            case Dle(code):
                self._heard(code)
            case Text(text) if is_ring(text):
                self._ring(Evidence("text", text))
            case Text(text) if self._caller_id.take(text):
                self._caller_id_came()
            case Text(text):
                result = result_of(text, numeric=False)
                if result is Result.NO_CARRIER:
                    self._tell_ended(EndReason.FAR_HANGUP, Evidence("result_code", text))
                elif result in _FAILURES:
                    self._tell_ended(_FAILURES[result], Evidence("result_code", text))
                else:
                    log.debug("%s: nobody asked for %r", self.name, text)

    def _ring(self, evidence: Evidence) -> None:
        self._tell_ring(evidence)
        self._tell_caller()

    def _caller_id_came(self) -> None:
        if self._caller_id_timer is not None:
            self._caller_id_timer.cancel()
        if self._caller_id.complete:
            self._tell_caller()
        else:
            self._caller_id_timer = self._worker.after(CALLER_ID_GAP, self._tell_caller)

    def _tell_caller(self) -> None:
        if caller := self._caller_id.caller():
            evidence = Evidence("text", "caller ID")
            self._emit(CallerId(evidence, caller.number, caller.name, caller.absent))

    def _ring_timed_out(self) -> None:
        super()._ring_timed_out()
        self._caller_id.clear()

    def _heard(self, code: str) -> None:
        if code == "R":
            self._ring(Evidence("dle", code))
        elif not self.off_hook or not self._dialect.hears_tones:
            log.debug("%s: event %r while on hook", self.name, code)
        elif code in _KEYS:
            self._emit(KeyHeard(Evidence("dle", code), code))
        elif tone := _TONES.get(code):
            self._tone_heard(tone, Evidence("dle", code))

    def _tone_heard(self, tone: str, evidence: Evidence) -> None:
        self._tone = tone
        self._nudge()
        if tone == "ringback" and not self._reached:
            self._reached = True
            self._emit(RingingOut(evidence))
            return
        self._emit(ToneHeard(evidence, tone))
        if tone == "busy" and not self._transferring:
            reason = EndReason.FAR_HANGUP if self._reached else EndReason.BUSY
            self._tell_ended(reason, evidence)
