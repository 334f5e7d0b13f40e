"""What a worker of `leadpulse up` knows of the installation's secrets."""

import inspect
import io
import pickle

import pytest
from pydantic import BaseModel, SecretStr

from processors.days import HOME, zone_name
from streams.embedded.handover import SECRETS, hand_over, receive
from streams.embedded.up import WORKERS
from streams.settings import (
    Bitrix,
    Commands,
    Days,
    Gateway,
    Kafka,
    Llm,
    Notebook,
    Settings,
    SpeechKit,
    Store,
    Telegram,
    TelegramBot,
    Webhooks,
    WmsSource,
)
from streams.settings.llm import Model
from tests.zones import VLADIVOSTOK, living_in

WHOLE = Settings(
    kafka=Kafka(password=SecretStr("s-kafka")),
    store=Store(
        password=SecretStr("s-clickhouse"), api_token=SecretStr("s-api"), web_token=SecretStr("s-page-of-the-web")
    ),
    gateway=Gateway(
        wms={"one": WmsSource(token=SecretStr("s-wms-one"))},
        telegram={"bot": TelegramBot(secret=SecretStr("s-hook"))},
        jitsi_token=SecretStr("s-jitsi"),
    ),
    telegram=Telegram(token=SecretStr("s-token"), staff=[7]),
    speechkit=SpeechKit(api_key=SecretStr("s-speechkit")),
    llm=Llm(models={"glm": Model(base_url="https://x", model="glm", api_key=SecretStr("s-glm"))}),
    bitrix=Bitrix(webhook=SecretStr("https://portal/rest/1/s-bitrix/"), portal="https://portal"),
    notebook=Notebook(password=SecretStr("s-notebook")),
    webhooks=Webhooks(url="http://n8n", secret=SecretStr("s-n8n")),
    commands=Commands(secrets={"crm": SecretStr("s-crm")}),
)

GIVEN = {
    "gateway": {"s-kafka", "s-wms-one", "s-hook", "s-jitsi", "s-token"},
    "pipeline": {"s-kafka"},
    "transcribe": {"s-kafka", "s-speechkit"},
    "tracks": {"s-kafka"},
    "live": {"s-kafka", "s-speechkit"},
    "store": {"s-kafka", "s-clickhouse", "s-api", "s-page-of-the-web"},
    "minutes": {"s-kafka", "s-glm", "s-api"},
    "notify": {"s-kafka", "s-token", "https://portal/rest/1/s-bitrix/", "s-notebook", "s-n8n", "s-crm"},
    "web": {"s-kafka", "s-page-of-the-web", "s-glm"},
    "agent": {"s-kafka", "s-page-of-the-web", "s-glm"},
    "actions": {"s-kafka"},
}


def secrets_of(value: object) -> list[SecretStr]:
    """Every secret in settings that is set."""
    if isinstance(value, SecretStr):
        return [value] if len(value) else []
    if isinstance(value, BaseModel):
        return [s for name in type(value).model_fields for s in secrets_of(getattr(value, name))]
    if isinstance(value, dict):
        return [s for item in value.values() for s in secrets_of(item)]
    return []


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_gets_its_own_secrets_and_no_other(worker: str) -> None:
    """Its own arrive; of the others not even the bytes do, and to read one fails."""
    handed = hand_over(worker, WHOLE)
    got = receive(io.BytesIO(handed))
    readable = set()
    for secret in secrets_of(got):
        try:
            readable.add(secret.get_secret_value())
        except RuntimeError:
            continue
    assert readable == GIVEN[worker]
    others = set().union(*GIVEN.values()) - GIVEN[worker]
    assert not [secret for secret in others if secret.encode() in handed]


def test_what_is_no_secret_arrives_everywhere() -> None:
    """Addresses, lists and limits are the same for all; whether an outlet is set up can be asked without its secret."""
    for worker in WORKERS:
        got = receive(io.BytesIO(hand_over(worker, WHOLE)))
        assert got.telegram.staff == [7]
        assert list(got.gateway.wms) == ["one"]
        assert got.bitrix.enabled and got.webhooks.enabled
        assert got.store.api_token_file == WHOLE.store.api_token_file


def test_defaults_stay_as_they_are() -> None:
    """What is not set is not withheld either: nobody takes an empty token for one."""
    for worker in WORKERS:
        assert receive(io.BytesIO(hand_over(worker, Settings()))) == Settings()


def test_every_worker_stands_in_the_table() -> None:
    """A new worker has to be given its row."""
    assert set(SECRETS) == set(WORKERS)
    assert all(inspect.isclass(type(getattr(WHOLE, name.split(".")[0]))) for row in SECRETS.values() for name in row)


def test_something_else_is_refused() -> None:
    """Only settings come this way."""
    with pytest.raises(TypeError):
        receive(io.BytesIO(pickle.dumps({"telegram": 1})))


def test_a_worker_lives_in_the_zone_of_its_settings() -> None:
    """`leadpulse.toml` is not read again, so the zone comes with what is handed over."""
    with living_in(HOME):
        receive(io.BytesIO(hand_over("pipeline", Settings(days=Days(zone=VLADIVOSTOK)))))
        assert zone_name() == VLADIVOSTOK
