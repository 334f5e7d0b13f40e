"""Two of our people in a room with the assistant: what they say and are answered."""

import msgspec

from processors.access import Owner, Person
from processors.assistant.memory import Memory
from processors.assistant.talk import Answer, answer
from processors.assistant.wanted import Draft, Open, Room
from tests.unit.processors.assistant.commands import DEFINITIONS
from tests.unit.processors.assistant.people import CLIENTS, NOW, asked

IVANOVA = Person("curator", "Иванова")
HEAD = Person("head", "Петров")


def owner(lead: str) -> Owner:
    """All are Ivanova's but 77."""
    return Owner("Иванова") if lead != "77" else Owner("Сидоров")


def room(**more: object) -> Room:
    """With everything set up, and no model."""
    common = {"definitions": DEFINITIONS, "clients": CLIENTS, "owner_of": owner, "memory": Memory(), "now": NOW}
    return Room(**(common | more))  # type: ignore[arg-type]


def opened(question: Answer) -> Open:
    """The question as it waits."""
    assert question.said is not None
    assert question.said.question
    draft = msgspec.json.decode(question.said.draft, type=Draft)
    return Open(question.said.said_id, draft.about, draft.line, question.said.at)


def say(
    text: str, waits: Open | None = None, person: Person = IVANOVA, here: Room | None = None, **more: object
) -> Answer:
    """What a line is answered."""
    return answer(asked(text, **more), person, here or room(), waits)  # type: ignore[arg-type]
