"""What an approved command does: it is made of the bytes that were signed."""

from dataclasses import replace as with_fields
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.commands import canon
from processors.commands.definitions import builtin, load
from processors.commands.desk import to_be_done
from processors.commands.effects import draft, effects
from schemas.codec import decode, encode
from schemas.command_defs import Definition
from schemas.commands import Handed
from schemas.events import AlertAction, Event, Note
from schemas.minutes import ProfileCorrected
from tests.unit.processors.commands.invoice import ALLOWED, GOOD
from tests.unit.processors.commands.office import HOUR, LEAD, NOON, NOTE, REPLY, TASK, Office, command


def done(
    name: str, params: dict[str, Any], office: Office | None = None, user: str = "olga", **changes: Any
) -> list[Any]:
    """What comes of it when it is approved."""
    office = office or Office()
    office.approve(office.propose(name, params, **changes), user)
    (due,) = filter(to_be_done, office.changes)
    found = effects(due.standing, due.at, office.world)
    assert found == effects(due.standing, due.at, office.world)
    for one in found:
        assert isinstance(one, Handed) or decode(encode(one)) == one
    return found


def event(name: str, params: dict[str, Any]) -> Event:
    one: Event
    (one,) = done(name, params)
    assert not isinstance(one, Handed)
    assert (one.lead_id, one.ts, one.source) == (LEAD, NOON, "command")
    return one


def handed(
    name: str, params: dict[str, Any], office: Office | None = None, user: str = "olga", **changes: Any
) -> Handed:
    (one,) = done(name, params, office, user, **changes)
    assert isinstance(one, Handed)
    return one


def test_a_note_has_its_approvers_name() -> None:
    """As one that she wrote herself."""
    note = event("note.add", {"text": "Ждёт счёт", "pinned": True})
    assert isinstance(note, Note)
    assert (note.text, note.pinned, note.author.name, note.author.client) == ("Ждёт счёт", True, "Ольга", False)


def test_a_letter_stays_a_draft() -> None:
    """A note, nothing else."""
    note = event("mail.draft", {"subject": "Тарифы", "text": "Добрый день!"})
    assert isinstance(note, Note) and note.text == "Черновик письма.\nТема: Тарифы\n\nДобрый день!"


def test_a_rooms_address_is_the_servers() -> None:
    """It is written into the history."""
    note = event("room.create_link", {"link": f"https://meet.example.ru/lead-{LEAD}"})
    assert isinstance(note, Note) and note.text.endswith("https://meet.example.ru/lead-1003")


def test_what_is_known_of_a_client_is_mended() -> None:
    """With the entry that is meant; what is hidden has no new text."""
    added = event("fact.correct", {"field": "sells", "action": "add", "text": "Обувь"})
    assert isinstance(added, ProfileCorrected)
    assert (added.field, added.action, added.text, added.author) == ("sells", "add", "Обувь", "Ольга")
    assert added.entry_id
    old = {"entry_id": "e1", "was": "Сумки", "of": "r1"}
    hidden = event("fact.correct", {"field": "sells", "action": "hide", "text": "х", **old})
    assert isinstance(hidden, ProfileCorrected)
    assert (hidden.text, hidden.entry_id, hidden.was, hidden.of) == ("", "e1", "Сумки", "r1")


@pytest.mark.parametrize(
    ("name", "params", "action"),
    [
        ("alert.ack", {"alert_id": "a1"}, "seen"),
        ("alert.snooze", {"alert_id": "a1", "days": 1}, "snooze_1d"),
        ("alert.snooze", {"alert_id": "a1", "days": 7}, "snooze_7d"),
    ],
)
def test_an_alert_is_pressed(name: str, params: dict[str, Any], action: str) -> None:
    """As by its button."""
    pressed = event(name, params)
    assert isinstance(pressed, AlertAction)
    assert (pressed.alert_id, pressed.action, pressed.actor.name) == ("a1", action, "Ольга")


def test_a_new_commands_text_is_for_an_administrator() -> None:
    """It does nothing but lie there."""
    office = Office()
    assert not done("command.new", {"wish": "счета", "text": GOOD}, office, lead_id="")
    (standing,) = office.desk.standings.values()
    assert draft(standing) == GOOD
    assert not draft(replace(standing, body=canon.encoded(command(*NOTE)).decode()))


