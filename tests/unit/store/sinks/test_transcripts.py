"""Transcripts on real chDB: of one version the first, of several the newest, whole; and words are found in them."""

import msgspec

from schemas import events as ev
from schemas.codec import EVENT, encode
from streams.store.database import Database
from streams.store.read import history
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, batch
from tests.unit.store.samples import LEAD, event_of


async def test_a_transcript_done_twice_is_not_mixed(database: Database) -> None:
    """A job killed after it published is done again with other words: those of the first stay, whole."""
    talk = event_of(ev.MeetingTranscribed)
    longer = msgspec.structs.replace(talk, utterances=[ev.Utterance(n, n + 1, f"слово {n}") for n in range(4)])
    sink = Sink(database, EVENT, event_rows)
    for offset, event in enumerate([talk, longer]):
        await sink(batch("lead.events", [encode(event)], first=offset))
    view = [text for (text,) in await database.read("SELECT text FROM transcripts_current ORDER BY number")]
    [told] = (await history.transcripts(database, LEAD, 5)).transcripts
    assert view == [utterance.text for utterance in told.utterances] == ["добрый день", "да"]


async def test_a_newer_transcript_replaces_the_whole_older_one(database: Database) -> None:
    """Utterances of an old version are gone from the current view, also where the new version has none."""
    first = event_of(ev.MeetingTranscribed)
    second = msgspec.structs.replace(first, version=2, utterances=[ev.Utterance(0, 100, "только это")])
    silent = msgspec.structs.replace(first, version=3, utterances=[])
    sink = Sink(database, EVENT, event_rows)
    seen = []
    for offset, talk in enumerate([first, second, first, silent]):
        await sink(batch("lead.events", [encode(talk)], first=offset, at=NOW + offset))
        view = [text for (text,) in await database.read("SELECT text FROM transcripts_current ORDER BY number")]
        [told] = (await history.transcripts(database, LEAD, 5)).transcripts
        assert [utterance.text for utterance in told.utterances] == view
        seen.append(view)
    assert seen == [["добрый день", "да"], ["только это"], ["только это"], []]


async def test_words_are_found(database: Database) -> None:
    """Full text search meets a word whatever its case, and ё as е."""
    talk = msgspec.structs.replace(event_of(ev.MeetingTranscribed), utterances=[ev.Utterance(0, 1, "Мы УХОДИМ, «всё»")])
    await Sink(database, EVENT, event_rows)(batch("lead.events", [encode(talk)]))
    for words in ("уходим", "ВСЕ"):
        found = await database.read(
            "SELECT count() FROM transcripts_current WHERE hasAllTokens(text, {w:String})", {"w": words}
        )
        assert found == [(1,)], words
