"""`source.said` → `meeting_said`: what somebody says in a meeting that goes on."""

from processors.belonging import room_of
from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.recordings import owner_of
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingSaid
from schemas.said import Said
from schemas.types import Meta

SOURCE = "live"

_SAID: Codec[Said] = Codec(Said)


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """One turn. The same packets heard again are the same event, by the first loud one of them."""
    said = _SAID.decode(record)
    if isinstance(said, Rejected):
        return said
    if not said.words:
        return []
    id_ = event_id("said", said.meeting_id, said.connection, said.tag, said.mark)
    owner = owner_of(said, identities, options)
    if owner is None:
        return [unassigned(meta, record, id_, said.start_ms, SOURCE, room_of(said.room))]
    room = options.room(owner.lead, identities)
    name = room.called(said.name)
    return [
        MeetingSaid(
            event_id=id_,
            lead_id=owner.lead,
            client=owner.client,
            ts=said.start_ms,
            source=SOURCE,
            meeting_id=said.meeting_id,
            room=said.room,
            participant=said.endpoint,
            name=name,
            start_ms=said.start_ms,
            end_ms=said.end_ms,
            ours=room.is_ours(said.name),
            theirs=room.is_theirs(said.name),
            called=said.name if name != said.name else "",
            text=" ".join(word.text for word in said.words),
            confidence=round(sum(word.confidence for word in said.words) / len(said.words), 3),
        )
    ]
