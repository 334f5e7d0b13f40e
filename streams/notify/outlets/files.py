"""`out.files`: the minutes as `<exports>/<lead>/<date>.md`, for people and for whatever reads folders.

A file is a lead's day, a section of it a meeting, between two HTML comments of ours. What stands outside of them is a
person's and stays as it is, byte for byte. All of a lead comes in one partition, so nobody else writes its files.
"""

import asyncio
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from alerting.clients import Client, Clients
from alerting.minutes import render_markdown
from processors.days import local_time
from schemas.codec import Codec
from schemas.errors import Transient
from schemas.minutes import MeetingMinutes
from schemas.outlets import MinutesCopy
from streams.engine.settle import Batch, Outcome

_COPY: Codec[MinutesCopy] = Codec(MinutesCopy)

_BEGIN = re.compile(r"\ufeff?<!-- leadpulse:begin ([^\s>]+) v(\d{1,9}) at (\d{1,13}) -->\r?\n?")
_END = re.compile(r"<!-- leadpulse:end ([^\s>]+) -->\r?\n?")


class Files:
    """Settle's `Process` for `out.files`. `folder` is the root of `<lead>/<date>.md`."""

    def __init__(self, folder: Path, clients: Clients = Client) -> None:
        self._folder, self._clients = folder, clients

    async def __call__(self, batch: Batch) -> Outcome:
        """Write each meeting into its file. Raises `Transient` while the disk does not take it."""
        outcome = Outcome()
        for _, copy in outcome.readable(batch, _COPY):
            await asyncio.to_thread(self._keep, copy.minutes)
        return outcome

    def _keep(self, event: MeetingMinutes) -> None:
        path = path_of(self._folder, event)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_bytes() if path.exists() else b""
            after = merged(before, event, self._clients(event.lead_id).name)
            if after != before:
                _write(path, after)
        except OSError as error:  # full, read-only, gone, forbidden: all of them a person can mend while we wait
            raise Transient(f"minutes file not written: {error.strerror}") from error


class FileSection(NamedTuple):
    """One of ours in a file: whose, of which version and start (ms UTC), and which lines, the comments included."""

    recording: str
    version: int
    started: int
    first: int
    end: int


def path_of(folder: Path, event: MeetingMinutes) -> Path:
    """The file of a meeting: by the lead and the local date of its start."""
    return folder / event.lead_id / f"{local_time(event.ts):%Y-%m-%d}.md"


def merged(before: bytes, event: MeetingMinutes, client: str = "") -> bytes:
    """A file with the meeting in it: in place of its section if that is not newer, else where its start belongs.
    `client` is his name."""
    text = before.decode("utf-8", "surrogateescape")  # a person's editor may have saved it in another encoding
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    name, version = quote(event.recording_id, safe=""), event.minutes.version
    mine = next((section for section in _sections(lines) if section.recording == name), None)
    if mine is not None and version < mine.version:
        return before
    body = f"<!-- leadpulse:begin {name} v{version} at {event.ts} -->\n{render_markdown(event, client)}"
    body += f"<!-- leadpulse:end {name} -->\n"
    if mine is not None and mine.started == event.ts:
        lines[mine.first : mine.end] = [body]
    else:
        if mine is not None:
            del lines[mine.first : mine.end]
        _insert(lines, body, (event.ts, name))
    return "".join(lines).encode("utf-8", "surrogateescape")


def _insert(lines: list[str], body: str, place: tuple[int, str]) -> None:
    """Before the first section that begins later; else after the last one, or at the end. Blank lines around it."""
    sections = _sections(lines)
    last = sections[-1].end if sections else len(lines)
    at = next((section.first for section in sections if (section.started, section.recording) > place), last)
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    if at and lines[at - 1].strip():
        body = "\n" + body
    if at < len(lines) and lines[at].strip():
        body += "\n"
    lines.insert(at, body)


def _sections(lines: list[str]) -> list[FileSection]:
    """Ours, in the order of the file. A comment without its other half is none: a person's words may follow it."""
    sections: list[FileSection] = []
    begun: tuple[re.Match[str], int] | None = None
    for number, line in enumerate(lines):
        if found := _BEGIN.fullmatch(line):
            begun = found, number
        elif (found := _END.fullmatch(line)) and begun is not None and begun[0][1] == found[1]:
            head, first = begun
            sections.append(FileSection(head[1], int(head[2]), int(head[3]), first, number + 1))
            begun = None
    return sections


def _write(path: Path, text: bytes) -> None:
    """All or nothing, and durable: what a crash leaves behind is the old file or the new one."""
    draft = path.with_suffix(".md.tmp")
    with draft.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
