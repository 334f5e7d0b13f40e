"""`/leads/{lead}/meetings/{recording}`: minutes, transcript, who spoke, and the sound from a second on."""

from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from processors.pages import Meeting, Sound
from streams.web.asking import name_of, told
from streams.web.faults import Fault
from streams.web.route import May, Route
from streams.web.told.meeting import shown
from streams.web.told.participants import DONE
from streams.web.told.participants import shown as one_shown
from streams.web.visit import Visit

KINDS = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
}
"""Allow list: nothing else of the recordings' folder goes out."""
LONGEST_S = 24 * 3600


async def meeting(visit: Visit) -> web.StreamResponse:
    """The page; `t` is the second at which the player begins, `u` the utterance that is shown first."""
    recording = visit.request.match_info["recording"]
    found = await told(visit, Meeting, f"/api/leads/{visit.lead}/meetings/{quote(recording, safe='')}")
    told_words, utterance = shown(found), _number(visit, "u")
    second = _number(visit, "t")
    if 0 <= utterance < len(told_words.lines):
        second = told_words.lines[utterance].at
    elif second >= 0:
        utterance = max((line.number for line in told_words.lines if line.at <= second), default=-1)
    return visit.page(
        "meeting.html",
        lead=visit.lead,
        name=name_of(visit, visit.lead),
        meeting=told_words,
        here=f"/leads/{visit.lead}/meetings/{quote(recording, safe='')}",
        sound=f"/leads/{visit.lead}/media/{quote(recording, safe='')}",
        second=max(0, second),
        utterance=utterance,
        may_play=visit.may("play"),
        recording=recording,
        people=[one_shown(one, visit.office.clock()) for one in found.participants],
        may_tell=visit.may("link"),
        done=DONE.get(visit.request.query.get("done", ""), ""),
    )


async def media(visit: Visit) -> web.StreamResponse:
    """The recording, whole or a range of it. Each answer has its line in the access log."""
    recording = visit.request.match_info["recording"]
    found = await told(visit, Sound, f"/api/leads/{visit.lead}/meetings/{quote(recording, safe='')}/sound")
    path = inside(visit.office.settings.speech.recordings, found.path)
    if path is None:
        raise Fault(404, "Файла этой записи нет в папке записей.")
    return web.FileResponse(path, headers={"Content-Type": KINDS[path.suffix.lower()]})


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` of the recordings' folder; None where it is no sound, not there, or leads out of the folder."""
    if not name or "\0" in name:
        return None
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or path.suffix.lower() not in KINDS or not path.is_file():
        return None
    return path


def _number(visit: Visit, name: str) -> int:
    """-1 where it is none."""
    given = visit.request.query.get(name, "")
    return min(int(given), LONGEST_S) if given.isascii() and given.isdigit() and len(given) < 7 else -1


ROUTES = (
    Route(
        "GET", "/leads/{lead}/meetings/{recording}", meeting, May("view"), deed="view", lead="lead", about="recording"
    ),
    Route("GET", "/leads/{lead}/media/{recording}", media, May("play"), deed="play", lead="lead", about="recording"),
)
