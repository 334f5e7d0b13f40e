"""Worker `pipeline`: `source.*` → normalize → `lead.events` → fold → `lead.state`, `.signals`, `.alerts`, `.scores`.

It touches Kafka only. `processors/` decides what a record means, `alerting/` what becomes of a signal.
"""

import msgspec

from processors import cards
from processors.contact import link_key
from processors.normalize import NORMALIZERS, Meaning, Normalizer, Options
from processors.privacy.erasing import Denied
from schemas.base import LeadEvent
from schemas.bot import BotCommand
from schemas.cards import ClientCard
from schemas.codec import EVENT, MINUTES_REQUEST, Codec, Rejected
from schemas.errors import NotYet
from schemas.minutes import MeetingRequest
from schemas.people import Login, LoginStep
from schemas.sources import Identity, Unassigned
from schemas.topics import (
    BITRIX,
    BOT_COMMANDS,
    CLIENTS,
    ERASURES,
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_STATE,
    LEAD_UNASSIGNED,
    MINUTES_REQUESTS,
    TELEGRAM,
    TOPICS,
    WEB_LOGINS,
    WMS,
)
from streams.engine import trace
from streams.engine.cards import KnownCards
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import IDENTITY, KnownIdentities
from streams.engine.kafka import Output, Reader
from streams.engine.leads import KnownLeads, with_cards
from streams.engine.parking import origin as sender
from streams.engine.settle import Batch, Outcome
from streams.engine.state import LeadStates
from streams.engine.worker import Worker
from streams.pipeline.fold import Fold
from streams.pipeline.relink import Recheck, Relink, needed
from streams.settings import Settings
from streams.settings.mappings import mappings_of
from streams.settings.thresholds import rules_of

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
_CARD: Codec[ClientCard] = Codec(ClientCard)
_COMMAND: Codec[BotCommand] = Codec(BotCommand)
_LOGIN: Codec[Login] = Codec(Login)


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
    options = Options(
        staff=frozenset(map(str, settings.telegram.staff)),
        room_prefixes=settings.pipeline.room_prefixes,
        curator_chats=frozenset(map(str, settings.telegram.ours())),
        mappings=mappings_of(settings.wms.mappings),
        is_client=lambda lead: settings.pipeline.unknown_lead != "refuse" or known_lead(lead) is not False,
    )
    erasures = KnownErasures(Reader(settings.kafka, ERASURES))
    worker.background("erasures", erasures.follow)
    for topic in TOPICS:
        if topic.name in NORMALIZERS:
            normalize = Normalize(NORMALIZERS[topic.name], known, options, erasures.denied)
            worker.consume(topic, erasures.before(normalize), origin=sender if topic in HOOKS else None)
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
        self, normalize: Normalizer, known: KnownIdentities, options: Options, denied: Denied | None = None
    ) -> None:
        self._normalize, self._known, self._options = normalize, known, options
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
                if isinstance(meaning, Identity):  # what follows in this batch is read with it already
                    self._known.identities.apply(f"{meaning.kind}:{meaning.value}", meaning)
                if isinstance(meaning, LeadEvent | MeetingRequest | Unassigned):
                    meaning = msgspec.structs.replace(meaning, origin=origin)
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
            return found.lead_id is not None and denied.lead(found.lead_id)
        case _:
            return False


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
        case BotCommand():
            return Output(BOT_COMMANDS.name, found.chat_id.encode(), _COMMAND.encode(found))
        case _:
            return Output(LEAD_EVENTS.name, found.lead_id.encode(), EVENT.encode(found))
