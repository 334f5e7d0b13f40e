"""Params by what is to be said in them, held against the definitions of the release."""

import pytest

from processors.assistant import slots
from processors.commands.definitions import faults, fill
from schemas.codec import Rejected
from tests.unit.processors.assistant.commands import DEFINITIONS, filled
from tests.unit.processors.assistant.people import NOW

LONG = "длинно " * 1000


@pytest.mark.parametrize("words", ["коротко", LONG])
def test_each_stands(words: str) -> None:
    """Within the schema of its command, however long the words are."""
    made = {
        "task.bitrix": slots.task(words, words, NOW),
        "reminder.set": slots.reminder(words, NOW),
        "mail.draft": slots.letter(words, words),
        "note.add": slots.text(words),
        "comment.bitrix": slots.text(words),
        "telegram.reply": slots.text(words),
        "alert.snooze": slots.snooze("a" * 16, 3),
        "alert.ack": slots.seen("a" * 16),
        "n8n.run": slots.flow("сверка", words),
        "command.new": slots.new(words, words),
        "room.create_link": {},
        "report.send": {},
    }
    for name, params in made.items():
        whole = fill(DEFINITIONS[name], params, "1003", filled)
        assert not isinstance(whole, Rejected), (name, whole)
        assert faults(DEFINITIONS[name], whole) == []
    assert made.keys() | {"fact.correct"} == DEFINITIONS.keys()
