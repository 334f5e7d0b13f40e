"""The client's profile out of what is stored."""

from itertools import permutations
from typing import Any

from processors.corrections import Entry, entry_id
from processors.profile import MOST, Source, profile
from schemas.minutes import OFFLINE, ChatSummary, Fact, MeetingMinutes, Minutes, Point, ProfileCorrected

DAY = 86_400_000


def meeting(recording: str, ts: int, version: int = 1, **parts: Any) -> MeetingMinutes:
    minutes = Minutes("", OFFLINE, version, **parts)
    return MeetingMinutes(
        recording_id=recording, room="r", duration_ms=1, people=[], minutes=minutes,
        event_id=f"{hash((recording, version)) % 16**16:016x}", lead_id="7", ts=ts, source="minutes",
    )  # fmt: skip


def corrected(field: str, text: str, ts: int) -> ProfileCorrected:
    return ProfileCorrected(field, text, "Мария", event_id=f"{ts:016x}", lead_id="7", ts=ts, source="person")


SHOES = Fact("sells", "обувь", "мы продаём обувь", 3)


def test_every_entry_has_its_source() -> None:
    """Facts, pains and agreements with where they were said, the newest first."""
    chat = ChatSummary(
        "2026-11-20", 2, Minutes("", OFFLINE, 2, facts=[Fact("sells", "сумки", "ещё сумки", 0)]),
        event_id="0" * 16, lead_id="7", ts=2 * DAY, source="minutes",
    )  # fmt: skip
    found = profile("7", [meeting("a", DAY, facts=[SHOES], decisions=[Point("едем", "ну едем", 1)]), chat])
    assert found.fields["sells"] == [
        Entry("сумки", "chat 2026-11-20", 2 * DAY, "ещё сумки", 0, entry_id("sells", "chat 2026-11-20", 0, 0)),
        Entry("обувь", "a", DAY, "мы продаём обувь", 3, entry_id("sells", "a", 3, 0)),
    ]
    assert [entry.text for entry in found.fields["agreements"]] == ["едем"]
    assert found.corrected == []


def test_a_better_transcript_replaces_the_former() -> None:
    """What only an older version of the minutes says is gone."""
    old, new = (
        meeting("a", DAY, pains=[Point("брак", "брак", 1)]),
        meeting("a", DAY, 2, pains=[Point("возвраты", "в", 1)]),
    )
    for order in permutations([old, new]):
        assert [entry.text for entry in profile("7", order).fields["pains"]] == ["возвраты"]


def test_a_person_wins() -> None:
    """The last correction stands for the whole field, also against what is heard later; an empty one takes it back."""
    later = meeting("b", 9 * DAY, facts=[Fact("sells", "посуда", "посуда", 0)])
    events: list[Source] = [meeting("a", DAY, facts=[SHOES]), corrected("sells", "обувь и сумки", 2 * DAY), later]
    found = profile("7", events)
    assert found.fields["sells"] == [Entry("обувь и сумки", "Мария", 2 * DAY)]
    assert found.corrected == ["sells"]
    again = profile("7", [*events, corrected("sells", "", 10 * DAY)])
    assert [entry.text for entry in again.fields["sells"]] == ["посуда", "обувь"]
    assert again.corrected == []


def test_repetitions_and_length() -> None:
    """The same thing said again is one entry, the newest; a field holds the newest few."""
    same = [meeting(str(n), n * DAY, pains=[Point("Долгая приёмка на складе", "q", n)]) for n in range(3)]
    assert [entry.ts for entry in profile("7", same).fields["pains"]] == [2 * DAY]
    words = [
        "короб",
        "бирка",
        "паллета",
        "штрихкод",
        "фура",
        "смена",
        "упаковка",
        "возврат",
        "брак",
        "недостача",
        "пересорт",
        "очередь",
    ]
    many = [meeting(str(n), n * DAY, pains=[Point(word, "q", 0)]) for n, word in enumerate(words)]
    assert [entry.text for entry in profile("7", many).fields["pains"]] == words[::-1][:MOST]
