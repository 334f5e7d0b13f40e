"""`out.bitrix`: the minutes as a comment in the lead's timeline in Bitrix24, one for each recording.

There is no key to add by, so each time the timeline is searched for our mark first: none → add, an older version →
update, this version → nothing. A crash between a call and the ack repeats the search and makes no second comment.
Where somebody is erased the same search finds what is to be deleted.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from alerting.clients import Client, Clients
from alerting.minutes import render_comment
from schemas.codec import Rejected
from schemas.comments import read_mark
from schemas.errors import RecordFault, Refused
from schemas.minutes import MeetingMinutes
from schemas.outlets import Forget
from schemas.types import LeadId
from streams.engine.remote import Uncertain
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.notify.outlets.records import COPY_OR_FORGET, is_wanted

log = logging.getLogger(__name__)

DOUBT_SECONDS = 5.0
"""After an `add` without an answer the portal may still be at it: it gets time to end before we search the timeline."""


class BitrixComments:
    """Settle's `Process` for `out.bitrix`."""

    def __init__(self, api: BitrixApi, clients: Clients = Client) -> None:
        self._api, self._clients = api, clients
        self._settled: defaultdict[int, set[int]] = defaultdict(set)

    async def __call__(self, batch: Batch) -> Outcome:
        """Have a comment for each meeting. Raises `Transient`; what a method refuses for good is rejected."""
        outcome = Outcome()
        settled = self._settled[batch.partition]
        for record, found in outcome.readable(batch, COPY_OR_FORGET):
            if record.offset in settled:  # an earlier attempt at this batch saw to it
                continue
            try:
                await (self._forget(found) if isinstance(found, Forget) else self._ensure(found.minutes))
            except Refused as error:  # unknown lead, no access to it
                outcome.rejected.append((record, Rejected(str(error), type(error).__name__)))
            else:
                settled.add(record.offset)
        self._settled.pop(batch.partition, None)
        return outcome

    async def _ensure(self, event: MeetingMinutes) -> None:
        version, found = event.minutes.version, await self._find(event)
        if found is not None and found.version >= version:
            return
        client = self._clients(event.lead_id)
        text = render_comment(event, client.meeting_at(event.recording_id), client.name)
        extra = {"lead": event.lead_id, "recording": event.recording_id, "version": version}
        try:
            await self._write(event, text, found)
        except Uncertain as fault:  # the portal has just answered our look: what fails here may be this comment's own
            raise RecordFault(str(fault), DOUBT_SECONDS) from fault
        log.info("bitrix comment written", extra=extra)

    async def _write(self, event: MeetingMinutes, text: str, found: "_Found | None") -> None:
        if found is not None:
            await self._api.call("crm.timeline.comment.update", {"id": found.id, "fields": {"COMMENT": text}})
            return
        fields = {"ENTITY_ID": int(event.lead_id), "ENTITY_TYPE": "lead", "COMMENT": text}
        await self._api.call("crm.timeline.comment.add", {"fields": fields})

    async def _find(self, event: MeetingMinutes) -> "_Found | None":
        """Our comment of the recording: the oldest that bears its mark, as a person's copy of it came later."""
        async for found in self._ours(event.lead_id):
            if found.recording_id == event.recording_id:
                return found
        return None

    async def _forget(self, forget: Forget) -> None:
        found = [one.id async for one in self._ours(forget.lead_id) if is_wanted(forget, one.recording_id)]
        for comment_id in found:
            await self._api.call("crm.timeline.comment.delete", {"id": comment_id})
        log.info("bitrix comments deleted", extra={"erasure": forget.forget_id, "comments": len(found)})

    async def _ours(self, lead_id: LeadId) -> "AsyncIterator[_Found]":
        query: dict[str, Any] = {
            "filter": {"ENTITY_ID": int(lead_id), "ENTITY_TYPE": "lead"},
            "select": ["ID", "COMMENT"],
            "order": {"ID": "ASC"},
        }
        async for row in self._api.rows("crm.timeline.comment.list", query):
            match row:
                case {"ID": str() | int() as comment_id, "COMMENT": str() as text}:
                    mark = read_mark(text)
                    if mark is not None:
                        yield _Found(int(comment_id), mark.version, mark.recording_id)


class _Found(NamedTuple):
    id: int
    version: int
    recording_id: str
