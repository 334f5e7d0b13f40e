"""Worker `tracks`: `source.audio` → a file of each meeting with a track for each participant → `source.recordings`.

While a meeting goes on nothing but a mark is written. When it is over its sound is read from the topic once, arranged
on this machine's disk, and written: memory does not grow with the meeting. `source.transcripts`: what is said in the
gaps of tracks is taken from the mixed sound.
"""

from functools import partial

from schemas.topics import AUDIO, ERASURES, MEETING_TRACKS, OBJECTIONS, RECORDINGS, TRANSCRIPTS
from streams.engine.clock import Clock, wall_clock
from streams.engine.erasures import KnownErasures
from streams.engine.meetings import KnownMeetings
from streams.engine.places import disk
from streams.engine.reader import Reader
from streams.engine.record_at import record_at
from streams.engine.worker import Worker
from streams.engine.workplace import sweep
from streams.settings import Settings
from streams.tracks.making import Making
from streams.tracks.owed import Owed
from streams.tracks.room import ask
from streams.tracks.texts import Texts


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The worker."""
    worker = Worker("tracks", settings)
    kafka, speech, send = settings.kafka, settings.speech, worker.outputs.send
    owed = Owed(Reader(kafka, AUDIO), Reader(kafka, MEETING_TRACKS), send)
    erasures = KnownErasures(Reader(kafka, ERASURES))
    reports = partial(ask, Reader(kafka, RECORDINGS), Reader(kafka, OBJECTIONS))
    making = Making(
        *(speech, settings.tracks, owed, Reader(kafka, AUDIO), reports, send, erasures.denied),
        worker.notices.once,
        owned=lambda: {partition for topic, partition in worker.assigned() if topic == AUDIO.name},
        clock=clock,
    )
    meetings = KnownMeetings(Reader(kafka, MEETING_TRACKS))
    texts = Texts(meetings, Reader(kafka, MEETING_TRACKS), partial(record_at, kafka), send)
    sweep(settings.tracks.spool)
    if not speech.recordings.is_absolute():  # a folder of this installation; a share is waited for, never made
        speech.recordings.mkdir(parents=True, exist_ok=True)
    worker.consume(AUDIO, owed, discard=owed.forget)
    worker.consume(TRANSCRIPTS, meetings.before(texts))
    worker.background("meetings", meetings.follow)
    worker.background("erasures", erasures.follow)
    worker.background("making", erasures.then(making.run))
    worker.needs["recordings"] = worker.watch(making.condition())
    worker.needs["disk"] = worker.watch(disk(settings.tracks.spool, settings.metrics.free_mb))
    return worker
