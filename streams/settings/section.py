"""What every part of the settings is: a docstring under every field says what it does, and its unit.

These docstrings are Russian: `docs/settings.md`, `leadpulse init` and `leadpulse check` show them to people.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, IPvAnyNetwork, SecretStr
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """A part of the settings; an unknown key is a fault, so a typing error is found at start."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Shaped:
    """A text that matches all of `pattern`; `words` say in Russian what it looks like. Never shows the value."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Checked after the type."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"нужно: {self.words}")
        return value


TimeOfDay = Annotated[str, Shaped(r"([01]\d|2[0-3]):[0-5]\d", "время от 00:00 до 23:59, например 19:45")]
"""On the clock of `days.zone`."""
LeadKey = Annotated[str, Field(coerce_numbers_to_str=True), Shaped(r"[0-9]{1,12}", "номер лида, от 1 до 12 цифр")]
"""As `schemas.types.LeadId`; a number without quotes is meant as one."""
Networks = tuple[IPvAnyNetwork, ...]
"""Addresses and networks of IPv4 and IPv6; a single address is a network of one."""
