"""What a role may cost in a Moscow day."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outlets import LlmCall
from streams.llm.budget import Budget
from streams.llm.faults import Kind, LlmError
from tests.fakes.glm import FakeGlm, Fault
from tests.unit.llm.stand_ins import GOOD, NOON, Sky, model, opened, request

HOUR = 3600.0


def call(call_id: str, cost: float, ts: float = NOON, role: str = "minutes", outcome: str = "ok") -> LlmCall:
    """An audit record; `ts` in seconds."""
    return LlmCall(call_id, int(ts * 1000), role, "a", outcome, "0" * 64, cost_usd=cost)


def test_a_day_is_moscows() -> None:
    """What was spent before Moscow's midnight is forgotten after it, and does not come back."""
    sky = Sky()
    budget = Budget({"minutes": 1.0}, lambda: sky.now)
    budget.add(call("1", 0.9))
    sky.now = NOON + 11.99 * HOUR
    assert budget.spent("minutes") == 0.9
    sky.now = NOON + 12.01 * HOUR
    assert budget.spent("minutes") == 0
    budget.add(call("2", 0.9, NOON))
    assert budget.spent("minutes") == 0
    budget.add(call("3", 0.1, sky.now))
    assert budget.spent("minutes") == 0.1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["minutes", "tags"])), max_size=12))
def test_a_record_that_comes_again_counts_once(order: list[tuple[str, str]]) -> None:
    """In any order, however often, begun or done: each call's cost is there once."""
    budget = Budget({}, lambda: NOON)
    for call_id, role in order:
        budget.add(call(call_id + role, 0.25, role=role))
        budget.add(call(call_id + role, 0.0, role=role, outcome="begun"))
    assert budget.spent("minutes") == 0.25 * len({call_id for call_id, role in order if role == "minutes"})


def test_a_reservation_ends_with_its_call() -> None:
    """What calls in flight may cost is held, and given back also when they fail."""
    budget = Budget({"minutes": 1.0}, lambda: NOON)
    with pytest.raises(ZeroDivisionError), budget.reserved("minutes", 0.6):
        with pytest.raises(LlmError) as failed, budget.reserved("minutes", 0.6):
            pass
        assert failed.value.kind is Kind.BUDGET
        with budget.reserved("tags", 9.0), budget.reserved("minutes", 0.0):
            _ = 1 / 0
    with budget.reserved("minutes", 1.0):
        pass


async def test_a_spent_budget_leaves_free_models_and_other_roles() -> None:
    """The dear model is passed over without a call, the free one answers; another worker's calls count."""
    sky = Sky()
    async with FakeGlm(lambda _: GOOD) as glm:
        models = {"dear": model(glm, "dear", usd_in=10.0, usd_out=10.0), "free": model(glm, "free")}
        async with opened(sky, models, usd_per_day={"summary": 0.5}) as gateway:
            assert (await gateway.answer(request())).model == "dear"
            gateway.budget.add(call("another worker's", 0.49, role="summary"))
            assert (await gateway.answer(request())).model == "free"
            assert (await gateway.answer(request("tags"))).model == "dear"
        async with opened(sky, {"dear": models["dear"]}, usd_per_day={"summary": 0.0001}) as gateway:
            with pytest.raises(LlmError) as failed:
                await gateway.ask(request())
    assert failed.value.kind is Kind.BUDGET
    assert not failed.value.retriable
    assert [question.model for question in glm.questions] == ["dear", "free", "dear"]


async def test_calls_at_once_do_not_overshoot() -> None:
    """Ten questions come together where the day has money for three."""
    sky = Sky()
    async with FakeGlm(lambda _: GOOD) as glm:
        dear = model(glm, usd_in=1.0, usd_out=100.0, max_parallel=10)  # 0.05 for the 500 tokens, if all are written
        async with opened(sky, {"dear": dear}, usd_per_day={"summary": 0.16}) as gateway:
            glm.faults.append(Fault("hold", times=10))
            asks = [asyncio.ensure_future(gateway.ask(request())) for _ in range(10)]
            while glm.at_once < 3:
                await asyncio.sleep(0.01)
            glm.released.set()
            results = await asyncio.gather(*asks, return_exceptions=True)
            assert gateway.budget.spent("summary") <= 0.16
    assert len(glm.questions) == 3
    assert sum(isinstance(result, LlmError) for result in results) == 7
