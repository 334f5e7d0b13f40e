"""The screens about clients over a real store: what a person sees of the list, the card, a meeting, in search."""

import re
from urllib.parse import quote

from schemas.sources import Identity
from tests.unit.web.company import SOUND
from tests.unit.web.company_clients import CALM, LEAVES
from tests.unit.web.page import Page
from tests.unit.web.screens import CARD, text_of


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
