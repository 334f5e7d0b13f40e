"""Minutes of a talk that is too long for a model: the parts it is cut into, and what they are put together to."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Conversation, Fact, Minutes, Topic
from streams.llm.faults import Kind, LlmError, error_of
from streams.llm.request import Request
from streams.minutes.llm.parts import cut, lines, material, merged
from streams.minutes.llm.prompts import Draft, Gist
from streams.minutes.llm.writer import Writer
from tests.fakes.glm import FakeGlm
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.minutes.llm.talks import Desk, by_line, long_talk, talk


async def test_a_long_talk_goes_in_parts() -> None:
    """Parts fit, hold every utterance once, are asked of the cheaper role; the whole of the better one, at the end."""
    desk = Desk(by_line, room=9000)
    minutes = await Writer(desk).minutes(long_talk(), "12345")
    *parts, last = desk.requests
    assert {request.role for request in parts} == {"summary"}
    assert (last.role, last.answer) == ("minutes", Gist)
    assert all(len(request.material) <= 9000 for request in parts)
    numbers = [int(n) for request in parts for n in re.findall(r"^\[(\d+)\]", request.material, re.MULTILINE)]
    assert numbers == list(range(400))
    assert minutes.summary == "Хранение и отгрузки коробов обсудили целиком."
    assert (minutes.engine, minutes.tone) == ("model of minutes", "плохой")
    assert (minutes.decisions[0].segment, minutes.decisions[-1].segment) == (0, 399)
    assert minutes.topics == [Topic("Хранение коробов", 0, long_talk().utterances[-1].end_ms)]


async def test_cut_at_the_longest_pause() -> None:
    """Where people paused for a minute one part ends and the next begins."""
    desk = Desk(by_line, room=14_000)
    await Writer(desk).minutes(long_talk(), "12345")
    assert "[180] " in [request.material[:6] for request in desk.requests]


async def test_too_long_for_the_endpoint() -> None:
    """What a model refuses as too long is halved until it takes it."""

    def narrow(request: Request[Any]) -> object:
        if len(request.material) > 3000:
            raise error_of(Kind.TOO_LONG)
        return by_line(request)

    desk = Desk(narrow)
    minutes = await Writer(desk).minutes(long_talk(120), "12345")
    taken = [request for request in desk.requests[:-1] if len(request.material) <= 3000]
    numbers = [int(n) for request in taken for n in re.findall(r"^\[(\d+)\]", request.material, re.MULTILINE)]
    assert numbers == list(range(120))
    assert minutes.summary.startswith("Хранение")


async def test_too_long_even_in_pieces() -> None:
    """Halving ends: a model that takes nothing is an error for the caller."""

    def nothing(_: Request[Any]) -> object:
        raise error_of(Kind.TOO_LONG)

    desk = Desk(nothing)
    with pytest.raises(LlmError, match="too_long"):
        await Writer(desk).minutes(long_talk(60), "12345")
    assert len(desk.requests) < 20


async def test_parts_without_a_summary_of_the_whole() -> None:
    """When only the last question fails, the parts' own summaries stand in a row."""

    def tired(request: Request[Any]) -> object:
        if request.answer is Gist:
            raise error_of(Kind.BUDGET)
        return by_line(request)

    minutes = await Writer(Desk(tired, room=9000)).minutes(long_talk(), "12345")
    assert minutes.summary.startswith("Часть про хранение с 0 реплики. Часть про хранение с ")
    assert minutes.engine == "model of summary"


async def test_parts_where_no_model_does_summaries() -> None:
    """A role without a model for this client is not asked."""
    desk = Desk(by_line, room=9000, roles=["minutes"])
    await Writer(desk).minutes(long_talk(), "12345")
    assert {request.role for request in desk.requests} == {"minutes"}


@given(
    st.lists(st.tuples(st.text("аб\n :[]1\u200b", max_size=30), st.text("вг \n[]2:\u202e", max_size=300)), max_size=20),
    st.integers(80, 400),
)
def test_lines_hold_every_word(said: list[tuple[str, str]], longest: int) -> None:
    """Whatever names and words hold: one utterance is lines of its own number, in order, with all its words."""
    made = lines(talk(said), longest)
    whole = material(made).split("\n") if made else []
    assert len(whole) == len(made)
    for number, (_, words) in enumerate(said):
        own = [line for line in whole if line.startswith(f"[{number}] ")]
        held = "".join(
            "".join(line.partition(": ")[2] if said[number][0].strip("\n :\u200b") else line) for line in own
        )
        assert re.sub(r"\s|\u202e", "", words) in re.sub(r"\s", "", held)
        assert all(len(line) <= max(longest, 80) for line in own)


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 200)), min_size=1, max_size=60), st.integers(50, 2000))
def test_parts_are_the_whole(said: list[tuple[int, int]], limit: int) -> None:
    """Cut parts put together are the lines; none but a single line is over the limit."""
    utterances, at = [], 0
    for pause, length in said:
        at += pause
        utterances.append(Utterance(at, at, "а" * length))
    whole = lines(Conversation(utterances), 1000)
    parts = cut(whole, limit)
    assert [line for part in parts for line in part] == whole
    assert all(len(material(part)) <= limit or len(part) == 1 for part in parts)


def test_merged_parts() -> None:
    """What was said twice is one item, the one that knows more; facts of other fields are others; worst tone stands."""
    one = Minutes(
        "а",
        "m1",
        actions=[Action("прислать расчёт", UNKNOWN, UNKNOWN, "пришлю расчёт", 1)],
        facts=[Fact("sells", "обувь", "продаём обувь", 2)],
        topics=[Topic("Тариф", 0, 10), Topic("Короба", 10, 20)],
        tone="плохой",
    )
    other = Minutes(
        "б",
        "m2",
        actions=[
            Action("Прислать расчёт", "Анна", "завтра", "я пришлю расчёт завтра", 9),
            Action("позвонить", UNKNOWN, UNKNOWN, "позвоню", 10),
        ],
        facts=[Fact("where", "обувь", "продаём обувь", 2), Fact("sells", "обувь", "обувь", 12)],
        topics=[Topic("короба", 20, 30)],
        tone="хороший",
    )
    whole = merged([one, other], "в")
    assert [action.owner for action in whole.actions] == ["Анна", UNKNOWN]
    assert [fact.field for fact in whole.facts] == ["sells", "where"]
    assert whole.topics == [Topic("Тариф", 0, 10), Topic("Короба", 10, 30)]
    assert (whole.summary, whole.tone, whole.engine) == ("в", "плохой", "m2")


async def test_parts_through_the_gateway() -> None:
    """A model with a small context gets a long talk in parts, and its own summary of them at the end."""
    sky = Sky()
    async with FakeGlm() as glm, opened(sky, {"flash": model(glm, context_tokens=24_000)}) as gateway:
        minutes = await Writer(gateway).minutes(long_talk(1000), "12345")
    schemas = [msgspec.json.encode(msgspec.json.schema(kind)).decode() for kind in (Draft, Gist)]
    kinds = [[schema in question.system for schema in schemas].index(True) for question in glm.questions]
    assert kinds == [0] * (len(kinds) - 1) + [1]
    assert len(kinds) > 2
    assert minutes.engine == "flash"
    assert minutes.summary != UNKNOWN
