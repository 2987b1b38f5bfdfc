"""The verb table: everything that can be asked of the agent, once.

Doors (JSONP, later others), help and docs are made from it. `check` turns a name and parameters
into a clean request, or into the answer that says what is wrong. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hookflash.digits import check_keys, clean_number
from hookflash.errors import BadDigits

from .answers import Answer, Result, failed

_USUAL = (Result.SUCCESS, Result.EXT_OFFLINE, Result.CLIENT_TYPE_ERROR)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. kind: `number`, `keys` or `word`."""

    name: str
    kind: str
    help: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be asked. `results`: those that the document names; any may be failed."""

    name: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    results: tuple[Result, ...] = _USUAL
    aliases: tuple[str, ...] = ()


TRANSFER_TYPES = ("number", "queue", "ext", "ivr")

VERBS: tuple[Verb, ...] = (
    Verb(
        "dial_out",
        "Go off hook and dial a number.",
        (Parameter("dial_number", "number", "the number: 0-9 * # and a leading +"),),
    ),
    Verb(
        "onekey_dial_out",
        "Dial the desk's one-key number, the next number of its list, or the last number again.",
        results=(*_USUAL, Result.FAILED),
    ),
    Verb(
        "huang_up",
        "Hang up; a ringing call is refused.",
        aliases=("hang_up", "hangup"),
    ),
    Verb("answer", "Answer the ringing call."),
    Verb(
        "transfer_to",
        "Blind transfer by hookflash: flash, second dial tone or a pause, digits, hang up.",
        (
            Parameter("trans_type", "word", "number, queue, ext or ivr (or trans_number ...)"),
            Parameter("trans_number", "number", "the number", required=False),
            Parameter("trans_queue", "word", "a configured queue", required=False),
            Parameter("trans_ext", "word", "a configured extension", required=False),
            Parameter("trans_ivr", "word", "a configured IVR", required=False),
        ),
        results=(
            Result.SUCCESS,
            Result.FAILED,
            Result.EXT_OFFLINE,
            Result.QUEUE_ERROR,
            Result.EXT_ERROR,
            Result.IVR_ERROR,
        ),
    ),
    Verb(
        "send_dtmf",
        "Send DTMF keys in a call.",
        (Parameter("dtmf", "keys", "keys 0-9 * #, in order; write # as %23"),),
    ),
    Verb("status", "Tell the desk's state, its line and the call in progress."),
)

_BY_NAME = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}


@dataclass(frozen=True, slots=True)
class Ask:
    """A clean request: the verb, its checked arguments, and which desk (empty: the first)."""

    verb: str
    arguments: Mapping[str, str]
    desk: str = ""


def check(name: str, parameters: Mapping[str, str]) -> Ask | Answer:
    """The request that these words make, or the answer that says what is wrong with them.

    Parameters that the verb does not have are ignored (pages add cache breakers).
    """
    verb = _BY_NAME.get(name)
    if verb is None:
        names = ", ".join(verb.name for verb in VERBS)
        return failed("unknown_command", f"cmd={name[:40]!a} is not known; known are {names}")
    arguments = {
        parameter.name: parameters[parameter.name]
        for parameter in verb.parameters
        if parameter.name in parameters
    }
    if verb.name == "transfer_to":
        target = _transfer_target(arguments)
        if isinstance(target, Answer):
            return target
        arguments = target
    try:
        for parameter in verb.parameters:
            value = arguments.get(parameter.name)
            if value is None:
                if parameter.required and verb.name != "transfer_to":
                    return failed("parameter_missing", f"{verb.name} needs {parameter.name}")
            elif parameter.kind == "number":
                arguments[parameter.name] = clean_number(value)
            elif parameter.kind == "keys":
                arguments[parameter.name] = check_keys(value)
    except BadDigits as error:
        return failed(error.code, str(error))
    return Ask(verb.name, arguments, parameters.get("ext", ""))


def _transfer_target(arguments: Mapping[str, str]) -> dict[str, str] | Answer:
    """The one parameter that says where a transfer goes, under its own name.

    The document writes trans_type both ways, and its example puts a number into trans_ivr: where
    the type's own parameter is missing and exactly one other is there, that one is taken.
    """
    kind = arguments.get("trans_type", "").removeprefix("trans_")
    if not kind:
        return failed("parameter_missing", "transfer_to needs trans_type")
    if kind not in TRANSFER_TYPES:
        return failed("bad_trans_type", f"trans_type is one of {', '.join(TRANSFER_TYPES)}")
    given = {name: value for name, value in arguments.items() if name != "trans_type" and value}
    own = f"trans_{kind}"
    if own in given:
        return {own: given[own]}
    if len(given) == 1:
        return {own: next(iter(given.values()))}
    return failed("parameter_missing", f"transfer_to with trans_type={kind} needs {own}")
