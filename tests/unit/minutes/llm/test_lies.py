"""A model that lies beside true quotes: nothing false reaches a reader, nothing true is lost."""

from collections.abc import Mapping

import pytest

from schemas.meetings import Utterance
from schemas.minutes import Conversation, Minutes
from streams.minutes.llm.writer import Writer
from tests.unit.minutes.llm.lies import HONEST, LIES, TALK, Lie
from tests.unit.minutes.llm.test_injections import Obedient, items, texts

STARTED = 1_795_165_391_000
cases = pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.kind)


def lying(lie: Lie) -> dict[str, object]:
    """The honest draft with the lie before what is true."""
    draft: dict[str, object] = {**HONEST}
    for key, told in lie.draft.items():
        true = HONEST.get(key, [])
        draft[key] = f"{told} {true}" if isinstance(told, str) else [*told, *true]
    return draft


async def minutes_of(draft: Mapping[str, object]) -> Minutes:
    said = [Utterance(n * 5000, n * 5000 + 4000, words, who) for n, (who, words) in enumerate(TALK)]
    talk = Conversation(said, started_at=STARTED, people=["Анна Ковалёва", "Иван Петров"])
    return await Writer(Obedient(draft)).minutes(talk, "12345")


def test_all_kinds_are_there() -> None:
    """The table holds at least the eighteen kinds that were tried, each once."""
    assert len({lie.kind for lie in LIES}) == len(LIES) >= 18


async def test_an_honest_model_keeps_its_words() -> None:
    """What is true of the talk stays as the model said it: summary and every item with its text."""
    minutes = await minutes_of(HONEST)
    assert minutes.summary == HONEST["summary"]
    kept = {(item.text, item.quote) for item in items(minutes)}
    honest = {(item["text"], item["quote"]) for key, found in HONEST.items() if key != "summary" for item in found}
    assert kept == honest


@cases
async def test_no_lie_reaches_a_reader(lie: Lie) -> None:
    """No mark of the lie stands anywhere in the minutes, and all that is true is still there."""
    minutes = await minutes_of(lying(lie))
    read = "\n".join(texts(minutes))
    assert not [mark for mark in lie.marks if mark in (read.lower() if mark.islower() else read)]
    assert HONEST["summary"] in minutes.summary
    true = {item["quote"] for key, found in HONEST.items() if key != "summary" for item in found}
    assert true <= {item.quote for item in items(minutes)}
