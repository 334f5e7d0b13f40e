"""What the store tells a page, with phones and mails that the one who looks may not have made unreadable. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from processors.pseudonyms.masking import contacts_in
from schemas.types import LeadId

Open = Callable[[LeadId], bool]
"""Whether contacts of this client may be read; of an empty one: of nobody in particular."""

NAMES: Final = frozenset({"id", "next", "place", "path", "recording", "promise", "talk", "question", "day", "due_day"})
"""Fields that hold names of ours, besides those that end in `_id`: they lead back to the store and are no words of
anybody. Whatever is not among them is read."""
LISTS: Final = frozenset({"phones", "mails"})
"""Fields of which every text is a contact, however it is written."""


def phone(number: str) -> str:
    """`+7 9** ***-12-34`: enough to know it again, too little to call."""
    digits = "".join(filter(str.isdigit, number))
    if len(digits) == 10:
        digits = f"7{digits}"
    return f"+{digits[:1]} {digits[1:2]}** ***-{digits[-4:-2]}-{digits[-2:]}" if len(digits) > 10 else "***"


def mail(address: str) -> str:
    """`а***@…`."""
    return f"{address[:1]}***@{address.rpartition('@')[2]}" if "@" in address else "***"


def hidden(text: str) -> str:
    """A text without the phones and mails in it."""
    parts, end = [], 0
    for span in contacts_in(text):
        written = text[span.start : span.end]
        parts += [text[end : span.start], mail(written) if span.kind == "ПОЧТА" else phone(written)]
        end = span.end
    return "".join([*parts, text[end:]])


def hidden_in(told: Any, is_open: Open, lead: LeadId = "") -> Any:
    """An answer of the store, decoded. What stands below a `lead_id` is that client's, the rest `lead`'s."""
    return _seen(told, is_open, is_open(lead), "")


def _seen(told: Any, is_open: Open, here: bool, field: str) -> Any:
    match told:
        case str():
            if here or field in NAMES or field.endswith("_id"):
                return told
            if field in LISTS:
                return mail(told) if "@" in told else phone(told)
            return hidden(told)
        case Mapping():
            lead = told.get("lead_id")
            below = is_open(lead) if isinstance(lead, str) and lead else here
            return {name: _seen(of, is_open, below, name) for name, of in told.items()}
        case list():
            return [_seen(one, is_open, here, field) for one in told]
    return told
