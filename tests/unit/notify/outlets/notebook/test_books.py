"""The notebook of a lead in Open Notebook: found by its mark or name, called as the client is, shared with people."""

import asyncio

import msgspec

from alerting.clients import Client
from schemas.outlets import Forget
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import OpenNotebook
from streams.settings import Notebook
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Notebook as Row
from tests.fakes.open_notebook_rows import Source
from tests.unit.notify.outlets.copies import batch, copy, meeting
from tests.unit.notify.outlets.notebook.meetings import FIRST, LEAD, MINUTES, PASSWORD, SECOND, WORDS


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
