"""Params of the built-in commands (`processors/commands/builtin`), by what is to be said in them. Pure.

One place: a test holds each of these against its definition.
"""

from processors.days import local_time
from schemas.commands import Param
from schemas.types import Millis

LONGEST_TITLE, LONGEST_SUBJECT, LONGEST_WISH = 200, 150, 500
LONGEST, LONGEST_RECIPE = 1000, 4000

Params = dict[str, Param]


def clock(at: Millis) -> str:
    """A time as commands have it: on the installation's clock, `2026-11-30T10:00`."""
    return f"{local_time(at):%Y-%m-%dT%H:%M}"


def task(title: str, text: str = "", due: Millis = 0) -> Params:
    """`task.bitrix`."""
    told: Params = {"title": title[:LONGEST_TITLE]}
    if text:
        told["text"] = text[:LONGEST]
    return told | {"deadline": clock(due)} if due else told


def reminder(text: str, at: Millis) -> Params:
    """`reminder.set`."""
    return {"text": text[:LONGEST], "at": clock(at)}


def letter(subject: str, text: str) -> Params:
    """`mail.draft`."""
    return {"subject": subject[:LONGEST_SUBJECT], "text": text[:LONGEST]}


def text(words: str) -> Params:
    """`note.add`, `comment.bitrix`, `telegram.reply`."""
    return {"text": words[:LONGEST]}


def snooze(alert: str, days: int) -> Params:
    """`alert.snooze`: a day, or a week for whatever is longer."""
    return {"alert_id": alert, "days": 1 if days <= 1 else 7}


def seen(alert: str) -> Params:
    """`alert.ack`."""
    return {"alert_id": alert}


def flow(workflow: str, words: str) -> Params:
    """`n8n.run`."""
    return {"workflow": workflow, "text": words[:LONGEST]} if words else {"workflow": workflow}


def new(wish: str, recipe: str) -> Params:
    """`command.new`."""
    return {"wish": wish[:LONGEST_WISH], "text": recipe[:LONGEST_RECIPE]}
