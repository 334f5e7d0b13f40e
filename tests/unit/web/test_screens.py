"""The screens about clients over a real store: what a person sees, what his forms write, in whose name."""

import re
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import ClientResponse

from processors.pages import Card
from schemas import events as ev
from schemas.codec import EVENT, Rejected
from schemas.minutes import ProfileCorrected
from schemas.sources import ClientRef, Identity
from schemas.topics import IDENTITIES, LEAD_EVENTS
from streams.engine.kafka import Output
from tests.unit.web.company import SOUND
from tests.unit.web.company_clients import CALM, LEAVES
from tests.unit.web.company_events import said
from tests.unit.web.page import Page

CARD = f"/leads/{LEAVES}"
CHAT = ClientRef("tg_chat", "-1005551")


async def text_of(answer: ClientResponse) -> str:
    """Of a page that came."""
    body = await answer.text()
    assert answer.status == 200, body
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def written(here: Page) -> list[ev.Event]:
    """The lead events that the page has sent."""
    events = [EVENT.decode(output.value or b"") for output in here.sent if output.topic == LEAD_EVENTS.name]
    return [event for event in events if not isinstance(event, Rejected)]


async def card_of(here: Page) -> Card:
    """As the store tells it now."""
    return msgspec.convert(await here.office.store.get(f"/api{CARD}/card", "тест"), Card)


async def test_the_list_says_who_why_and_how_much_is_usual(company: Page) -> None:
    """The one that leaves first; a curator has his own clients only, a head may filter."""
    told = await text_of(await company.get("/", "head"))
    assert told.index("1001 ООО «Тёплые пледы»") < told.index("1002 ")
    first = told[told.index("1001 ООО") : told.index("1001 ООО") + 400]
    assert "говорит об уходе, заказов всё меньше" in first and "тревог: 2" in first
    assert re.search(r"82 высокий, было 37", told)
    assert re.search(r"\d+\u00a0?\s?шт\. за неделю \(обычно \d+, −\d+\s?%\)", first)
    assert "чат 1 ч назад" in first and "встреча 20 ч назад" in first
    own = await text_of(await company.get("/", "curator"))
    assert "1001 ООО" in own and "1002 " not in own
    found = await text_of(await company.get("/?q=" + quote("чай"), "head"))
    assert "1004 ООО «Северный чай»" in found and "1001 " not in found
    assert "Таких клиентов нет" in await text_of(await company.get("/?q=" + quote("чужой"), "head"))


async def test_the_card_shows_the_meeting_the_message_the_spike_and_the_minutes(company: Page) -> None:
    """All that the demo promises stands on one page, each number beside its usual one."""
    told = await text_of(await company.get(CARD, "curator"))
    for words in (
        "Риск 82 ▲ высокий, неделю назад 37 баллов",
        "мы уходим к другому складу", "резкий рост броней", "Что сделать:",
        "Звонить после 18:00", "Продаём пледы и постельное бельё", "Акт сверки",
        "где наши 80 коробок? третий день жду", "Прежний текст",
        "Клиент говорит об уходе", "протокол, расшифровка, запись",
        "отгрузка", "обычно", "Претензия по недостаче", "звонок",
    ):  # fmt: skip
        assert words in told, words
    assert "Отгрузки" in told and re.search(r"шт\. обычно \d+, −\d+", told)
    body = await (await company.get(CARD, "curator")).text()
    assert "<title>Клиент 1001 — Leadpulse</title>" in body


async def test_contacts_are_masked_for_who_only_looks(company: Page) -> None:
    """A viewer of his own clients sees that there is a phone, and not which."""
    company.user("viewer", name="Ольга Петрова")
    told = await text_of(await company.get(CARD, "viewer"))
    assert "+7 9** ***-00-34" in told and "+79165550034" not in told and "client0@" not in told
    assert "+79165550034" in await text_of(await company.get(CARD, "curator"))
    assert "Записать" not in told and "Исправить" not in told and "Принято" not in told


