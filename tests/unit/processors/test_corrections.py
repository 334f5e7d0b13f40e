"""A person's word on one entry of a profile: it stays there, survives new transcripts, and can be taken back."""

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.corrections import LONGEST, Entry, Wish, correction
from processors.profile import Profile, Source, profile
from schemas.errors import Refused
from schemas.minutes import Fact, MeetingMinutes, Point, ProfileCorrected
from tests.unit.processors.test_profile import DAY, SHOES, corrected, meeting

BAGS = Fact("sells", "сумки", "и сумки ещё", 5)
FIRST = meeting("a", DAY, facts=[SHOES, BAGS])
_TIMES = count(2 * DAY)


def wished(events: Sequence[Source], action: str, entry: str, text: str = "", field: str = "sells") -> ProfileCorrected:
    """What a person wants of the entry that says `entry` now."""
    found = profile("7", events).all_of(field)
    id_ = next((one.entry_id for one in found if one.text == entry), "")
    wish = Wish(field, action, text, id_)  # type: ignore[arg-type]
    return correction("7", wish, found, "Мария", next(_TIMES))


def texts(shown: Profile, field: str = "sells") -> list[str]:
    return [entry.text for entry in shown.fields[field]]


def test_another_text_stands_on_its_entry_alone() -> None:
    """The other entries stay as they were heard; who said it and what was heard before can be seen."""
    events: list[Source] = [FIRST, wished([FIRST], "replace", "обувь", "детская обувь")]
    found = profile("7", events)
    assert texts(found) == ["детская обувь", "сумки"]
    entry = found.fields["sells"][0]
    assert (entry.heard, entry.author, entry.source, entry.quote) == ("обувь", "Мария", "a", "мы продаём обувь")
    assert found.corrected == []
    again: list[Source] = [*events, wished(events, "replace", "детская обувь", "обувь для детей")]
    assert texts(profile("7", again)) == ["обувь для детей", "сумки"]
    assert profile("7", again).fields["sells"][0].heard == "обувь"
    back: list[Source] = [*again, wished(again, "restore", "обувь для детей")]
    assert profile("7", back) == profile("7", [FIRST])


def test_what_is_hidden_can_be_shown_again() -> None:
    """An entry that is not so leaves the card with all that said the same before, and comes back by a word."""
    older = meeting("old", 0, facts=[Fact("sells", "Обувь", "обувь", 1)])
    events: list[Source] = [older, FIRST, wished([older, FIRST], "hide", "обувь")]
    found = profile("7", events)
    assert texts(found) == ["сумки"]
    assert [(entry.text, entry.author) for entry in found.hidden["sells"]] == [("обувь", "Мария")]
    back: list[Source] = [*events, wished(events, "restore", "обувь")]
    assert profile("7", back) == profile("7", [older, FIRST])


def test_a_new_entry_is_a_persons() -> None:
    """It stands beside what was heard; it can be put otherwise, hidden and shown again like any other."""
    events: list[Source] = [FIRST, wished([FIRST], "add", "", "рюкзаки")]
    assert texts(profile("7", events)) == ["рюкзаки", "обувь", "сумки"]
    assert profile("7", events).fields["sells"][0].source == "Мария"
    other: list[Source] = [*events, wished(events, "replace", "рюкзаки", "чемоданы")]
    assert texts(profile("7", other))[0] == "чемоданы"
    hidden: list[Source] = [*other, wished(other, "hide", "чемоданы")]
    assert texts(profile("7", hidden)) == ["обувь", "сумки"]
    assert texts(profile("7", [*hidden, wished(hidden, "restore", "рюкзаки")]))[0] == "рюкзаки"


@pytest.mark.parametrize(
    "newer",
    [
        pytest.param([Fact("sells", "обувь", "мы продаём обувь", 9), BAGS], id="other numbers"),
        pytest.param([Fact("sells", "обуви", "мы продаём обувь", 3), BAGS], id="heard better"),
    ],
)
def test_it_survives_a_new_transcript(newer: list[Fact]) -> None:
    """The entry is found by its words where its number is another, and by its number where its words are better."""
    better = meeting("a", DAY, 2, facts=newer)
    replaced: list[Source] = [FIRST, wished([FIRST], "replace", "обувь", "детская обувь"), better]
    assert sorted(texts(profile("7", replaced))) == ["детская обувь", "сумки"]
    hidden: list[Source] = [FIRST, wished([FIRST], "hide", "обувь"), better]
    assert texts(profile("7", hidden)) == ["сумки"]
    back: list[Source] = [*replaced, wished(replaced, "restore", "детская обувь")]
    assert texts(profile("7", back)) == texts(profile("7", [better]))


def test_it_never_falls_upon_another_entry() -> None:
    """At the same place of a newer transcript something else may be said: that stays, and the person's text, too."""
    better = meeting("a", DAY, 2, facts=[Fact("sells", "посуда из стекла", "посуда", 3), BAGS])
    events: list[Source] = [FIRST, wished([FIRST], "replace", "обувь", "детская обувь"), better]
    assert sorted(texts(profile("7", events))) == ["детская обувь", "посуда из стекла", "сумки"]
    events = [FIRST, wished([FIRST], "hide", "обувь"), better]
    assert texts(profile("7", events)) == ["посуда из стекла", "сумки"]


def test_two_entries_of_one_utterance_are_two() -> None:
    """Each has an id of its own."""
    twice = meeting("b", DAY, pains=[Point("долгая приёмка", "q", 4), Point("много брака", "q", 4)])
    events: list[Source] = [twice, wished([twice], "hide", "много брака", field="pains")]
    assert texts(profile("7", events), "pains") == ["долгая приёмка"]


def test_beside_a_whole_fields_text() -> None:
    """A correction of before there were entries stands as it did; what is added later stands with it."""
    events: list[Source] = [FIRST, corrected("sells", "обувь и сумки", 2 * DAY), wished([FIRST], "add", "", "рюкзаки")]
    assert texts(profile("7", events)) == ["рюкзаки", "обувь и сумки"]
    assert profile("7", events).corrected == ["sells"]


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (Wish("sells", "replace", "x", "0" * 16), "no such entry"),
        (Wish("sells", "hide", "", ""), "no such entry"),
        (Wish("sells", "add", " "), "empty"),
        (Wish("sells", "add", "x" * (LONGEST + 1)), str(LONGEST)),
        (Wish("sells", "add", "x\x1b[2J"), "control"),
    ],
)
def test_wrong_wishes(wish: Wish, word: str) -> None:
    """Each is refused with its reason."""
    with pytest.raises(Refused, match=word):
        correction("7", wish, [Entry("обувь", "a", DAY)], "Мария", DAY)


@given(st.lists(st.sampled_from(["replace", "hide", "restore"]), max_size=6))
def test_the_last_word_counts(actions: list[str]) -> None:
    """Whatever was said before, the last word decides, and nothing else moves."""
    events: list[MeetingMinutes | ProfileCorrected] = [FIRST]
    for action in actions:
        now = next(one for one in profile("7", events).all_of("sells") if one.source == "a" and one.segment == 3)
        events.append(wished(events, action, now.text, "ботинки"))
    last = actions[-1] if actions else "restore"
    expected = {"replace": ["ботинки", "сумки"], "hide": ["сумки"], "restore": ["обувь", "сумки"]}[last]
    assert sorted(texts(profile("7", events))) == sorted(expected)
