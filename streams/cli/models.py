"""Language models for a command that a person gives: which may read a client's words, and the log of their calls."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec

from processors.days import local_time
from processors.privacy.register import Register
from processors.russian.system import os_reason
from schemas.errors import ConfigError
from schemas.outlets import LlmCall
from streams.engine.clock import wall_clock
from streams.engine.consents import read_register
from streams.llm.gateway import ModelGateway
from streams.settings import Settings


@asynccontextmanager
async def models(loaded: Settings, lead: str) -> AsyncIterator[ModelGateway]:
    """All models of the settings, closed at the end. Of a client (`lead`, "" of nobody's words) the register of
    consents is read first, where a model is external. Raises `Transient`."""
    today = local_time(wall_clock()).date()
    is_asked = lead and any(model.external for model in loaded.llm.models.values())
    register = await read_register(loaded.kafka) if is_asked else Register()
    closes = partial(register.closes_models, today=today)
    gateway = ModelGateway(loaded.llm, loaded.transfer.notification, closes, HandLog(loaded.llm.hand_log))
    try:
        yield gateway
    finally:
        await gateway.close()


class HandLog:
    """The audit of calls by hand: what has left the house must be known, also where no Kafka is at hand."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __call__(self, made: LlmCall) -> None:
        """Return when the line is on the disk. Raises `ConfigError`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(made) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ConfigError(f"llm.hand_log: {self._path}: {os_reason(error)}") from error
