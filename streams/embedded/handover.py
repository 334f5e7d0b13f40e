"""What `leadpulse up` hands to each of its workers: all settings, but of the secrets only the worker's own.

They go through the worker's standard input, so they stand neither in its environment, which its libraries and children
see, nor in a file. `leadpulse.toml` is not read again. Why pickle: what `up` has checked is not checked a second time
against shapes that a withheld secret does not have; both ends are one program.
"""

import pickle
from typing import Any, BinaryIO

from pydantic import BaseModel, SecretStr

from processors.days import live_in
from streams.settings import Settings

EVERYBODY = frozenset({"kafka"})

SECRETS: dict[str, frozenset[str]] = {
    "gateway": frozenset({"wms", "gateway", "telegram"}),
    "pipeline": frozenset(),
    "transcribe": frozenset({"speechkit"}),
    "tracks": frozenset(),
    "live": frozenset({"speechkit"}),
    "store": frozenset({"store"}),
    "minutes": frozenset({"llm", "store.api_token"}),
    "notify": frozenset({"telegram", "mail", "bitrix", "notebook", "webhooks", "commands"}),
    "web": frozenset({"llm", "store.web_token"}),
    "agent": frozenset({"llm", "store.web_token"}),
    "actions": frozenset(),
}
"""Sections, or single settings, whose secrets a worker needs besides everybody's. A worker that reads another one fails
at once, so that this table cannot be forgotten."""


class Withheld(SecretStr):
    """A secret of another worker. Whether it is set may be asked by `len`; its value is not here."""

    def __init__(self) -> None:
        super().__init__("withheld")

    def get_secret_value(self) -> str:
        """Raises `RuntimeError`."""
        raise RuntimeError("a secret that this worker is not given: streams/embedded/handover.py says who gets which")


def share_of(worker: str, settings: Settings) -> Settings:
    """The settings as `worker` may know them."""
    given = SECRETS[worker] | EVERYBODY
    shares = {
        name: _share(getattr(settings, name), name, given) for name in type(settings).model_fields if name not in given
    }
    return settings.model_copy(update=shares)


def hand_over(worker: str, settings: Settings) -> bytes:
    """What `receive` reads."""
    return pickle.dumps(share_of(worker, settings))


def receive(source: BinaryIO) -> Settings:
    """The settings that `leadpulse up` wrote to `source`; as by `load`, the process lives in their zone. Raises
    `TypeError` when it wrote something else."""
    settings = pickle.load(source)
    if not isinstance(settings, Settings):
        raise TypeError("no settings on the standard input")
    live_in(settings.days.zone)
    return settings


def _share(value: Any, name: str, given: frozenset[str]) -> Any:
    if name in given:
        return value
    if isinstance(value, SecretStr):
        return Withheld() if value.get_secret_value() else value
    if isinstance(value, BaseModel):
        fields = {field: _share(getattr(value, field), f"{name}.{field}", given) for field in type(value).model_fields}
        return value.model_copy(update=fields)
    if isinstance(value, dict):
        return {key: _share(item, f"{name}.{key}", given) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_share(item, name, given) for item in value)
    return value
