"""A name in a meeting that a person told later, in what stands already: on real chDB."""

from msgspec.structs import replace

from processors.answered import participant
from processors.identity import Identities
from schemas import events as ev
from schemas.meetings import Called
from schemas.minutes import Action
from schemas.sources import Identity
from streams.store.database import Database
from streams.store.read.hits import Where
from streams.store.read.pages.timeline import found_in, timeline
from streams.store.read.search import search
from tests.unit.store import fakes
from tests.unit.store.samples import LEAD, event_of


async def test_a_told_name_stands_in_the_time_line_and_in_what_is_found(database: Database) -> None:
    """Told after the meeting: who was there, whose promise it is, who said it; and as before when it is taken back. A
    text that was made with an answer of before is called by today's."""
    words, minutes = event_of(ev.MeetingTranscribed), event_of(ev.MeetingMinutes)
    spoken = [replace(one, speaker=who) for one, who in zip(words.utterances, ("Аня", "Олег Сон"), strict=True)]
    action = Action("пришлю акт", "Аня", "завтра", "пришлю акт", 3)
    recorded = replace(event_of(ev.MeetingRecorded), participants=["Аня", "Сон"])
    await fakes.Feed(database)(
        [
            recorded,
            replace(words, utterances=spoken, called=[Called("Олег Сон", "Сон")]),
            replace(minutes, minutes=replace(minutes.minutes, actions=[action])),
        ]
    )
    known = Identities()

    async def told() -> tuple[list[str], list[str], list[str]]:
        rows = (await timeline(database, LEAD, known, "meeting", "", 0)).rows
        [row] = [one for one in rows if one.kind == "meeting"]
        found = (await search(database, "добрый день", Where(LEAD), 10, "", known)).found
        in_line = (await found_in(database, LEAD, known, "meeting", "добрый день", "", 0)).rows
        assert row.minutes is not None
        return (
            row.people,
            [one.owner for one in row.minutes.actions],
            [one.speaker for one in found] + [one.who for one in in_line],
        )

    assert await told() == (["Аня", "Сон"], ["Аня"], ["Аня", "Аня"])
    for name, called in (("Аня", "Анна Ким"), ("Сон", "Пётр Сон")):
        ref = participant(LEAD, name)
        known.apply(f"{ref.kind}:{ref.value}", Identity(ref.kind, ref.value, name=called, side="staff"))
    assert await told() == (["Анна Ким", "Пётр Сон"], ["Анна Ким"], ["Анна Ким", "Анна Ким"])
    known.apply(f"{ref.kind}:{participant(LEAD, 'Аня').value}", None)
    assert await told() == (["Аня", "Пётр Сон"], ["Аня"], ["Аня", "Аня"])
