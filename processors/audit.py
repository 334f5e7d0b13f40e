"""The chain of the access log: each line holds the digest of the one before, so that a changed or missing one shows.

A partition has one chain for each process that ever wrote there, and the first line of a process follows the last line
that stood there when it started. So any number of processes may write, and a line still cannot go without a trace, but
for the newest lines of all: their digests (`Report.heads`) can be kept elsewhere. Pure.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from schemas.people import AccessEntry


def digest_of(entry: AccessEntry) -> str:
    """SHA-256 over all fields but the digest itself, 64 hex digits."""
    return hashlib.sha256(msgspec.json.encode(replace(entry, digest=""), order="sorted")).hexdigest()


def chained(entry: AccessEntry, writer: str, number: int, before: str) -> AccessEntry:
    """`entry` as line `number` of `writer`, behind the line with the digest `before`."""
    linked = replace(entry, writer=writer, number=number, before=before)
    return replace(linked, digest=digest_of(linked))


@dataclass(slots=True)
class Report:
    """What a check of one partition found. `faults` are pairs of an offset and the words."""

    lines: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    head: str = ""
    """Digest of the newest line: kept elsewhere, it proves that the end has not been cut off."""


def verify(lines: Iterable[tuple[int, AccessEntry | None]], *, trimmed: bool) -> Report:
    """Check one partition, oldest first; None is a record that is no entry.

    `trimmed`: its beginning is older than the time it is kept, so that what the first lines follow may be gone.
    """
    report, known, last = Report(), set[str](), dict[str, AccessEntry]()
    for offset, entry in lines:
        report.lines += 1
        if entry is None:
            report.faults.append((offset, "запись не читается"))
            continue
        if entry.digest in known and entry.digest == digest_of(entry):  # the broker was told it twice: the same line
            continue
        if entry.digest != digest_of(entry):
            report.faults.append((offset, "запись изменена: её отпечаток не сходится"))
        report.faults += [(offset, fault) for fault in _place(entry, last.get(entry.writer), known, trimmed=trimmed)]
        known.add(entry.digest)
        last[entry.writer], report.head = entry, entry.digest
    return report


def _place(entry: AccessEntry, before: AccessEntry | None, known: set[str], *, trimmed: bool) -> Iterable[str]:
    if before is not None:
        if entry.number != before.number + 1:
            yield f"перед записью не хватает записей: после № {before.number} идёт № {entry.number}"
        elif entry.before != before.digest:
            yield "запись не продолжает предыдущую: предыдущая изменена"
    elif not trimmed and (entry.number or (entry.before and entry.before not in known)):
        yield "перед записью не хватает записей: нет той, за которой она идёт"
    elif not trimmed and not entry.before and known:
        yield "запись не продолжает журнал: он начат заново"
