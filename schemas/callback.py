"""What stands behind an alert's button: `a:<lead id>:<alert id>:<key>`, 34 bytes at most.

Telegram takes 1-64 bytes of callback data (Bot API, InlineKeyboardButton), and any member of a chat can send any.
"""

import re
from typing import Literal

import msgspec

from schemas.types import EventId, LeadId

Action = Literal["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"]
"""As `schemas.events.AlertAction.action`."""

KEYS: dict[Action, str] = {"seen": "k", "snooze_1d": "s1", "snooze_7d": "s7", "false_alarm": "f", "confirmed": "c"}

_ACTIONS: dict[str, Action] = {key: action for action, key in KEYS.items()}
_DATA = re.compile(r"a:([0-9]{1,12}):([0-9a-f]{16}):([a-z][0-9]?)")


class Callback(msgspec.Struct, frozen=True):
    """A button under one alert of one lead."""

    lead_id: LeadId
    alert_id: EventId
    action: Action


def encode(lead_id: LeadId, alert_id: EventId, action: Action) -> str:
    """The `callback_data` of a button."""
    return f"a:{lead_id}:{alert_id}:{KEYS[action]}"


def decode(text: str) -> Callback | None:
    """The button behind `callback_data`, or None when it is none of ours."""
    found = _DATA.fullmatch(text)
    if found is None:
        return None
    lead_id, alert_id, key = found.groups()
    action = _ACTIONS.get(key)
    return None if action is None else Callback(lead_id, alert_id, action)