async def test_rows_come_page_by_page(company: Page) -> None:
    """htmx gets rows alone; a day's head is not told twice; the filters are kept on the way; a row can be linked to."""
    body = await (await company.get(f"{CARD}/timeline?kinds=wms", "head")).text()
    more = re.search(r'hx-get="([^"]+)"', body)
    assert more is not None
    following = more[1].replace("&amp;", "&")
    assert "kinds=wms" in following
    part = await (await company.get(following, "head", HX_Request="true")).text()
    assert "<html" not in part and "склад" in part and "чат" not in part
    seen = [re.findall(r"<time>", each) for each in (body, part)]
    assert len(seen[0]) == 50 and seen[1]
    whole = await (await company.get(f"{CARD}/timeline", "head")).text()
    anchors = re.findall(r'<li class="event [^"]*" id="((?:alert|event)-[0-9a-f]{16})">', whole)
    assert len(anchors) == len(set(anchors)) >= 20 and any(one.startswith("alert-") for one in anchors)


async def test_search_in_the_history(company: Page) -> None:
    """Words in any form, with the second of the recording; nothing found is said."""
    told = await text_of(await company.get(f"{CARD}/timeline?q=" + quote("приёмки"), "head"))
    assert "Приёмка у вас идёт по три дня" in told and "слушать с 01:36" in told
    assert "Ничего не нашлось" in await text_of(await company.get(f"{CARD}/timeline?q=" + quote("абракадабра"), "head"))


async def test_a_meeting_and_its_sound(company: Page) -> None:
    """Minutes, words, who spoke; the player begins at the second; a range of the file; each answer is written down."""
    path = f"{CARD}/meetings/meet1"
    body = await (await company.get(f"{path}?u=4", "curator")).text()
    assert f'src="{CARD}/media/meet1#t=192"' in body and 'id="u4" class="here"' in body
    told = await text_of(await company.get(path, "curator"))
    assert "Акт сверки" in told and "Анна Лебедева:" in told and "% разговора" in told
    part = await company.get(f"{CARD}/media/meet1", "curator", Range="bytes=4-9")
    assert (part.status, await part.read()) == (206, SOUND[4:10])
    assert part.headers["Content-Type"] == "audio/ogg" and part.headers["X-Content-Type-Options"] == "nosniff"
    assert (company.log()[-1].action, company.log()[-1].lead, company.log()[-1].object) == ("play", LEAVES, "meet1")
    for there, role in ((f"/leads/{CALM}/media/meet1", "head"), (f"{CARD}/media/nothing", "head")):
        assert (await company.get(there, role)).status == 404  # type: ignore[arg-type]
    assert (await company.get(f"{CARD}/media/meet1", "viewer")).status == 403


async def test_a_note_is_written_changed_pinned_and_taken_back(company: Page) -> None:
    """In the session's name, whatever the form says; a form sent twice is one note; the card and search know it."""
    form = {"text": "просит счёт до пятницы", "note_id": "0123456789abcdef", "author": "Пётр", "pinned": "yes"}
    for _ in range(2):
        answer = await company.post(f"{CARD}/notes", "curator", form)
        assert (answer.status, answer.headers["Location"]) == (303, f"{CARD}?saved=yes")
    [note] = [one for one in (await card_of(company)).notes if one.note_id == "0123456789abcdef"]
    assert (note.text, note.author, note.pinned) == ("просит счёт до пятницы", "Ольга Петрова", True)
    assert "просит счёт до пятницы" in await text_of(await company.get("/search?q=" + quote("счета"), "curator"))
    change = f"{CARD}/notes/0123456789abcdef"
    company.now += 1000
    await company.post(change, "head", {"do": "change", "text": "просит счёт до среды"})
    [note] = [one for one in (await card_of(company)).notes if one.note_id == "0123456789abcdef"]
    assert (note.text, note.changed_by, note.former) == (
        "просит счёт до среды",
        "Глеб Главный",
        ["просит счёт до пятницы"],
    )
    company.now += 1000
    await company.post(change, "head", {"do": "remove"})
    assert not [one for one in (await card_of(company)).notes if one.note_id == "0123456789abcdef"]
    told = await text_of(await company.get("/search?q=" + quote("счета"), "curator"))
    assert "до среды" not in told and "до пятницы" not in told
    for form in (
        {"text": " ", "note_id": "0" * 16},
        {"text": "x" * 2001, "note_id": "0" * 16},
        {"text": "x", "note_id": "z"},
    ):
        assert (await company.post(f"{CARD}/notes", "curator", form)).status == 400
    assert (await company.post(f"{CARD}/notes", "admin", form)).status == 403


