"""An event of a lead as a row of his time line. What a kind holds besides words is left to the page that draws it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from processors.pages import Row
from schemas.codec import to_builtins
from schemas.events import (
    Call,
    CallTranscribed,
    ChatSummary,
    ClientOutcome,
    CommandChanged,
    CrmChanged,
    Event,
    Mail,
    MeetingMinutes,
    MeetingRecorded,
    MeetingTranscribed,
    Message,
    MessageEdited,
    ProfileCorrected,
    PromiseMarked,
)
from schemas.types import Millis
from streams.store.read.pages.messages import Changes
from streams.store.read.speakers import Name, renamed

_LONGEST_FIELD = 200


def event_row(place: str, event: Event, changes: Changes) -> Row | None:
    """None where another row tells of it."""
    kind = str(type(event).__struct_config__.tag)
    match event:
        case Message() | MessageEdited() if changes.elsewhere:
            return None
        case Message() | MessageEdited():
            return Row(
                place, event.ts, "chat", kind, event.source, event.event_id,
                who=event.author.name or event.author.id,
                ours=not event.author.client,
                text=changes.text,
                content=event.content,
                ref=f"{event.chat_id}/{event.message_id}",
                changed_at=changes.changed_at,
                gone_at=changes.gone_at,
                former=list(changes.former),
            )  # fmt: skip
        case ChatSummary():
            return Row(
                place, event.ts, "chat", kind, event.source, event.event_id, title=event.day, minutes=event.minutes
            )
        case Call() | CallTranscribed():
            return Row(
                place, event.ts, "call", kind, event.source, event.event_id,
                text=event.text,
                direction=event.direction,
                duration_ms=event.duration_ms,
                ref=event.call_id,
            )  # fmt: skip
        case Mail():
            return Row(
                place, event.ts, "mail", kind, event.source, event.event_id,
                title=event.subject,
                text=event.text,
                direction=event.direction,
            )  # fmt: skip
        case CrmChanged():
            title = f"{event.entity} {event.entity_id}"
            return Row(
                place, event.ts, "crm", kind, event.source, event.event_id,
                title=title,
                direction=event.change,
                fields={name: value[:_LONGEST_FIELD] for name, value in event.fields.items() if value},
            )  # fmt: skip
        case ProfileCorrected():
            return Row(
                place, event.ts, "other", kind, event.source, event.event_id,
                who=event.author,
                ours=True,
                title=event.field,
                text=event.text,
                direction=event.action,
                content=event.was,
            )  # fmt: skip
        case PromiseMarked():
            return Row(
                place, event.ts, "other", kind, event.source, event.event_id,
                who=event.author,
                ours=True,
                title=event.text,
                text=event.note,
                direction=event.mark,
                ref=event.promise,
            )  # fmt: skip
        case ClientOutcome():
            return Row(
                place, event.ts, "other", kind, event.source, event.event_id,
                who=event.author,
                ours=True,
                title=event.since,
                text=event.reason,
                direction=event.outcome,
            )  # fmt: skip
        case _:
            return Row(place, event.ts, "other", kind, event.source, event.event_id, fields=_plain(event))


_COMMON = frozenset(("type", "event_id", "lead_id", "ts", "source", "v", "backfill", "client", "origin"))


def _plain(event: Event) -> dict[str, str]:
    """What a kind that has no row of its own says in plain fields."""
    said = to_builtins(event)
    return {
        name: str(value)[:_LONGEST_FIELD]
        for name, value in said.items()
        if name not in _COMMON and isinstance(value, str | int | float) and value not in ("", 0)
    }


def _told_of(change: CommandChanged) -> Iterator[tuple[str, str]]:
    yield "name", change.name
    yield "what", change.what
    yield "sure", str(change.confidence_percent) if change.confidence_percent < 100 else ""


def command_row(place: str, change: CommandChanged) -> Row:
    """A command as it stands: `title`, what is done; `text`, its words; `direction`, its state; `content`, why."""
    return Row(
        place,
        change.ts,
        "command",
        "command_changed",
        change.source,
        change.event_id,
        who=change.by,
        ours=True,
        title=change.title,
        text=change.words,
        direction=change.state,
        content=change.why,
        ref=change.command_id,
        fields={name: value for name, value in _told_of(change) if value},
    )


def meeting_row(
    place: str,
    ts: Millis,
    parts: Sequence[MeetingRecorded | MeetingTranscribed | MeetingMinutes],
    now: Callable[[Mapping[str, str]], Name],
) -> Row:
    """A recorded meeting with the newest of its minutes. `now`: what somebody is called today, by what those whom the
    text calls otherwise called themselves."""
    own = {one.speaker: one.called for part in parts if isinstance(part, MeetingTranscribed) for one in part.called}
    name = now(own)
    minutes = max(
        (part for part in parts if isinstance(part, MeetingMinutes)),
        key=lambda part: (part.minutes.version, part.ts),
        default=None,
    )
    recorded = (part for part in parts if isinstance(part, MeetingRecorded))
    people = list(dict.fromkeys(who for part in recorded for who in part.participants))
    people = people or ([] if minutes is None else minutes.people)
    return Row(
        place,
        ts,
        "meeting",
        "meeting",
        parts[0].source if parts else "",
        recording=place.partition("-")[2][1:],
        duration_ms=max((part.duration_ms for part in parts), default=0),
        people=list(dict.fromkeys(map(name, people))),
        minutes=None if minutes is None else renamed(minutes.minutes, name),
    )
