"""What of a client's records is one person's, and the same records without him. Pure.

He is known by digests alone, so that what is denied after an erasure says nobody's name. `marks` are made of what the
register has of him; each is of one client, for elsewhere the same name is somebody else's.

| mark | stands for |
|---|---|
| `id:77` | his account in Telegram |
| `name:ольга рублева` | a name as a room, a chat or a card shows it, whole |
| `words:ольг рублев` | two words of his name side by side in a text, in any case: their stems |
| `mail:…`, `phone:+7…` | as `processors.contact` compares them |

What is his alone goes: messages, private chats, calls and mails by his phone or address. Of what is others', too, his
utterances are emptied (their numbers stay, for minutes count them), items that quote him go, his names and contacts
are blanked. A summary of a talk in which he spoke goes whole: nobody can tell whose words it is made of.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise, permutations
from typing import Any, Final, TypeVar

import msgspec

from processors.contact import normal
from processors.privacy.quotations import is_quoted, pieces_of
from processors.privacy.register import folded
from processors.pseudonyms.masking import contacts_in
from processors.russian.stems import stem
from schemas.privacy import Consent
from schemas.types import LeadId

GONE: Final = "удалено"
WHO: Final = ("speaker", "who", "owner", "author", "actor", "name")
_MADE_OF_TALK: Final = frozenset({"meeting_minutes", "chat_summary"})
_DAY_MS: Final = 86_400_000
_WORD = re.compile(r"[^\W_]+")
_CONTACT = re.compile(r"@|\d(?:\D{0,3}\d){6}")
_NO_TEXT = frozenset({"type", "lead_id", "event_id", "recording_id", "heard_in", "kind", "rule", "source"})

Event = dict[str, Any]
T = TypeVar("T")


def marks(person: Consent) -> list[str]:
    """By what he is known; see the table."""
    names = {folded(name) for name in (person.name, *person.rooms) if name.strip()}
    found = {f"id:{number}" for number in person.telegram} | {f"name:{name}" for name in names}
    for name in names:
        found |= {f"words:{one} {other}" for one, other in permutations(_stems(name), 2)}
    found |= {f"mail:{normal('email', mail) or mail}" for mail in person.mails}
    return sorted(found | {f"phone:{normal('phone', phone) or phone}" for phone in person.phones})


def names_of(person: Consent) -> list[str]:
    """Keys of `identities` and `lead.unassigned` that are his alone."""
    ids = [f"{kind}:{number}" for number in person.telegram for kind in ("tg_user", "tg_chat")]
    mails = [f"email:{normal('email', mail) or mail}" for mail in person.mails]
    return sorted({*ids, *mails, *(f"phone:{normal('phone', phone) or phone}" for phone in person.phones)})


class Part:
    """One person (or several) of one client. `knows` says of a mark whether it is his.

    `heard`: what his history says of him before it goes (`listen`); without it quotations of him are not found.
    """

    def __init__(self, lead: LeadId, knows: Callable[[str], bool]) -> None:
        self.lead, self._knows = lead, knows
        self.events: set[str] = set()
        """Ids of what is his alone."""
        self.recordings: set[str] = set()
        """Ids of those in which he spoke."""
        self._said, self._times = "", list[int]()
        self._also: set[str] = set()

    def listen(self, event: Event) -> None:
        """Remember what of the event is his: all of them come before the first is parted."""
        self._learn(event)
        if self.is_his(event):
            self.events.add(event["event_id"])
            self._times.append(event["ts"])
            self._said += f"\n{folded(str(event.get('text', '')))}"
        for said in event.get("utterances", ()):
            if self.called(said.get("speaker")):
                self.recordings.add(event["recording_id"])
                self._said += f"\n{folded(said['text'])}"

    def is_his(self, event: Event) -> bool:
        """Whether all of it is: he wrote it, it is a private chat, or it came by his phone or mail."""
        said = event.get("type") == "meeting_said" and any(self.called(event.get(name)) for name in ("name", "called"))
        of_his = self.named(event.get("client", "")) or self._is_id(event, "chat_id")
        return said or of_his or self.wrote(event.get("author"))

    def wrote(self, author: object) -> bool:
        """Whether he is who is named as an author: by id and name, or by name."""
        if isinstance(author, Mapping):
            return self._is_id(author, "id") or self.called(author.get("name"))
        return self.called(author)

    def called(self, name: object) -> bool:
        """Whether it is a whole name of his."""
        if not isinstance(name, str) or not name:
            return False
        return folded(name) in self._also or self._knows(f"name:{folded(name)}")

    def named(self, key: str) -> bool:
        """Whether a key of `identities` is his."""
        kind, _, value = key.partition(":")
        match kind:
            case "tg_user" | "tg_chat":
                return self._knows(f"id:{value}")
            case "phone" | "email":
                return self._knows(f"{'mail' if kind == 'email' else kind}:{normal(kind, value) or value}")
            case "participant":
                return self.called(value.partition("/")[2])
            case _:
                return False

    def _learn(self, event: Event) -> None:
        """Who in a room was called by a name of his, a person may have said who that is: that name is his, too."""
        named = event.get("called") or ()
        if isinstance(named, list):
            self._also |= {folded(one["speaker"]) for one in named if self.called(one["called"])}

    def event(self, event: Event) -> Event | None:
        """The event without him; None where nothing of it is anybody else's. The same object where he is not in it."""
        self._learn(event)
        if self.is_his(event) or event.get("about") in self.events:
            return None
        cleaned: Event = self.clean(event)
        if event.get("type") in _MADE_OF_TALK and (cleaned != event or self._spoke(event)):
            cleaned = cleaned | {"minutes": cleaned["minutes"] | {"summary": GONE, "topics": []}}
        return event if cleaned == event else cleaned

    def clean(self, value: Any, field: str = "") -> Any:
        """Any JSON without him: what is his in a list goes out of it."""
        match value:
            case str():
                return value if field in _NO_TEXT else self.text(value)
            case list():
                return [self.clean(one, field) for one in map(self._emptied, value) if not self._is_his_item(one)]
            case dict():
                return {name: self._blank(name, one) for name, one in value.items()}
            case _:
                return value

    def text(self, text: str) -> str:
        """Words without his names and contacts."""
        if self.called(text):
            return GONE
        spans = sorted(self._spans(text))
        parts, end = [], 0
        for start, stop in spans:
            if start >= end:
                parts += [text[end:start], GONE]
            end = max(end, stop)
        return "".join([*parts, text[end:]]) if spans else text

    def quotes(self, text: str) -> bool:
        """Whether the text is words of his."""
        return is_quoted(text, self._said)

    def says(self, text: str) -> bool:
        """Whether a text for people, or JSON, names him, or has words of his between quotes or in a line."""
        return self.text(text) != text or any(map(self.quotes, pieces_of(text)))

    def _blank(self, name: str, value: Any) -> Any:
        if name in ("author", "actor") and isinstance(value, dict) and self.wrote(value):
            return value | {"id": "", "name": GONE}
        return self.clean(value, name)

    def _emptied(self, item: Any) -> Any:
        """An utterance of his keeps its place and has no words."""
        if isinstance(item, dict) and {"start_ms", "text"} <= item.keys() and self.called(item.get("speaker")):
            return {"start_ms": item["start_ms"], "end_ms": item["end_ms"], "text": ""}
        return item

    def _is_his_item(self, item: Any) -> bool:
        if isinstance(item, str):
            return self.called(item) or (len(item) < 100 and self.text(item) == GONE)
        if not isinstance(item, dict):
            return False
        if any(self.wrote(item.get(field)) for field in WHO) or item.get("event_id") in self.events:
            return True
        told = (item.get(field, "") for field in ("quote", "text") if {"quote", "event_id"} & item.keys())
        return any(map(self.quotes, told))

    def _spoke(self, event: Event) -> bool:
        if event["type"] == "meeting_minutes":
            return event.get("recording_id") in self.recordings
        return any(event["ts"] - _DAY_MS <= at <= event["ts"] for at in self._times)

    def _is_id(self, holder: Mapping[str, Any], field: str) -> bool:
        value = holder.get(field)
        return value not in (None, "") and self._knows(f"id:{value}")

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_WORD.finditer(text))
        stems = [stem(folded(word[0])) for word in words]
        for at, (one, other) in enumerate(pairwise(stems)):
            if self._knows(f"words:{one} {other}"):
                yield words[at].start(), words[at + 1].end()
        for word in words:
            if len(word[0]) > 4 and word[0].isdigit() and self._knows(f"id:{word[0]}"):
                yield word.span()
        if _CONTACT.search(text):
            for span in contacts_in(text):
                kind, written = ("mail", "email") if span.kind == "ПОЧТА" else ("phone", "phone")
                value = text[span.start : span.end]
                if self._knows(f"{kind}:{normal(written, value) or value}"):
                    yield span.start, span.end


def parted(value: T, part: Part) -> T | None:
    """A struct of `schemas` without him; None where all of it is his. Itself where he is not in it."""
    plain = msgspec.to_builtins(value)
    cleaned = part.event(plain)
    if cleaned is None:
        return None
    return value if cleaned == plain else msgspec.convert(cleaned, type(value))


def known_by(mine: Collection[str], digest_of: Callable[[str], str]) -> Callable[[str], bool]:
    """`Part`'s `knows` by digests. What was asked once is remembered: the same words come in every message."""
    asked: dict[str, bool] = {}

    def knows(mark: str) -> bool:
        found = asked.get(mark)
        if found is None:
            if len(asked) > _REMEMBERED:
                asked.clear()
            found = asked[mark] = digest_of(mark) in mine
        return found

    return knows


_REMEMBERED: Final = 1 << 16


def _stems(name: str) -> list[str]:
    return list(dict.fromkeys(stem(word) for word in _WORD.findall(name) if len(word) > 1))