async def test_w8_a_fact_is_corrected_hidden_and_restored(company: Page) -> None:
    """It stays on its entry over a new version of the minutes; its author is the session's user, not the body's."""
    [entry] = (await card_of(company)).profile.fields["sells"]
    form = {
        "field": "sells",
        "entry_id": entry.entry_id,
        "action": "replace",
        "text": "Пледы и шторы",
        "author": "Пётр",
    }
    answer = await company.post(f"{CARD}/facts", "curator", form)
    assert answer.headers["Location"] == f"{CARD}?saved=yes"
    [event] = [one for one in (await _all_events(company)) if isinstance(one, ProfileCorrected)]
    assert event.author == "Ольга Петрова"
    talk = next(row for row in await _raw(company) if row["kind"] == "meeting_minutes")
    minutes = msgspec.convert(talk["payload"], ev.MeetingMinutes)
    newer = msgspec.structs.replace(
        minutes, event_id="9" * 16, minutes=msgspec.structs.replace(minutes.minutes, version=2)
    )
    await company.office.send([_output(newer)])
    told = await text_of(await company.get(CARD, "curator"))
    assert "Пледы и шторы" in told and "Исправлено: Ольга Петрова" in told and "Было: «Продаём пледы" in told
    company.now += 1000
    await company.post(f"{CARD}/facts", "head", {"field": "sells", "entry_id": entry.entry_id, "action": "hide"})
    assert not (await card_of(company)).profile.fields["sells"]
    assert "Убрано: 1" in await text_of(await company.get(CARD, "curator"))
    company.now += 1000
    await company.post(f"{CARD}/facts", "head", {"field": "sells", "entry_id": entry.entry_id, "action": "restore"})
    [back] = (await card_of(company)).profile.fields["sells"]
    assert (back.text, back.author) == (entry.text, "")
    for wrong in ({"field": "colour", "action": "add"}, {"field": "sells", "action": "replace", "text": ""}):
        assert (await company.post(f"{CARD}/facts", "curator", wrong)).status == 400


async def test_an_alert_is_answered(company: Page) -> None:
    """The same event as Telegram's button makes, with the session's user; one that is closed is said to be."""
    told = await text_of(await company.get("/alerts", "head"))
    assert told.index("говорит об уходе") < told.index("жалуется") and "Открыто: 3" in told
    alert = "a1".rjust(16, "0")
    answer = await company.post(f"{CARD}/alerts/{alert}", "curator", {"do": "confirmed", "from": "alerts"})
    assert answer.headers["Location"] == "/alerts?saved=later"  # nobody folds it here
    [action] = [event for event in written(company) if isinstance(event, ev.AlertAction)]
    assert (action.alert_id, action.action, action.actor.name, action.lead_id) == (
        alert,
        "confirmed",
        "Ольга Петрова",
        LEAVES,
    )
    assert not action.actor.client
    assert (await company.post(f"{CARD}/alerts/{'f' * 16}", "curator", {"do": "seen"})).status == 400
    assert (await company.post(f"{CARD}/alerts/{alert}", "curator", {"do": "explode"})).status == 400


async def test_the_inbox_links_sets_aside_and_takes_back(company: Page) -> None:
    """One record on `identities` each time, confirmed by the session's user."""
    told = await text_of(await company.get("/inbox", "head"))
    assert "Пледы тёплые, склад" in told and "Похоже: 1001 ООО «Тёплые пледы»" in told and "Ждут: 3" in told
    assert "+7 9** ***-12-34" in await text_of(await company.get("/inbox", "curator"))
    form = {"kind": CHAT.kind, "value": CHAT.value}
    await company.post("/inbox", "curator", {**form, "do": "link", "lead": LEAVES})
    identities = company.office.identities.identities
    assert identities.find(CHAT) == LEAVES
    last = [out for out in company.sent if out.topic == IDENTITIES.name][-1]
    record = msgspec.json.decode(last.value or b"", type=Identity)
    assert (record.confirmed_by, record.source, last.key) == ("Ольга Петрова", "hand", b"tg_chat:-1005551")
    told = await text_of(await company.get("/inbox?done=link", "curator"))
    assert "Ждут: 2" in told and "Последние привязки" in told and "1001 ООО «Тёплые пледы»" in told
    await company.post("/inbox", "curator", {**form, "do": "undo"})
    assert identities.find(CHAT) is None and identities.refused(CHAT)
    other = {"kind": "tg_chat", "value": "-1005552"}
    await company.post("/inbox", "head", {**other, "do": "ignore"})
    assert "Отложены" in await text_of(await company.get("/inbox", "head"))
    await company.post("/inbox", "head", {**other, "do": "notice"})
    assert "Отложены" not in await text_of(await company.get("/inbox", "head"))


