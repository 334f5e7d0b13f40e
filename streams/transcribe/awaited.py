"""Recordings whose file is not there yet: each waits in `transcript.segments`, and the others go on.

The agent of the Jibri host tells of a file when it lies on the share; that it is not here is a fault of the
surroundings (NFS is late or away, another folder is set, a right is missing). The mark in `transcript.segments` is the
queue, as for upgrades: when the file is there its recording is put on `source.recordings` again, as an ordinary job.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from processors.russian.plural import RECORDS, choose, count
from schemas.codec import Codec, Rejected
from schemas.errors import Terminal, Transient
from schemas.sources import FromJitsi
from schemas.speech import AwaitedRecording
from schemas.topics import DAY_MS, RECORDINGS
from schemas.types import Millis
from streams.engine.conditions import Condition
from streams.engine.kafka import Output
from streams.engine.looking import looking
from streams.engine.places import look_at_share, mounted
from streams.settings import Speech
from streams.transcribe.segments import RecordingMemory, SegmentTopic, Send
from streams.transcribe.sound.sound_file import FileAway

log = logging.getLogger(__name__)

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

LOOK_S = 15.0
"""Between two looks for all that is awaited."""
LATE_MS = 120_000
"""So long a file may be late before anybody is told: a client of NFS may deny for a minute what another host wrote."""
REST_MS, REST_MOST_MS = 60_000, 3_600_000
"""After a file that was there and could not be read: doubled each time."""
AWAY_S = 10.0
"""Pause while the recordings folder is away: a person has to mend it, and it is told by a condition."""


def locate(speech: Speech, relative: str) -> Path:
    """Where the recording's file lies. Blocking.

    Raises `Terminal` where the path leaves the recordings folder, `Transient` where the folder is away, `FileAway`
    where it is there without the file.
    """
    root = speech.recordings.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise Terminal("the recording's path leaves the recordings folder")
    if away := look_at_share(root, speech.recordings_mount)():
        raise Transient(f"{root}: {away} (speech.recordings)", AWAY_S)
    if path.is_file():
        return path
    # an empty folder is what an unmounted share leaves behind: at least this recording should be in it
    what = f"нет файла {relative}" if any(root.iterdir()) else "папка пуста"
    raise FileAway(f"{root}: {what} (speech.recordings)")


async def hold(
    memory: RecordingMemory, before: AwaitedRecording | None, fault: FileAway, speech: Speech, now: Millis
) -> Rejected | None:
    """Return when the broker has the mark that the recording waits, as it did `before`; or, where it has waited for
    `speech.wait_days`, why it is given up."""
    why = str(fault)
    if before is None:
        log.warning("a recording waits for its file", extra={"error": why})
        await memory.hold(AwaitedRecording(memory.recording, since=now, at=now, why=why))
    elif over(before, speech, now):
        await memory.arrived()
        return Rejected(why, type(fault).__name__)
    else:
        await memory.hold(AwaitedRecording(memory.recording, before.since, now, before.tries + 1, why))
    return None


def over(mark: AwaitedRecording, speech: Speech, now: Millis) -> bool:
    """Whether it has waited long enough."""
    return now - mark.since >= speech.wait_days * DAY_MS


class Awaiting:
    """Looks for the files, for ever. Of `owned` partitions only. `words`: what is missing, for people."""

    def __init__(
        self,
        speech: Speech,
        topic: SegmentTopic,
        send: Send,
        *,
        owned: Callable[[], set[int]],
        clock: Callable[[], Millis],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speech, self._topic, self._send = speech, topic, send
        self._owned, self._clock, self._pause = owned, clock, pause
        self._asked: set[tuple[str, Millis]] = set()
        self.words = ""

    def condition(self) -> Condition:
        """The recordings folder is there, and so are the files that the recorder agents tell of."""
        share = mounted(self._speech.recordings, self._speech.recordings_mount)

        def look() -> str:
            words = share.look() or self.words
            return words and f"{words} (speech.recordings)"

        return replace(share, look=look)

    async def run(self) -> None:
        """The background task."""
        await looking(self.look, lambda: self._pause(LOOK_S), "awaited files not looked for")

    async def look(self) -> list[str]:
        """Put into work what is there by now, or is over; the ids. Raises `Transient`."""
        now = self._clock()
        marks = sorted(await self._topic.awaited(self._owned()), key=lambda mark: mark.since)
        self._asked &= {_attempt(mark) for mark in marks}
        ready: list[AwaitedRecording] = []
        missing: list[AwaitedRecording] = []
        for mark in marks:
            if _attempt(mark) in self._asked:
                continue
            if over(mark, self._speech, now) or (rested(mark, now) and await asyncio.to_thread(self._there, mark)):
                ready.append(mark)
            elif now - mark.since >= LATE_MS:
                missing.append(mark)
        self.words = _told(missing)
        outputs = [Output(RECORDINGS.name, m.recording.recording_id.encode(), _again(m)) for m in ready]
        if outputs:
            await self._send(outputs)
        self._asked |= {_attempt(mark) for mark in ready}
        ids = [mark.recording.recording_id for mark in ready]
        if ids:
            log.info("recordings put into work again: their files are there", extra={"recordings": ids})
        return ids

    def _there(self, mark: AwaitedRecording) -> bool:
        try:
            locate(self._speech, mark.recording.path)
        except (Transient, OSError):
            return False
        return True


def rested(mark: AwaitedRecording, now: Millis) -> bool:
    """Whether it is time to look again: at once for a file that was never there."""
    rest = 0 if mark.tries <= 1 else min(REST_MS << min(mark.tries - 2, 10), REST_MOST_MS)
    return now - mark.at >= rest


def _again(mark: AwaitedRecording) -> bytes:
    return _FROM_JITSI.encode(mark.recording)


def _attempt(mark: AwaitedRecording) -> tuple[str, Millis]:
    return mark.recording.recording_id, mark.at


def _told(missing: Sequence[AwaitedRecording]) -> str:
    if not missing:
        return ""
    number = len(missing)
    wait = "ждёт" if choose(number, RECORDS) == RECORDS[0] else "ждут"
    why = missing[0].why.removesuffix(" (speech.recordings)")
    return f"{wait} {count(number, RECORDS)}; {why}"
