"""A meeting that goes on, as the page tells it."""

from schemas.talks import Talk, Turn
from streams.web.told.live import shown
from tests.unit.web.company_clients import CALM, LEAVES
from tests.unit.web.page import Page
from tests.unit.web.screens import text_of


async def test_the_page_tells_who_says_what_and_asks_anew(company: Page) -> None:
    answer = await company.get(f"/leads/{CALM}/live", "head")
    body = await answer.text()
    told = await text_of(answer)
    assert "Встреча идёт." in told and "Комната lead-1002-now." in told
    assert told.index("Кто-то: сегодня вечером") < told.index("Ольга Петрова: когда будет отгрузка")
    assert 'hx-trigger="every 5s"' in body
    alone = await text_of(await company.get(f"/leads/{CALM}/live", "head", HX_Request="true"))
    assert "Ольга Петрова: когда будет отгрузка" in alone and "Встреча сейчас" not in alone


async def test_who_has_no_meeting_is_told_so(company: Page) -> None:
    assert "Сейчас встречи нет" in await text_of(await company.get(f"/leads/{LEAVES}/live", "head"))


def test_a_meeting_that_is_over_is_not_asked_for_again() -> None:
    talk = Talk("7", "m", "lead-7", False, 1_795_244_460_000, [Turn(1_795_244_460_000, 1_795_244_465_000, "", "да")])
    told = shown(talk)
    assert (told.running, told.state) == (False, "Встреча закончилась. Последнее, что слышно, сказано в 10:01.")
