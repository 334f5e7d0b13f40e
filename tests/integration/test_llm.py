"""The gateway on real Kafka: the audit is in `llm.calls` before and after, and other workers' budgets follow it."""

from datetime import date

import msgspec

from processors.privacy.transfer import Notification
from schemas.minutes import Minutes
from schemas.outlets import LlmCall
from schemas.topics import LLM_CALLS
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from streams.engine.topics import apply
from streams.llm.budget import Budget
from streams.llm.caller import BEGUN
from streams.llm.gateway import ModelGateway
from streams.llm.request import Request
from streams.settings import Kafka
from streams.settings.llm import Llm, Model
from tests.fakes.glm import FakeGlm, Fault

TALK = """\
0 Ольга Рублёва: отгрузки на Озон снова задержали, для нас это проблема
1 Иван Петров: пришлю отчёт в среду, мой телефон +7 912 345-67-89
2 Ольга Рублёва: решили, что с августа тариф двенадцать рублей"""
NOTIFIED = Notification(date(2026, 1, 1), date(2026, 1, 20))
NAMES = ["Ольга Рублёва", "Иван Петров"]


async def test_minutes_of_a_talk_with_the_audit_in_kafka(bootstrap: str) -> None:
    """Names come back in the minutes; the topic holds two hashed records a call, from which another worker knows the
    cost; no name, number or word of the talk is in Kafka or went out."""
    kafka = Kafka(bootstrap=bootstrap, prefix="tllm.")
    await apply(kafka, [LLM_CALLS])
    outputs = Outputs(kafka)

    async def send(call: LlmCall) -> None:
        await outputs.send([Output(LLM_CALLS.name, call.role.encode(), msgspec.json.encode(call))])

    async with FakeGlm() as glm:
        models = {"glm": Model(base_url=glm.url, model="glm-4.7", api_key=glm.token, usd_in=0.6, usd_out=2.2)}
        gateway = ModelGateway(Llm(models=models, usd_per_day={"minutes": 1.0}), NOTIFIED, lambda _lead: False, send)
        glm.faults.append(Fault("1302"))
        minutes = await gateway.ask(Request("minutes", "Составь итоги встречи.", TALK, Minutes, NAMES, "12345"))
        spent = gateway.budget.spent("minutes")
        await gateway.close()
    await outputs.stop()

    assert [(action.owner, action.segment) for action in minutes.actions] == [("Иван Петров", 1)]
    assert minutes.decisions[0].quote == "решили, что с августа тариф двенадцать рублей"

    records = [record async for record in Reader(kafka, LLM_CALLS).read([0])]
    calls = [msgspec.json.decode(record.value, type=LlmCall) for record in records]
    assert [call.outcome for call in calls] == [BEGUN, "rate", BEGUN, "ok"]
    follower = Budget({"minutes": 1.0}, lambda: calls[0].ts / 1000)
    for call in calls:
        follower.add(call)
    assert follower.spent("minutes") == spent > 0
    outside = "".join(question.text for question in glm.questions)
    inside = b"".join(record.value for record in records).decode()
    assert [word for word in ("Рублёв", "Петров", "345-67") if word in outside + inside] == []
    assert "тариф" not in inside
