"""Worker `pipeline`: `source.*` → normalize → `lead.events` → fold → `lead.state`, `.signals`, `.alerts`, `.scores`.

It touches Kafka only. `processors/` decides what a record means, `alerting/` what becomes of a signal.
"""

import msgspec

from processors import cards
from processors.contact import link_key
from processors.normalize import NORMALIZERS, Meaning, Normalizer, Options
from processors.privacy.erasing import Denied
from processors.privacy.parting import parted
from schemas.assistant import AssistantAsked
from schemas.base import LeadEvent
from schemas.bot import BotCommand
from schemas.cards import ClientCard
from schemas.codec import EVENT, MINUTES_REQUEST, Codec, Rejected
from schemas.command_codecs import ASKED, LOG
from schemas.commands import Approval, Refusal
from schemas.errors import NotYet
from schemas.minutes import MeetingRequest
from schemas.people import Login, LoginStep
from schemas.sources import Identity, Unassigned
from schemas.topics import (
    ASSISTANT_ASKED,
    BITRIX,
    BOT_COMMANDS,
    CLIENTS,
    COMMANDS,
    ERASURES,
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_STATE,
    LEAD_UNASSIGNED,
    MEETING_TRACKS,
    MINUTES_REQUESTS,
    RECORDINGS,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
    WEB_LOGINS,
    WMS,
)
from streams.engine import trace
from streams.engine.cards import KnownCards
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import IDENTITY, KnownIdentities
from streams.engine.kafka import Output
from streams.engine.leads import KnownLeads, with_cards
from streams.engine.meetings import KnownMeetings
from streams.engine.parking import origin as sender
from streams.engine.reader import Reader
from streams.engine.rooms import KnownRooms
from streams.engine.settle import Batch, Outcome
from streams.engine.state import LeadStates
from streams.engine.worker import Worker
from streams.pipeline.attest import Attest
from streams.pipeline.fold import Fold
from streams.pipeline.relink import Recheck, Relink, needed
from streams.settings import Settings
from streams.settings.mappings import mappings_of
from streams.settings.thresholds import rules_of

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
_CARD: Codec[ClientCard] = Codec(ClientCard)
_COMMAND: Codec[BotCommand] = Codec(BotCommand)
_LOGIN: Codec[Login] = Codec(Login)


OF_JITSI = (RECORDINGS, TRANSCRIPTS)
"""Topics of meetings."""
HOOKS = (TELEGRAM, BITRIX, WMS)
"""Topics of what others send us by the gateway: a sender of too much that is bad is parked."""


def build(settings: Settings) -> Worker:
    """The pipeline worker."""
    worker = Worker("pipeline", settings, wait_empty=True)
    ends = Ends(settings.kafka)
    known = KnownIdentities(Reader(settings.kafka, IDENTITIES), ends)
    cards = KnownCards(Reader(settings.kafka, CLIENTS))
    listed = KnownLeads(settings.jitsi)
    known_lead = with_cards(listed, cards, alone=not settings.jitsi.lists_leads)
    rooms = KnownRooms(Reader(settings.kafka, RECORDINGS))
    meetings = KnownMeetings(Reader(settings.kafka, MEETING_TRACKS), rooms)
    options = Options(
        staff=frozenset(map(str, settings.telegram.staff)),
        room_prefixes=settings.pipeline.room_prefixes,
        curator_chats=frozenset(map(str, settings.telegram.ours())),
        mappings=mappings_of(settings.wms.mappings),
        is_client=lambda lead: settings.pipeline.unknown_lead != "refuse" or known_lead(lead) is not False,
        entry=meetings.entry,
        our_people=frozenset(settings.jitsi.our_people),
        company=cards.cards.name,
        hears=settings.telegram.files != "none",
    )
    erasures = KnownErasures(Reader(settings.kafka, ERASURES))
    worker.background("erasures", erasures.follow)
    worker.background("meetings", meetings.follow)
    worker.background("rooms", rooms.follow)
    attest = Attest(settings.commands.keys)
    for topic in TOPICS:
        if topic.name in NORMALIZERS:
            normalize = Normalize(NORMALIZERS[topic.name], known, options, erasures.denied, attest)
            known_to = erasures.before(rooms.before(meetings.before(normalize)) if topic in OF_JITSI else normalize)
            worker.consume(topic, known_to, origin=sender if topic in HOOKS else None)
    states = LeadStates(Reader(settings.kafka, LEAD_STATE), ends)
    desks = Desks(settings.telegram, cards.cards, known.identities)
    fold = Fold(states, rules_of(settings.pipeline.rules), desks.desk)
    worker.consume(LEAD_EVENTS, fold, discard=fold.discard)
    worker.consume(IDENTITIES, Relink(Reader(settings.kafka, LEAD_UNASSIGNED), worker.outputs, known))
    worker.consume(LEAD_UNASSIGNED, Recheck(known))
    worker.background("identities", known.follow)
    worker.background("clients", cards.follow)
    if settings.jitsi.known_leads_file is not None:
        worker.background("leads", listed.keep)
    worker.on_close(ends.stop)
    worker.needs["identities"] = known.loaded.is_set
    worker.needs["states"] = states.newer.none
    return worker


