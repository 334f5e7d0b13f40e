"""From records to messages that are wanted of the outbox, and to webhooks: one class a topic."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeAlias, TypeVar

from aiokafka import ConsumerRecord

from alerting.clients import Clients
from alerting.common import id_of, render_common
from alerting.names import key_of, render_name
from alerting.notices import render_notice
from alerting.outbox import Wish
from alerting.render import Rendered, answer, render, render_for_head
from alerting.report import render_curator, render_report
from alerting.rooms import render_room
from processors.normalize.recordings import FROM_JITSI
from schemas.alerts import Alert, CommonAlert
from schemas.codec import Codec, Rejected
from schemas.notices import OpsNotice
from schemas.reports import DailyReport
from schemas.sources import FromJitsi, RoomReport, Transcript
from schemas.types import LeadId, Millis
from streams.engine.kafka import Output
from streams.engine.mutes import Heap, nothing_muted
from streams.engine.settle import Batch, Outcome
from streams.notify.telegram.sender import Sender
from streams.notify.telegram.shelf import Place, Shelf

T = TypeVar("T")

_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)
NAMES = 3
"""Questions of a day in one chat who somebody in a meeting is."""
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"
Known = Callable[[str], bool]
"""Whether anything was ever wanted under a key."""
Hooks = Callable[[T, str], Iterable[Output]]
"""What other systems are told of a value, whose record stands at this place (`Meta.place`)."""


def no_hooks(_value: object, _place: str) -> Iterable[Output]:
    """Where no webhooks are set."""
    return ()


class Telling(ABC, Generic[T]):
    """Settle's `Process`: a batch is acked when the outbox has what it wants said."""

    codec: Codec[T]
    rejects = True
    """Whether what cannot be read is our dead letter; it is not where another worker settles the same topic."""

    def __init__(self, shelf: Shelf, hooks: Hooks[T] = no_hooks) -> None:
        self._shelf, self._hooks = shelf, hooks

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while the outbox cannot be read or written."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        outcome = Outcome()
        wished: dict[tuple[str, int], tuple[Wish, T]] = {}

        def known(key: str) -> bool:
            return self._shelf.knows(place, key) or any(key == other for other, _ in wished)

        for record in batch.records:
            value = self.codec.decode(record.value)
            if isinstance(value, Rejected):
                if self.rejects:
                    outcome.rejected.append((record, value))
                continue
            wished |= {(wish.key, wish.version): (wish, value) for wish in self.wishes(record, value, known)}
            outcome.outputs += self._hooks(value, batch.origin(record))
        for wish in await self._shelf.put(place, [wish for wish, _ in wished.values()]):
            self.wanted(wish, wished[wish.key, wish.version][1])
        return outcome

    @abstractmethod
    def wishes(self, record: Record, value: T, known: Known) -> Iterable[Wish]:
        """What `value` wants said."""

    def wanted(self, wish: Wish, value: T) -> None:
        """The outbox has this wish of the value, for the first time."""


class Alerts(Telling[Alert]):
    """Alerts to messages for the curator, and for the head where nobody has looked.

    An alert that never rang has no message; once it has one, every state changes it.
    """

    codec = Codec(Alert)

    def __init__(self, shelf: Shelf, sender: Sender, clients: Clients, hooks: Hooks[Alert] = no_hooks) -> None:
        super().__init__(shelf, hooks)
        self._sender, self._clients = sender, clients

    def wishes(self, record: Record, value: Alert, known: Known) -> Iterable[Wish]:
        at, client = (record.offset, record.timestamp), self._clients(value.lead_id)
        pressed = value.press is not None and value.press.callback_id  # so it has a message
        if value.rings or pressed or known(value.alert_id):
            to = f"lead:{value.lead_id}"
            yield Wish(
                value.alert_id, to, value.version, *at, render(value, client), rings=value.rings, origin=value.origin
            )
        if value.escalated:
            yield Wish(
                f"{value.alert_id}/head",
                "head",
                value.version,
                *at,
                render_for_head(value, client),
                origin=value.origin,
            )

    def wanted(self, wish: Wish, value: Alert) -> None:
        """Who pressed a button is answered, once, wherever he pressed it."""
        if value.press is not None and wish.key == value.alert_id:
            self._sender.answer(value.press.callback_id, answer(value.press.action))


class CommonAlerts(Telling[CommonAlert]):
    """One message for all curators a rule and day; what began yesterday and goes on is not told again."""

    codec = Codec(CommonAlert)

    def wishes(self, record: Record, value: CommonAlert, known: Known) -> Iterable[Wish]:
        if known(id_of(value.rule, value.day - 1)):
            return
        text = render_common(value)
        yield Wish(value.common_id, "shared", value.version, record.offset, record.timestamp, text)


