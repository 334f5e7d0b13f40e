"""Search and figures by day of the read API, over real HTTP and chDB."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from processors.notes import kept, taken_back, written
from processors.russian.search import Wanted, wanted
from schemas import events as ev
from schemas.codec import event_id
from schemas.meetings import MeetingTranscribed, Utterance
from schemas.minutes import OFFLINE, Minutes
from streams.settings import Store
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.api_line import answer, serving
from tests.unit.store.records import NOW
from tests.unit.store.samples import event_of

ANNA = ev.Author("1", "Анна")
SAID = ["Мы УХОДИМ к другому складу", "Ушли бы, да лень", "Ещё раз: склад другой не нужен", "привет", "привет"]


def message(number: int, text: str, lead: str = "7") -> ev.Message:
    """One of a chat, a minute after the other."""
    at = NOW + number * 60_000
    common = {"event_id": event_id("t", number), "lead_id": lead, "ts": at, "source": "telegram:main"}
    return ev.Message("c", str(number), ANNA, text, **common)  # type: ignore[arg-type]


def meeting() -> MeetingTranscribed:
    """An hour before the chat."""
    said = [Utterance(1000, 2000, "договор расторгнем", "Пётр", 0.9), Utterance(3000, 4000, "добрый день", "Анна", 0.9)]
    common = {"event_id": event_id("m"), "lead_id": "8", "ts": NOW - 3_600_000, "source": "jitsi"}
    return MeetingTranscribed("rec", 1, "vosk", 60_000, 4, said, **common)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def spoken(store: Store, database: Database, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A session on an API with some messages and a meeting."""
    events = [message(n, text, "9" if n == 4 else "7") for n, text in enumerate(SAID)]
    await fakes.Feed(database)([*events, meeting()])
    kept = store.model_copy(update={"api_token_file": tmp_path / "token"})
    async with serving(kept, database) as port:
        headers = {"Authorization": f"Bearer {kept.api_token_file.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield session


async def texts(api: aiohttp.ClientSession, query: str, more: str = "") -> list[str]:
    """What is found, newest first."""
    status, told = await answer(api, f"/api/search?q={quote(query)}{more}")
    assert status == 200, told
    return [one["text"] for one in told["found"]]


async def test_words_in_any_form_phrases_and_filters(spoken: aiohttp.ClientSession) -> None:
    """Forms of words, е for ё, capital letters; phrases word for word; by client, source and time."""
    assert await texts(spoken, "уходить") == [SAID[0]]
    assert await texts(spoken, "уйти") == [SAID[1]]
    assert await texts(spoken, "склады другие") == [SAID[2], SAID[0]]
    assert await texts(spoken, '"другому складу"') == [SAID[0]]
    assert await texts(spoken, "«склад другой» ещё") == [SAID[2]]
    assert await texts(spoken, "расторгнуть") == ["договор расторгнем"]
    assert await texts(spoken, '"договор расторгнем"') == ["договор расторгнем"]
    assert await texts(spoken, "расторгнуть", "&source=telegram") == []
    assert await texts(spoken, "расторгнуть", "&source=meeting&lead=8") == ["договор расторгнем"]
    assert await texts(spoken, "привет", "&lead=9") == ["привет"]
    assert await texts(spoken, "привет", f"&since={NOW + 4 * 60_000}") == ["привет"]
    assert await texts(spoken, "привет", f"&until={NOW}") == []
    assert await texts(spoken, "нетакогослова") == []


async def test_pages_have_no_gap_and_no_repetition(spoken: aiohttp.ClientSession) -> None:
    """By cursor: newest first, each once."""
    found: list[str] = []
    before = ""
    while True:
        _, told = await answer(spoken, f"/api/search?q={quote('привет')}&limit=1{before}")
        found += [one["id"] for one in told["found"]]
        if told["next"] is None:
            break
        before = f"&before={told['next']}"
    assert found == [event_id("t", 4), event_id("t", 3)]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("search", "q is"),
        ("search?q=%21", "q is"),
        ("search?q=" + "x" * 300, "characters"),
        ("search?q=" + "+".join("abcdefghijkl"), "words"),
        ("search?q=a&before=x", "before"),
        ("search?q=a&limit=1000", "limit"),
        ("search?q=a&lead=x", "lead"),
        ("figures?since=2026-01-02&until=2026-01-01", "since"),
        ("figures?since=2020-01-02&until=2026-01-01", "days"),
        ("figures?since=x", "day"),
    ],
)
async def test_what_is_wrong_is_told(spoken: aiohttp.ClientSession, path: str, word: str) -> None:
    """400 with a reason; nothing reaches the engine as text."""
    status, told = await answer(spoken, f"/api/{path}")
    assert status == 400
    assert word in str(told["error"])


async def test_figures_of_a_moscow_day(spoken: aiohttp.ClientSession) -> None:
    """By day, kind and side; of one client, or of all with the number of clients."""
    _, told = await answer(spoken, "/api/figures?since=2026-11-20&until=2026-11-22")
    messages = [one for one in told["figures"] if one["kind"] == "message"]
    assert [(one["day"], one["action"], one["events"], one["leads"]) for one in messages] == [
        ("2026-11-21", "client", 5, 2)
    ]
    _, told = await answer(spoken, "/api/figures?since=2026-11-20&until=2026-11-22&lead=9")
    assert [one["events"] for one in told["figures"]] == [1]


