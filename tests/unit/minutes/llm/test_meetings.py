"""The written meetings through the real gateway and a fake model that finds what a person labelled: nothing is lost."""

import json
import re
from collections.abc import Sequence

import pytest

from streams.minutes.llm.writer import Writer
from tests.fakes.glm import FakeGlm, Question
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.processors.minutes.meetings import DEV, HELD_OUT, Label, load

_LINE = re.compile(r"^\[(\d+)\] (?:[^:\n]{1,60}: )?(.*)$", re.MULTILINE)
QUOTED_WORDS = 20


def answer(question: Question, labels: Sequence[Label]) -> str:
    """What a good model says: every labelled utterance, quoted as it stands in the material (masked)."""
    said = {int(number): text for number, text in _LINE.findall(question.material)}

    def items(kind: str) -> list[dict[str, object]]:
        found = {label.segment for label in labels if label.kind == kind}
        quotes = {segment: " ".join(said[segment].split()[:QUOTED_WORDS]) for segment in sorted(found)}
        return [{"quote": quote, "text": quote, "segment": segment} for segment, quote in quotes.items()]

    summary = " ".join(next(text for text in said.values() if len(text.split()) > 5).split()[:12])
    return json.dumps({"summary": summary, "decisions": items("decision"), "actions": items("action")})


@pytest.mark.parametrize("name", [*DEV, *HELD_OUT])
async def test_the_plumbing_keeps_all(name: str) -> None:
    """Masked, fenced, answered, restored, checked: each labelled decision and promise is there, verbatim."""
    conversation, labels = load(name)
    async with (
        FakeGlm(lambda question: answer(question, labels)) as glm,
        opened(Sky(), {"flash": model(glm, context_tokens=200_000)}) as gateway,
    ):
        minutes = await Writer(gateway).minutes(conversation, "7", names=conversation.people)
    said = [utterance.text for utterance in conversation.utterances]
    for kind, found in (("decision", minutes.decisions), ("action", minutes.actions)):
        assert {item.segment for item in found} == {label.segment for label in labels if label.kind == kind}
        assert all(item.quote in said[item.segment] for item in found)
    assert minutes.engine == "flash"