def test_a_reply_goes_to_the_signed_chat() -> None:
    """Exactly the signed text; not after its time."""
    sent = handed(*REPLY)
    assert (sent.handler, sent.to, sent.text, sent.inside) == ("telegram.send", "chat:-100777", "Добрый день!", False)
    assert sent.expires_at == NOON + 4 * HOUR


def test_a_task_has_its_client_and_its_time_with_a_zone() -> None:
    """What was not said is left out."""
    sent = handed("task.bitrix", {**TASK[1], "deadline": "2026-12-01T18:30"})
    assert (sent.handler, sent.method) == ("bitrix.call", "tasks.task.add")
    assert {name: msgspec.json.decode(one) for name, one in sent.fields.items()} == {
        "TITLE": "Позвонить",
        "DEADLINE": "2026-12-01T18:30:00+03:00",
        "RESPONSIBLE_ID": 7,
        "UF_CRM_TASK": ["L_1003"],
    }
    comment = handed("comment.bitrix", {"text": "Звонили {lead_id}"})
    assert {name: msgspec.json.decode(one) for name, one in comment.fields.items()} == {
        "ENTITY_ID": LEAD,
        "ENTITY_TYPE": "lead",
        "COMMENT": "Звонили {lead_id}",
    }


def test_a_workflow_is_told_by_its_name() -> None:
    """Its address is in the settings alone."""
    sent = handed("n8n.run", {"workflow": "счета", "text": "за ноябрь"})
    assert (sent.handler, sent.method, sent.url) == ("n8n.run", "счета", "")
    assert {name: msgspec.json.decode(one) for name, one in sent.fields.items()} == {
        "text": "за ноябрь",
        "lead_id": LEAD,
        "command_id": sent.command_id,
    }


def test_a_command_that_people_added_sends_its_params() -> None:
    """To the signed address, its secret by name."""
    office = Office()
    made = load(GOOD, ALLOWED)
    assert isinstance(made, Definition)
    office.change(definitions={**builtin(), ("crm.invoice", 1): made})
    sent = handed("crm.invoice", {"total": 5000}, office, "irina")
    assert (sent.handler, sent.url, sent.key) == ("http.post", "https://books.example.ru/api/invoices", "books")
    assert msgspec.json.decode(sent.fields["total"]) == 5000


def test_a_report_goes_to_its_chat() -> None:
    """That of the settings."""
    sent = handed("report.send", {}, user="irina", lead_id="")
    assert (sent.handler, sent.to) == ("report.send", "report")


@pytest.mark.parametrize(
    ("changes", "to"),
    [
        ({"asked_by": "tg:66"}, "chat:66"),
        ({"asked_by": "irina"}, "chat:33"),
        ({}, f"lead:{LEAD}"),
        ({"lead_id": ""}, "chat:11"),
        ({"asked_by": "tg:999"}, f"lead:{LEAD}"),
    ],
)
def test_a_reminder_goes_to_who_asked(changes: dict[str, Any], to: str) -> None:
    """Else to the client's curator; where there is no client, to who approved it."""
    office = Office()
    office.click(office.propose("reminder.set", {"text": "Позвонить", "at": "2026-11-30T15:00"}, **changes))
    (due,) = filter(to_be_done, office.wait(3 * HOUR))
    (sent,) = effects(due.standing, due.at, office.world)
    assert isinstance(sent, Handed)
    assert (sent.handler, sent.to, sent.inside) == ("telegram.send", to, True)
    assert sent.text == "🔔 Напоминание: Позвонить"
    assert sent.expires_at == NOON + 27 * HOUR


def test_nothing_is_made_of_what_does_not_read() -> None:
    """Nor of a command that is not there any more."""
    office = Office()
    office.click(office.propose(*NOTE))
    standing = office.changes[-1].standing
    assert not effects(replace(standing, body="{}"), NOON, office.world)
    assert not effects(standing, NOON, with_fields(office.world, definitions={}))
