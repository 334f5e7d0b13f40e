"""`/privacy`: who agreed to what, by whom it may be seen and changed, and what stands on the topic afterwards."""

import re
from datetime import date

import msgspec
import pytest

from schemas.privacy import Consent
from schemas.topics import CONSENTS
from streams.settings import Llm, Transfer
from streams.settings.llm import Model
from tests.unit.web.page import OTHER, OWN, Page, page

PERSON = "00000000000000aa"


def noted(here: Page) -> Consent:
    """The last record of the topic."""
    values = [output.value for output in here.sent if output.topic == CONSENTS.name]
    return msgspec.json.decode(values[-1] or b"", type=Consent)


def knows(here: Page, lead: str, name: str = "Ольга Рублёва-Личная") -> None:
    """Somebody of a client in the register."""
    one = Consent(person_id=PERSON, name=name, leads=[lead], at=1, by="x", basis="contract", scope=["record"])
    here.office.consents.register.apply(PERSON, one)


async def test_somebody_is_added_objects_and_agrees() -> None:
    """Each step is a whole record in the session's name, and the page shows what may be done now."""
    async with page() as here:
        form = {"name": "Иван  Петров", "lead": OWN, "room": "Ваня"}
        answer = await here.post("/privacy", "curator", form)
        assert answer.status == 303
        first = noted(here)
        assert answer.headers["Location"] == f"/privacy/{first.person_id}"
        assert (first.name, first.leads, first.rooms, first.by) == ("Иван Петров", [OWN], ["Ваня"], "Ольга Петрова")
        path = f"/privacy/{first.person_id}"
        await here.post(path, "curator", {"do": "object", "reason": "письмо"})
        assert (noted(here).objected_on != "", noted(here).reason) == (True, "письмо")
        assert "ничего" in await (await here.get(path, "curator")).text()
        give = {
            "do": "give",
            "basis": "consent",
            "on": "2026-01-02",
            "record": "1",
            "transcript": "1",
            "document": "№ 17",
        }
        await here.post(path, "curator", give)
        last = noted(here)
        assert (last.objected_on, last.given_on, last.document) == ("", "2026-01-02", "№ 17")
        assert last.scope == ["record", "transcript"]
        text = await (await here.get("/privacy", "curator")).text()
        assert "есть основание · можно: запись, расшифровка" in text


async def test_others_people_are_not_there() -> None:
    """A curator sees nobody of another curator's client, cannot open or change him by his number, nor add one there; a
    viewer sees nothing at all."""
    async with page() as here:
        knows(here, OTHER)
        assert "Личная" not in await (await here.get("/privacy", "curator")).text()
        assert "Личная" in await (await here.get("/privacy", "head")).text()
        assert (await here.get(f"/privacy/{PERSON}", "curator")).status == 404
        assert (await here.post(f"/privacy/{PERSON}", "curator", {"do": "object"})).status == 404
        assert (await here.post("/privacy", "curator", {"name": "Кто-то", "lead": OTHER})).status == 403
        assert (await here.get("/privacy", "viewer")).status == 403
        assert [output for output in here.sent if output.topic == CONSENTS.name] == []


@pytest.mark.parametrize(
    "form",
    [
        {"do": "give", "basis": "хочу"},
        {"do": "give", "basis": "consent", "on": "вчера"},
        {"do": "forget"},
        {"do": "object", "on": "2026-13-01"},
    ],
)
async def test_what_cannot_be_noted(form: dict[str, str]) -> None:
    """It is said in words, and nothing is written."""
    async with page() as here:
        knows(here, OWN)
        answer = await here.post(f"/privacy/{PERSON}", "curator", form)
        assert answer.status == 400
        assert re.search("[а-я]", await answer.text())
        assert [output for output in here.sent if output.topic == CONSENTS.name] == []


async def test_models_outside_and_why_they_get_nothing() -> None:
    """Each by our name for it; a model in the house is not among them."""
    at = "https://models.example.com/v1/"
    models = {"glm": Model(base_url=at, model="m", country="CN"), "own": Model(base_url=at, model="m", external=False)}
    open_now = Transfer(notified_on=date(2026, 1, 1), allowed_from=date(2026, 1, 20))
    async with page() as here:
        settings = here.office.settings
        for transfer, words in ((Transfer(), "ничего не получает"), (open_now, "получает слова")):
            given = settings.model_copy(update={"llm": Llm(models=models), "transfer": transfer})
            object.__setattr__(here.office, "settings", given)
            text = await (await here.get("/privacy", "head")).text()
            assert words in text
            assert "glm" in text
            assert "own:" not in text
