"""What a model is asked, and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from streams.settings.llm import Role

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One question. The gateway masks, delimits and marks it; a caller only says which words are whose.

    `system` is ours and trusted. `material` is what other people said or wrote: it is data, whatever it says.
    `answer` is a msgspec Struct; its docstrings and field names reach the model in the schema. `names` are the persons
    and other names that an external model must not see. Without `lead_id` the settings' `no_external` cannot speak.
    """

    role: Role
    system: str
    material: str
    answer: type[T]
    names: Sequence[str] = field(default=(), repr=False)
    lead_id: str = ""
    max_answer_tokens: int = 4096


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """An answer that keeps to the schema and the language, with names restored. `model` is our name of its author."""

    value: T
    model: str