class DailyReports(Telling[DailyReport]):
    """Daily reports to messages for the shared chat, and to each curator's own chat what concerns his clients; behind
    them, who is who in their meetings is asked, each name once. `answered`: whether somebody has told it already.

    The same report id is never sent again.
    """

    codec = Codec(DailyReport)

    def __init__(
        self,
        shelf: Shelf,
        desks: Callable[[], Mapping[int, Collection[LeadId]]],
        clients: Clients,
        hooks: Hooks[DailyReport] = no_hooks,
        answered: Callable[[LeadId, str], bool] = lambda _, __: False,
        chat_of: Callable[[str], int] = lambda _: 0,
    ) -> None:
        super().__init__(shelf, hooks)
        self._desks, self._clients = desks, clients
        self._answered, self._chat_of = answered, chat_of

    def wishes(self, record: Record, value: DailyReport, known: Known) -> Iterable[Wish]:
        if known(f"{value.report_id}/1"):
            return
        told = [("report", value.report_id, render_report(value, self._clients))]
        for chat, leads in self._desks().items():
            told.append((f"chat:{chat}", f"{value.report_id}/{chat}", render_curator(value, leads, self._clients)))
        for to, name, parts in told:
            for number, part in enumerate(parts, start=1):
                yield Wish(f"{name}/{number}", to, 1, record.offset, record.timestamp, Rendered(part))
        yield from self._names(record, value, known)

    def _names(self, record: Record, value: DailyReport, known: Known) -> Iterable[Wish]:
        """At most `NAMES` in one chat: the others are asked with the next report, and stand on the page meanwhile."""
        asked: Counter[int] = Counter()
        for one in value.names:
            to, key = f"lead:{one.lead_id}", key_of(one)
            chat = self._chat_of(to)
            if not known(key) and not self._answered(one.lead_id, one.name) and asked[chat] < NAMES:
                asked[chat] += 1
                text = render_name(one, self._clients(one.lead_id))
                yield Wish(key, to, 1, record.offset, record.timestamp, text)


class Rooms(Telling[FromJitsi]):
    """Prefixed rooms that stay without a recording, to the chat of ops, and objections to one, to the client's curator;
    the message changes when it is over."""

    codec = FROM_JITSI
    rejects = False

    def wishes(self, record: Record, value: FromJitsi, known: Known) -> Iterable[Wish]:
        if not isinstance(value, RoomReport):
            return
        if value.happening in ("objected", "recording_deleted"):
            to = f"lead:{value.lead_id}" if value.lead_id else "shared"
            at = (record.offset + 1, record.offset, record.timestamp)
            yield Wish(f"objected:{value.meeting_id}", to, *at, Rendered(render_room(value)))
            return
        key = f"room:{value.meeting_id}"
        over = value.happening in ("recording_on", "recording_gap", "meeting_ended")
        if value.happening == "unrecorded" or (over and known(key)):
            text = Rendered(render_room(value))
            yield Wish(key, "ops", record.offset + 1, record.offset, record.timestamp, text)


class OpsNotices(Telling[OpsNotice]):
    """Notices to the chat of ops; a later one of the same id changes the message. Of rejected records nothing is said
    where somebody knows of all those letters, nor that a source is read again whose parking nobody heard of."""

    codec = Codec(OpsNotice)

    def __init__(self, shelf: Shelf, muted: Callable[[Millis], Collection[Heap]] = nothing_muted) -> None:
        super().__init__(shelf)
        self._muted = muted

    def wishes(self, record: Record, value: OpsNotice, known: Known) -> Iterable[Wish]:
        key = f"ops:{value.notice_id}"
        if not known(key) and (self._is_muted(value) or (value.kind == "source_parked" and value.over)):
            return
        yield Wish(key, "ops", record.offset + 1, record.offset, record.timestamp, Rendered(render_notice(value)))

    def _is_muted(self, value: OpsNotice) -> bool:
        heaps, muted = [(value.agent, fault) for fault in value.faults], self._muted(value.ts)
        return bool(heaps) and all(heap in muted for heap in heaps)


class Transcripts:
    """Transcripts to webhooks only. What cannot be read is the pipeline's dead letter, not ours too."""

    def __init__(self, hooks: Hooks[Transcript]) -> None:
        self._hooks = hooks

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        outcome = Outcome()
        for record in batch.records:
            transcript = _TRANSCRIPT.decode(record.value)
            if isinstance(transcript, Transcript) and transcript.recording.said_in is None:
                outcome.outputs += self._hooks(transcript, batch.origin(record))
        return outcome
