"""`leadpulse-recorder check`: every permission and connection that a recording will need, tried as this user."""

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from recorder.crew import Crashed, Crew
from recorder.event import DEAD_LETTERS, RECORDINGS
from recorder.handover import place_of
from recorder.jobs import TryOut
from recorder.media import look_at_recordings, media_files
from recorder.openfiles import open_files
from recorder.publish import connection
from recorder.settings import Settings
from recorder.spool import Spool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried; `fault` is empty when it is as it must be."""

    what: str
    fault: str = ""


async def check(settings: Settings, crew: Crew) -> list[Finding]:
    """Everything, whatever fails before. The spool's folders are made; nothing else stays behind."""
    return [
        Finding(f"runs as {_user()}"),
        Finding(f"recordings readable: {settings.recordings}", _recordings(settings)),
        Finding(f"spool writable: {settings.spool}", _spool(settings)),
        Finding(f"hook executable: {settings.hook}", _hook(settings.hook)),
        Finding(f"target writable: {settings.target}", await _target(settings, crew)),
        Finding(f"Kafka and its topics: {settings.kafka_bootstrap}", await _kafka(settings)),
    ]


def notes(settings: Settings) -> list[str]:
    """What is no fault and good to know: the open files of other processes are hidden from another user or container,
    and a share that is not mounted is a folder of the local disk."""
    seen = f"the sweep sees {len(open_files())} open files; what it cannot see is protected by QUIET_MINUTES alone"
    return [seen, *_one_disk(settings)]


def _one_disk(settings: Settings) -> list[str]:
    try:
        same = settings.target.stat().st_dev == settings.recordings.stat().st_dev
    except OSError:  # told as a fault
        return []
    if settings.target_mount is not None or not same:
        return []
    return [f"{settings.target} is on the recordings' own disk: if it is to be a share, mount it and set TARGET_MOUNT"]


def _user() -> str:
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return name if os.geteuid() else f"{name}, who may do everything: run this as Jibri's user"


def _recordings(settings: Settings) -> str:
    faults: list[str] = []
    try:
        look_at_recordings(settings)
        directories = sorted(settings.recordings.iterdir())
    except OSError as error:
        return str(error)
    for directory in directories:
        if directory.name.startswith(".") or directory.is_symlink() or not directory.is_dir():
            continue
        try:
            faults += _refused(media_files(directory), os.R_OK, "unreadable")
        except OSError as error:
            faults.append(str(error))
        if settings.local != "keep":
            faults += _refused([directory], os.W_OK, "not writable, and LOCAL wants to clean up")
    if settings.local == "quarantine":
        faults += _refused([settings.recordings], os.W_OK, "not writable, and quarantine is made there")
    return _few(faults)


def _spool(settings: Settings) -> str:
    try:
        spool = Spool(settings.spool)
        spool.prepare()
        spool.try_out()
    except OSError as error:
        return str(error)
    pending = settings.spool / "pending"
    faults = _refused([pending, settings.spool / "failed"], os.W_OK, "not writable")
    spool.pending(), spool.failed()
    return _few(faults + [f"{name}: {why}" for name, why in spool.odd.items()])


def _hook(hook: Path) -> str:
    if not hook.is_file():
        return "there is no such file"
    return _few(_refused([hook], os.X_OK, "not executable (chmod 755), or on a noexec mount"))


async def _target(settings: Settings, crew: Crew) -> str:
    try:
        free = await crew.try_out(TryOut(place_of(settings)))
    except (OSError, Crashed) as error:
        return str(error)
    wanted = settings.target_free_mb * 1e6
    return f"only {free / 1e6:.0f} MB left, TARGET_FREE_MB wants {wanted / 1e6:.0f}" if free < wanted else ""


async def _kafka(settings: Settings) -> str:
    wanted = {settings.kafka_prefix + name for name in (RECORDINGS, DEAD_LETTERS)}
    try:
        admin = AIOKafkaAdminClient(**connection(settings))
        try:
            await admin.start()
            missing = wanted - set(await admin.list_topics())
        finally:
            await admin.close()
    except (KafkaError, OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return f"no such topic, or no right to see it: {', '.join(sorted(missing))}" if missing else ""


def _refused(paths: Sequence[Path], wanted: int, words: str) -> list[str]:
    return [f"{path}: {words}" for path in paths if not os.access(path, wanted)]


def _few(faults: list[str]) -> str:
    more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
    return "; ".join(faults[:5]) + more
