"""Who in a meeting is who: a person is asked, his answer holds for the meeting at once, and can be taken back."""

import msgspec

from processors.pages import Meeting
from schemas.sources import Identity
from schemas.topics import IDENTITIES
from tests.unit.web.page import Page
from tests.unit.web.screens import text_of
from tests.unit.web.short_names import MEETING, TEA

HERE = f"/leads/{TEA}/participants"
SVETA = {"recording": MEETING, "name": "Света"}
OLGA = {"recording": MEETING, "name": "Ольга"}


def words(here: Page) -> list[Identity]:
    """What was written on `identities`."""
    sent = [one for one in here.sent if one.topic == IDENTITIES.name]
    return [msgspec.json.decode(one.value, type=Identity) for one in sent if one.value]


async def meeting(here: Page) -> Meeting:
    """As the store tells it now."""
    return msgspec.convert(await here.office.store.get(f"/api/leads/{TEA}/meetings/{MEETING}", "тест"), Meeting)


async def test_a_curator_tells_who_it_is_and_takes_it_back(company: Page) -> None:
    """In the inbox and on the meeting's page. Told: words, share and promise are the person's; nobody asks."""
    told = await text_of(await company.get("/inbox", "curator"))
    assert "Кто был на встрече" in told and "«Света»" in told and "совпадает только имя" in told
    assert "Это Светлана Чайкина (закупки) ?" in told and "Да, это Светлана Чайкина" in told
    asked = {one.name: [each.person for each in one.candidates] for one in (await meeting(company)).participants}
    assert asked == {"Ольга": ["tg_user:3"], "Света": ["b24_contact:6"]}

    answer = await company.post(HERE, "curator", {**SVETA, "do": "yes", "person": "b24_contact:6", "from": "inbox"})
    assert answer.headers["Location"] == "/inbox?done=named"
    await company.post(HERE, "curator", {**OLGA, "do": "yes", "person": "tg_user:3"})
    assert [(one.name, one.side, one.confirmed_by) for one in words(company)] == [
        ("Светлана Чайкина", "client", "Ольга Петрова"),
        ("Ольга Петрова", "staff", "Ольга Петрова"),
    ]
    found = await meeting(company)
    assert [one.speaker for one in found.utterances] == ["Ольга Петрова", "Светлана Чайкина"] == found.people
    assert {one.name for one in found.speakers} == {"Ольга Петрова", "Светлана Чайкина"}
    assert found.minutes is not None and [one.owner for one in found.minutes.actions] == ["Ольга Петрова"]
    assert [one.ours for one in found.participants] == [True, False]
    told = await text_of(await company.get("/inbox", "curator"))
    assert "Кто был на встрече" not in told and "Последние ответы об участниках" in told
    assert "Светлана Чайкина, со стороны клиента" in told
    page = await text_of(await company.get(f"/leads/{TEA}/meetings/{MEETING}", "curator"))
    assert "Ольга Петрова, наш сотрудник. Ответ: Ольга Петрова" in page

    await company.post(HERE, "curator", {**SVETA, "do": "undo"})
    await company.post(HERE, "curator", {"name": "ольга", "do": "undo", "from": "inbox"})
    found = await meeting(company)
    assert [one.speaker for one in found.utterances] == ["Ольга", "Света"]
    assert "Это Светлана Чайкина" in await text_of(await company.get("/inbox", "curator"))
    assert {(one.action, one.lead) for one in company.log() if one.action == "link"} == {("link", TEA)}


async def test_none_of_them_or_somebody_else(company: Page) -> None:
    """None: his words are the client's and nobody asks again. Another: as he is called, on the side that is said."""
    await company.post(HERE, "curator", {**OLGA, "do": "no"})
    await company.post(HERE, "curator", {**SVETA, "do": "other", "called": " Светлана  Ким ", "side": "staff"})
    found = {one.name: one for one in (await meeting(company)).participants}
    assert found["Ольга"].answer is not None and found["Ольга"].answer.refused and not found["Ольга"].ours
    assert found["Света"].ours and [one.speaker for one in (await meeting(company)).utterances][1] == "Светлана Ким"
    page = await text_of(await company.get(f"/leads/{TEA}/meetings/{MEETING}", "curator"))
    assert "никто из тех, кого предложили" in page and "Светлана Ким, наш сотрудник" in page


REFUSED: tuple[dict[str, str], ...] = (
    {**SVETA, "do": "yes", "person": "b24_user:1"},
    {**SVETA, "do": "other", "called": "", "side": "client"},
    {**SVETA, "do": "other", "called": "Света", "side": "other"},
    {**SVETA, "do": "undo"},
    {**SVETA, "do": "explode"},
    {"recording": MEETING, "name": "Кто-то", "do": "no"},
    {},
)


async def test_what_cannot_be(company: Page) -> None:
    """Somebody who was not asked about, nobody, a name that was not there: nothing is written."""
    for form in REFUSED:
        assert (await company.post(HERE, "curator", form)).status == 400, form
    assert (await company.post(HERE, "viewer", {**SVETA, "do": "no"})).status == 403
    assert (await company.post("/leads/1002/participants", "curator", {**SVETA, "do": "no"})).status == 403
    assert not words(company)
    page = await text_of(await company.get(f"/leads/{TEA}/meetings/{MEETING}", "admin"))
    assert "Да, это" not in page
