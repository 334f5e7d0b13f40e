"""Files of a back-test: lead events a line (JSONL), who left (CSV), other thresholds (TOML). Streamed, never whole."""

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from itertools import accumulate, chain
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from processors.days import local_day_of
from processors.russian.system import os_reason
from schemas.codec import EVENT, Codec, Rejected
from schemas.errors import ConfigError
from schemas.events import Event
from schemas.types import LeadId, LocalDay, Millis

T = TypeVar("T")

CHUNK = 1 << 17
"""Bytes that are decoded at once."""
NAMED = 10
"""Bad lines that are named; the rest is counted."""


class Survey(msgspec.Struct):
    """What must be known of a file before it is played. `disorder` counts lines that stand more than a day after a
    later one: such a file was not written in the order of time.
    """

    leads: set[LeadId]
    ticked: bool = False
    disorder: int = 0


class Played(msgspec.Struct):
    """What was found while it was played: the time of its events (ms UTC), and lines that are none: how many, and
    (number from 1, reason) of the first ones."""

    since: Millis = 1 << 62
    until: Millis = 0
    count: int = 0
    first: list[tuple[int, str]] = []

    def add(self, number: int, reason: str) -> None:
        """One more line that is no event."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append((number, reason))


class _Head(msgspec.Struct, gc=False):
    type: str
    ts: Millis
    lead_id: str = ""


DAYS_WRITTEN = "ГГГГ-ММ-ДД или ДД.ММ.ГГГГ"
GZIP = b"\x1f\x8b"
_HEAD: Codec[_Head] = Codec(_Head)
_DAY_MS = 86_400_000
_ts, _type, _lead_id = attrgetter("ts"), attrgetter("type"), attrgetter("lead_id")
_first, _last = itemgetter(0), itemgetter(-2)
"""Bytes of a line that ends with \\n."""
_LEAD = re.compile("[0-9]{1,12}")
"""As `schemas.types.LeadId` has it: what else is no event's."""


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """The file for reading, twice if need be. Raises `ConfigError` in one line when it cannot be opened or breaks off,
    is a pipe, or packed.
    """
    try:
        with file.open("rb", buffering=CHUNK) as source:
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


def survey(chunks: Iterable[bytes]) -> Survey:
    """Read a file through for what `Survey` says; lines that are no events are passed over."""
    found, latest = Survey(set()), 0
    for heads in filter(None, map(_heads, chunks)):
        found.leads.update(map(_lead_id, heads))
        found.ticked = found.ticked or "tick" in map(_type, heads)
        times = [*map(_ts, heads)]
        last = max(latest, *times)
        if min(times) < last - _DAY_MS:  # else none of them stands so far behind a later one
            before = accumulate(times, max, initial=latest)
            found.disorder += sum([ts < late - _DAY_MS for ts, late in zip(times, before, strict=False)])
        latest = last
    found.leads = {lead for lead in found.leads if _LEAD.fullmatch(lead)}
    return found


def events(chunks: Iterable[bytes], played: Played) -> Iterator[tuple[Millis, Event]]:
    """The events of a file in its order, each as if it had come at its own time (so nothing is late). Empty lines are
    nothing; others that are none are told in `played`.
    """
    return chain.from_iterable(_timed(batch, played) for batch in filter(None, _batches(chunks, played)))


def chunks(source: BinaryIO, end: int = 1 << 62) -> Iterator[bytes]:
    """The file from its start in pieces of whole lines, without the mark that Windows puts before the first. What was
    added to it behind the byte `end` since it was surveyed is passed over.
    """
    source.seek(0)
    mark = BOM_UTF8
    while chunk := source.read(max(0, min(CHUNK, end - source.tell()))):
        if not chunk.endswith(b"\n"):
            chunk += source.readline()
        yield chunk.removeprefix(mark)
        mark = b""


def _timed(batch: Sequence[Event], played: Played) -> Iterable[tuple[Millis, Event]]:
    times = [*map(_ts, batch)]
    played.since, played.until = min(played.since, *times), max(played.until, *times)
    return zip(times, batch, strict=True)


def _batches(chunks: Iterable[bytes], played: Played) -> Iterator[Sequence[Event]]:
    before = 0
    for chunk in chunks:
        batch = _plainly(EVENT.decode_lines, chunk)
        yield batch or list(_one_by_one(chunk, before, played))
        before += len(batch) or chunk.count(b"\n")


def _one_by_one(chunk: bytes, before: int, played: Played) -> Iterator[Event]:
    """The events of lines of which some are none. `before`: lines that stand before them."""
    for number, line in enumerate(chunk.split(b"\n"), before + 1):
        event = EVENT.decode(line)
        if not isinstance(event, Rejected):
            yield event
        elif line.strip():
            played.add(number, event.reason)


def _plainly(decode_lines: Callable[[bytes], Sequence[T]], chunk: bytes) -> Sequence[T]:
    """Lines decoded at once, where each is one object; else none (the decoder itself would take two of a line)."""
    if not chunk.endswith(b"\n"):
        return ()
    lines = BytesIO(chunk).readlines()  # `bytes.count` finds the ends of lines in twenty times the time
    objects = set(map(_first, lines)) == {ord("{")} and set(map(_last, lines)) == {ord("}")}
    whole = decode_lines(chunk) if objects else ()
    return whole if len(whole) == len(lines) else ()


def _heads(chunk: bytes) -> Sequence[_Head]:
    return _plainly(_HEAD.decode_lines, chunk) or [*filter(None, map(_head, chunk.split(b"\n")))]


def _head(line: bytes) -> _Head | None:
    head = _HEAD.decode(line)
    return None if isinstance(head, Rejected) else head


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
            lead, day = row[0].strip(), local_day_of(_day(row[1].strip()))
        except (IndexError, ValueError):
            raise ConfigError(f"{file}: строка {number}: нужны номер лида и день ухода, {DAYS_WRITTEN}") from None
        if left.get(lead, day) != day:
            raise ConfigError(f"{file}: строка {number}: лид {lead} уже назван с другим днём")
        left[lead] = day
    return left


def _day(text: str) -> date:
    """`2026-02-09`, or `09.02.2026` as Excel writes it here. Raises `ValueError`."""
    return datetime.strptime(text, "%d.%m.%Y").date() if "." in text else date.fromisoformat(text)  # noqa: DTZ007
