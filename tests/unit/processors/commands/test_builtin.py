"""The commands of this release: what they are by effect, that nobody changed one, and what the server fills in."""

import re

import pytest

from processors.commands import definitions
from processors.commands.definitions import builtin, fill, latest
from schemas.codec import Rejected
from schemas.command_defs import NEVER
from schemas.errors import ConfigError
from tests.unit.processors.commands.office import LEAD, OTHERS, filled


def test_the_commands_of_this_release() -> None:
    """Those of the specification, by effect; what leaves the house wants a key, whatever happens never runs itself."""
    found = {name: one.effect for name, one in latest(builtin()).items()}
    inward = ["note.add", "fact.correct", "reminder.set", "alert.snooze", "alert.ack", "room.create_link"]
    assert {name for name, effect in found.items() if effect == "inward"} == {*inward, "mail.draft", "command.new"}
    assert {name for name, effect in found.items() if effect == "reversible"} == {"task.bitrix", "comment.bitrix"}
    outward = {name for name, effect in found.items() if effect == "outward"}
    assert outward == {"telegram.reply", "n8n.run", "report.send"}
    for one in builtin().values():
        assert re.search("[А-ЯЁ]", one.title) and re.search("[а-яё]", one.about)
        assert all(re.search("[А-ЯЁ]", schema["title"]) for schema in one.params.values())
        assert one.effect != "outward" or (one.approval.how == "passkey" and one.auto.min_percent == NEVER)


def test_another_file_than_the_releases_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes one has to say so by `python -m tools.command_manifest`."""
    builtin.cache_clear()
    monkeypatch.setattr(definitions, "manifest", lambda: {"note.add.yaml": "0" * 64})
    with pytest.raises(ConfigError, match=r"note\.add\.yaml"):
        builtin()
    monkeypatch.undo()
    assert builtin()


def test_the_server_fills_in_its_own() -> None:
    """Who proposes neither knows nor chooses the chat."""
    reply = builtin()["telegram.reply", 1]
    assert fill(reply, {"text": "а"}, LEAD, filled) == {"text": "а", "chat_id": "-100777"}
    assert isinstance(fill(reply, {"text": "а", "chat_id": "-100777"}, OTHERS, filled), Rejected)
    assert isinstance(fill(reply, {"text": "а"}, "9", filled), Rejected)
    assert fill(builtin()["task.bitrix", 1], {"title": "а"}, LEAD, filled) == {"title": "а", "responsible_id": 7}
    which = fill(builtin()["n8n.run", 1], {}, LEAD, filled)
    assert isinstance(which, Rejected) and "отчёты, счета" in which.reason
