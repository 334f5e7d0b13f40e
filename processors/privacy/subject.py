"""What of a client's history is about one person: his words, where he was, what is said of him by name. Pure.

An event is as the store's API gives it: `kind`, and `payload` as on `lead.events`. Others' words in the same meeting
are theirs and stay out.
"""

import re
from collections.abc import Mapping
from typing import Any

from processors.privacy.register import folded
from schemas.privacy import Consent

LEAST_DIGITS = 7
"""A shorter telephone number is found in any figure."""

Event = dict[str, Any]


def part_of(event: Event, person: Consent) -> Event | None:
    """The event, or the part of it that is his; None where it is not about him."""
    payload: dict[str, Any] = dict(event["payload"])
    who = _Known(person)
    author = payload.get("author") or {}
    if who.wrote(author) or who.called(payload.get("name")):
        return event
    if "utterances" in payload:
        payload["utterances"] = [one for one in payload["utterances"] if who.called(one.get("speaker"))]
        return event | {"payload": payload} if payload["utterances"] else None
    if isinstance(payload.get("minutes"), dict):
        payload["minutes"] = {
            name: value if not isinstance(value, list) else [item for item in value if who.named_in(item)]
            for name, value in payload["minutes"].items()
            if isinstance(value, list) or who.named_in(value)
        }
        payload["people"] = [name for name in payload.get("people", []) if who.called(name)]
        is_his = bool(payload["people"]) or any(payload["minutes"].values())
        return event | {"payload": payload} if is_his else None
    return event if any(who.called(name) for name in payload.get("participants", [])) or who.reached(payload) else None


class _Known:
    """By what he is known."""

    def __init__(self, person: Consent) -> None:
        self._names = {folded(name) for name in (person.name, *person.rooms)}
        self._ids = {str(number) for number in person.telegram}
        self._mails = {mail.strip().casefold() for mail in person.mails if mail.strip()}
        digits = (re.sub(r"\D", "", phone)[-10:] for phone in person.phones)
        self._phones = {number for number in digits if len(number) >= LEAST_DIGITS}

    def wrote(self, author: Mapping[str, Any]) -> bool:
        return str(author.get("id", "")) in self._ids or self.called(author.get("name"))

    def called(self, name: object) -> bool:
        return isinstance(name, str) and folded(name) in self._names

    def named_in(self, value: object) -> bool:
        """Whether any text within says his name, as a whole name."""
        if isinstance(value, str):
            words = f" {re.sub(r'[^0-9a-zа-я]+', ' ', folded(value))} "
            return any(f" {name} " in words for name in self._names)
        if isinstance(value, Mapping):
            return any(self.named_in(part) for part in value.values())
        return isinstance(value, list) and any(self.named_in(part) for part in value)

    def reached(self, payload: Mapping[str, Any]) -> bool:
        """Whether it went to or came from his telephone or mail, or says one of them."""
        texts = [value for value in payload.values() if isinstance(value, str)]
        if any(mail in text.casefold() for mail in self._mails for text in texts):
            return True
        numbers = [re.sub(r"[\s()+-]", "", text) for text in texts]
        return any(phone in number for phone in self._phones for number in numbers)
