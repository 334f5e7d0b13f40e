"""Items of somebody's data, one after the other → canonical events. Streams: only the documents begun are in memory."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple, Protocol

import msgspec

from processors.mapping.drafts import Draft, holds
from processors.mapping.shape import SourceMapping
from processors.mapping.values import Unfit, text
from processors.wms_event import Fault, Good, judge
from schemas.types import Millis
from schemas.wms import WmsPayload

_ENCODE = msgspec.json.Encoder().encode


class Mapped(NamedTuple):
    """An event, and at which place its item, or the first row of its document, stands."""

    place: int
    good: Good


class Bad(NamedTuple):
    """What is no event, and all that is wrong, each with its place."""

    place: int
    faults: list[tuple[int, Fault]]


class Passed(NamedTuple):
    """What the mapping leaves out on purpose, or what was there before (`repeat`)."""

    place: int
    repeat: bool


Outcome = Mapped | Bad | Passed


class Seen(Protocol):
    """What the same file or body had before."""

    def add(self, key: bytes, content: bytes, place: int) -> tuple[int, bytes, int]:
        """How often `key` was there before, and the content and place of its first time."""


class Memory:
    """`Seen` for what is short."""

    def __init__(self) -> None:
        self._first: dict[bytes, tuple[int, bytes, int]] = {}

    def add(self, key: bytes, content: bytes, place: int) -> tuple[int, bytes, int]:
        """As `Seen`."""
        times, first, at = self._first.get(key, (0, content, place))
        self._first[key] = times + 1, first, at
        return times, first, at


def mapped(mapping: SourceMapping, items: Iterable[tuple[int, object]], now: Millis, seen: Seen) -> Iterator[Outcome]:
    """What each item, with its place (an index, a row), comes to. With `group`, rows that follow each other and have
    the same values there, type and client are one document.
    """
    begun: dict[int, tuple[tuple[str, ...], Draft]] = {}
    for place, item in items:
        used = False
        for number, rule in enumerate(mapping.rules):
            try:
                if not (holds(mapping.when, item) and holds(rule.when, item)):
                    continue
                group = tuple(text(value) if (value := field.find(item)) is not None else "" for field in mapping.group)
            except Unfit as error:
                yield Bad(place, [(place, Fault("when", str(error)))])
                used = True
                continue
            draft = Draft(rule, place, item, mapping.decimal)
            used = used or not draft.skipped
            if draft.skipped:
                continue
            if mapping.group:
                key = draft.key(group)
                before = begun.get(number)
                if before is not None and before[0] == key and not draft.faults:
                    draft = before[1]
                elif before is not None:
                    yield _closed(before[1], now, seen)
                begun[number] = key, draft
            draft.add_lines(place, item)
            if not mapping.group:
                yield _closed(draft, now, seen)
        if not used:
            yield Passed(place, repeat=False)
    for _, draft in begun.values():
        yield _closed(draft, now, seen)


def _closed(draft: Draft, now: Millis, seen: Seen) -> Outcome:
    payload = draft.payload()
    if payload is None:
        return Bad(draft.place, draft.faults)
    named = _named(payload, draft.place, seen)
    if not isinstance(named, WmsPayload):
        return named
    good = judge(named, now)
    if isinstance(good, list):
        return Bad(draft.place, [(draft.place, fault) for fault in good])
    return Mapped(draft.place, good)


def _named(payload: WmsPayload, place: int, seen: Seen) -> WmsPayload | Outcome:
    """With its id. One that the mapping does not name is made of the content; the n-th of the same content is another
    event, and the same one again when the same file comes again."""
    content = blake2b(_ENCODE(payload), digest_size=12).digest()
    key = blake2b(payload.id.encode(), digest_size=12).digest() if payload.id else content
    times, first, at = seen.add(key, content, place)
    if not payload.id:
        return msgspec.structs.replace(payload, id=content.hex() + (f"#{times}" if times else ""))
    if not times:
        return payload
    if first == content:
        return Passed(place, repeat=True)
    words = f"«{payload.id}» уже был (место {at}), а содержимое другое: строки одного документа должны стоять подряд"
    return Bad(place, [(place, Fault("id", words))])
