"""What is no proposal: it breaks a rule, comes of nothing, is too unsure, or of a key that nobody knows."""

from typing import Any

import pytest

from processors.commands import signing, words
from tests.unit.processors.commands.office import DAY, FOREIGN, HOUR, NOON, NOTE, PRIVATE, REPLY, Office, command


@pytest.mark.parametrize(
    ("name", "params", "changes", "why"),
    [
        ("note.del", {}, {}, words.NO_DEFINITION),
        ("note.add", {"text": "а"}, {"version": 2}, words.NO_DEFINITION),
        ("note.add", {"text": "а"}, {"lead_id": "9"}, words.LEAD_UNKNOWN),
        ("note.add", {"text": "а"}, {"lead_id": ""}, words.LEAD_NEEDED),
        ("report.send", {}, {}, words.LEAD_TOO_MANY),
        ("note.add", {"text": "а"}, {"expires_at": NOON}, words.LATE),
        ("note.add", {"text": "а"}, {"expires_at": NOON + 60 * DAY}, words.TOO_LONG),
        ("note.add", {"text": "а"}, {"proposed_at": NOON + HOUR}, words.FROM_FUTURE),
        ("note.add", {"text": ""}, {}, "«Текст заметки»: не должно быть пустым"),
        ("note.add", {"text": "а\u202eб"}, {}, "«Текст заметки»: есть невидимые знаки"),
        ("note.add", {}, {}, "не указано: «Текст заметки»"),
        ("note.add", {"text": "а", "to": "б"}, {}, "лишнее: to"),
        ("note.add", {"text": 5}, {}, "«Текст заметки»: нужен текст"),
        ("reminder.set", {"text": "а", "at": "завтра"}, {}, "«Когда»: нужно время вида 2026-11-30T10:00"),
        ("reminder.set", {"text": "а", "at": "2026-11-30T12:00"}, {}, words.PAST),
        ("reminder.set", {"text": "а", "at": "2027-02-01T12:00"}, {}, words.TOO_FAR),
        ("telegram.reply", {"text": "а", "chat_id": "-100888"}, {}, "«Чат клиента»: это не этого клиента"),
        ("n8n.run", {"workflow": "чужой"}, {}, "«Поток»: это не этого клиента"),
    ],
)
def test_what_breaks_a_rule_is_rejected_with_its_reason(
    office: Office, name: str, params: dict[str, Any], changes: dict[str, Any], why: str
) -> None:
    """Nobody is asked about it; whoever wrote it reads why."""
    id_ = office.propose(name, params, **changes)
    assert (office.state(id_), office.why(id_)) == ("rejected", why)


def test_an_unknown_occasion_is_rejected(office: Office) -> None:
    """A stolen key cannot make up alerts."""
    office.change(trigger_exists=lambda _: False)
    assert office.state(office.propose(*REPLY)) == "rejected"


def test_too_unsure_is_dropped_and_counted(office: Office) -> None:
    """Below `ask_below` nobody is asked."""
    id_ = office.propose(*NOTE, confidence_percent=39)
    assert office.state(id_) == "dropped"
    assert office.desk.figures("note.add").dropped == 1


@pytest.mark.parametrize("who", ["pavel", "vera", "nobody"])
def test_a_program_proposes_for_its_users_clients_only(office: Office, who: str) -> None:
    """Olga's client is none of Pavel's, and a viewer proposes nothing."""
    id_ = office.propose(*NOTE, by="mcp", proposer=f"mcp/{who}")
    assert (office.state(id_), office.why(id_)) == ("rejected", words.NOT_ALLOWED)


def test_a_key_that_nobody_knows_is_told_and_not_kept(office: Office) -> None:
    """Whoever writes rubbish under a command's id does not keep the real one out."""
    made = command(*NOTE)
    office.say(signing.proposal(made, "k1", FOREIGN))
    assert [change.standing.why for change in office.changes] == [words.SIGNATURE_WRONG]
    assert made.command_id not in office.desk.standings
    assert office.state(office.propose(*NOTE)) == "asking"


def test_the_same_proposal_again_is_nothing(office: Office) -> None:
    """Whether it waits or has ended."""
    made = signing.proposal(command(*NOTE), "k1", PRIVATE)
    office.say(made)
    assert not office.say(made)
    office.refuse(made.command_id)
    assert not office.say(made) and office.state(made.command_id) == "refused"
