"""Meetings in Open Notebook: each source once and in its newest version, whatever the server does in between."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from alerting.clients import Client
from schemas.errors import ConfigError, RecordFault, Transient
from schemas.meetings import Utterance
from schemas.outlets import Forget, MinutesCopy
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets import notebook as outlet
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import CONFIGURATION_WAIT, OpenNotebook
from streams.settings import Notebook
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Fault, Source
from tests.fakes.open_notebook_rows import Notebook as Row
from tests.unit.engine.stand_ins import Broker, Stream, settler
from tests.unit.notify.outlets.copies import MINUTES as MADE
from tests.unit.notify.outlets.copies import batch, copy, meeting

PASSWORD = "p:w secret"
LEAD = "Лид 12345"
WORDS, MINUTES = (f"Встреча 21.11.2026 16:00 · {kind} · rec-1 v" for kind in ("расшифровка", "протокол"))
"""Titles of the first meeting, without the version."""

FIRST = batch(copy(meeting()), topic="out.notebook")
SECOND = batch(copy(meeting(version=2)), topic="out.notebook")


class Clock:
    """A time that stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FakeOpenNotebook]:
    """An Open Notebook with a password."""
    async with FakeOpenNotebook(PASSWORD, seconds=0.005) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """For the ages of unfinished jobs."""
    return Clock()


@pytest_asyncio.fixture
async def notebooks(server: FakeOpenNotebook, clock: Clock) -> AsyncIterator[Notebooks]:
    """The outlet, with a short patience."""
    outlet = notebooks_of(server, clock=clock)
    yield outlet
    await outlet.close()


def notebooks_of(server: FakeOpenNotebook, password: str = PASSWORD, clock: Clock | None = None) -> Notebooks:
    """An outlet for this server."""
    api = OpenNotebook(Notebook(url=server.url, password=password, timeout=2.0))
    return Notebooks(api, clock=clock or Clock(), sleep=lambda seconds: asyncio.sleep(min(seconds, 0.01)))


def healthy(outlet: Notebooks) -> bool:
    """What it tells now."""
    return outlet.healthy


async def deliver(outlet: Notebooks, records: Batch, tries: int = 50) -> Outcome:
    """As settle does it: again after each passing fault."""
    for _ in range(tries):
        try:
            return await outlet(records)
        except Transient:
            continue
    raise AssertionError("never delivered")


async def test_two_sources_per_meeting(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A meeting is a notebook of its lead and two texts in it; the same record again changes nothing and adds none."""
    await notebooks(FIRST)
    made = server.calls["POST /api/sources/json"]
    assert await notebooks(FIRST) == Outcome()
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]
    texts = [source.text or "" for source in server.sources.values()]
    assert "добрый день" in texts[0] and "тариф «Плюс»" in texts[1]
    assert server.calls["POST /api/sources/json"] == made == 2
    assert [(row.name, "leadpulse:12345" in row.description) for row in server.notebooks.values()] == [(LEAD, True)]
    assert healthy(notebooks)


async def test_who_is_erased_has_no_sources(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """First of the meetings where one person was; then of the client, whose notebook goes, for nothing else is in it.
    Another client's stays; again is nothing more."""
    other = meeting("o", lead_id="777")
    await notebooks(batch(copy(meeting()), copy(meeting("rec 2")), copy(other), topic="out.notebook"))
    of_person = Forget(forget_id="e" * 16, lead_id="12345", recordings=["rec 2", "x"])
    await notebooks(batch(msgspec.json.encode(of_person), topic="out.notebook"))
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]
    for _ in range(2):
        outcome = await notebooks(batch(msgspec.json.encode(replace(of_person, recordings=[])), topic="out.notebook"))
        assert outcome.rejected == []
        assert [row.name for row in server.notebooks.values()] == ["Лид 777"]
    assert len(server.sources) == 2


