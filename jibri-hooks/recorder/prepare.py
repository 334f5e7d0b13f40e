"""What is done on the Jibri host itself: the verdict, the repair of a damaged file, the sound alone."""

import shutil
from contextlib import suppress
from pathlib import Path

import av

from recorder.copy import Pace
from recorder.jobs import Prepare, Prepared, Probe
from recorder.media import SOUND
from recorder.probe import probe
from recorder.remux import extract_sound, remux

READABLE = frozenset({"ok", "too_short"})


def prepare(job: Prepare, pace: Pace) -> Prepared:
    """Look at the recording. Raises OSError of the recordings' disk only."""
    shutil.rmtree(job.work, ignore_errors=True)
    verdict = probe(job.source, job.min_seconds)
    repaired = None
    if verdict.status == "damaged":
        repaired, verdict = _repair(job, verdict, pace)
    if job.codec == "none" or verdict.status not in READABLE or job.source.suffix.lower().lstrip(".") in SOUND:
        return Prepared(verdict, repaired)
    sound = job.work / f"sound.{job.codec}"
    try:
        job.work.mkdir(parents=True, exist_ok=True)
        extract_sound(repaired or job.source, sound, job.codec, pace)
    except (av.FFmpegError, OSError) as error:  # the recording goes its way without it
        _drop(sound)
        return Prepared(verdict, repaired, None, f"{type(error).__name__}: {error.strerror}")
    return Prepared(verdict, repaired, sound)


def _repair(job: Prepare, verdict: Probe, pace: Pace) -> tuple[Path | None, Probe]:
    into = job.work / f"repaired{job.source.suffix}"
    try:
        job.work.mkdir(parents=True, exist_ok=True)
        remux(job.source, into, pace)
        again = probe(into, job.min_seconds)
    except (av.FFmpegError, OSError, ValueError):  # no index, a full disk, no container for these tracks
        again = verdict
    if again.status in READABLE:
        return into, Probe(again.status, again.duration_ms, f"repaired: {verdict.error}")
    _drop(into)
    return None, verdict


def _drop(path: Path) -> None:
    with suppress(OSError):  # the folder itself could not be made
        path.unlink()
