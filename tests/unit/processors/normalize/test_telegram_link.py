"""`/link 12345` in a client's chat: who may say it, and what comes of it."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from processors.curators import VALID_MS, digest
from processors.identity import Identities
from processors.normalize.telegram import normalize
from schemas.bot import BotCommand, Question
from schemas.codec import Rejected
from schemas.events import Message
from schemas.sources import Identity
from tests.golden.examples import OPTIONS, accepted, meta
from tests.unit.processors.normalize.test_telegram import CLIENT, CURATORS, STAFF, found, message

NEW = {"id": -1005, "type": "supergroup", "title": "Ромашка × склад"}


def said(text: str, chat: dict[str, Any] = NEW, who: dict[str, Any] = STAFF) -> Any:
    """What comes of it."""
    return found(message=message(chat, who, text=text))


@pytest.mark.parametrize("text", ["/link 12345", "/link@lead_bot lead-12345 ", "/link\n12345"])
def test_one_of_us_says_whose_chat_it_is(text: str) -> None:
    """A link with who said so and when, an answer with the chat's name, and no message of the client's history."""
    link, told = said(text)
    at = 1_795_165_391_000
    title = "Ромашка × склад"
    assert link == Identity("tg_chat", "-1005", "12345", "Анна", source="telegram:bot", confirmed_at=at, name=title)
    identities = Identities()
    identities.apply("tg_chat:-1005", link)
    identities.apply("tg_moved:-1007", Identity("tg_moved", "-1007", was="-1005"))
    assert (identities.title("-1005"), identities.title("-1007"), identities.title("-9")) == (title, title, "")
    identities.apply("tg_chat:-1005", Identity("tg_chat", "-1005", refused=True))
    assert identities.title("-1005") == ""
    assert isinstance(told, BotCommand)
    assert (told.command, told.lead_id, told.chat_title, told.before) == ("link", "12345", "Ромашка × склад", "")


def test_a_guest_and_a_client_link_nothing() -> None:
    """His words are words."""
    [waits] = said("/link 12345", who=CLIENT)
    assert waits.client.value == "-1005"
    [event] = said("/link 777", chat={"id": -1001234567890, "type": "supergroup"}, who=CLIENT)
    assert isinstance(event, Message)


def test_a_chat_changes_hands_and_says_whose_it_was() -> None:
    """The same client again writes nothing; a number that is none is told."""
    known = {"id": -1001234567890, "type": "supergroup"}
    link, told = said("/link 777", chat=known)
    assert (link.lead_id, told.before) == ("777", "12345")
    [again] = said("/link 12345", chat=known)
    assert (again.before, again.fault) == ("12345", "")
    [nobody] = said("/link Ромашка")
    assert (nobody.fault, nobody.lead_id) == ("no_lead", "")
    [help_] = said("/link 12345", chat=CURATORS)
    assert help_.command == "help", "the curators' own chat is no client's"


def test_a_press_tells_which_question_it_answered() -> None:
    """Where it stands and its words; one that Telegram shows no more has none, and is not changed."""
    under = {"message_id": 9, "chat": {"id": -1009, "type": "group"}, "date": 1, "text": "❔ Чей это чат?"}
    query = {"id": "q1", "from": STAFF, "data": "l:12345:-1005"}
    _, told = accepted(found(callback_query=query | {"message": under}))
    assert (told.question, told.name) == (Question(-1009, 9, "❔ Чей это чат?"), "Анна")
    titled = under | {"text": "❔ Чей это чат «Ромашка × склад»?\nАня: где товар"}
    link, _ = accepted(found(callback_query=query | {"message": titled}))
    assert link.name == "Ромашка × склад"
    _, told = accepted(found(callback_query=query | {"message": under | {"text": "", "date": 0}}))
    assert told.question is None


def press(data: str, who: dict[str, Any] = STAFF) -> Any:
    """A button under the question whose a chat is."""
    return found(callback_query={"id": "q1", "from": who, "data": data})


def test_a_button_says_whose_a_chat_is() -> None:
    """By one of us; what is linked by then is not taken from him by an old button."""
    link, told = press("l:12345:-1005")
    assert (link.kind, link.value, link.lead_id, link.confirmed_by) == ("tg_chat", "-1005", "12345", "Анна")
    assert (told.command, told.callback_id, told.fault) == ("link", "q1", "")
    [taken] = press("l:777:-1001234567890")
    assert (taken.fault, taken.before) == ("taken", "12345")
    [again] = press("l:12345:-1001234567890")
    assert (again.fault, again.before) == ("", "12345")
    assert isinstance(press("l:12345:-1005", who=CLIENT), Rejected)
    assert isinstance(press("l:12345:Ромашка"), Rejected)


CODE = "abcdefgh01234567"
SAID = 1_795_165_391_000
OLGA = {"id": 700, "first_name": "Оля"}
PRIVATELY = {"id": 700, "type": "private"}


def invited(at: int = SAID - 1000) -> Identities:
    """Olga was given a code."""
    found = Identities()
    found.apply(f"curator_code:{digest(CODE)}", Identity("curator_code", digest(CODE), name="Ольга", confirmed_at=at))
    return found


def heard(identities: Identities, **update: Any) -> Any:
    """What comes of an update where these are known."""
    record = msgspec.json.encode({"source": "bot", "payload": {"update_id": 1} | update})
    return normalize(meta("source.telegram"), record, identities, OPTIONS)


def test_a_curator_says_who_he_is_once() -> None:
    """By the code, in private: the chat is his, the code is used, and he is answered."""
    identities = invited()
    curator, used, told = heard(identities, message=message(PRIVATELY, OLGA, text=f"/start {CODE}"))
    assert (curator.kind, curator.value, curator.name, curator.confirmed_at) == ("curator", "700", "Ольга", SAID)
    assert (told.command, told.chat_id, told.name) == ("start", "700", "Ольга")
    for one in (curator, used):
        identities.apply(f"{one.kind}:{one.value}", one)
    other = {"id": 701, "type": "private"}
    [waits] = heard(identities, message=message(other, {"id": 701}, text=f"/start {CODE}"))
    assert waits.client.value == "701", "a used code is a stranger's word"
    [help_] = heard(identities, message=message(PRIVATELY, OLGA, text=f"/start {CODE}"))
    assert help_.command == "help", "of one of us by now"


@pytest.mark.parametrize(
    ("identities", "chat", "text"),
    [
        (invited(), {"id": -5, "type": "group"}, f"/start {CODE}"),
        (invited(SAID - VALID_MS - 1), PRIVATELY, f"/start {CODE}"),
        (invited(), PRIVATELY, "/start 0000000000000000"),
        (invited(), PRIVATELY, "/start"),
    ],
)
def test_a_code_that_does_not_count(identities: Identities, chat: dict[str, Any], text: str) -> None:
    """Said before others, too old, none, or left out: nobody becomes a curator, and the message waits like any."""
    [waits] = heard(identities, message=message(chat, OLGA, text=text))
    assert waits.topic == "source.telegram"


def test_who_told_who_he_is_is_one_of_us() -> None:
    """His words in a client's chat are not the client's, and he may press and link."""
    identities = invited()
    identities.apply("tg_chat:-1005", Identity("tg_chat", "-1005", "12345"))
    asked = {"message": message(NEW, OLGA, text="привет")}
    assert heard(identities, **asked)[0].author.client
    identities.apply("curator:700", Identity("curator", "700", name="Ольга"))
    assert not heard(identities, **asked)[0].author.client
    pressed = {"id": "q", "from": OLGA, "data": "a:12345:0123456789abcdef:k"}
    assert heard(identities, callback_query=pressed)[0].action == "seen"
    assert heard(identities, message=message(NEW, OLGA, text="/link 7"))[0].lead_id == "7"
    identities.apply("curator:700", None)
    assert isinstance(heard(identities, callback_query=pressed), Rejected)


def test_a_lead_that_no_source_knows_can_be_refused() -> None:
    """Where the settings say so: nothing is linked, and it is told."""
    options = replace(OPTIONS, is_client=lambda lead: lead == "5")
    [told] = accepted(found(options=options, message=message(NEW, STAFF, text="/link 777")))
    assert (told.fault, told.lead_id) == ("unknown", "777")
    assert len(found(options=options, message=message(NEW, STAFF, text="/link 5"))) == 2  # type: ignore[arg-type]


def test_a_topic_of_a_group_is_linked_alone() -> None:
    """By the word «тема», in the topic itself; its messages are found by it, the others by the group."""
    topic = {"message_thread_id": 5, "is_topic_message": True}
    link, told = accepted(found(message=message(NEW, STAFF, text="/link 12345 тема", **topic)))
    assert (link.kind, link.value, link.lead_id, told.topic) == ("tg_topic", "-1005/5", "12345", "5")
    [nowhere] = said("/link 12345 тема")
    assert nowhere.fault == "no_topic"
    [waits] = accepted(found(message=message(NEW, CLIENT, text="где товар", **topic)))
    assert (waits.client.kind, waits.client.value) == ("tg_topic", "-1005/5")
    linked = {"id": -1001234567890, "type": "supergroup"}
    [event] = accepted(found(message=message(linked, CLIENT, text="где товар", **topic)))
    assert (event.lead_id, event.topic, event.client) == ("12345", "5", "")
