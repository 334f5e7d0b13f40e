"""Settings: `leadpulse.toml`, then `LEADPULSE_SECTION__KEY`; a secret also from the file named by `…_FILE`.

Read once per process by `load()`; every part gets its section (one module a section) as an argument.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from schemas.errors import ConfigError
from streams.settings.gateway import Gateway, TelegramBot, WmsSource
from streams.settings.kafka import Broker, Kafka
from streams.settings.llm import Llm
from streams.settings.outlets import Bitrix, Minutes, Notebook, Webhooks
from streams.settings.speech import Speech, SpeechKit
from streams.settings.store import Store
from streams.settings.telegram import Telegram
from streams.settings.workers import Metrics, Pipeline

__all__ = [
    "Bitrix",
    "Broker",
    "Gateway",
    "Kafka",
    "Llm",
    "Metrics",
    "Minutes",
    "Notebook",
    "Pipeline",
    "Settings",
    "Speech",
    "SpeechKit",
    "Store",
    "Telegram",
    "TelegramBot",
    "Webhooks",
    "WmsSource",
    "load",
]

PREFIX = "LEADPULSE_"


class Settings(BaseSettings):
    """All settings of all workers."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file="leadpulse.toml"
    )

    kafka: Kafka = Kafka()
    broker: Broker = Broker()
    store: Store = Store()
    gateway: Gateway = Gateway()
    telegram: Telegram = Telegram()
    speech: Speech = Speech()
    speechkit: SpeechKit = SpeechKit()
    llm: Llm = Llm()
    minutes: Minutes = Minutes()
    bitrix: Bitrix = Bitrix()
    notebook: Notebook = Notebook()
    webhooks: Webhooks = Webhooks()
    pipeline: Pipeline = Pipeline()
    metrics: Metrics = Metrics()

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load() -> Settings:
    """The settings of this process. Raises `ConfigError` that lists every fault at once, without any value."""
    faults = _secrets_from_files(os.environ)
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
    except SettingsError as error:  # a list or section in the environment that is no JSON; names the section only
        faults.append(f"{error}: not JSON")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        faults.append(f"leadpulse.toml: {error}")
    else:
        if not faults:
            return settings
    raise ConfigError("wrong settings:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _secrets_from_files(environ: Any) -> list[str]:
    """Replace every `LEADPULSE_…_FILE` by the text of the file it names; returns the faults."""
    faults = []
    plain = {PREFIX + "STORE__API_TOKEN_FILE", PREFIX + "KAFKA__CA_FILE"}  # settings that are paths themselves
    for name in [n for n in environ if n.startswith(PREFIX) and n.endswith("_FILE") and n not in plain]:
        try:
            environ[name.removesuffix("_FILE")] = Path(environ.pop(name)).read_text().strip()
        except OSError as error:
            faults.append(f"{name}: {error.strerror}")
        except ValueError:  # its text would show a part of the secret
            faults.append(f"{name}: not UTF-8 text")
    return faults
