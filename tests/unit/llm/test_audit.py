"""Every call is on record: before words leave the house, and after."""

import hashlib

import pytest

from schemas.errors import Refused, Transient
from streams.llm.caller import BEGUN
from streams.llm.faults import LlmError
from tests.fakes.glm import FakeGlm, Fault
from tests.unit.llm.stand_ins import GOOD, Sky, model, opened, request


@pytest.fixture
def sky() -> Sky:
    """A clear one."""
    return Sky()


async def test_a_call_is_recorded_with_hashes_tokens_and_cost(sky: Sky) -> None:
    """Begun and done under one id; the figures are the endpoint's, the price is of the settings."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, usd_in=0.07, usd_out=0.4)}) as gateway:
        await gateway.ask(request("minutes"))
    begun, done = sky.calls
    assert (begun.outcome, begun.cost_usd, begun.call_id) == (BEGUN, 0.0, done.call_id)
    assert (done.role, done.model, done.outcome, done.lead_id, done.external) == ("minutes", "a", "ok", "12345", True)
    assert done.answer_sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert len(done.prompt_sha256) == 64
    assert done.prompt_tokens == len(glm.questions[0].text) // 3
    assert done.answer_tokens > len(GOOD) // 3  # thoughts are written, and paid
    assert done.cost_usd == pytest.approx((done.prompt_tokens * 0.07 + done.answer_tokens * 0.4) / 1e6)


async def test_failed_calls_are_recorded_too(sky: Sky) -> None:
    """Each attempt and each round is a call of its own; a refused one costs nothing."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, usd_in=1.0)}) as gateway:
        glm.faults += [Fault("1302"), Fault("bad_json"), Fault("500")]
        await gateway.ask(request())
    assert sky.outcomes == ["a: rate", "a: ok", "a: network", "a: ok"]
    done = [call for call in sky.calls if call.outcome != BEGUN]
    assert [call.cost_usd > 0 for call in done] == [False, True, False, True]
    assert len({call.call_id for call in sky.calls}) == 4


async def test_nothing_leaves_before_its_record_is_durable(sky: Sky) -> None:
    """While the record of an external call cannot be sent the model is not asked; its final fault is raised."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        sky.audit_faults = [Transient("no broker"), Refused("no such topic")]
        with pytest.raises(Refused):
            await gateway.ask(request())
        assert glm.questions == []
        assert len(sky.pauses) == 1


async def test_an_answer_waits_for_its_record(sky: Sky) -> None:
    """A record that cannot be sent now is sent later: the answer is neither lost nor asked for again."""

    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm, external=False)}) as gateway:
        sky.audit_faults = [Transient("no broker", retry_after=5.0), Transient("no broker")]
        assert (await gateway.ask(request())).summary
    assert len(glm.questions) == 1
    assert sky.pauses[0] == 5.0
    assert [call.outcome for call in sky.calls] == ["ok"]  # in the house there is no transfer to announce


async def test_without_a_model_nothing_is_recorded(sky: Sky) -> None:
    """A question that nobody may answer is no call."""
    async with opened(sky, {}) as gateway:
        with pytest.raises(LlmError):
            await gateway.ask(request())
    assert sky.calls == []
