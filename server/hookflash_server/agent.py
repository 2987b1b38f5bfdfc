"""The agent: desks made from the configuration, and the door in front of them."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from hookflash import Handset, Ladder, Line, open_handset, open_line

from .answers import Answer, Result
from .config import Config, DeskConfig
from .desk import Desk, EventLog, OneKey, Targets
from .verbs import Ask
from .web.app import make_app
from .web.serving import Server, bind

log = logging.getLogger(__name__)


class Agent:
    """All desks of this PC behind one port. `start`, then `stop`; raises PortTaken when made."""

    def __init__(self, config: Config) -> None:
        sockets = bind(config.port)
        self.port: int = sockets[0].getsockname()[1]
        self.events = EventLog()
        self._desks = {desk.extension: self._desk(config, desk) for desk in config.desks}
        app = make_app(self.ask, self.port, config.access, config.language)
        self._server = Server(app, sockets)

    def start(self) -> None:
        """Open for business; lines open meanwhile."""
        for desk in self._desks.values():
            desk.start()
        self._server.start()
        log.info("listening on http://127.0.0.1:%d", self.port)

    def stop(self) -> None:
        """Hang up everywhere and release everything."""
        for desk in self._desks.values():
            desk.stop(timeout=1.5)
        for desk in self._desks.values():
            desk.wait_stopped()
        self.events.close()
        self._server.close()

    def ask(self, ask: Ask) -> "Future[Answer]":
        """Hand a request to its desk; without a name, the first one."""
        desk = self._desks.get(ask.desk) if ask.desk else next(iter(self._desks.values()))
        if desk is not None:
            return desk.ask(ask)
        reply: Future[Answer] = Future()
        known = ", ".join(self._desks)
        reply.set_result(
            Answer(Result.EXT_OFFLINE, "unknown_desk", f"this PC has the desks {known}")
        )
        return reply

    def _desk(self, config: Config, desk: DeskConfig) -> Desk:
        one_key = OneKey(
            number=desk.one_key.number,
            listed=Path(desk.one_key.list) if desk.one_key.list else None,
            memory=config.state_path() / f"one-key-{desk.extension}.json",
        )
        make_line: Callable[[], Line] | None = None
        if desk.line.url:
            line = desk.line
            make_line = partial(open_line, line.url, line.settings(), line.dialect, ladder=Ladder())
        make_handset: Callable[[], Handset] | None = None
        if desk.handset.url:
            handset = desk.handset
            make_handset = partial(open_handset, handset.url, profile=handset.chosen())
        return Desk(
            desk.extension,
            make_line,
            self.events,
            targets=Targets(config.queues, config.extensions, config.ivrs),
            one_key=one_key,
            page_control=desk.page_control,
            open_handset=make_handset,
            dial_after=desk.handset.dial_after_ms / 1000,
        )