async def test_what_people_keep_in_a_notebook_stays(server: FakeOpenNotebook) -> None:
    """Without his name on it."""
    api = OpenNotebook(Notebook(url=server.url, password=PASSWORD, timeout=2.0))
    named = Notebooks(api, lambda lead: Client(lead, "ООО Ромашка"), sleep=lambda _: asyncio.sleep(0.01))
    await named(FIRST)
    [book] = server.notebooks
    await api.make_source(book, "Своё", "договор")
    await named(batch(msgspec.json.encode(Forget(forget_id="e" * 16, lead_id="12345")), topic="out.notebook"))
    assert server.titles(LEAD) == ["Своё"]
    await named.close()


async def test_nothing_is_opened_that_a_person_would_open(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Its list of what was viewed recently stays the person's own; while a text is processed its status is asked."""
    server.seconds = 0.01
    await notebooks(FIRST)
    await notebooks(SECOND)
    assert sum(source.views for source in server.sources.values()) == 0
    assert server.calls["GET /api/sources/{id}"] == 0 < server.calls["GET /api/sources/{id}/status"]


async def test_a_nul_goes_no_further(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Its database does not take one, wherever it stands: the words around it are kept."""
    event = meeting(people=["Ан\0на"], minutes=replace(MADE, summary="до\0говор"))
    record = msgspec.json.encode(MinutesCopy(event, [Utterance(0, 2000, "добрый д\0ень", "Ан\0на")]))
    await notebooks(batch(record, topic="out.notebook"))
    assert len(server.titles(LEAD)) == 2 and not server.starved
    texts = "".join(source.text or "" for source in server.sources.values())
    assert "договор" in texts and "добрый день" in texts and "Анна" in texts


async def test_newer_version_replaces(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """The new version takes the place of the old one; the old one delivered late does not come back."""
    await notebooks(FIRST)
    await notebooks(SECOND)
    await notebooks(FIRST)
    assert server.titles(LEAD) == [MINUTES + "2", WORDS + "2"]


async def test_new_text_stands_before_the_old_one_goes(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Between the versions there is never neither: when the new text cannot be made, the old one stays."""
    await notebooks(FIRST)
    server.faults.append(Fault("500", "POST"))
    with pytest.raises(Transient):
        await notebooks(SECOND)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]


async def test_a_notebook_is_called_as_the_client_is(server: FakeOpenNotebook) -> None:
    """Also one that was made before his name was told; a name that a person gave stays."""
    names: dict[str, str] = {}
    api = OpenNotebook(Notebook(url=server.url, password=PASSWORD, timeout=2.0))
    outlet = Notebooks(api, lambda lead: Client(lead, names.get(lead, "")), sleep=lambda _: asyncio.sleep(0.01))
    await outlet(FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]
    names["12345"] = "ООО «Ромашка»"
    for _ in range(2):
        await outlet(SECOND)
    assert server.titles("ООО «Ромашка» (лид 12345)") == [MINUTES + "2", WORDS + "2"]
    [book] = server.notebooks.values()
    book.name = "Цветы"
    await outlet(batch(copy(meeting("rec-10")), topic="out.notebook"))
    await outlet(batch(copy(meeting(lead_id="7")), topic="out.notebook"))
    assert [one.name for one in server.notebooks.values()] == ["Цветы", "Лид 7"]
    await outlet.close()


async def test_meetings_and_leads_apart(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Two meetings of a lead share a notebook; another lead has its own, also where his id begins the same."""
    await notebooks(
        batch(
            copy(meeting()), copy(meeting("rec-10", version=3)), copy(meeting(lead_id="123456")), topic="out.notebook"
        )
    )
    await notebooks(SECOND)
    assert [title.rpartition("· ")[2] for title in server.titles(LEAD)] == ["rec-1 v2", "rec-10 v3"] * 2
    assert server.titles("Лид 123456") == [MINUTES + "1", WORDS + "1"]


@pytest.mark.parametrize("path", ["/api/notebooks", "/api/sources/json"])
@pytest.mark.parametrize("kind", ["drop", "drop_after", "hang", "500"])
async def test_lost_answers(server: FakeOpenNotebook, notebooks: Notebooks, path: str, kind: str) -> None:
    """A call that failed, or was done but not answered, ends in one notebook and one source of each kind."""
    server.faults.append(Fault(kind, "POST", path))
    with pytest.raises(Transient):
        await notebooks(FIRST)
    assert not healthy(notebooks)
    await deliver(notebooks, FIRST)
    assert healthy(notebooks)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]
    assert len(server.notebooks) == 1 and not server.starved


async def test_duplicates_are_cleared(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Doubles that a lost race left, notebook or source, are deleted; what is not ours stays."""
    await notebooks(FIRST)
    book = next(iter(server.notebooks.values()))
    for number, title in enumerate([MINUTES + "1", MINUTES + "1", "Заметка куратора", None]):
        server.sources[f"source:{number}"] = Source(
            f"source:{number}", title, [book.id], "x", False, "", "completed", "x"
        )
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, book.description, "0")
    server.notebooks["notebook:b"] = Row("notebook:b", LEAD, "своя", "0")
    await notebooks(FIRST)
    assert [t for t in server.titles(LEAD) if t] == [MINUTES + "1", WORDS + "1", "Заметка куратора"]
    assert set(server.notebooks) == {book.id, "notebook:b"}


async def test_notebooks_of_the_same_name(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Ours is the one with the mark, however full or old another is; two of ours with sources both stay."""
    await notebooks(FIRST)
    book = next(iter(server.notebooks.values()))
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, "своя", "0")
    server.notebooks["notebook:b"] = Row("notebook:b", LEAD, book.description, "9999")
    for name in ("a", "b"):
        server.sources[name] = Source(name, "Файл", [f"notebook:{name}"], "x", False, "", None, "x")
    await notebooks(SECOND)
    assert set(server.notebooks) == {book.id, "notebook:a", "notebook:b"}
    assert [source.notebooks for source in server.sources.values() if source.title != "Файл"] == [[book.id]] * 2


async def test_renamed_notebook(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A person may call the notebook as he likes: the mark in its description finds it."""
    await notebooks(FIRST)
    next(iter(server.notebooks.values())).name = "ООО «Ромашка»"
    await notebooks(SECOND)
    assert server.titles("ООО «Ромашка»") == [MINUTES + "2", WORDS + "2"]


async def test_notebook_by_name(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A notebook of that name that a person made is used."""
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, "", "0")
    await notebooks(FIRST)
    assert list(server.notebooks) == ["notebook:a"] and len(server.titles(LEAD)) == 2


async def test_long_notebooks_are_read_to_the_end(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """Ours is found behind a hundred others and more, so it is not made twice."""
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, "", "0")
    for n in range(230):
        name = f"source:{n}"
        server.sources[name] = Source(name, f"Файл {n}", ["notebook:a"], "x", False, "", None, "x")
    await notebooks(FIRST)
    await notebooks(FIRST)
    assert len(server.titles(LEAD)) == 232
    assert server.calls["GET /api/sources"] == 6


@pytest.mark.parametrize(
    ("kind", "pause"),
    [
        ("401", CONFIGURATION_WAIT),
        ("403", CONFIGURATION_WAIT),
        ("302", CONFIGURATION_WAIT),
        ("404", CONFIGURATION_WAIT),
        ("405", CONFIGURATION_WAIT),
        ("html", CONFIGURATION_WAIT),
        ("429", None),
        ("500", None),
        ("503", None),
        ("hang", None),
        ("drop", None),
    ],
)
async def test_waits(server: FakeOpenNotebook, notebooks: Notebooks, kind: str, pause: float | None) -> None:
    """A fault that passes, or that a person mends, is waited for: nothing is rejected, and then it is there."""
    times = 2 if kind == "drop" else 1  # the HTTP client itself asks again where nothing can be done twice
    server.faults.append(Fault(kind, "GET", "/api/notebooks", times))
    with pytest.raises(Transient) as fault:
        await notebooks(FIRST)
    assert fault.value.retry_after == pause
    assert PASSWORD not in str(fault.value) and server.url not in str(fault.value)
    assert await notebooks(FIRST) == Outcome()
    assert len(server.titles(LEAD)) == 2


async def test_redirect_is_not_followed(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """The password goes to the address that was set, and to no other that it names."""
    async with FakeOpenNotebook(PASSWORD) as other:
        server.faults.append(Fault("307", location=f"{other.url}/api/notebooks"))
        with pytest.raises(Transient, match=r"307.*notebook\.url"):
            await notebooks(FIRST)
        assert not other.calls


async def test_wrong_password_is_said_once(server: FakeOpenNotebook, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password: one error in the log that names the setting, records wait, the password is nowhere."""
    outlet = notebooks_of(server, "not that")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            with pytest.raises(Transient, match=r"notebook\.password"):
                await outlet(FIRST)
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1 and not healthy(outlet)
    assert "not that" not in str([record.__dict__ for record in caplog.records])
    server.password = "not that"
    await outlet(FIRST)
    assert healthy(outlet) and len(server.titles(LEAD)) == 2
    await outlet.close()


async def test_no_password(server: FakeOpenNotebook) -> None:
    """An Open Notebook without a password takes the records of an outlet without one."""
    server.password = ""
    outlet = notebooks_of(server, "")
    await outlet(FIRST)
    assert len(server.titles(LEAD)) == 2
    await outlet.close()


@pytest.mark.parametrize("kind", ["400", "413", "422"])
async def test_refused(server: FakeOpenNotebook, notebooks: Notebooks, kind: str) -> None:
    """What it will never take is a dead letter, its neighbours are delivered, and the reason has none of the words."""
    server.faults.append(Fault(kind, "POST", "/api/sources/json"))
    records = batch(copy(meeting()), b"{", copy(meeting("rec-2")), topic="out.notebook")
    outcome = await notebooks(records)
    assert [record.offset for record, _ in outcome.rejected] == [0, 1]
    assert kind in outcome.rejected[0][1].reason and "Плюс" not in outcome.rejected[0][1].reason
    assert len(server.titles(LEAD)) == 2


async def test_away_and_back(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """It is stopped and started: with its data nothing is doubled, without them everything is made again."""
    await notebooks(FIRST)
    await server.stop()
    with pytest.raises(Transient):
        await notebooks(SECOND)
    await server.start()
    await deliver(notebooks, SECOND)
    assert server.titles(LEAD) == [MINUTES + "2", WORDS + "2"]
    await server.stop()
    server.wipe()
    await server.start()
    await deliver(notebooks, SECOND)
    assert server.titles(LEAD) == [MINUTES + "2", WORDS + "2"] and len(server.notebooks) == 1


@pytest.mark.parametrize("missing", [404, 500])
async def test_notebook_that_goes_meanwhile(server: FakeOpenNotebook, notebooks: Notebooks, missing: int) -> None:
    """A notebook deleted between the look and the writing is made again, in old versions (500) as in new ones (404)."""
    server.missing = missing
    await notebooks(FIRST)
    server.faults.append(Fault("wipe_after", "GET", "/api/notebooks"))
    with pytest.raises(Transient):
        await notebooks(FIRST)
    await deliver(notebooks, FIRST)
    assert len(server.titles(LEAD)) == 2 and len(server.notebooks) == 1


async def test_worker_that_does_not_run(server: FakeOpenNotebook, notebooks: Notebooks, clock: Clock) -> None:
    """A text that stays queued is not confirmed, made twice or deleted, for days; when it is in, all is well."""
    server.working = False
    for _ in range(3):
        with pytest.raises(Transient, match="worker"):
            await notebooks(FIRST)
        clock.now += 86_400
    assert server.titles(LEAD) == [WORDS + "1"]
    server.working = True
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"] and not server.starved


@pytest.mark.parametrize("status", ["running", None])
async def test_orphaned_job(server: FakeOpenNotebook, notebooks: Notebooks, clock: Clock, status: str | None) -> None:
    """A text whose job was ended in the middle is made anew, but not before that is certain."""
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, "", "0")
    server.sources["source:a"] = Source("source:a", WORDS + "1", ["notebook:a"], "x", False, "", status)
    for moment in (0, outlet.ORPHANED):
        clock.now = moment
        with pytest.raises(Transient):
            await notebooks(FIRST)
        assert list(server.sources) == ["source:a"]
    clock.now += 1
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"] and "source:a" not in server.sources


async def test_text_that_failed_once(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A text that it failed to process is given again, and the failed one does not stay."""
    server.failing = 1
    with pytest.raises(Transient) as fault:
        await notebooks(FIRST)
    assert fault.value.retry_after == outlet.FAILED_WAIT
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]


async def test_text_that_fails_always(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A text that it can never process becomes a dead letter instead of holding up the others for ever."""
    server.failing = 4
    broker, meetings = Broker(), [copy(meeting()), copy(meeting("rec-2"))]
    settling = settler(notebooks, broker)
    await settling.run(Stream(range(2), values=meetings))
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(0, "RecordFault")]
    assert [title.rpartition("· ")[2] for title in server.titles(LEAD)] == ["rec-2 v1"] * 2


async def test_text_that_it_stumbles_over(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """The notebook was read a moment ago, and this text gives 500: its own fault, not that of a system that is away."""
    server.faults.append(Fault("500", "POST", "/api/sources/json"))
    with pytest.raises(RecordFault):
        await notebooks(FIRST)


@pytest.mark.parametrize(
    "settings", [{"password": "пароль"}, {"password": "a\nb"}, {"url": "http://["}, {"url": "localhost:5055"}]
)
def test_settings_that_cannot_work(settings: dict[str, str]) -> None:
    """A password that no header holds and an address that is none are said at start, without the password."""
    with pytest.raises(ConfigError) as fault:
        OpenNotebook(Notebook(**{"url": "http://127.0.0.1:5055"} | settings))
    assert settings.get("password", "?") not in str(fault.value)


@pytest.mark.parametrize("embed", [False, True])
async def test_embedding_is_a_setting(server: FakeOpenNotebook, embed: bool) -> None:
    """It embeds (gives the words to its embedding model) only where that is wanted."""
    api = OpenNotebook(Notebook(url=server.url + "/", password=PASSWORD, embed=embed))
    await Notebooks(api, sleep=lambda _: asyncio.sleep(0.01))(FIRST)
    assert {source.embed for source in server.sources.values()} == {embed}
    await api.close()


async def test_any_faults_end_right(server: FakeOpenNotebook) -> None:
    """Whatever goes wrong in whatever order, also with a new process each time: one of each, of the newest version."""
    for seed in range(12):
        chance = random.Random(seed)
        server.wipe()
        server.faults.clear()
        versions = [chance.randint(1, 3) for _ in range(4)]
        for version in versions:
            kinds = chance.choices(["500", "401", "429", "drop", "drop_after", "html", ""], k=6)
            methods = chance.choices(["", "GET", "POST", "DELETE"], k=6)
            server.faults = [Fault(kind, method) for kind, method in zip(kinds, methods, strict=True) if kind]
            server.failing = chance.choice([0, 0, 1])
            outlet = notebooks_of(server)
            outcome = await deliver(outlet, batch(copy(meeting(version=version)), topic="out.notebook"))
            assert outcome == Outcome()
            await outlet.close()
        server.faults.clear()
        outlet = notebooks_of(server)
        await deliver(outlet, batch(copy(meeting(version=max(versions))), topic="out.notebook"))
        await outlet.close()
        assert server.titles(LEAD) == [f"{MINUTES}{max(versions)}", f"{WORDS}{max(versions)}"], seed
        assert not server.starved
