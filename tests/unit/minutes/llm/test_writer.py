"""Minutes by a model: what is asked, of whom, in how many parts, and what becomes of the answers."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.meetings import Utterance
from schemas.minutes import OFFLINE, UNKNOWN, Action, ChatDay, Conversation, Fact, Minutes, Point, Topic
from streams.llm.faults import Kind, LlmError, error_of
from streams.llm.request import Answered, Request, T
from streams.minutes.llm.parts import cut, lines, material, merged
from streams.minutes.llm.prompts import Draft, DraftAction, DraftPoint, DraftTopic, Gist
from streams.minutes.llm.writer import Writer
from streams.settings.llm import Role
from tests.fakes.glm import FakeGlm
from tests.unit.llm.stand_ins import Sky, model, opened

STARTED = 1_795_165_391_000
"""2026-11-20, a Friday, in Moscow."""
TALK = (
    ("Анна Ковалёва", "добрый день давайте обсудим тариф на хранение"),
    ("Иван Петров", "нам дорого у других дешевле на десять процентов"),
    ("Анна Ковалёва", "договорились на скидку пять процентов"),
    ("Анна Ковалёва", "я пришлю расчёт завтра мой телефон 8 916 123 45 67"),
)
DRAFT = Draft(
    summary="Обсудили тариф на хранение и скидку.",
    topics=[DraftTopic("Тариф на хранение", 0, 2)],
    decisions=[DraftPoint("договорились на скидку пять процентов", "Скидка 5 %", 2)],
    actions=[DraftAction("пришлю расчёт завтра", "прислать расчёт", "Анна Ковалёва", "завтра", 3)],
    pains=[DraftPoint("это выдумка модели", "Выдумка", 1)],
    tone="напряжённый",
)

Answer = Callable[[Request[Any]], object]


class Desk:
    """A gateway: answers by a function of the request, remembers all requests."""

    def __init__(self, answer: Answer, room: int = 100_000, roles: Sequence[Role] = ("summary", "minutes")) -> None:
        self._answer, self._room, self._roles = answer, room, roles
        self.requests: list[Request[Any]] = []

    def usable(self, lead_id: str, role: Role) -> bool:
        return role in self._roles

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = 0) -> int:
        return self._room

    async def answer(self, request: Request[T]) -> Answered[T]:
        self.requests.append(request)
        value = self._answer(request)
        assert isinstance(value, request.answer)
        return Answered(value, f"model of {request.role}")


def talk(said: Sequence[tuple[str | None, str]] = TALK, pause_ms: int = 1000, **fields: Any) -> Conversation:
    """Utterances of four seconds and pauses of one."""
    step = 4000 + pause_ms
    utterances = [Utterance(n * step, n * step + 4000, words, who) for n, (who, words) in enumerate(said)]
    return Conversation(utterances, **({"version": 7, "started_at": STARTED} | fields))


def long_talk(utterances: int = 400) -> Conversation:
    """An hour in which each utterance says its number; the longest pause is after the 179th."""
    made, at = [], 0
    for number in range(utterances):
        made.append(Utterance(at, at + 4000, f"реплика номер {number} про хранение и отгрузки коробов", "Анна"))
        at += 4500 if number != 179 else 64_000
    return Conversation(made)


def by_line(request: Request[Any]) -> object:
    """A thin but true draft of each part; a summary of the whole."""
    if request.answer is Gist:
        return Gist("Хранение и отгрузки коробов обсудили целиком.", "плохой")
    found = [(int(n), words) for n, words in re.findall(r"^\[(\d+)\] \w+: (.*)$", request.material, re.MULTILINE)]
    return Draft(
        summary=f"Часть про хранение с {found[0][0]} реплики.",
        topics=[DraftTopic("Хранение коробов", found[0][0], found[-1][0])],
        decisions=[DraftPoint(words, words, number) for number, words in (found[0], found[-1])],
    )


async def test_one_question_for_a_meeting() -> None:
    """The role is `minutes`, the material every utterance on its numbered line, the names all that are known."""
    desk = Desk(lambda _: DRAFT)
    conversation = talk(people=["Иван Петров", "Олег Тихий"], client=["Иван Петров"])
    await Writer(desk).minutes(conversation, "12345", names=["Мария Коваль"])
    (request,) = desk.requests
    assert (request.role, request.lead_id, request.answer) == ("minutes", "12345", Draft)
    assert request.names == ("Мария Коваль", "Иван Петров", "Олег Тихий", "Анна Ковалёва")
    assert request.material.split("\n") == [
        f"[{number}] {who}{' (клиент)' * (who == 'Иван Петров')}: {words}" for number, (who, words) in enumerate(TALK)
    ]
    assert "2026-11-20, пятница" in request.system
    assert "Ковалёва" not in request.system


async def test_minutes_are_held_against_the_talk() -> None:
    """Invented items go, quotes and dates are those of the talk, topics get its times, the engine is who answered."""
    minutes = await Writer(Desk(lambda _: DRAFT)).minutes(talk(), "12345")
    assert minutes == Minutes(
        summary="Обсудили тариф на хранение и скидку.",
        engine="model of minutes",
        version=7,
        topics=[Topic("Тариф на хранение", 0, 14_000)],
        decisions=[Point("Скидка 5 %", "договорились на скидку пять процентов", 2)],
        actions=[Action("прислать расчёт", "Анна Ковалёва", "2026-11-21", "пришлю расчёт завтра", 3)],
        tone="напряжённый",
    )


async def test_a_time_nobody_knows() -> None:
    """Without the day of the meeting none is told to the model, and dates stay as they were said."""
    desk = Desk(lambda _: DRAFT)
    minutes = await Writer(desk).minutes(talk(started_at=None), "12345")
    assert minutes.actions[0].due == "завтра"
    assert "Разговор был" not in desk.requests[0].system


async def test_owner_with_the_mark_of_a_client() -> None:
    """A name that is copied with its mark is still that name."""
    draft = Draft(
        "Тариф.", actions=[DraftAction("нам дорого у других дешевле", "x", "Иван Петров (клиент)", UNKNOWN, 1)]
    )
    minutes = await Writer(Desk(lambda _: draft)).minutes(talk(client=["Иван Петров"]), "12345")
    assert minutes.actions[0].owner == "Иван Петров"


async def test_a_chat_day() -> None:
    """Chats have words of their own in the prompt, and the day is that of the request."""
    desk = Desk(lambda _: DRAFT)
    day = ChatDay("12345", "2026-11-20", STARTED, STARTED + 86_400_000, talk(started_at=None))
    minutes = await Writer(desk).chat(day, names=["Мария"])
    assert "переписки" in desk.requests[0].system
    assert desk.requests[0].names[0] == "Мария"
    assert minutes.actions[0].due == "2026-11-21"


@pytest.mark.parametrize("said", [[], [("Анна", " ")]])
async def test_silence_asks_nobody(said: list[tuple[str | None, str]]) -> None:
    """Without a word there is nothing to ask a model."""
    desk = Desk(lambda _: DRAFT)
    assert await Writer(desk).minutes(talk(said), "12345") == Minutes("Слов в записи нет.", OFFLINE, 7)
    assert desk.requests == []


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


@pytest.mark.parametrize("kind", [Kind.RATE, Kind.FILTERED, Kind.BUDGET, Kind.INVALID_ANSWER])
async def test_other_faults_are_the_caller_s(kind: Kind) -> None:
    """Only the length is the writer's business."""

    def broken(_: Request[Any]) -> object:
        raise error_of(kind)

    with pytest.raises(LlmError) as error:
        await Writer(Desk(broken)).minutes(talk(), "12345")
    assert error.value.kind is kind


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


async def test_through_the_gateway() -> None:
    """By the real gateway and a fake GLM: nothing personal leaves, and the minutes have names and phones back."""
    sky = Sky()
    conversation = talk(people=["Анна Ковалёва", "Иван Петров"])
    async with FakeGlm() as glm, opened(sky, {"flash": model(glm)}) as gateway:
        minutes = await Writer(gateway).minutes(conversation, "12345", names=["Мария Коваль"])
    (question,) = glm.questions
    assert not [word for word in ("Ковал", "Иван", "916 ", "45 67") if word in question.text]
    assert "[0] [ИМЯ_1]: добрый день" in question.material
    assert minutes.engine == "flash"
    assert [(action.owner, action.quote) for action in minutes.actions] == [("Анна Ковалёва", TALK[3][1])]
    assert all(point.quote in conversation.utterances[point.segment].text for point in minutes.numbers)
    assert minutes.decisions[0].segment == 2


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
