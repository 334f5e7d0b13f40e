"""The questions of the page over a real store: asked, told in pieces, kept, judged; nobody else's."""

import asyncio
import json
import re

from streams.web.askings import QUESTIONS_AN_HOUR
from tests.fakes.glm import FakeGlm
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.web.company_clients import CALM, LEAVES
from tests.unit.web.page import Page

CHAT = f"/leads/{LEAVES}/chat"


async def asked(here: Page, text: str, role: str = "curator", lead: str = LEAVES) -> str:
    """Its page."""
    answer = await here.post(f"/leads/{lead}/ask", role, {"text": text})  # type: ignore[arg-type]
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def pieces(here: Page, path: str, last: str = "", role: str = "curator") -> list[tuple[int, str]]:
    """All that the stream tells behind `last`, until it says that it is over."""
    answer = await here.get(f"{path}/events", role, Last_Event_ID=last)  # type: ignore[arg-type]
    body = await asyncio.wait_for(answer.text(), 120)
    assert answer.status == 200 and answer.content_type == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no" and body.rstrip().endswith("event: over\ndata: .")
    return [(int(id_), html) for id_, html in re.findall(r"id: (\d+)\nevent: part\ndata: (.*)\n", body)]


async def test_a_question_is_answered_in_pieces_and_goes_on_where_it_was_cut(company: Page) -> None:
    """Stages, sources, claims with their quotes and places, the end; from the last piece on after a cut."""
    path = await asked(company, "Клиент говорил о другом операторе?")
    told = await pieces(company, path)
    assert [number for number, _ in told] == list(range(1, len(told) + 1))
    whole = " ".join(html for _, html in told)
    assert "Ищу в истории клиента…" in told[0][1] and "Нашёл" in told[1][1]
    assert "мы смотрим другого оператора" in whole and f"/leads/{LEAVES}/meetings/meet1?t=192" in whole
    assert "Ответ собран без модели." in told[-1][1]
    assert await pieces(company, path, last="2") == told[2:]
    body = await (await company.get(path, "curator")).text()
    assert "мы смотрим другого оператора" in body and "data-events" not in body  # without a script it is there, too


async def test_a_model_answers_where_there_is_one(company: Page) -> None:
    """What its sources hold is told, a lie beside it is dropped and counted; who answered stands at the end."""
    quote = "мы смотрим другого оператора"
    said = [{"text": "Клиент смотрит другого оператора.", "sources": [1], "quote": quote}]
    said.append({"text": "Клиент ушёл в мае.", "sources": [1], "quote": "мы ушли в мае"})
    async with (
        FakeGlm(lambda _: json.dumps({"claims": said, "missing": False}, ensure_ascii=False)) as glm,
        opened(Sky(), {"glm": model(glm)}) as gateway,
    ):
        object.__setattr__(company.office, "models", gateway)
        told = await pieces(company, await asked(company, "Клиент говорил о другом операторе?"))
    whole = " ".join(html for _, html in told)
    assert "Клиент смотрит другого оператора." in whole and "ушёл в мае" not in whole
    assert "Без модели" not in whole and "glm" in told[-1][1] and "1" in told[-1][1]


async def test_what_was_asked_is_kept_and_judged(company: Page) -> None:
    """Colleagues see it with its answer; a verdict has its author."""
    await pieces(company, await asked(company, "Что с приёмкой?"))
    body = await (await company.get(CHAT, "head")).text()
    if "Что с приёмкой?" not in body:
        raise AssertionError(body)
    assert "Ольга Петрова" in body
    found = re.search(r"/questions/([0-9a-f]{16})/verdict", body)
    assert found is not None
    await company.post(f"/leads/{LEAVES}/questions/{found[1]}/verdict", "head", {"do": "useful"})
    assert "Полезно: Глеб Главный" in await (await company.get(CHAT, "head")).text()
    wrong = await company.post(f"/leads/{LEAVES}/questions/{found[1]}/verdict", "head", {"do": "nice"})
    assert wrong.status == 400


async def test_a_bad_question_is_refused_in_words(company: Page) -> None:
    """Empty, too long, about another client: 400 with the reason, and nothing runs."""
    for text, words in (("", "пуст"), ("а" * 501, "длиннее"), (f"Что у лида {CALM}?", "другом клиенте")):
        answer = await company.post(f"/leads/{LEAVES}/ask", "curator", {"text": text})
        assert answer.status == 400 and words in await answer.text()


async def test_a_question_is_its_users_own(company: Page) -> None:
    """Neither another user nor another client's page gets its stream; the hour has its limit."""
    path = await asked(company, "Что с приёмкой?")
    id_ = path.rpartition("/")[2]
    assert (await company.get(f"{path}/events", "head")).status == 404
    assert (await company.get(f"/leads/{CALM}/ask/{id_}/events", "head")).status == 404
    company.user("curator", leads="all")
    assert (await company.get(f"/leads/{CALM}/ask/{id_}", "curator")).status == 404
    await pieces(company, path)
    for _ in range(QUESTIONS_AN_HOUR - 1):
        company.office.askings._times["ucurator"].append(company.now)
    assert (await company.post(f"/leads/{LEAVES}/ask", "curator", {"text": "Что с приёмкой?"})).status == 429
    company.now += 3_600_001
    await pieces(company, await asked(company, "Что с приёмкой?"))


async def test_words_of_others_are_text_in_an_answer(company: Page) -> None:
    """A planted script comes out as text, in the page and in the stream."""
    evil = "<img src=x onerror=alert(1)> паллета"
    await company.post(f"/leads/{LEAVES}/notes", "curator", {"text": evil, "note_id": "0123456789abcdef"})
    told = await pieces(company, await asked(company, "Что про <script>паллету</script>?"))
    whole = " ".join(html for _, html in told)
    assert "&lt;img" in whole and "<img" not in whole
    assert "<script>паллету" not in await (await company.get(CHAT, "head")).text()
