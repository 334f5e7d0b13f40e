"""What chat messages said before, and which were withdrawn; an edit whose message nobody has stands by itself."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from processors.pages import Former
from schemas.events import Event, Message, MessageDeleted, MessageEdited
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.store.database import Database

_Key = tuple[str, str]

_CHANGES = """
SELECT DISTINCT payload, ts, seniority FROM events
PREWHERE lead_id = {lead:String} AND kind IN ('message_edited', 'message_deleted')
    AND ts >= fromUnixTimestamp64Milli({since:Int64})
WHERE JSONExtractString(payload, 'message_id') IN {messages:Array(String)}
ORDER BY ts, seniority DESC"""

_ORIGINALS = """
SELECT DISTINCT JSONExtractString(payload, 'chat_id'), JSONExtractString(payload, 'message_id') AS message FROM events
PREWHERE lead_id = {lead:String} AND kind = 'message'
WHERE message IN {messages:Array(String)}"""

_CHANGE = msgspec.json.Decoder(MessageEdited | MessageDeleted)


class Changes(NamedTuple):
    """Of a message: its `text` now, what it said before, when it was changed and withdrawn (0: never). `elsewhere`: an
    edit that its message's own row tells, or a newer edit's."""

    text: str = ""
    former: tuple[Former, ...] = ()
    changed_at: Millis = 0
    gone_at: Millis = 0
    elsewhere: bool = False


class AllChanges:
    """Those of the messages of a page."""

    def __init__(self, edits: dict[_Key, list[MessageEdited]], gone: dict[_Key, Millis], known: set[_Key]) -> None:
        self._edits, self._gone, self._known = edits, gone, known

    def of(self, event: Event) -> Changes:
        """Nothing of what is no message."""
        if not isinstance(event, Message | MessageEdited):
            return Changes()
        key = _key(event)
        edits = self._edits.get(key, [])
        if isinstance(event, MessageEdited):
            first = edits[0].event_id if edits else event.event_id
            if key in self._known or first != event.event_id:
                return Changes(elsewhere=True)
            edits = edits[1:]
        texts = [event.text, *(edit.text for edit in edits)]
        former = [Former(text, edit.ts) for text, edit in zip(texts, edits, strict=False) if text != edit.text]
        changed = edits[-1].ts if former else 0
        return Changes(texts[-1], tuple(former), changed, self._gone.get(key, 0))


async def former(database: Database, lead: LeadId, messages: Sequence[Message | MessageEdited]) -> AllChanges:
    """Of these messages and edits. Raises `Transient`, `StatementFailed`."""
    edits: dict[_Key, list[MessageEdited]] = defaultdict(list)
    gone: dict[_Key, Millis] = {}
    if not messages:
        return AllChanges(edits, gone, set())
    since = max(min(message.ts for message in messages) - 30 * DAY_MS, 0)  # edits of an edit that stands by itself
    asked = {"lead": lead, "messages": sorted({message.message_id for message in messages})}
    for payload, *_ in await database.read(_CHANGES, asked | {"since": since}):
        change = _CHANGE.decode(payload)
        if isinstance(change, MessageDeleted):
            gone[_key(change)] = change.ts
        else:
            edits[_key(change)].append(change)
    known = {_key(message) for message in messages if isinstance(message, Message)}
    alone = sorted({one.message_id for one in messages if isinstance(one, MessageEdited) and _key(one) not in known})
    if alone:
        known |= {(chat, id_) for chat, id_ in await database.read(_ORIGINALS, {"lead": lead, "messages": alone})}
    return AllChanges(edits, gone, known)


def _key(event: Message | MessageEdited | MessageDeleted) -> _Key:
    return event.chat_id, event.message_id
