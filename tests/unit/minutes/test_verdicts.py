"""A model's yes or no about doubtful words: through the worker, and through the real gateway before a fake GLM."""

from typing import Any

import msgspec
import pytest

from alerting.fold import Partition
from processors.rules import builtin
from schemas.alerts import Alert, Evidence, Signal
from schemas.codec import EVENT, MINUTES_REQUEST
from schemas.events import Author, Message
from schemas.minutes import PhraseQuestion, PhraseVerdict
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta
from streams.engine.kafka import Output
from streams.llm.faults import Kind, LlmError, error_of
from streams.llm.gateway import ModelGateway
from streams.minutes.llm.verdicts import MEANT, Judgement, judged
from streams.minutes.worker import MinutesOf, Scribe
from tests.fakes.glm import FakeGlm
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.store.records import NOW, batch

SAID = [
    Evidence("e" * 16, NOW, "meeting", "ну тариф конечно", 0, "Олег Рублёв"),
    Evidence("e" * 16, NOW, "meeting", "мы будем вынуждены уйти звоните 8 916 123 45 67", 10_000, "Олег Рублёв"),
]
ASKED = PhraseQuestion("12345", "e" * 16, "leaving_phrase", "r", NOW, SAID)


def answers(answer: str, quote: str = "") -> str:
    """A model's JSON."""
    return msgspec.json.encode({"answer": answer, "quote": quote}).decode()


async def settled(gateway: Any, now: float = 0.0, asked: PhraseQuestion = ASKED) -> list[Output]:
    """What the worker makes of a question."""
    known = {"names": ["Пётр Иванов"], "client": [], "present": []}
    process = MinutesOf(Scribe(gateway, 600.0, lambda: now), lambda _: known, [])
    outcome = await process(batch("minutes.requests", [MINUTES_REQUEST.encode(asked)], at=NOW))
    assert outcome.rejected == []
    return outcome.outputs


def verdict(outputs: list[Output]) -> PhraseVerdict:
    """The one event there is."""
    (output,) = outputs
    assert (output.topic, output.key) == (LEAD_EVENTS.name, b"12345")
    event = EVENT.decode(output.value)
    assert isinstance(event, PhraseVerdict)
    return event


async def asked_of(reply: str) -> tuple[list[Output], FakeGlm, Sky]:
    """The worker with the real gateway before a fake GLM that says `reply`."""
    sky = Sky()
    async with FakeGlm(lambda _: reply) as glm, opened(sky, {"glm": model(glm)}) as gateway:
        return await settled(gateway), glm, sky


async def test_yes_with_half_of_a_no() -> None:
    """A yes whose quote leaves out the negation of its clause is no verdict, before it or behind it."""
    for words, quote in (
        ("нет мы точно не будем от вас уходить", "от вас уходить"),
        ("уходить от вас мы не станем", "уходить от вас"),
    ):
        said = [Evidence("e" * 16, NOW, "meeting", words, 0, "Олег Рублёв")]
        asked = msgspec.structs.replace(ASKED, evidence=said)
        reply = answers("да", quote)
        async with FakeGlm() as glm, opened(Sky(), {"glm": model(glm)}) as gateway:
            glm.queue.append(reply)
            assert await settled(gateway, asked=asked) == []


async def test_yes_with_a_quote() -> None:
    """The event bears the words it goes by, the model's name and the time of the words; the same question again gives
    the same id."""
    outputs, _, sky = await asked_of(answers("да", "Мы будем вынуждены уйти"))
    event = verdict(outputs)
    assert (event.meant, event.model, event.rule, event.key) == (True, "glm", "leaving_phrase", "r")
    assert event.about == "e" * 16
    assert (event.evidence, event.ts) == ([SAID[1]], NOW)
    assert sky.outcomes == ["glm: ok"]
    assert verdict((await asked_of(answers("нет")))[0]).event_id == event.event_id


async def test_no() -> None:
    """No quote is needed for it."""
    outputs, _, _ = await asked_of(answers("нет"))
    event = verdict(outputs)
    assert (event.meant, event.evidence) == (False, [])


