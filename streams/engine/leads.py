"""Which lead ids are known: asked by the Prosody module before it believes the number in a room's name, and before a
person's `/link` is believed.
"""

import asyncio
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from processors.russian.system import os_reason
from schemas.types import LeadId
from streams.engine.cards import KnownCards
from streams.engine.conditions import INTERVAL, Condition
from streams.settings import Jitsi

Known = Callable[[LeadId], bool | None]
"""True: a lead; False: none of ours; None: nobody can say, and then nothing changes."""


def with_cards(listed: Known, cards: KnownCards, *, alone: bool) -> Known:
    """`listed`, and whoever has a card, too. `alone`: there is no list, and who has no card is no lead.

    While the cards are not read, nobody is refused; nor where there is none at all: then no source tells of clients.
    """

    def known(lead: LeadId) -> bool | None:
        if cards.cards.find(lead) is not None:
            return True
        said = listed(lead)
        if said is True:
            return True
        if not cards.loaded.is_set():
            return None
        return False if alone and said is None and cards.cards.leads() else said

    return known


LARGEST = 16 << 20
"""Bytes of the file: a million leads."""
_ID = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t\"]*([0-9]{1,12})(?![0-9A-Za-z])", re.MULTILINE)
"""A number at the beginning of a line, alone or as the first column of a CSV; Excel puts a mark before the first."""


class KnownLeads:
    """The list in the settings and the one in a file. A file that cannot be read, or holds no number, makes that nobody
    can say: half a list would turn true clients away.
    """

    def __init__(self, settings: Jitsi) -> None:
        self._listed = frozenset(settings.known_leads)
        self._file = settings.known_leads_file
        self._state: tuple[int, int, int] | None = None
        self._known: frozenset[LeadId] | None = self._listed if self._listed and self._file is None else None

    def __call__(self, lead: LeadId) -> bool | None:
        """Whether it is known, by the last look at the file."""
        known = self._known
        return None if known is None else lead in known

    def condition(self) -> Condition | None:
        """The file, to be looked at every few seconds; a missing one is told. None where there is no file."""
        return Condition("lead_list", str(self._file), self.look) if self._file is not None else None

    async def keep(self) -> None:
        """Look at the file again and again until cancelled. What is wrong with it is told by the gateway."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(INTERVAL)

    def look(self) -> str:
        """Read the file if it has changed; says in Russian what is wrong with it. May block."""
        if self._file is None:
            return ""
        try:
            state, text = self._read(self._file)
        except OSError as error:
            self._known = self._state = None
            return os_reason(error)
        if text is None:
            return ""
        found = frozenset(match.decode() for match in _ID.findall(text))
        self._known, self._state = (found | self._listed, state) if found else (None, None)
        return "" if found else "в файле нет ни одного номера лида"

    def _read(self, file: Path) -> tuple[tuple[int, int, int], bytes | None]:
        """The file's state, and its bytes if that is new. A FIFO or a folder in its place is an error, not a wait."""
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                raise OSError("это не файл")
            if about.st_size > LARGEST:
                raise OSError(f"файл больше {LARGEST >> 20} МБ")
            state = (about.st_ino, about.st_size, about.st_mtime_ns)
            return state, None if state == self._state else _all_of(descriptor)
        finally:
            os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(LARGEST)