REFUSED: tuple[dict[str, str], ...] = (
    {"kind": "tg_chat", "value": "-1005551", "do": "link", "lead": CALM},
    {"kind": "tg_chat", "value": "-1005551", "do": "link", "lead": "9999999"},
    {"kind": "tg_chat", "value": "-1005551", "do": "link", "lead": "x"},
    {"kind": "tg_chat", "value": "-1005551", "do": "undo"},
    {"kind": "lead", "value": "1001", "do": "link", "lead": LEAVES},
    {"kind": "tg_chat", "value": "word", "do": "ignore"},
    {},
)


async def test_the_inbox_refuses(company: Page) -> None:
    """Another curator's client, one that nobody knows, what is no number, what is no name: nothing is written."""
    for form in REFUSED:
        assert (await company.post("/inbox", "curator", form)).status == 400, form
    assert not [out for out in company.sent if out.topic == IDENTITIES.name]


async def test_search_is_over_own_clients(company: Page) -> None:
    """Grouped by client; of others' not a word."""
    told = await text_of(await company.get("/search?q=" + quote("остатки"), "curator"))
    assert "1001 ООО" in told and "1002 " not in told
    assert "1002 " in await text_of(await company.get("/search?q=" + quote("остатки"), "head"))


async def test_a_merged_number_leads_on(company: Page) -> None:
    """To the client with which it was merged, and the page says so."""
    company.office.identities.identities.apply("lead:1003", Identity("lead", "1003", LEAVES))
    answer = await company.get("/leads/1003", "head")
    assert answer.headers["Location"] == f"{CARD}?was=1003"
    assert "Клиента 1003 объединили с этим" in await text_of(await company.get(f"{CARD}?was=1003", "head"))


EVIL = ("<img src=x onerror=alert(1)>", "{{7*7}}", "javascript:alert(1)", "</script><script>alert(1)</script>")


def evils(evil: str, number: int, ts: int) -> list[ev.Event]:
    """In every place where somebody else's words come in."""
    author = ev.Author("9", evil)
    common: dict[str, Any] = {"lead_id": LEAVES, "ts": ts, "source": "telegram:main"}
    fields = {evil: evil, "TITLE": evil}
    return [
        said(LEAVES, 2000 + number, evil, ts, author),
        ev.Mail("m", "in", evil, evil, event_id=f"{number:08}aaaaaaaa", **common),
        ev.CrmChanged("lead", evil, "updated", fields, event_id=f"{number:08}bbbbbbbb", **common),
        ev.Note(f"{number:016}", author, evil, True, event_id=f"{number:08}cccccccc", **common),
        ev.MeetingRecorded(
            f"evil{number}", evil, 1000, "ok", [evil], f"{evil}.ogg", event_id=f"{number:08}dddddddd", **common
        ),
    ]


async def test_w3_words_of_others_are_text_everywhere(company: Page) -> None:
    """A script in a chat, a title, a mail, a CRM field, a name, a note, a file's name: it is shown, never run."""
    for number, evil in enumerate(EVIL):
        await company.office.send([_output(event) for event in evils(evil, number, company.now - number)])
        cards = company.office.cards.cards
        cards.apply(f"{LEAVES}/evil", msgspec.structs.replace(cards.find(LEAVES), name=evil, source="hand", card=evil))  # type: ignore[type-var]
        for path in ("/", CARD, f"{CARD}/timeline", "/alerts", "/inbox", f"{CARD}/meetings/evil{number}",
                     "/search?q=" + quote("alert"), f"{CARD}/timeline?q=" + quote("alert")):  # fmt: skip
            answer = await company.get(path, "head")
            body = await answer.text()
            assert answer.status == 200, (path, body)
            assert "<img" not in body and "<script>alert" not in body and ">49<" not in body
            assert 'href="javascript:' not in body
    body = await (await company.get(CARD, "head")).text()
    assert "&lt;img src=x onerror=alert(1)&gt;" in body and "{{7*7}}" in body


async def _raw(here: Page) -> list[dict[str, object]]:
    answer = await here.office.store.get(f"/api{CARD}/history", "тест", {"limit": 1000})
    return answer["events"]  # type: ignore[no-any-return]


async def _all_events(here: Page) -> list[ev.Event]:
    return [msgspec.convert(row["payload"], ev.Event) for row in await _raw(here)]


def _output(event: ev.Event) -> Output:
    return Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event))
