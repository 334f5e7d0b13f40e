"""Files of a back-test: lead events a line (JSONL), who left (CSV), other thresholds (TOML). Streamed, never whole."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from processors.days import local_day_of
from processors.russian.system import os_reason
from schemas.codec import EVENT, Rejected
from schemas.errors import ConfigError
from schemas.events import Event
from schemas.types import LeadId, LocalDay, Millis

BUFFER = 1 << 20
NAMED = 10
"""Bad lines that are named; the rest is counted."""


class Survey(msgspec.Struct):
    """What must be known of a file before it is played. Times in ms UTC; `disorder` counts lines that stand more than
    a day after a later one: such a file was not written in the order of time.
    """

    leads: set[LeadId]
    ticked: bool = False
    since: Millis = 1 << 62
    until: Millis = 0
    disorder: int = 0


class BadLines(msgspec.Struct):
    """Lines that are no lead events: how many, and (number from 1, reason) of the first ones."""

    count: int = 0
    first: list[tuple[int, str]] = []

    def add(self, number: int, reason: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append((number, reason))


class _Head(msgspec.Struct):
    type: str
    ts: Millis
    lead_id: str = ""


GZIP = b"\x1f\x8b"
_HEAD = msgspec.json.Decoder(_Head)
_DAY_MS = 86_400_000


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """The file for reading, twice if need be. Raises `ConfigError` in one line when it cannot be opened or breaks off,
    is a pipe, or packed.
    """
    try:
        with file.open("rb", buffering=BUFFER) as source:
            if not source.seekable():
                raise ConfigError(f"{file}: это поток, а нужен обычный файл: он читается дважды")
            packed = source.read(len(GZIP)) == GZIP
            source.seek(0)
            if packed:
                raise ConfigError(f"{file}: это сжатый файл, сначала распакуйте его (gunzip)")
            yield source
    except BrokenPipeError:  # who reads our answer has gone: no fault of the file
        raise
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error


def survey(source: BinaryIO) -> Survey:
    """Read a file through for what `Survey` says; lines that are no events are passed over."""
    leads, ticked, parse = set[LeadId](), False, _HEAD.decode
    since, until, disorder = 1 << 62, 0, 0
    for line in _lines(source):
        try:
            head = parse(line)
        except msgspec.DecodeError:
            continue
        ts = head.ts
        leads.add(head.lead_id)
        ticked = ticked or head.type == "tick"
        if ts < since:
            since = ts
        if ts >= until:
            until = ts
        elif ts < until - _DAY_MS:
            disorder += 1
    return Survey({lead for lead in leads if lead.isdigit()}, ticked, since, until, disorder)


def events(source: BinaryIO, bad: BadLines) -> Iterator[tuple[Millis, Event]]:
    """The events of a file in its order, each as if it had come at its own time (so nothing is late). Empty lines are
    nothing; others that are none go to `bad`.
    """
    decode = EVENT.decode
    for number, line in enumerate(_lines(source), 1):
        event = decode(line)
        if isinstance(event, Rejected):
            if line.strip():
                bad.add(number, event.reason)
            continue
        yield event.ts, event


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines, without the mark that Windows puts before the first."""
    for line in source:
        yield line.removeprefix(BOM_UTF8)
        break
    yield from source


def labels_of(file: Path) -> dict[LeadId, LocalDay]:
    """Lead and the day it left, from the first two columns (comma or semicolon; a head is passed over).

    Raises `ConfigError` naming the row.
    """
    left: dict[LeadId, LocalDay] = {}
    with opened(file) as source:
        text = source.read().decode("utf-8-sig", "replace").splitlines()  # a head in cp1251 is passed over anyhow
    delimiter = ";" if text and ";" in text[0] else ","
    for number, row in enumerate(csv.reader(text, delimiter=delimiter), 1):
        if not row or (number == 1 and not row[0].strip().isdigit()):
            continue
        try:
            left[row[0].strip()] = local_day_of(date.fromisoformat(row[1].strip()))
        except (IndexError, ValueError):
            raise ConfigError(f"{file}: строка {number}: нужны номер лида и день ухода ГГГГ-ММ-ДД") from None
    return left
