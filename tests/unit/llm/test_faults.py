"""The table of faults: what an endpoint says, which kind it is, and what the gateway does about it."""

import traceback

import pytest

from schemas.errors import Terminal, Transient
from streams.llm.faults import CODES, PASSING, Kind, LlmError, error_of, kind_of
from tests.fakes.glm import FakeGlm, Fault
from tests.unit.llm.stand_ins import GOOD, NOON, Gist, Sky, model, opened, request

GIST = Gist("Обсудили задержку отгрузок. Отчёт обещан в среду.")


@pytest.fixture
def sky() -> Sky:
    """A clear one."""
    return Sky()


PASSES = [
    "1231",
    "openrouter_429",
    "openrouter_choice",
    "lmstudio_200",
    "1234",
    "1302",
    "1303",
    "1305",
    "1312",
    "429",
    "500",
    "503",
    "200_error",
    "page",
    "cut",
    "drop",
    "no_choices",
]


@pytest.mark.parametrize("kind", PASSES)
async def test_a_passing_fault_is_asked_again(sky: Sky, kind: str) -> None:
    """The same model answers the third time, after two growing waits."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        glm.faults.append(Fault(kind, times=2))
        assert await gateway.ask(request()) == GIST
    assert len(glm.questions) == 3
    assert len(sky.pauses) == 2
    assert [outcome != "a: ok" for outcome in sky.outcomes] == [True, True, False]


@pytest.mark.parametrize("kind", PASSES)
async def test_a_fault_that_stays_goes_to_the_next_model(sky: Sky, kind: str) -> None:
    """After `attempts` calls the next model is asked; without one the caller is told to come again."""
    async with FakeGlm(lambda _: GOOD) as glm:
        glm.faults.append(Fault(kind, times=100, model="first"))
        async with opened(sky, {"a": model(glm, "first"), "b": model(glm)}) as gateway:
            assert (await gateway.answer(request())).model == "b"
        assert [question.model for question in glm.questions] == ["first"] * 3 + ["glm-4.7-flashx"]
        async with opened(sky, {"a": model(glm, "first")}) as gateway:
            with pytest.raises(Transient) as failed:
                await gateway.ask(request())
    assert isinstance(failed.value, LlmError)
    assert failed.value.kind in PASSING


NEXT = {
    "1000": Kind.AUTH,
    "1211": Kind.AUTH,
    "1113": Kind.BALANCE,
    "openrouter_402": Kind.BALANCE,
    "1301": Kind.FILTERED,
    "sensitive": Kind.FILTERED,
    "1214": Kind.REFUSED,
}


@pytest.mark.parametrize(("fault", "kind"), NEXT.items())
async def test_a_refusal_goes_to_the_next_model_at_once(sky: Sky, fault: str, kind: Kind) -> None:
    """One call of the model that refuses; alone, its refusal is final and of its kind."""
    async with FakeGlm(lambda _: GOOD) as glm:
        glm.faults.append(Fault(fault, times=100, model="first"))
        async with opened(sky, {"a": model(glm, "first"), "b": model(glm)}) as gateway:
            assert (await gateway.answer(request())).model == "b"
        assert [question.model for question in glm.questions] == ["first", "glm-4.7-flashx"]
        async with opened(sky, {"a": model(glm, "first")}) as gateway:
            with pytest.raises(Terminal) as failed:
                await gateway.ask(request())
    assert isinstance(failed.value, LlmError)
    assert failed.value.kind is kind
    assert sky.pauses == []


async def test_what_cannot_fit_is_not_sent(sky: Sky) -> None:
    """More than the context by our estimate is refused without a call; what `room` promises is not."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, context_tokens=8192)}) as gateway:
        with pytest.raises(LlmError) as failed:
            await gateway.ask(request(material="я " * 9000))
        assert failed.value.kind is Kind.TOO_LONG
        assert glm.questions == []
        assert await gateway.ask(request(material="я" * gateway.room("12345", "summary", 500))) == GIST


