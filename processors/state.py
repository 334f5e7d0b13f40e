"""What `lead.state` keeps of a lead: one MessagePack record, written once per touched lead and batch."""

import zlib
from itertools import compress, count
from typing import Any

import msgspec

from processors.day_series import Day, Days
from processors.moves import Order
from processors.sealed import Sealed
from processors.stock import Stock
from schemas.alerts import Alert, Evidence, Rule
from schemas.outcomes import Outcome
from schemas.types import LocalDay, Millis

STATE_VERSION = 3
"""Of what a record says, and so of how it is folded. It grows with every field here and in what states hold, and with
every change of what one means: a process of a former version then leaves such a record alone (`streams.engine.state`).
"""

DAYS_KEPT = 120
"""Days of figures: the longest window of a signal (84 days) and some to spare for late baselines."""


# Structs of plain values are made with `gc=False`: of 50 000 leads the collector would look at a million.


class Raised(msgspec.Struct, array_like=True, gc=False):
    """How far a rule has risen: `level` is an index of SEVERITIES, -1 when it is over. `since` it rose, `at` it was
    found last (ms UTC); `strength` 0..1 for the score; `score`, `value`, `baseline` and the event as they were said.
    `over` is when it ended, `worst` the highest level until then.
    """

    level: int = -1
    since: int = 0
    at: int = 0
    strength: float = 0.0
    score: float = 0.0
    value: float = 0.0
    baseline: float = 0.0
    event_id: str = ""
    over: int = 0
    worst: int = -1


class Scored(msgspec.Struct, array_like=True, gc=False):
    """The client's score as it was said last: `version` counts them, `level` is an index of LEVELS, `points` 0..100.
    `calm_since` is when they fell below the level's end (0: they are not below).
    """

    version: int = 0
    at: int = 0
    points: float = 0.0
    level: int = 0
    calm_since: int = 0


class Usual(msgspec.Struct, array_like=True):
    """The client's ordinary `day` (`processors.usual`): reservations expected before the fleet's factor (0: too little
    is known), spread beyond Poisson's (variance over mean squared), and how far he goes with the fleet, 0..1.
    """

    day: LocalDay
    mean: float = 0.0
    spread: float = 0.0
    share: float = 0.0


class Sizes(msgspec.Struct, array_like=True):
    """ln of the pieces of his active days as of `day`: mean, predictive deviation, degrees of freedom, and the pieces
    from which a day is a spike (0: too little is known). `dense`: by the rules for clients who order on many days.
    """

    day: LocalDay
    mean: float = 0.0
    deviation: float = 0.0
    freedom: float = 0.0
    least: int = 0
    dense: bool = False


class Quiet(msgspec.Struct, array_like=True, gc=False):
    """On `day` and before `until` (ms UTC) so many orders and pieces more are no spike yet (`reservation_spike`)."""

    day: LocalDay = 0
    until: Millis = 0
    orders: int = 0
    pieces: int = 0


class Talk(msgspec.Struct, array_like=True):
    """Our first message that he has not answered (ms UTC, 0: none), how many there are, and the hours that his last
    answers took.
    """

    asked: int = 0
    messages: int = 0
    waits: list[float] = []


