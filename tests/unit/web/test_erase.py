"""`/privacy/erase`: who may ask, confirm and carry out, each with the key of his device; and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from processors.privacy.erasing import begun
from schemas.codec import Rejected
from schemas.erasures import OF_PERSON, Erasure, Hold, Standing, StepDone
from schemas.privacy import Consent
from schemas.topics import ERASURES
from streams.engine.erasures import ERASURE
from streams.settings import Settings, Web
from tests.unit.web.page import OTHER, OWN, Page, page

OLGA = Consent(person_id="00000000000000aa", name="Ольга Рублёва-Личная", leads=[OWN], at=1, by="x")
PERSON = {"person": OLGA.person_id, "reason": "отзыв согласия", "meetings": "keep"}


def kept(here: Page) -> list[Erasure]:
    """Records of the topic, in order."""
    found = [ERASURE.decode(output.value) for output in here.sent if output.topic == ERASURES.name]
    return [one for one in found if not isinstance(one, Rejected)]


def prepared(here: Page) -> list[tuple[str, str, str]]:
    """The plan says something, and what is started is remembered: (erasure, who, person)."""
    started: list[tuple[str, str, str]] = []

    async def plan(lead: str, person: Consent | None) -> dict[str, int]:
        return {"таблица events": 3 if person is None else 2, "ждут привязки": 0}

    def start(one: Erasure, by: str, person: Consent | None) -> None:
        started.append((one.erasure_id, by, person.name if person else ""))

    here.office.erasing.plan = plan  # type: ignore[method-assign]
    here.office.erasing.start = start  # type: ignore[method-assign]
    here.office.consents.register.apply(OLGA.person_id, OLGA)
    return started


async def test_three_people_erase_one_of_a_clients(tmp_path: Path) -> None:
    """The curator sees the plan and asks, the head confirms, the administrator carries it out; each line of the log has
    the client."""
    async with page(Settings(web=Web(acts=tmp_path))) as here:
        started, here.is_stepped = prepared(here), True
        shown = await (await here.get(f"/privacy/erase/{OWN}?person={OLGA.person_id}", "curator")).text()
        assert "таблица events" in shown
        assert "ждут привязки" not in shown
        assert (await here.post(f"/privacy/erase/{OWN}", "curator", PERSON)).status == 303
        [one] = kept(here)
        assert (one.person, one.meetings, one.requested_by) == (OLGA.person_id, "keep", "Ольга Петрова")
        path = f"/privacy/erasures/{one.erasure_id}"
        assert "Подтвердить удаление" not in await (await here.get("/privacy/erase", "curator")).text()
        assert (await here.post(f"{path}/run", "admin")).status == 400
        assert "Подтвердить удаление" in await (await here.get("/privacy/erase", "head")).text()
        assert (await here.post(f"{path}/confirm", "head")).status == 303
        assert "Удалить сейчас" in await (await here.get("/privacy/erase", "admin")).text()
        assert (await here.post(f"{path}/run", "admin")).status == 303
        assert started == [(one.erasure_id, "Анна Админова", OLGA.name)]
        deeds = [(line.name, line.lead) for line in here.log() if line.action == "erase"]
        assert [lead for _, lead in deeds] == [OWN] * len(deeds)
        assert {name for name, _ in deeds} == {"Ольга Петрова", "Глеб Главный", "Анна Админова"}
        sure = kept(here)[-1]
        running = begun(sure, "Анна Админова", here.now, standing=Standing(person=OLGA))
        here.office.erasing.denied.apply(running)
        assert "Продолжить удаление" in await (await here.get("/privacy/erase", "admin")).text()
        assert (await here.get(f"{path}/act", "head")).status == 404
        here.office.erasing.denied.apply(over(running))
        answer = await here.get(f"{path}/act", "head")
        assert "attachment" in answer.headers["Content-Disposition"]
        text = await answer.text()
        assert "записи встреч, где он слышен вместе с другими, оставлены" in text.lower()
        assert "Личная" not in text
        assert (tmp_path / f"{one.erasure_id}.json").exists()


def over(one: Erasure) -> Erasure:
    """All steps are done."""
    return replace(one, done=[StepDone(step, 5, 1) for step in OF_PERSON], standing=None, refs=[], ended_at=6)


async def test_who_asked_does_not_confirm() -> None:
    """Not by a form of his own either; nor is a request made twice, without a reason, or of a stranger."""
    async with page() as here:
        prepared(here)
        here.is_stepped = True
        assert (await here.post(f"/privacy/erase/{OWN}", "head", {"reason": "конец договора"})).status == 303
        [one] = kept(here)
        assert "Подтвердить удаление" not in await (await here.get("/privacy/erase", "head")).text()
        answer = await here.post(f"/privacy/erasures/{one.erasure_id}/confirm", "head")
        assert (answer.status, "Подтверждает другой человек" in await answer.text()) == (400, True)
        for form, words in (({"reason": "ещё раз"}, "уже есть"), ({**PERSON, "reason": " "}, "Назовите причину")):
            answer = await here.post(f"/privacy/erase/{OWN}", "head", form)
            assert (answer.status, words in await answer.text()) == (400, True)
        assert (await here.post(f"/privacy/erase/{OTHER}", "head", PERSON)).status == 404
        assert kept(here) == [one]


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        (f"/privacy/erase/{OWN}", ("viewer", "admin")),
        (f"/privacy/erase/{OTHER}", ("viewer", "curator", "admin")),
        ("/privacy/erasures/0000000000000000/confirm", ("viewer", "curator", "admin")),
        ("/privacy/erasures/0000000000000000/run", ("viewer", "curator", "head")),
    ],
)
async def test_whose_role_is_another_may_not(path: str, roles: Sequence[Any]) -> None:
    """403, and the refusal stands in the log."""
    async with page() as here:
        prepared(here)
        here.is_stepped = True
        for role in roles:
            assert (await here.post(path, role, {"reason": "r"})).status == 403
        assert kept(here) == []
        assert {line.action for line in here.log()} == {"refused"}


async def test_without_the_key_nothing_is_done() -> None:
    """Each deed leads to the key; the pages say so and have no buttons."""
    async with page() as here:
        started = prepared(here)
        answer = await here.post(f"/privacy/erase/{OWN}", "head", {"reason": "r"})
        assert (answer.status, "ключом" in await answer.text()) == (403, True)
        assert 'name="reason"' not in await (await here.get(f"/privacy/erase/{OWN}", "head")).text()
        one = here.office.erasing.denied.requested("0" * 16, OWN, "", "r", "Кто-то", 1)
        here.office.erasing.denied.apply(one)
        assert "Подтвердить удаление" not in await (await here.get("/privacy/erase", "head")).text()
        assert (await here.post(f"/privacy/erasures/{one.erasure_id}/confirm", "head")).status == 403
        assert (kept(here), started) == ([], [])


async def test_a_held_client_is_not_erased() -> None:
    """At no step; the page says who holds him and why. Others' requests are not there for a curator."""
    async with page() as here:
        prepared(here)
        here.is_stepped = True
        here.office.erasing.denied.keep(Hold(lead_id=OWN, reason="дело А40-1", until="2100-06-30", by="Глеб", at=1))
        answer = await here.post(f"/privacy/erase/{OWN}", "curator", {"reason": "r"})
        text = await answer.text()
        assert (answer.status, "дело А40-1" in text, "leadpulse" in text) == (400, True, False)
        here.office.erasing.denied.apply(here.office.erasing.denied.requested("0" * 16, OTHER, "", "чужая", "Кто", 1))
        text = await (await here.get("/privacy/erase", "curator")).text()
        assert ("дело А40-1" in text, "чужая" in text) == (True, False)
        assert (await here.get("/privacy/erasures/0000000000000000/act", "curator")).status == 404
