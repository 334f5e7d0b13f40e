"""The day's chats on real chDB: who wrote what, in its last version, each day once."""

from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import MINUTES_REQUEST, Rejected, event_id
from schemas.minutes import ChatDay
from schemas.topics import MINUTES_REQUESTS
from streams.store.database import Database
from streams.store.jobs.chats import Chats
from streams.store.jobs.clock import latest_at
from tests.unit.store.fakes import Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, NOW
from tests.unit.store.samples import event_of

AT = "19:45"
UNTIL = latest_at(NOW, AT)
"""Yesterday evening."""


def maker(database: Database, now: int = NOW) -> tuple[Chats, Sent]:
    sent = Sent()
    return Chats(database, Lag(), sent, AT, Clock(now)), sent


def asked(sent: Sent) -> list[ChatDay]:
    assert {output.topic for output in sent} <= {MINUTES_REQUESTS.name}
    found = [MINUTES_REQUEST.decode(output.value) for output in sent]
    assert [output.key for output in sent] == [day.lead_id.encode() for day in found if not isinstance(day, Rejected)]
    return [day for day in found if isinstance(day, ChatDay)]


def say(number: int, text: str, name: str = "Анна", lead: str = "1", *, client: bool = True) -> ev.Message:
    author = ev.Author(name, name, client)
    known = {
        "message_id": str(number),
        "author": author,
        "text": text,
        "lead_id": lead,
        "ts": UNTIL - DAY // 2 + number,
    }
    return replace(event_of(ev.Message), event_id=event_id("say", number), **known)


async def test_a_day_of_chats(database: Database) -> None:
    """Messages in order with their authors; an edit counts in place, what was deleted does not; history is left out."""
    edit = replace(
        event_of(ev.MessageEdited), lead_id="1", message_id="2", chat_id="-1", text="где товар?", ts=UNTIL - 5
    )
    gone = replace(event_of(ev.MessageDeleted), lead_id="1", message_id="3", chat_id="-1", ts=UNTIL - 4)
    feed = Feed(database)
    await feed([say(2, "где товра"), say(1, "добрый день", "", client=False), say(3, "ой"), say(4, " ")], UNTIL - 9000)
    await feed([edit, gone], UNTIL - 8000)
    await feed([replace(say(5, "старое"), backfill=True), say(6, "привет", "", lead="2")], UNTIL - 7000)
    await feed([say(7, "завтрашнее")], UNTIL)
    chats, _ = maker(database)
    days = {day.lead_id: day for day in await chats.days(UNTIL - DAY, UNTIL)}
    talk = days["1"].conversation
    assert [(u.speaker, u.text) for u in talk.utterances] == [("Мы", "добрый день"), ("Анна", "где товар?")]
    assert [u.start_ms for u in talk.utterances] == [DAY // 2 + 1, DAY // 2 + 2]
    assert (talk.people, talk.client, talk.version, talk.started_at) == (["Мы", "Анна"], ["Анна"], 2, UNTIL - DAY)
    assert (days["1"].day, [u.speaker for u in days["2"].conversation.utterances]) == ("2026-11-20", ["Клиент"])
    assert set(days) == {"1", "2"}


async def test_of_edits_within_a_second_the_last_one_counts(database: Database) -> None:
    """Their times are the same, also the broker's when they come together: the order of the log decides."""
    edited = {"lead_id": "1", "message_id": "1", "chat_id": "-1", "ts": UNTIL - 5000}
    edits = [
        replace(event_of(ev.MessageEdited), event_id=event_id("edit", n), text=f"слово {n}", **edited) for n in range(9)
    ]
    await Feed(database)([say(1, "слово"), *edits], UNTIL - 4000)
    [day] = await maker(database)[0].days(UNTIL - DAY, UNTIL)
    assert [u.text for u in day.conversation.utterances] == ["слово 8"]


async def test_each_day_is_asked_for_once(database: Database) -> None:
    """After a stop the missed days come, a restart repeats none, a day without messages asks for nothing."""
    await Feed(database)([say(1, "привет")], UNTIL - DAY - 5)
    chats, sent = maker(database)
    assert await chats.daily.catch_up() == 2
    assert [day.until for day in asked(sent)] == [UNTIL - DAY]
    again, sent = maker(database)
    assert await again.daily.catch_up() == 0
    assert asked(sent) == []


async def test_mails_and_calls_of_the_day_are_summarised_too(database: Database) -> None:
    """Each once, in order: a mail with its subject, by who wrote it; of a call the newest words, line by line, by
    nobody in particular, and the curator's own note of it."""
    at = UNTIL - DAY // 2
    mail = replace(event_of(ev.Mail), lead_id="1", mail_id="5", direction="in", subject="Тариф", text="Дорого", ts=at)
    ours = replace(mail, event_id=event_id("m"), mail_id="6", direction="out", subject="Re: Тариф", text="", ts=at + 5)
    call = replace(event_of(ev.Call), lead_id="1", call_id="9", text="обещал подумать", ts=at + 3)
    heard = replace(event_of(ev.CallTranscribed), lead_id="1", call_id="9", text="Алло\nздравствуйте", ts=at + 2)
    again = replace(heard, event_id=event_id("again"), text="Алло\nДобрый день", version=3)
    bare = replace(call, event_id=event_id("bare"), call_id="10", text="")
    await Feed(database)([mail, ours, call, heard, bare], UNTIL - 9000)
    await Feed(database)([again, say(1, "привет")], UNTIL - 8000)
    [day] = await maker(database)[0].days(UNTIL - DAY, UNTIL)
    assert [(u.speaker, u.text) for u in day.conversation.utterances] == [
        ("Клиент", "Тариф\nДорого"),
        ("Анна", "привет"),
        (None, "Алло"),
        (None, "Добрый день"),
        ("Мы", "обещал подумать"),
        ("Мы", "Re: Тариф"),
    ]
    assert day.conversation.client == ["Анна", "Клиент"]
