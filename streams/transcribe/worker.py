"""Worker `transcribe`: `source.recordings` → words → `source.transcripts`. One recording in work per partition.

A recording is acked when the broker has its transcript; a killed or moved job is taken up by the next owner, who redoes
only segments that are not in `transcript.segments`. A recording that comes again when its transcript is out is passed
over, or improved where a fallback engine did some of it (`streams.transcribe.upgrade`).
"""

import logging
from collections.abc import Callable
from functools import partial

from schemas.topics import CONSENTS, ERASURES, MEETING_TRACKS, OBJECTIONS, RECORDINGS, SEGMENTS
from streams.engine.clock import Clock, wall_clock
from streams.engine.consents import KnownConsents
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.journal import Journal, newest_lines
from streams.engine.meetings import KnownMeetings
from streams.engine.places import disk
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.engine.workplace import sweep
from streams.settings import Settings, Speech
from streams.speech.vosk_model import faults, is_right
from streams.transcribe.aged import Aged
from streams.transcribe.awaited import Awaiting
from streams.transcribe.engines.lineup import lineup, usable
from streams.transcribe.recordings import Transcribe
from streams.transcribe.refusals import Refusals, objections_of
from streams.transcribe.segments import SegmentTopic
from streams.transcribe.tracked import tracked_by
from streams.transcribe.upgrade import Upgrades

log = logging.getLogger(__name__)


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The transcribe worker."""
    worker = Worker("transcribe", settings, jobs=True)
    speech, send = settings.speech, worker.outputs.send
    notices = worker.notices
    engines = lineup(
        settings, refuses=partial(notices.begins, "engine_refuses"), recovered=partial(notices.ends, "engine_refuses")
    )
    topic = SegmentTopic(Reader(settings.kafka, SEGMENTS), send)
    objections = objections_of(Reader(settings.kafka, OBJECTIONS))
    consents = KnownConsents(Reader(settings.kafka, CONSENTS))
    refusals = Refusals(
        *(speech, topic, send, objections, consents.closes_meeting, notices.once), owned=_owned(worker), clock=clock
    )
    meetings = KnownMeetings(Reader(settings.kafka, MEETING_TRACKS))
    tracked = tracked_by(meetings, Reader(settings.kafka, RECORDINGS))
    erasures = KnownErasures(Reader(settings.kafka, ERASURES))
    transcribe = Transcribe(
        *(speech, engines, topic, clock, notices.once, refusals.stand, tracked), denied=erasures.denied.lead
    )
    upgrades = Upgrades(
        speech, engines, topic, send, owned=_owned(worker), busy=lambda: bool(transcribe.in_work), clock=clock
    )
    sweep(speech.spool)
    if not speech.recordings.is_absolute():  # a folder of this installation; a share is waited for, never made
        speech.recordings.mkdir(parents=True, exist_ok=True)
    worker.consume(RECORDINGS, erasures.before(meetings.before(transcribe)))
    awaiting = Awaiting(speech, topic, send, owned=_owned(worker), clock=clock)
    worker.background("upgrades", upgrades.run)
    worker.background("awaited", awaiting.run)
    worker.background("refusals", refusals.run)
    worker.background("consents", consents.follow)
    worker.background("meetings", meetings.follow)
    worker.background("erasures", erasures.follow)
    if speech.recordings_days:
        _let_old_go(worker, settings, erasures, clock)
    worker.watch(refusals.condition())
    worker.needs["recordings"] = worker.watch(awaiting.condition())
    worker.needs["disk"] = worker.watch(disk(speech.spool, settings.metrics.free_mb))
    if usable(settings) == ["vosk"]:  # else it is the fallback, and `check` names its faults
        _watch_model(worker, speech)
    worker.needs["engine"] = lambda: any(guarded.engine.health().usable for guarded in engines.engines)
    for guarded in engines.engines:
        worker.on_close(guarded.engine.close)
    return worker


def _let_old_go(worker: Worker, settings: Settings, erasures: KnownErasures, clock: Clock) -> None:
    """Who has the first partition does it for all."""
    ends = Ends(settings.kafka)
    journal = Journal(worker.outputs.send, newest_lines(settings.kafka, ends), settings.web.ack_seconds)
    owned = _owned(worker)
    aged = Aged(settings.speech, erasures, journal.write, lambda: 0 in owned(), clock)
    worker.background("old recordings", aged.run)
    worker.on_close(journal.close)
    worker.on_close(ends.stop)


def _watch_model(worker: Worker, speech: Speech) -> None:
    """A model that somebody has set must be one; without any the line works, and recordings wait for it."""
    if speech.vosk_model != Speech().vosk_model:
        worker.needs["model"] = worker.watch(is_right(speech.vosk_model))
    elif faults(speech.vosk_model):
        log.warning("no speech model is set: recordings wait", extra={"setting": "speech.vosk_model"})


def _owned(worker: Worker) -> Callable[[], set[int]]:
    """Our partitions of `source.recordings`: those of `transcript.segments` have the same numbers and keys."""

    def partitions() -> set[int]:
        return {partition for topic, partition in worker.assigned() if topic == RECORDINGS.name}

    return partitions
