"""Who may ask: a pure function from a request's headers to a verdict.

Three gates, in this order. Host: a rebound DNS name, 0.0.0.0 or `localhost.` must not reach us.
Fetch Metadata: what a browser sends for a navigation, an image, a prefetch or a no-cors fetch is
never a command, whoever sent it. Origin: exact, against the site's list; `open` lets all pages in.

A page's origin comes from `Origin`, else from `Referer`; an https page sends neither with a plain
script tag, so under a list it must use `crossorigin` or `referrerpolicy=origin`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The headers that tell who asks; empty where a header is missing."""

    host: str = ""
    origin: str = ""
    referer: str = ""
    fetch_site: str = ""
    fetch_mode: str = ""
    fetch_dest: str = ""
    purpose: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it be acted on? If not, `detail` is the stable code and `hint` the cure.

    origin: the page's origin as far as it is known.
    """

    allowed: bool
    detail: str = ""
    hint: str = ""
    origin: str = ""


Policy = str | Sequence[str]
"""`open`, or exact origins."""


def own_hosts(port: int) -> frozenset[str]:
    """The only values of Host that are ours."""
    names = ("127.0.0.1", "localhost", "[::1]")
    hosts = {f"{name}:{port}" for name in names}
    return frozenset(hosts | set(names)) if port == 80 else frozenset(hosts)


def judge(caller: Caller, port: int, policy: Policy) -> Verdict:
    """May this caller's command be acted on?"""
    if caller.host not in own_hosts(port):
        return Verdict(False, "host_not_allowed", f"call http://127.0.0.1:{port}")
    if refusal := _not_a_command(caller):
        return Verdict(False, "not_a_command_request", refusal)
    origin = origin_of(caller)
    if caller.fetch_site == "same-origin" and caller.origin in ("", f"http://{caller.host}"):
        return Verdict(True, origin=f"http://{caller.host}")  # our own pages
    if policy == "open" or origin in policy:
        return Verdict(True, origin=origin)
    if not _is_browser(caller):
        return Verdict(True)
    if origin:
        return Verdict(
            False, "origin_not_allowed", f"{origin} is not in `access` of the configuration", origin
        )
    return Verdict(
        False,
        "origin_unknown",
        "the page did not say where it comes from: set crossorigin=anonymous on the script tag "
        "(jQuery: scriptAttrs) or a Referrer-Policy of origin on the page",
    )


def judge_preflight(caller: Caller, port: int, policy: Policy) -> Verdict:
    """May this page go on after its CORS preflight?"""
    if caller.host not in own_hosts(port):
        return Verdict(False, "host_not_allowed", f"call http://127.0.0.1:{port}")
    origin = origin_of(caller)
    if origin and (policy == "open" or origin in policy):
        return Verdict(True, origin=origin)
    return Verdict(False, "origin_not_allowed", "", origin)


def origin_of(caller: Caller) -> str:
    """The page's origin: scheme, host and port, nothing else; empty when it is not told.

    Parsed, never compared in part: a Referer may hold another site's address in its path. `null`
    (a sandboxed frame) is no origin, and then the Referer does not speak for it either.
    """
    text = caller.origin or caller.referer
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


def _not_a_command(caller: Caller) -> str:
    """Why a browser's request of this kind is never acted on; empty if it may be."""
    if caller.purpose:
        return "a prefetch is not a command"
    if caller.fetch_mode in ("navigate", "websocket"):
        return "opening the address does not run a command; call it from a script (JSONP)"
    if caller.fetch_dest not in ("", "script", "empty"):
        return f"a request for {caller.fetch_dest[:20]!a} is not a command; call it from a script"
    if caller.fetch_dest == "empty" and caller.fetch_mode not in ("cors", "same-origin"):
        return "a fetch without CORS is not a command; use JSONP or fetch with mode cors"
    return ""


def _is_browser(caller: Caller) -> bool:
    """Programs on this machine are no browsers: none of a browser's headers, no Mozilla name."""
    return bool(
        caller.origin
        or caller.referer
        or caller.fetch_site
        or caller.fetch_mode
        or caller.fetch_dest
        or caller.user_agent.startswith("Mozilla/")
    )