class Normalize:
    """Raw source records to lead events, or to `lead.unassigned` when nobody knows the client."""

    def __init__(
        self,
        normalize: Normalizer,
        known: KnownIdentities,
        options: Options,
        denied: Denied | None = None,
        attest: Attest | None = None,
    ) -> None:
        self._normalize, self._known, self._options, self._attest = normalize, known, options, attest
        self._denied = denied or Denied()

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        if not self._known.loaded.is_set():
            raise NotYet("identities are not loaded yet", retry_after=0.2)
        await self._known.reach(needed(batch.records))
        outcome = Outcome()
        for record in batch.records:
            meta = batch.meta(record)
            origin = batch.origin(record)
            trace.enter(origin)
            found = self._normalize(meta, record.value or b"", self._known.identities, self._options)
            if isinstance(found, Rejected):
                outcome.rejected.append((record, found))
                continue
            for meaning in found:
                if is_denied(meaning, self._denied):
                    continue
                if (left := without_erased(meaning, self._denied)) is None:
                    continue
                meaning = left
                if isinstance(meaning, Identity):  # what follows in this batch is read with it already
                    self._known.identities.apply(f"{meaning.kind}:{meaning.value}", meaning)
                if isinstance(meaning, LeadEvent | MeetingRequest | Unassigned):
                    meaning = msgspec.structs.replace(meaning, origin=origin)
                if isinstance(meaning, Approval | Refusal) and self._attest is not None:
                    meaning = self._attest(meaning)
                outcome.outputs.append(_output(meaning, record.key))
        return outcome


def is_denied(found: Meaning, denied: Denied) -> bool:
    """Whether it is of a client who was erased: a replay, an import, a portal that still has him."""
    match found:
        case Unassigned():
            return denied.ref(link_key(found.client), found.ts)
        case LeadEvent() | MeetingRequest() | ClientCard():
            return denied.lead(found.lead_id)
        case Identity():
            part = denied.part(found.lead_id)
            is_his = part is not None and part.named(f"{found.kind}:{found.value}")
            return found.lead_id is not None and (is_his or denied.lead(found.lead_id))
        case _:
            return False


def without_erased(found: Meaning, denied: Denied) -> Meaning | None:
    """The same without those of the client's people who were erased; None where nothing is left."""
    if not isinstance(found, LeadEvent | MeetingRequest | ClientCard):
        return found
    part = denied.part(found.lead_id)
    return found if part is None else parted(found, part)


def _output(found: Meaning, key: bytes | None) -> Output:
    match found:
        case Unassigned():
            client = link_key(found.client)
            kept = msgspec.structs.replace(found, key=(key or b"").decode(errors="replace"))
            return Output(LEAD_UNASSIGNED.name, client.encode(), _UNASSIGNED.encode(kept))
        case MeetingRequest():
            return Output(MINUTES_REQUESTS.name, found.lead_id.encode(), MINUTES_REQUEST.encode(found))
        case Identity():
            return Output(IDENTITIES.name, f"{found.kind}:{found.value}".encode(), IDENTITY.encode(found))
        case ClientCard():
            key = cards.key_of(found.lead_id, found.source).encode()
            return Output(CLIENTS.name, key, None if cards.is_empty(found) else _CARD.encode(found))
        case LoginStep():
            return Output(WEB_LOGINS.name, found.key.encode(), _LOGIN.encode(found.said))
        case AssistantAsked():
            return Output(ASSISTANT_ASKED.name, found.who.encode(), ASKED.encode(found))
        case Approval() | Refusal():
            return Output(COMMANDS.name, found.digest.encode(), LOG.encode(found))
        case BotCommand():
            return Output(BOT_COMMANDS.name, found.chat_id.encode(), _COMMAND.encode(found))
        case _:
            return Output(LEAD_EVENTS.name, found.lead_id.encode(), EVENT.encode(found))
