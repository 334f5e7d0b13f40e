"""Of each event its row in the table `events`. Pure."""

import struct
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, get_args

from processors.stock import WITHDRAWAL
from schemas import events as ev
from schemas.topics import LEAD_EVENTS
from streams.store.sinks.columns import Record, seniorities
from streams.store.sinks.refs import REFS
from streams.store.sinks.traffic import Arrived

KINDS: dict[type, str] = {type_: str(type_.__struct_config__.tag) for type_ in get_args(ev.Event)}
"""Every event type to its `type` on the wire."""


def _by(author: ev.Author) -> str:
    return "client" if author.client else "staff"


ACTIONS: dict[type, Callable[[Any], str]] = {
    ev.MeetingRoom: attrgetter("happening"),
    ev.Reservation: attrgetter("action"),
    ev.Pick: lambda event: WITHDRAWAL if event.purpose == WITHDRAWAL else "",
    ev.Inbound: lambda event: "planned" if event.planned else "",
    ev.Message: lambda event: _by(event.author),
    ev.MessageEdited: lambda event: _by(event.author),
    ev.Note: lambda event: _by(event.author),
    ev.Call: attrgetter("direction"),
    ev.CallTranscribed: attrgetter("direction"),
    ev.Mail: attrgetter("direction"),
    ev.CrmChanged: attrgetter("change"),
    ev.AlertAction: attrgetter("action"),
    ev.PromiseMarked: attrgetter("mark"),
    ev.ClientOutcome: attrgetter("outcome"),
    ev.CommandChanged: attrgetter("state"),
    ev.EventsMoved: lambda event: "deleted" if event.deleted else "",
}
"""What kinds are told apart by inside themselves; empty for the others."""


def _nothing(_: ev.Event) -> str:
    return ""


def _of_each(tell: Mapping[type, Callable[[Any], str]], types: list[type], events: list[ev.Event]) -> list[str]:
    """What is told of each by its type. Many slices are of one type, where a map costs half."""
    if types.count(types[0]) == len(types):
        return list(map(tell.get(types[0], _nothing), events))
    known = {type_: tell.get(type_, _nothing) for type_ in set(types)}
    return [known[type_](event) for type_, event in zip(types, events, strict=True)]


def event_columns(good: Sequence[tuple[ev.Event, Record]]) -> tuple[list[Sequence[Any]], Arrived]:
    """The columns of `events`, and what of them counts as traffic. Column by column: a tuple a row would cost
    twice that and feed the collector. Of one event at least."""
    events, records = [event for event, _ in good], [record for _, record in good]
    types = [type(event) for event in events]
    partitions, offsets = [record.partition for record in records], [record.offset for record in records]
    traces = {one: f"{LEAD_EVENTS.name}/{one}/" for one in set(partitions)}
    appended = [record.timestamp for record in records]
    sources, kinds = [event.source for event in events], [KINDS[type_] for type_ in types]
    columns: list[Sequence[Any]] = [
        [event.lead_id for event in events],
        [event.ts for event in events],
        struct.unpack(f">{len(events)}Q", bytes.fromhex("".join([event.event_id for event in events]))),
        sources,
        kinds,
        _of_each(ACTIONS, types, events),
        [getattr(event, "qty", 0) for event in events],
        [event.backfill for event in events],
        [record.value for record in records],
        appended,
        seniorities(records),
        [
            getattr(event, "origin", "") or f"{traces[partition]}{offset}"
            for event, partition, offset in zip(events, partitions, offsets, strict=True)
        ],
        _of_each(REFS, types, events),
    ]
    return columns, Arrived(appended, sources, kinds, partitions, offsets)
