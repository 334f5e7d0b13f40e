"""Settings of language models."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from streams.settings.section import Section

Role = Literal["tags", "summary", "minutes", "answers"]


class Model(Section):
    """One model at one OpenAI-compatible endpoint."""

    base_url: str
    """Such as `https://api.z.ai/api/paas/v4/`."""
    model: str
    """The endpoint's own name of the model."""
    api_key: SecretStr = SecretStr("")
    """Bearer key."""
    external: bool = True
    """Whether words leave the house. Then they are pseudonymised, and clients of `no_external` are left out."""
    usd_in: float = Field(0.0, ge=0)
    """Price of a million tokens that it reads, US dollars."""
    usd_out: float = Field(0.0, ge=0)
    """Price of a million tokens that it writes, US dollars."""
    max_parallel: int = Field(1, ge=1)
    """Calls at once; some accounts allow one."""
    context_tokens: int = Field(128_000, ge=2048)
    """What it can read and write in one call."""
    thinking_switch: bool = True
    """Whether the endpoint knows GLM's field `thinking`. Off for one that refuses fields it does not know."""

    @model_validator(mode="after")
    def _safe_on_the_way(self) -> Self:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("base_url must be an http(s) address")
        if self.external and address.scheme == "http" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("base_url of an external model must be https: words and key would go in clear")
        return self


class Llm(Section):
    """Language models. Without any the minutes are made by rules and say so."""

    models: dict[str, Model] = Field({})
    """Models by a name of ours."""
    roles: dict[Role, list[str]] = Field({})
    """Which models do what, in order: the next one is asked when one cannot. A role without its own list takes all
    models in their order."""
    usd_per_day: dict[Role, float] = Field({})
    """Most that a role may cost in a Moscow day; then its work is done by rules. No limit where it is not named."""
    timeout: float = Field(120.0, gt=0)
    """Seconds for one call."""
    attempts: int = Field(3, ge=1)
    """Calls of one model for one answer before the next model is asked."""
    patience_seconds: float = Field(600.0, ge=0)
    """So long a meeting waits for models that are away or out of limits, before its minutes are made by rules."""
    hand_log: Path = Path("var/llm-calls.jsonl")
    """Where calls by hand (`leadpulse minutes`) are written down; the worker's own go to `llm.calls`."""
    no_external: list[str] = Field([])
    """Leads whose words go to no external model."""

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        for role, names in self.roles.items():
            unknown = [name for name in names if name not in self.models]
            if unknown:
                raise ValueError(f"roles.{role} names models that are not in models: {', '.join(unknown)}")
        return self
