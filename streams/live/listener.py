"""Who listens to open turns: Vosk on this machine (`ears.py`), or SpeechKit before it (`speechkit_ears.py`)."""

from typing import Protocol

from schemas.sources import Word
from schemas.types import Millis
from streams.live.ears import Ear
from streams.speech.faults import Health


class Listener(Protocol):
    """Of all meetings of this process."""

    def open(self, who: str, spoken_at: Millis, /) -> Ear:
        """A turn begins: whose it is (a source, also his next turns'), and when he said it (wall clock)."""

    async def ready(self) -> None:
        """Return when somebody listens. Raises `EngineFault`, `EngineRefusal`."""

    async def hear(self, ear: Ear, pcm: bytes) -> None:
        """More of its sound (s16le 16 kHz); returns when there is room for more."""

    async def words(self, ear: Ear) -> list[Word]:
        """The turn is over: its words, in ms from its first sound. Raises as `ready`, and may be asked again."""

    def drop(self, ear: Ear) -> None:
        """The turn is somebody else's now."""

    def health(self) -> Health:
        """As of an engine."""

    async def rest(self) -> None:
        """Let go what nobody needs for a while. Until cancelled."""

    async def close(self) -> None:
        """End it all."""
