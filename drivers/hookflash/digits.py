"""Numbers and keys: what may reach a line, and nothing else.

The desk cleans what people type; the driver checks again, because a dial string is also a
command language: `;` ends it, `!` flashes, `,` waits, `>` and `L` dial from memory (V.250 6.3.1,
3GPP TS 27.007 6.2). Pure functions.
"""

import re

from .errors import BadDigits

MAX_NUMBER = 32
"""Longest number, in digits: E.164 has 15, prefixes and PBX codes come on top."""

MAX_KEYS = 32
"""Most DTMF keys in one request."""

_NUMBER = re.compile(r"\+?[0-9*#]+", re.ASCII)
_KEYS = re.compile(r"[0-9*#]+", re.ASCII)
_DECORATION = str.maketrans("", "", " -().")


def clean_number(text: str) -> str:
    """Take the spaces, dashes, brackets and dots out of a number that a person wrote.

    Returns the number, checked: an optional `+`, then 1 to 32 of `0-9 * #`.
    Raises BadDigits with code `number_missing`, `number_too_long` or `bad_number`.
    """
    return check_number(text.translate(_DECORATION))


def check_number(number: str) -> str:
    """Return `number` unchanged if every character may reach a line, else raise BadDigits."""
    if not number:
        raise BadDigits("dial: the number is empty; give at least one digit", "number_missing")
    if len(number) > MAX_NUMBER + 1:
        raise BadDigits(
            f"dial: the number has {len(number)} characters; at most {MAX_NUMBER} are allowed",
            "number_too_long",
        )
    if not _NUMBER.fullmatch(number):
        raise BadDigits(
            f"dial: {number!a} is no telephone number; allowed are 0-9 * # and a leading +"
        )
    if len(number.removeprefix("+")) > MAX_NUMBER:
        raise BadDigits(f"dial: more than {MAX_NUMBER} digits", "number_too_long")
    return number


def check_keys(keys: str) -> str:
    """Return `keys` unchanged if it is 1 to 32 DTMF keys `0-9 * #`, else raise BadDigits."""
    if not keys:
        raise BadDigits(
            "dtmf: no key given; a bare # in a URL never arrives, write it as %23", "dtmf_missing"
        )
    if len(keys) > MAX_KEYS:
        raise BadDigits(f"dtmf: {len(keys)} keys; at most {MAX_KEYS} at once", "dtmf_too_long")
    if not _KEYS.fullmatch(keys):
        raise BadDigits(f"dtmf: {keys!a} holds something else than the keys 0-9 * #", "bad_dtmf")
    return keys
