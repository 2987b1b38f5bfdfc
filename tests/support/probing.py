"""A probe on one side and a played modem on the other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self

from hookflash.errors import DeviceLost
from hookflash.modem import SerialPort
from hookflash.modem.codes import Token
from hookflash.modem.conversation import Conversation
from hookflash.modem.probe import Probed, probe
from support.played import Played
from support.scripted import ScriptedModem


class Table:
    """A pty for a played modem, and a conversation with it, without gaps.

    unasked: the tokens that belonged to no question. lost: that the device went away.
    """

    def __init__(self, modem: ScriptedModem, pool: ThreadPoolExecutor) -> None:
        self.modem = modem
        self._pool = pool
        self.unasked: list[Token] = []
        self.lost: list[DeviceLost] = []
        port = SerialPort(self.modem.tty)
        self.talk = Conversation(port, self.unasked.append, self.lost.append, 0.0)

    def start(self, *args: Any, **options: Any) -> Future[Probed]:
        return self._pool.submit(probe, self.talk, *args, **options)

    def probe(self, family: Played, *args: Any, **options: Any) -> Probed:
        return family.serve(self.modem, self.start(*args, **options))

    @classmethod
    @contextmanager
    def laid(cls) -> Iterator[Self]:
        """One for a test."""
        with ScriptedModem() as modem, ThreadPoolExecutor() as pool:
            table = cls(modem, pool)
            yield table
            table.talk.close()
