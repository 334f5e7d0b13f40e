"""What the worker `notify` is made of: who is told when another system takes nothing."""

import pytest
from pydantic import SecretStr

from alerting.clients import Client
from schemas.errors import Transient
from schemas.topics import IDENTITIES
from streams.engine.conditions import Condition
from streams.engine.ends import Ends
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Outputs
from streams.engine.reader import Reader
from streams.notify.outlets import set_up as notify
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Bitrix, Kafka, Notebook, Settings, Webhooks
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault


def links() -> KnownIdentities:
    """Nobody is linked."""
    return KnownIdentities(Reader(Kafka(), IDENTITIES), Ends(Kafka()))


SETTINGS = Settings().model_copy(
    update={
        "bitrix": Bitrix(webhook=SecretStr("https://x.bitrix24.ru/rest/1/c0de/")),
        "notebook": Notebook(url="http://127.0.0.1:5055"),
        "webhooks": Webhooks(url="http://127.0.0.1:5678/webhook/x", secret=SecretStr("key")),
    }
)


class Worker:
    """Takes what an outlet asks of its worker."""

    def __init__(self) -> None:
        self.needs: dict[str, Condition] = {}
        self.topics: list[str] = []
        self.outputs = Outputs(Kafka())

    def consume(self, topic: object, _process: object) -> None:
        """As `streams.engine.worker.Worker`."""
        self.topics.append(topic.name)  # type: ignore[attr-defined]

    def watch(self, condition: Condition) -> Condition:
        """As `streams.engine.worker.Worker`."""
        return condition

    def on_close(self, _close: object) -> None:
        """As `streams.engine.worker.Worker`."""


def test_every_outlet_is_watched() -> None:
    """Ops are told of each by its name, after two minutes; what is not set up is not looked at."""
    worker = Worker()
    notify.add_outlets(worker, SETTINGS, Client, lambda process: process, links())  # type: ignore[arg-type]
    told = {name: (need.kind, need.subject, need.after_s, need.look()) for name, need in worker.needs.items()}
    assert told == {
        "bitrix": ("outlet_refuses", "Битрикс24", 120.0, ""),
        "notebook": ("outlet_refuses", "Open Notebook", 120.0, ""),
        "n8n": ("outlet_refuses", "n8n", 120.0, ""),
    }
    assert worker.topics == ["out.files", "out.bitrix", "out.notebook", "out.webhooks"]
    bare = Worker()
    notify.add_outlets(bare, Settings(), Client, lambda process: process, links())  # type: ignore[arg-type]
    assert (bare.needs, bare.topics) == ({}, ["out.files"])


async def test_the_fault_is_told_in_the_portals_own_words() -> None:
    """Without the webhook's code, until a call finds the portal well."""
    async with FakeBitrix({"1"}) as bitrix:
        api = BitrixApi(Bitrix(webhook=SecretStr(bitrix.webhook)))
        bitrix.faults.append(Fault("plan"))
        with pytest.raises(Transient):
            await api.call("profile", {})
        assert api.fault == "profile: 403 ACCESS_DENIED REST API is available only on commercial plans"
        await api.call("profile", {})
        assert api.fault == ""
        await api.close()