def test_a_query_is_words_and_phrases() -> None:
    """What nobody can look for is left out; an unclosed quote is no phrase."""
    assert wanted('"а б" «В!»  xyzzy') == Wanted([["xyzzy"]], ["а б", "в"])
    assert wanted('"a') == Wanted([["a"]], [])
    assert wanted(" ,.! ") == Wanted([], [])
    assert {"бронь", "брони", "бронями"} <= set(wanted("броней").words[0])


def changed(kind: type, number: int, minute: int, id_: str, *more: object) -> ev.Event:
    """A change of message `number` of client 7."""
    common = {"event_id": event_id(id_), "lead_id": "7", "ts": NOW + minute * 60_000, "source": "telegram:main"}
    return kind("c", str(number), *more, **common)  # type: ignore[no-any-return]


async def test_a_message_is_found_in_its_newest_words(spoken: aiohttp.ClientSession, database: Database) -> None:
    """Not in those that it had before, nor when it was deleted; of edits in one second the later accepted counts."""
    edits = [
        changed(ev.MessageEdited, 0, 10, "e1", ANNA, "Мы остаёмся, наверное"),
        changed(ev.MessageEdited, 0, 11, "e2", ANNA, "Мы остаёмся, конечно"),
        changed(ev.MessageEdited, 0, 11, "e3", ANNA, "Мы остаёмся навсегда"),
        changed(ev.MessageDeleted, 3, 12, "d1"),
    ]
    await fakes.Feed(database, first=1000)(edits)
    assert await texts(spoken, "уходить") == []
    assert await texts(spoken, "оставаться") == ["Мы остаёмся навсегда"]
    assert await texts(spoken, "привет", "&lead=7") == []
    assert await texts(spoken, "привет", "&lead=7&limit=1") == []


async def test_of_a_repeat_the_row_that_was_first_is_found(spoken: aiohttp.ClientSession, database: Database) -> None:
    """The same event once more with another time is found once, at its first time (design rule 14)."""
    again = message(2, SAID[2])
    await fakes.Feed(database, first=1000)([msgspec.structs.replace(again, ts=NOW + 3_600_000)])
    _, told = await answer(spoken, f"/api/search?q={quote('склад')}&limit=1")
    assert [one["ts"] for one in told["found"]] == [again.ts]


async def test_what_is_forgotten_is_not_found(spoken: aiohttp.ClientSession, database: Database) -> None:
    """Words of an event and of a meeting that went to another client; they are stored no more."""
    await database.forget([("7", int(event_id("t", 0), 16))])
    await database.forget_words([("8", "rec")])
    assert await texts(spoken, "уходить") == []
    assert await texts(spoken, "договор") == []
    left = await database.read("SELECT text FROM said WHERE lead_id = '8' OR text = {gone:String}", {"gone": SAID[0]})
    assert not left


async def test_an_older_transcript_is_not_found(spoken: aiohttp.ClientSession, database: Database) -> None:
    """A newer version of a meeting's words hides all of the older one's; pages of one hit walk on over them."""
    older = meeting()
    newer = msgspec.structs.replace(older, version=2, event_id=event_id("m", 2), utterances=older.utterances[1:])
    await fakes.Feed(database, first=1000)([newer])
    assert await texts(spoken, "расторгнуть") == []
    assert await texts(spoken, "добрый", "&limit=1") == ["добрый день"]


async def test_of_minutes_and_summaries_the_newest_are_found(api: aiohttp.ClientSession, database: Database) -> None:
    """Made anew, the former are not found any more, whatever order they came in; another meeting's and another day's
    are, and so is the newest where it is the one that came first."""

    def minutes(recording: str, version: int, text: str) -> ev.MeetingMinutes:
        known = {"recording_id": recording, "event_id": event_id("v", recording, version)}
        return replace(event_of(ev.MeetingMinutes), **known, minutes=Minutes(f"палета {text}", OFFLINE, version))

    def summary(number: int, until: int, text: str) -> ev.ChatSummary:
        known = {"event_id": event_id("s", number), "ts": until, "minutes": Minutes(f"палета {text}", OFFLINE, number)}
        return replace(event_of(ev.ChatSummary), **known)

    first: list[ev.Event] = [
        minutes("r1", 1, "первая"),
        minutes("r2", 2, "вторая"),
        summary(1, NOW, "утро"),
        summary(3, NOW + 9, "ночь"),
    ]
    await fakes.Feed(database, 50)(
        [*first, minutes("r1", 2, "снова"), minutes("r2", 1, "старая"), summary(2, NOW, "день")]
    )
    assert sorted(await texts(api, "палета")) == ["палета вторая", "палета день", "палета ночь", "палета снова"]
    assert await texts(api, "палета", "&limit=1") == ["палета ночь"]


async def test_of_a_note_only_its_last_words_are_found(api: aiohttp.ClientSession, database: Database) -> None:
    """Former words and notes that were taken back are found nowhere."""
    one = written("7", "a", "старая берлога", ANNA, NOW, pinned=False)
    other = written("7", "b", "чужая берлога", ANNA, NOW, pinned=False)
    newer = written("7", "a", "новая берлога", ANNA, NOW + 1, pinned=True)
    await fakes.Feed(database)([one, other])
    assert sorted(await texts(api, "берлога")) == ["старая берлога", "чужая берлога"]
    await fakes.Feed(database, first=9)([newer, taken_back("7", kept([other])[0], ANNA, NOW + 1)], at=NOW + 1)
    assert await texts(api, "берлога") == ["новая берлога"]
