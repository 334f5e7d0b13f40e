"""The forms of the screens over a real store: what they write, in whose name, and what they refuse."""

from urllib.parse import quote

import msgspec

from schemas import events as ev
from schemas.minutes import ProfileCorrected
from schemas.sources import ClientRef, Identity
from schemas.topics import IDENTITIES
from tests.unit.web.company_clients import CALM, LEAVES
from tests.unit.web.page import Page
from tests.unit.web.screens import CARD, card_of, record_of, text_of, written

CHAT = ClientRef("tg_chat", "-1005551")


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
    await company.office.send([record_of(newer)])
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


async def _raw(here: Page) -> list[dict[str, object]]:
    answer = await here.office.store.get(f"/api{CARD}/history", "тест", {"limit": 1000})
    return answer["events"]  # type: ignore[no-any-return]


async def _all_events(here: Page) -> list[ev.Event]:
    return [msgspec.convert(row["payload"], ev.Event) for row in await _raw(here)]