@pytest.mark.parametrize("quote", ["", "уходим к конкурентам", "мы не будем вынуждены уйти"])
async def test_a_yes_without_its_words_is_none(quote: str) -> None:
    """Nobody said it: there is no verdict, and the doubt stays."""
    outputs, _, _ = await asked_of(answers("да", quote))
    assert outputs == []


async def test_an_external_model_sees_no_names_and_numbers() -> None:
    """As in minutes: speakers and known persons are masked, a phone too; the task says what is looked for."""
    said = [Evidence("e" * 16, NOW, "message", "скажите Петру Иванову, мы будем вынуждены уйти, 8 916 123 45 67")]
    sky = Sky()
    async with FakeGlm(lambda _: answers("нет")) as glm, opened(sky, {"glm": model(glm)}) as gateway:
        await settled(gateway, asked=msgspec.structs.replace(ASKED, evidence=said))
        (question,) = glm.questions
    assert "Иванов" not in question.text and "916" not in question.text
    assert MEANT["leaving_phrase"] in question.system


class Desk:
    """A gateway that raises, or has no model."""

    def __init__(self, usable: bool, fault: LlmError | None = None) -> None:
        self._usable, self._fault = usable, fault

    def usable(self, lead_id: str, role: str) -> bool:
        return self._usable

    async def answer(self, request: Any) -> Any:
        assert self._fault is not None
        raise self._fault


async def test_without_a_model_there_is_no_verdict() -> None:
    """The question is done with."""
    assert await settled(Desk(usable=False)) == []


async def test_a_passing_fault_is_waited_for() -> None:
    """Within the patience it is asked again; after it, or when no model will answer, there is no verdict."""
    away = Desk(True, error_of(Kind.NETWORK, model="glm"))
    with pytest.raises(LlmError):
        await settled(away, now=NOW / 1000 + 599)
    assert await settled(away, now=NOW / 1000 + 601) == []
    assert await settled(Desk(True, error_of(Kind.BALANCE))) == []


async def test_a_complaint_is_never_asked_about() -> None:
    """It is only a note anyway."""
    asked = msgspec.structs.replace(ASKED, rule="complaint_phrase")
    assert await judged(Desk(True), asked, ()) is None  # type: ignore[arg-type]


def test_the_answer_is_small() -> None:
    """Two fields; a model that says anything but yes or no is asked again by the gateway."""
    assert msgspec.json.decode(b'{"answer": "\xd0\xb4\xd0\xb0"}', type=Judgement) == Judgement("да")
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"answer": "maybe"}', type=Judgement)
    assert ModelGateway is not None


async def test_the_whole_way_of_a_doubt() -> None:
    """Message → note and question → worker and model → verdict → a warning that rings; the note alone did not."""
    fold = Partition({}, builtin())
    said = Message(
        event_id="a" * 16,
        lead_id="12345",
        ts=NOW,
        source="telegram",
        chat_id="-5",
        message_id="1",
        author=Author("1", "Олег"),
        text="мы будем вынуждены уйти",
    )
    results = fold.apply(said, Meta(LEAD_EVENTS.name, 0, 0, NOW))
    (asked,) = (each for each in results if isinstance(each, PhraseQuestion))
    assert [alert.rings for alert in results if isinstance(alert, Alert)] in ([], [False])
    sky = Sky()
    async with FakeGlm(lambda _: answers("да", "вынуждены уйти")) as glm, opened(sky, {"glm": model(glm)}) as gateway:
        event = verdict(await settled(gateway, asked=asked))
    results = fold.apply(event, Meta(LEAD_EVENTS.name, 0, 1, NOW + 5000))
    (signal,) = (each for each in results if isinstance(each, Signal) and each.rule == "leaving_phrase")
    assert signal.severity == "warning"
    assert [each.text for each in signal.evidence] == ["мы будем вынуждены уйти"]
    assert any(isinstance(each, Alert) and each.rule == "leaving_phrase" for each in results)
