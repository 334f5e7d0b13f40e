"""A meeting of the invented company in which nobody gives his whole name: a promise, and a contact of the portal."""

from collections.abc import Iterator

from processors.minutes import extract
from schemas import events as ev
from schemas.codec import event_id
from schemas.meetings import Utterance
from schemas.minutes import Conversation

TEA = "1004"
MEETING = "meet2"
HOUR = 3_600_000
TALK = (("Ольга", "Акт сверки я пришлю до пятницы."), ("Света", "Хорошо, ждём."))


def short_names(now: int) -> Iterator[ev.Event]:
    """Ольга is the curator, Света is Светлана Чайкина of the portal; the names do not prove it."""
    common = {"lead_id": TEA, "source": "jibri", "ts": (start := now - 30 * HOUR)}
    spoken = [Utterance(n * 9000, n * 9000 + 8000, text, who) for n, (who, text) in enumerate(TALK)]
    people = [who for who, _ in TALK]
    minutes = extract(Conversation(spoken, 1, start, 17_000, people))
    fields = {"title": "Светлана Чайкина", "post": "закупки"}
    yield ev.CrmChanged("contact", "6", "added", fields, event_id=event_id("c", "sveta"), **common)  # type: ignore[arg-type]
    yield ev.MeetingTranscribed(
        MEETING,
        1,
        "speechkit",
        17_000,
        8,
        spoken,
        event_id=event_id("c", "tea"),
        **common,  # type: ignore[arg-type]
    )
    yield ev.MeetingMinutes(
        MEETING,
        "lead-1004",
        17_000,
        people,
        minutes,
        event_id=event_id("c", "tea minutes"),
        **common,  # type: ignore[arg-type]
    )
