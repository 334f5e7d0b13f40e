"""What holds for any conversation at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.minutes import extract
from schemas.meetings import Utterance
from schemas.minutes import OFFLINE, Conversation
from tests.unit.processors.minutes.corpus import DECISIONS, PROMISES
from tests.unit.processors.minutes.corpus_nothing import NOTHING

WORDS = sorted(
    {*f"{PROMISES} {DECISIONS} {NOTHING}".split(), "…", "\n", "İ", "ﬁ", "\u00a0", "25.11", "12 000", "₽", "٣"}
)

texts = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=80)
speakers = st.sampled_from([None, "Анна", "Сергей Иванов", ""])
utterances = st.lists(st.builds(Utterance, st.integers(0, 10**7), st.integers(0, 10**7), texts, speakers), max_size=12)
conversations = st.builds(
    Conversation,
    utterances,
    version=st.integers(1, 3),
    started_at=st.none() | st.integers(0, 4_102_444_800_000),
    people=st.lists(st.sampled_from(["Анна", "Лев Толстой", "", " ", "Ёж"]), max_size=3),
    client=st.lists(st.sampled_from(["Анна", "Сергей Иванов"]), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(conversations)
def test_any_conversation_makes_minutes(conversation: Conversation) -> None:
    """Never raises; quotes are pieces of the utterances they name; the same words make the same minutes."""
    minutes = extract(conversation)
    assert (minutes.engine, minutes.version) == (OFFLINE, conversation.version)
    assert minutes.summary
    lists = (
        minutes.decisions,
        minutes.actions,
        minutes.pains,
        minutes.conflicts,
        minutes.competitors,
        minutes.tariffs,
        minutes.numbers,
        minutes.open_questions,
        minutes.facts,
    )
    for item in (item for items in lists for item in items):
        assert 0 <= item.segment < len(conversation.utterances)
        assert item.quote and item.quote in conversation.utterances[item.segment].text
    assert all(action.owner and action.due for action in minutes.actions)
    for points in (minutes.decisions, minutes.conflicts, minutes.pains, minutes.competitors, minutes.tariffs):
        assert len({point.text for point in points}) == len(points)
    assert len({(action.owner, action.text) for action in minutes.actions}) == len(minutes.actions)
    assert extract(conversation) == minutes


def test_silence_makes_minutes_too() -> None:
    """No utterances, or none with a word in it."""
    assert extract(Conversation([])).summary == "Слов в записи нет."
    assert extract(Conversation([Utterance(0, 1, " … "), Utterance(1, 2, "")])).actions == []


def test_who_never_stops_for_breath_is_read() -> None:
    """A meeting in one utterance, as a plain text may be; what is said of one thing is not taken for another."""
    said = "тогда возвраты не подключаем а счёт я пришлю завтра " + "потом сборщик берёт тележку и едет " * 2000
    minutes = extract(Conversation([Utterance(0, 1, said)]))
    assert [action.due for action in minutes.actions] == ["завтра"]
    assert len(minutes.decisions) == 1