@pytest.mark.parametrize("kind", ["bad_json", "prose", "blank", "wrong_schema", "length"])
async def test_a_bad_answer_is_repaired_once(sky: Sky, kind: str) -> None:
    """The second round gets the fault in words, and its own bad answer where that helps."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        glm.faults.append(Fault(kind))
        assert await gateway.ask(request("minutes")) == GIST
    first, second = (question.body["messages"] for question in glm.questions)
    assert second[: len(first)] == first
    roles = [message["role"] for message in second[len(first) :]]
    assert roles == (["user"] if kind in ("length", "blank") else ["assistant", "user"])
    assert "thinking" not in glm.questions[0].body
    assert glm.questions[1].body["thinking"] == {"type": "disabled"}


async def test_a_fenced_answer_is_taken(sky: Sky) -> None:
    """JSON between ``` needs no second round; nor do missing figures of use."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        glm.faults += [Fault("fenced"), Fault("no_usage")]
        assert await gateway.ask(request()) == GIST
        assert await gateway.ask(request()) == GIST
    assert len(glm.questions) == 2
    assert all(call.prompt_tokens and call.answer_tokens for call in sky.calls if call.outcome == "ok")


@pytest.mark.parametrize("language", ["chinese", "english"])
async def test_another_language_is_asked_for_again_once(sky: Sky, language: str) -> None:
    """The second round is without the foreign words; a second time the next model is asked, alone it is LANGUAGE."""
    async with FakeGlm(lambda _: GOOD) as glm:
        async with opened(sky, {"a": model(glm, "first"), "b": model(glm)}) as gateway:
            glm.faults.append(Fault(language))
            assert (await gateway.answer(request())).model == "a"
            assert [message["role"] for message in glm.questions[1].body["messages"]] == ["system", "user", "user"]
            glm.faults.append(Fault(language, times=2))
            assert (await gateway.answer(request())).model == "b"
        async with opened(sky, {"a": model(glm)}) as gateway:
            glm.faults.append(Fault(language, times=2))
            with pytest.raises(LlmError) as failed:
                await gateway.ask(request())
    assert failed.value.kind is Kind.LANGUAGE
    assert not failed.value.retriable


@pytest.mark.parametrize("kind", ["hang", "slow"])
async def test_a_call_has_its_time(sky: Sky, kind: str) -> None:
    """A model that never ends is a passing fault, also if it sends now and then; it may have cost what it read."""
    async with FakeGlm() as glm, opened(sky, {"a": model(glm, usd_in=1.0)}, timeout=0.2, attempts=1) as gateway:
        glm.faults.append(Fault(kind))
        with pytest.raises(Transient):
            await gateway.ask(request())
    assert sky.outcomes == ["a: network"]
    assert sky.calls[-1].cost_usd > 0


async def test_nobody_there(sky: Sky) -> None:
    """A refused connection is a passing fault that costs nothing."""
    async with FakeGlm() as glm:
        gone = model(glm, usd_in=1.0)
    async with opened(sky, {"a": gone}, attempts=1) as gateway:
        with pytest.raises(Transient):
            await gateway.ask(request())
    assert sky.calls[-1].cost_usd == 0


@pytest.mark.parametrize("key", ["ключ", "bad\nkey", "another"])
async def test_a_key_that_cannot_work_is_auth(sky: Sky, key: str) -> None:
    """Neither a wrong key nor one that HTTP cannot carry is tried for ever, or said."""
    async with FakeGlm() as glm, opened(sky, {"a": model(glm, api_key=key)}) as gateway:
        with pytest.raises(LlmError) as failed:
            await gateway.ask(request())
    assert failed.value.kind is Kind.AUTH
    assert key not in "".join(traceback.format_exception(failed.value))


async def test_retry_after_is_honoured(sky: Sky) -> None:
    """Short: waited for, with jitter on top. Long: the model rests, and the caller is told how long."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        glm.faults += [Fault("429", retry_after=7), Fault("1302", retry_after="Sat, 21 Nov 2026 09:00:20 GMT")]
        await gateway.ask(request())
        assert 7 <= sky.pauses[0] <= 8
        assert 20 - sky.pauses[0] <= sky.pauses[1] <= 23
        glm.faults += [Fault("429", retry_after=100)]
        for expected in (100, 40):
            with pytest.raises(Transient) as failed:
                await gateway.ask(request())
            assert failed.value.retry_after == pytest.approx(expected)
            sky.now += 60
        assert len(glm.questions) == 4
        sky.now += 60
        assert await gateway.ask(request()) == GIST


@pytest.mark.parametrize("code", ["1304", "1308"])
async def test_a_limit_of_hours_is_not_hammered(sky: Sky, code: str) -> None:
    """One call, then ten minutes of the next model."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, "first"), "b": model(glm)}) as gateway:
        glm.faults.append(Fault(code, times=100, model="first"))
        for _ in range(5):
            await gateway.ask(request())
    assert sum(question.model == "first" for question in glm.questions) == 1


@pytest.mark.parametrize("code", ["1000", "1113"])
async def test_a_model_without_key_or_money_rests(sky: Sky, code: str) -> None:
    """It is left alone for ten minutes and asked again then."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, "first"), "b": model(glm)}) as gateway:
        glm.faults.append(Fault(code, model="first"))
        answered = []
        for minute in (0, 5, 9, 11):
            sky.now = NOON + minute * 60
            answered.append((await gateway.answer(request())).model)
    assert answered == ["b", "b", "b", "a"]


async def test_a_passing_fault_of_one_model_outweighs_the_refusals_of_others(sky: Sky) -> None:
    """When all failed the caller comes again if any may answer then, after the shortest wait; all are told of."""
    async with FakeGlm() as glm:
        models = {name: model(glm, name) for name in ("a", "b", "c")}
        glm.faults += [Fault("1301", model="a"), Fault("429", model="b", retry_after=90)]
        glm.faults += [Fault("429", model="c", retry_after=60)]
        async with opened(sky, models) as gateway:
            with pytest.raises(Transient) as failed:
                await gateway.ask(request())
    assert failed.value.retry_after == 60
    assert [name in str(failed.value) for name in ("a: filtered", "b: rate", "c: rate")] == [True] * 3


def test_words_of_resellers_and_other_servers() -> None:
    """Where the code was lost the status and the words decide."""
    assert kind_of(429, "", "余额不足或无可用资源包,请充值。") is Kind.BALANCE
    assert kind_of(429, "", "Insufficient balance or no resource package.") is Kind.BALANCE
    assert kind_of(400, "", "This model's maximum context length is 8192 tokens") is Kind.TOO_LONG
    assert kind_of(418, "", "") is Kind.REFUSED
    assert kind_of(502, "", "") is Kind.NETWORK


def test_a_message_is_ours_alone() -> None:
    """A code that is no known code, and no number, is not repeated: it may hold anything."""
    assert "Ольга" not in str(error_of(Kind.REFUSED, model="a", code="Ольга Рублёва"))
    assert str(error_of(Kind.RATE, model="a", code="1302", status=429)) == "a: rate (HTTP 429 code 1302)"
    assert {error_of(kind).retriable for kind in PASSING} == {True}
    assert len(CODES) > 40
