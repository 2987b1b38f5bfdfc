"""The agent: desks made from the configuration, and the door in front of them."""

import logging
from concurrent.futures import Future
from pathlib import Path

from .answers import Answer, Result
from .config import Config, DeskConfig
from .desk import Desk, EventLog, OneKey, Targets
from .presence import Change, Discovery, Presence, of_this_pc
from .sources import handset_source, line_source, may_be_plugged, preload
from .verbs import Ask
from .web.app import make_app
from .web.serving import Server, bind

log = logging.getLogger(__name__)


class Agent:
    """All desks of this PC behind one port. `start`, then `stop`; raises PortTaken when made.

    discovery: how it learns what is plugged in; None: from this PC.
    """

    def __init__(self, config: Config, discovery: Discovery | None = None) -> None:
        sockets = bind(config.port)
        self.port: int = sockets[0].getsockname()[1]
        self.events = EventLog()
        self._presence: Presence | None = None
        if any(map(may_be_plugged, config.desks)):  # who only simulates needs none of it
            self._presence = Presence(discovery or of_this_pc(), self._plugged)
        self._desks = {desk.extension: self._desk(config, desk) for desk in config.desks}
        app = make_app(self.ask, self.port, config.access, config.language)
        self._server = Server(app, sockets)

    def start(self) -> None:
        """Open for business; lines open meanwhile."""
        if self._presence is not None:
            self._presence.start()
        for desk in self._desks.values():
            desk.start()
        self._server.start()
        log.info("listening on http://127.0.0.1:%d", self.port)

    def stop(self) -> None:
        """Hang up everywhere and release everything."""
        if self._presence is not None:
            self._presence.close()
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
        return Desk(
            desk.extension,
            line_source(desk.line, self._presence),
            self.events,
            targets=Targets(config.queues, config.extensions, config.ivrs),
            one_key=one_key,
            page_control=desk.page_control,
            handset=handset_source(desk.handset, self._presence),
            dial_after=desk.handset.dial_after_ms / 1000,
        )

    def _plugged(self, change: Change) -> None:
        """Something was plugged in or out, or became usable."""
        for kind, devices in (("device_gone", change.gone), ("device_found", change.came)):
            for one in devices:
                self.events.append(kind, "", name=one.name, url=one.url, device=one.kind.value)
        preload(change.came)
        for desk in self._desks.values():
            desk.look()
