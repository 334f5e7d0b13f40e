"""Meetings in Open Notebook: each source once and in its newest version, whose lead it is and whose it is no more."""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from schemas.errors import Transient
from schemas.meetings import Utterance
from schemas.outlets import Forget, MinutesCopy
from streams.engine.settle import Outcome
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import OpenNotebook
from streams.settings import Notebook
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Fault
from tests.unit.notify.outlets.copies import MINUTES as MADE
from tests.unit.notify.outlets.copies import batch, copy, meeting
from tests.unit.notify.outlets.notebook.meetings import FIRST, LEAD, MINUTES, PASSWORD, SECOND, WORDS, healthy


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


@pytest.mark.parametrize("embed", [False, True])
async def test_embedding_is_a_setting(server: FakeOpenNotebook, embed: bool) -> None:
    """It embeds (gives the words to its embedding model) only where that is wanted."""
    api = OpenNotebook(Notebook(url=server.url + "/", password=PASSWORD, embed=embed))
    await Notebooks(api, sleep=lambda _: asyncio.sleep(0.01))(FIRST)
    assert {source.embed for source in server.sources.values()} == {embed}
    await api.close()
