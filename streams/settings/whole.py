"""All sections as one, and how they are read (`streams.settings.load`)."""

import os
import re
import tomllib

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from processors.days import live_in
from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.settings.commands import Commands
from streams.settings.days import Days
from streams.settings.export import Export
from streams.settings.faults import told, unknown_in_environment
from streams.settings.gateway import Gateway
from streams.settings.jitsi import Jitsi
from streams.settings.kafka import Broker, Kafka
from streams.settings.live import Live
from streams.settings.llm import Llm
from streams.settings.log import Log
from streams.settings.login import reaching
from streams.settings.mail import Mail
from streams.settings.mcp import Mcp
from streams.settings.names import FILE, PREFIX
from streams.settings.outlets import Bitrix, Minutes, Notebook, Webhooks
from streams.settings.retention import Retention
from streams.settings.site import Site
from streams.settings.sources import Environment, TomlFile
from streams.settings.speech import Speech, SpeechKit
from streams.settings.store import Store
from streams.settings.telegram import Telegram
from streams.settings.tracks import Tracks
from streams.settings.transfer import Transfer
from streams.settings.web import Web
from streams.settings.wms import Wms
from streams.settings.workers import Metrics, Pipeline


class Settings(BaseSettings):
    """All settings of all workers."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=FILE
    )

    kafka: Kafka = Kafka()
    broker: Broker = Broker()
    store: Store = Store()
    export: Export = Export()
    site: Site = Site()
    days: Days = Days()
    gateway: Gateway = Gateway()
    web: Web = Web()
    jitsi: Jitsi = Jitsi()
    wms: Wms = Wms()
    telegram: Telegram = Telegram()
    speech: Speech = Speech()
    speechkit: SpeechKit = SpeechKit()
    tracks: Tracks = Tracks()
    live: Live = Live()
    commands: Commands = Commands()
    mcp: Mcp = Mcp()
    llm: Llm = Llm()
    transfer: Transfer = Transfer()
    retention: Retention = Retention()
    mail: Mail = Mail()
    minutes: Minutes = Minutes()
    bitrix: Bitrix = Bitrix()
    notebook: Notebook = Notebook()
    webhooks: Webhooks = Webhooks()
    pipeline: Pipeline = Pipeline()
    metrics: Metrics = Metrics()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over the TOML file; no .env file."""
        return init_settings, Environment(settings_cls), TomlFile(settings_cls)


def load() -> Settings:
    """The settings of this process, which lives in their time zone from then on (`processors.days`). Raises
    `ConfigError`: every fault at once, in Russian, without any value."""
    faults = list(unknown_in_environment(Settings, os.environ))
    try:
        settings = Settings()
    except ValidationError as error:
        faults += told(error, Settings, os.environ)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{FILE}: ошибка в записи TOML ({_where(error)})")
    except OSError as error:
        faults.append(f"{FILE}: не читается ({os_reason(error)})")
    else:
        if not faults:
            live_in(settings.days.zone)
            return _reaching_the_broker(settings)
    raise ConfigError("ошибки в настройках:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _reaching_the_broker(settings: Settings) -> Settings:
    try:
        kafka = reaching(settings.kafka, settings.broker)
    except OSError as error:
        raise ConfigError(f"broker.sasl: нет доступа к {error.filename}: {os_reason(error)}") from error
    return settings.model_copy(update={"kafka": kafka})


def _where(error: tomllib.TOMLDecodeError | UnicodeDecodeError) -> str:
    """The place only: the library's text would show a part of a value."""
    if isinstance(error, UnicodeDecodeError):
        return f"байт {error.start} — не UTF-8"
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"строка {found[1]}, знак {found[2]}" if found else "файл кончается раньше времени"
