"""The administrator's page: who is let in, in what role; what takes rights away ends sessions at once."""

import asyncio

import pytest

from schemas.people import WebUser
from streams.engine.command_tables import USER
from streams.settings import Settings, Web
from tests.unit.web.page import NOW, Page, page


def stored(here: Page) -> list[WebUser]:
    """Users that stand on the topic, in order."""
    found = [USER.decode(output.value) for output in here.sent if output.topic == "web.users"]
    return [user for user in found if isinstance(user, WebUser)]


async def test_somebody_is_added() -> None:
    """With his name, role and Telegram id; the same name again, no name, no role, letters for a number: 400."""
    async with page() as here:
        here.is_stepped = True
        form = {"name": "  Ольга   Петрова ", "role": "curator", "telegram_id": "700"}
        assert (await here.post("/admin/users", "admin", form)).status == 303
        [user] = stored(here)
        assert (user.name, user.role, user.telegram_id) == ("Ольга Петрова", "curator", 700)
        for wrong, words in (
            (form | {"name": "ольга петрова"}, "уже есть"),
            (form | {"name": " "}, "Нужны имя"),
            (form | {"name": "Другой", "role": "boss"}, "Нужны имя"),
            (form | {"name": "Другой", "telegram_id": "@olga"}, "состоит из цифр"),
        ):
            answer = await here.post("/admin/users", "admin", wrong)
            assert (answer.status, words in await answer.text()) == (400, True), wrong
        assert len(stored(here)) == 1


async def test_a_new_role_and_the_end_hold_at_once() -> None:
    """The session of before is over with the next request; who is let in again has to log in anew."""
    async with page() as here:
        here.is_stepped = True
        cookie = here.cookie("head")
        here.now += 1
        assert (await here.post("/admin/users/uhead", "admin", {"do": "role", "role": "viewer"})).status == 303
        assert here.office.members.signed(cookie) is None
        cookie = here.cookie("curator")
        here.now += 1
        assert (await here.post("/admin/users/ucurator", "admin", {"do": "disable"})).status == 303
        assert here.office.members.signed(cookie) is None
        await here.post("/admin/users/ucurator", "admin", {"do": "enable"})
        assert here.office.members.signed(cookie) is None
        await here.post("/admin/users/ucurator", "admin", {"do": "leads"})
        assert stored(here)[-1].leads == "all"
        assert {line.object for line in here.log()} == {"uhead", "ucurator"}


async def test_nobody_changes_himself() -> None:
    """Or the page could be left without an administrator; nobody and nonsense are answered in words."""
    async with page() as here:
        here.is_stepped = True
        for path, form, status in (
            ("/admin/users/uadmin", {"do": "role", "role": "viewer"}, 400),
            ("/admin/users/uadmin", {"do": "disable"}, 400),
            ("/admin/users/nobody", {"do": "disable"}, 404),
        ):
            assert (await here.post(path, "admin", form)).status == status
        here.user("head")
        assert (await here.post("/admin/users/uhead", "admin", {"do": "explode"})).status == 400
        assert (await here.post("/admin/users/uhead", "admin", {"do": "role", "role": "boss"})).status == 400
        assert stored(here) == []


async def test_sessions_are_written_down_and_ended() -> None:
    """Who was seen stands on the topic a minute later, so that a restart does not end him; what is over goes."""
    async with page() as here:
        here.is_stepped = True
        members = here.office.members
        cookie = here.cookie("head")
        here.now += 60_000
        assert members.signed(cookie) is not None
        await members.write_seen()
        [seen] = [output for output in here.sent if output.topic == "web.sessions"]
        assert b'"seen":%d' % (NOW + 60_000) in (seen.value or b"")
        await members.write_seen()
        assert len([output for output in here.sent if output.topic == "web.sessions"]) == 1
        here.now += 13 * 3_600_000
        await members.write_seen()
        [_, gone] = [output for output in here.sent if output.topic == "web.sessions"]
        assert gone.value is None and members.sessions == {}


async def test_kafka_away_ends_nothing(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was seen cannot be written for a while: the worker goes on, and writes it when Kafka is back."""
    monkeypatch.setattr("streams.web.members.SEEN_EVERY_S", 0.01)
    async with page() as here:
        here.is_stepped = True
        here.office.members.signed(here.cookie("head"))
        here.now += 60_000
        here.office.members.signed("cookie-of-head")
        here.is_kafka_away = True
        keeping = asyncio.ensure_future(here.office.members.keep_seen())
        await asyncio.sleep(0.1)
        assert not keeping.done() and "sessions cannot be written" in caplog.text
        here.is_kafka_away = False
        await asyncio.sleep(0.1)
        assert [output for output in here.sent if output.topic == "web.sessions"]
        keeping.cancel()


async def test_who_changes_people_has_proved_that_it_is_he() -> None:
    """A session that somebody else got hold of makes no administrator: without a key used minutes ago no form is
    shown, and what is sent all the same changes nothing and leads to the key."""
    async with page() as here:
        here.user("head")
        seen = await (await here.get("/admin/users", "admin")).text()
        assert "/step?next=/admin/users" in seen and "<form" not in seen
        for path, form in (
            ("/admin/users", {"name": "Чужой", "role": "admin"}),
            ("/admin/users/uhead", {"do": "role", "role": "admin"}),
        ):
            answer = await here.post(path, "admin", form)
            assert answer.status == 403 and "подтвердите ключом" in await answer.text()
        assert stored(here) == []
        here.is_stepped = True
        assert "<form" in await (await here.get("/admin/users", "admin")).text()
        here.cookie("admin")
        here.now += 5 * 60_000 + 1
        here.is_stepped = False
        assert (await here.post("/admin/users/uhead", "admin", {"do": "role", "role": "admin"})).status == 403


async def test_the_first_administrator_comes_from_the_settings() -> None:
    """Once, while nobody is let in, and also when Kafka comes back late; who is there already lets nobody else in."""
    named = Settings(web=Web(first_admin="Ольга Петрова", first_admin_telegram=700))
    async with page(named) as here:
        here.office.commands.around.users.users.clear()
        here.is_kafka_away = True
        work = asyncio.ensure_future(here.office.members.let_first_in())
        await asyncio.sleep(0)
        assert stored(here) == []  # the table is not read yet: it may hold somebody
        here.office.commands.around.users.loaded.set()
        await asyncio.sleep(0.05)
        here.is_kafka_away = False
        async with asyncio.timeout(60):
            while not stored(here):
                await asyncio.sleep(0.01)
        work.cancel()
        [user] = stored(here)
        assert (user.name, user.role, user.telegram_id) == ("Ольга Петрова", "admin", 700)
        again = asyncio.ensure_future(here.office.members.let_first_in())
        await asyncio.sleep(0.05)
        again.cancel()
        assert stored(here) == [user]