class Last(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What came last in a channel: when (ms UTC), the event, and where it stands (`schemas.alerts.Evidence.ref`)."""

    ts: int
    event_id: str
    ref: str = ""


class Became(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a person said last became of the client (`schemas.outcomes`), when (ms UTC), and the event."""

    outcome: Outcome
    ts: int
    event_id: str


class LeadState(msgspec.Struct, array_like=True):
    """The one mutable thing of the fold (`processors.lead.step`).

    `applied` is the offset in `lead.events` of the last folded record: the fence that makes a replay a no-op.
    `ids` maps event ids of the last 24 h to the hour of their arrival, oldest first; those before them are `sealed`.
    `first_day` is the first day the client is known from: days without figures after it count as zero. `spike` is
    (day, orders, pieces) of a critical day: with fewer of both it is not asked again. `spoken` maps what was said
    where (rule, severity, message or recording) to the last local day it is kept: an edit, or a better transcript of
    the same words, is no news.
    `raised` is the memory of the signals, `scored` that of the score; `notes` are complaints and talks of tariffs,
    `tones` the last talks and whether a model found them bad, `staff` names of ours in the client's chats. `at` (ms
    UTC) is up to when the lead is folded: the append time of its last record, or its hour that came later and changed
    something. `usual` and `sizes` are derived of the days before, `ordered` are the last days with orders among those
    that `days` has no more, `talk` is what waits for an answer, `last` is what came last in each channel that may fall
    silent, `large` the large orders of the last fortnight, `became` what people say of him: he may have left. `gone`
    are ids of words that were deleted, to the last local day they are kept: they do not come back, nor counts what a
    model says of them later. `quiet` is how much more of the day is no spike. Fields are only added at the end.
    """

    applied: int = -1
    first_day: LocalDay | None = None
    days: Days = msgspec.field(default_factory=Days)
    ids: dict[int, int] = {}
    spike: tuple[LocalDay, int, float] = (0, -1, 0.0)
    alerts: dict[Rule, Alert] = {}
    spoken: dict[str, LocalDay] = {}
    sealed: Sealed | None = None
    raised: dict[Rule, Raised] = {}
    muted_until: int = 0
    scored: Scored = msgspec.field(default_factory=Scored)
    notes: dict[Rule, list[Evidence]] = {}
    tones: list[tuple[str, bool]] = []
    staff: list[str] = []
    at: int = 0
    stock: Stock | None = None
    usual: Usual | None = None
    sizes: Sizes | None = None
    ordered: list[LocalDay] = []
    talk: Talk | None = None
    last: dict[Rule, Last] = {}
    large: list[Order] = []
    became: Became | None = None
    gone: dict[int, LocalDay] = {}
    quiet: Quiet = msgspec.field(default_factory=Quiet)

    @property
    def left(self) -> bool:
        """Whether a person said that he has left, and nobody that he is there again."""
        return self.became is not None and self.became.outcome == "left"

    def place(self, day: LocalDay) -> int:
        """Where the day stands in the series of `days`, made when missing."""
        if self.first_day is None or day < self.first_day:
            self.first_day = day
        return self.days.place(day)

    def orders(self, days: range) -> list[int]:
        """Reservations created on each of these days."""
        return self.days.between(self.days.reservations, days.start, days.stop)

    def order_days(self) -> list[LocalDay]:
        """Every day with orders that is known, in order."""
        recent = self.days.with_any(self.days.reservations)
        if not self.ordered:
            return recent
        return [*[day for day in self.ordered if not recent or day < recent[0]], *recent]

    def ordered_until(self, day: LocalDay) -> tuple[int, LocalDay]:
        """On how many days up to this one there were orders, as far as is known, and the first of them."""
        days = self.days
        told = days.reservations[: max(0, day + 1 - days.first)]
        first = next(compress(count(days.first), days.reservations), day + 1)
        older = [each for each in self.ordered if each < first and each <= day]
        return len(older) + len(told) - told.count(0), older[0] if older else first


def _plain(value: object) -> object:
    if isinstance(value, Sealed):
        return value.next, value.hours
    raise NotImplementedError(type(value))


def _sealed(_: type, value: object) -> Sealed:
    return Sealed(*msgspec.convert(value, tuple[int, dict[int, int]]))


PLAIN_BYTES = 12_000
"""A larger record is packed: quotes in a dozen alerts shrink to a third, and few leads have them, so packing costs the
others nothing (0.8 ms for 40 kB)."""

MOST_BYTES = 1 << 20
"""No record of ours unpacks to more."""

_PACKED = b"\x78"
"""The first byte of a zlib stream; in MessagePack it is a small number, which no state is."""

_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECODER: msgspec.msgpack.Decoder[LeadState] = msgspec.msgpack.Decoder(LeadState, dec_hook=_sealed)


def encode_state(state: LeadState) -> bytes:
    """The record of `lead.state`, without the contents of the sealed chunks."""
    record = _ENCODER.encode(state)
    return record if len(record) <= PLAIN_BYTES else zlib.compress(record, 6)


def decode_state(data: bytes) -> LeadState:
    """Raises `msgspec.DecodeError` when the record is not ours."""
    if data.startswith(_PACKED):
        unpacking = zlib.decompressobj()
        try:
            data = unpacking.decompress(data, MOST_BYTES)
        except zlib.error as error:
            raise msgspec.DecodeError(str(error)) from error
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError:
        return _of_records(data)


_FIGURES = len(Day.__struct_fields__)


def _of_records(data: bytes) -> LeadState:
    """A state of version 1 or 2, which had a record of each day."""
    record: list[Any] = msgspec.msgpack.decode(data)
    match record:
        case [_, _, dict(days), *_]:
            told = msgspec.convert(days, dict[LocalDay, list[int]])
            record[2] = Days.of({day: Day(*figures[:_FIGURES]) for day, figures in told.items()})
            return msgspec.convert(record, LeadState, dec_hook=_sealed)
    raise msgspec.ValidationError("no state of a lead")
