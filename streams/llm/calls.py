"""Calls of models, on `llm.calls`: every worker that asks models writes its own there, and reads those of all, so that
the budget of a day is one.
"""

from aiokafka import ConsumerRecord

from schemas.codec import Codec
from schemas.outlets import LlmCall
from schemas.topics import LLM_CALLS
from streams.engine.consents import ClosesModels
from streams.engine.kafka import Output, Outputs
from streams.engine.notices import Notices
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.llm.gateway import ModelGateway
from streams.settings import Settings

_CALL: Codec[LlmCall] = Codec(LlmCall)

REFUSES = {
    "auth": "ключ, имя модели или адрес не подходят",
    "balance": "на счёте кончились деньги",
}
"""Outcomes of a call that a person has to mend, in words for ops."""


def models_of(worker: Worker, settings: Settings, closes_models: ClosesModels) -> ModelGateway:
    """The models that a worker may ask, closed with it."""
    audit = Audit(worker.outputs, worker.notices)
    gateway = ModelGateway(settings.llm, settings.transfer.notification, closes_models, audit)
    worker.background("budget", lambda: follow_calls(Reader(settings.kafka, LLM_CALLS), gateway))
    worker.on_close(gateway.close)
    return gateway


class Audit:
    """Calls of models to `llm.calls`; ops hear of a model that refuses us."""

    def __init__(self, outputs: Outputs, notices: Notices) -> None:
        self._outputs, self._notices = outputs, notices

    async def __call__(self, made: LlmCall) -> None:
        """Return when it is durable. Raises `Transient`."""
        await self._outputs.send([Output(LLM_CALLS.name, made.role.encode(), _CALL.encode(made))])
        if made.outcome in REFUSES:
            self._notices.begins("model_refuses", made.model, REFUSES[made.outcome])
        elif made.outcome == "ok":
            self._notices.ends("model_refuses", made.model)


async def follow_calls(reader: Reader, gateway: ModelGateway) -> None:
    """Keep the budget of all workers, until cancelled."""

    async def take(record: ConsumerRecord | None) -> None:
        made = _CALL.decode(record.value) if record is not None else None
        if isinstance(made, LlmCall):
            gateway.budget.add(made)

    await reader.follow(take)
