"""One made client of `bench.fleet`: his habits, and the traces of his day in the warehouse, the chat and meetings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from bench.leaving import COMPLAINTS, LEAVING_WORDS, PAYMENT_WORDS, SMALL_TALK, STAFF_WORDS, Leaving
from processors.days import HOUR_MS, day_start
from schemas.codec import event_id
from schemas.events import (
    Author,
    Call,
    Event,
    Inbound,
    MeetingRecorded,
    MeetingTranscribed,
    Message,
    Pick,
    Reservation,
    Shipment,
    StockSnapshot,
    Utterance,
)
from schemas.types import LocalDay, Millis

OPENS, CLOSES = 9.0, 19.0
"""Hours of Moscow in which clients order and write."""
SUPPLY_DAYS = 21
"""Days of stock that a delivery brings."""
LOW_DAYS = 8
"""Days of stock below which the next delivery is announced."""
ON_THE_WAY = 2
"""Days between the announcement and the delivery."""


@dataclass(frozen=True)
class Nature:
    """Habits. `orders` is the mean of an ordinary open day, `pieces` that of an order; `works` the chance that an open
    day has orders at all (sparse clients: below 1); `week` the factors Monday first; `growth` a day; `follows` how much
    of the common season he has (1: all); `since` his first day, counted from the fleet's.
    """

    orders: float
    pieces: float
    works: float
    week: tuple[float, ...]
    growth: float
    follows: float
    since: int
    steady: float
    cancels: float
    snapshots: bool
    messages: float
    calls: float
    meets_every: int


def nature(dice: Generator, days: int) -> Nature:
    """Draw a client: a third dense, a third middling, a third sparse; half closed on Saturdays and Sundays."""
    kind = dice.choice(("dense", "middling", "sparse"))
    orders, works = {
        "dense": (dice.uniform(10, 40), 1.0),
        "middling": (dice.uniform(2, 10), 0.95),
        "sparse": (dice.uniform(1, 4), dice.uniform(0.07, 0.4)),
    }[kind]
    closed = dice.random() < 0.5
    return Nature(
        orders=orders,
        pieces=float(dice.lognormal(2.2, 0.7)),
        works=works,
        week=(1.1, 1.05, 1.0, 1.0, 0.95, 0.0, 0.0) if closed else (1.1, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6),
        growth=float(dice.choice((0.0, 0.0, 0.0, 0.003, -0.001))),
        follows=float(dice.uniform(0.3, 1.2)),
        since=int(dice.uniform(0.2, 0.7) * days) if dice.random() < 0.1 else 0,
        steady=float(dice.uniform(4, 20)),
        cancels=float(dice.uniform(0.02, 0.1)),
        snapshots=bool(dice.random() < 0.6),
        messages=float(dice.lognormal(-0.7, 0.8)),
        calls=float(dice.uniform(0, 0.15)),
        meets_every=int(dice.choice((0, 14, 30))),
    )


class Client:
    """Makes the days one after the other; remembers the stock."""

    def __init__(self, lead_id: str, habits: Nature, leaves: Leaving | None, dice: Generator) -> None:
        self.lead_id, self.habits, self.leaves = lead_id, habits, leaves
        self._dice = dice
        self._usual = max(1.0, habits.orders * habits.works * habits.pieces * sum(habits.week) / 7)
        self._stock = int(self._usual * SUPPLY_DAYS)
        self._coming: dict[int, int] = {}
        self._made = 0

    def day(self, number: int, day: LocalDay, weekday: int, season: float) -> list[Event]:
        """Day `number` of the fleet, the Moscow day `day`; unordered. Nothing before he came or after he left."""
        if number < self.habits.since or (self.leaves and number > self.leaves.day):
            return []
        volume = self.leaves.volume(number) if self.leaves else 1.0
        return [
            *self._stock_moves(number, day, volume),
            *self._orders(number, day, self.habits.week[weekday] * season**self.habits.follows * volume),
            *self._talk(number, day, weekday, volume),
        ]

    def _stock_moves(self, number: int, day: LocalDay, volume: float) -> Iterator[Event]:
        arrived = self._coming.pop(number, 0)
        if arrived:
            self._stock += arrived
            yield Inbound(**self._document("I", day, 8.0, arrived))
        leaving = self.leaves is not None and self.leaves.stops_supply(number)
        if self._stock < self._usual * LOW_DAYS and not self._coming and not leaving and volume > 0.5:
            qty = int(self._usual * SUPPLY_DAYS)
            self._coming[number + ON_THE_WAY] = qty
            yield Inbound(**self._document("A", day, 10.0, qty), planned=True)
        if self.habits.snapshots:
            yield StockSnapshot(**self._document("S", day, 6.0, self._stock), complete=True)

    def _orders(self, number: int, day: LocalDay, factor: float) -> Iterator[Event]:
        habits, dice = self.habits, self._dice
        mean = habits.orders * (1 + habits.growth) ** (number - habits.since) * factor
        count = int(dice.poisson(dice.gamma(habits.steady, mean / habits.steady))) if mean > 0 else 0
        sizes = (
            []
            if dice.random() >= habits.works
            else [1 + int(habits.pieces * dice.lognormal(-0.2, 0.6)) for _ in range(count)]
        )
        purpose, taken = "", 0
        if self.leaves is not None and (share := self.leaves.withdraws(number)):
            total = int(self._stock * share)
            sizes = [part for part in (total // 8,) * 7 + (total - total // 8 * 7,) if part]
            purpose = self.leaves.purpose
        broken = self.leaves.breaks(number) if self.leaves else 0.0
        for hour in sorted(dice.uniform(OPENS, CLOSES - 1, len(sizes))):
            qty = min(sizes.pop(), self._stock - taken)
            if qty <= 0:
                break
            document = self._document("R", day, hour, qty, purpose)
            yield Reservation(**document)
            if dice.random() < max(habits.cancels, broken):
                back = document | {
                    "ts": document["ts"] + HOUR_MS,
                    "qty": -qty,
                    "event_id": self._id("X", document["doc"]),
                }
                yield Reservation(**back, action="cancelled")
            else:
                taken += qty
        if taken:
            self._stock -= taken
            yield Pick(**self._document("P", day, CLOSES, taken, purpose))
            yield Shipment(**self._document("D", day, CLOSES + 1, taken, purpose))

    def _talk(self, number: int, day: LocalDay, weekday: int, volume: float) -> Iterator[Event]:
        said = list(self._words(number)) if self.leaves else []
        if self.habits.week[weekday] > 0:
            said += self._dice.choice(SMALL_TALK, int(self._dice.poisson(self.habits.messages * volume))).tolist()
            if self._dice.random() < 0.004:
                said.append(str(self._dice.choice(COMPLAINTS)))
        in_meeting = self.leaves is not None and self.leaves.kind == "words_meeting" and self.leaves.speaks(number)
        for text, hour in zip(
            () if in_meeting else said, sorted(self._dice.uniform(OPENS, CLOSES, len(said))), strict=False
        ):
            yield self._message(day, hour, text, client=True)
            yield self._message(day, hour + 0.3, str(self._dice.choice(STAFF_WORDS)), client=False)
        every = self.habits.meets_every
        if in_meeting or (every and number % every == every // 2 and self.habits.week[weekday] > 0):
            yield from self._meeting(day, said)
        if self._dice.random() < self.habits.calls * volume:
            base = self._base("C", "phone", day, 15.0)
            yield Call(**base, call_id=base["event_id"], direction="in", duration_ms=180_000)

    def _words(self, number: int) -> Iterator[str]:
        assert self.leaves is not None
        if self.leaves.speaks(number):
            kind = PAYMENT_WORDS if self.leaves.kind == "quarrel" else LEAVING_WORDS
            yield str(self._dice.choice(kind))

    def _meeting(self, day: LocalDay, said: list[str]) -> Iterator[Event]:
        base = self._base("M", "jibri", day, 11.0)
        name = f"{self.lead_id}-{day}"
        texts = ["добрый день", *said, "договорились, спасибо"]
        yield MeetingRecorded(**base, recording_id=name, room=f"lead-{self.lead_id}", duration_ms=1_800_000)
        words = [Utterance(9000 * place, 9000 * place + 6000, text) for place, text in enumerate(texts)]
        heard = base | {"event_id": self._id("T", name), "source": "transcribe"}
        yield MeetingTranscribed(
            **heard, recording_id=name, version=1, engine="made", duration_ms=1_800_000, words=40, utterances=words
        )

    def _message(self, day: LocalDay, hour: float, text: str, *, client: bool) -> Message:
        base = self._base("W", "telegram", day, hour)
        author = Author(f"u{self.lead_id}", "Клиент") if client else Author("staff", "Склад", client=False)
        return Message(**base, chat_id=f"-{self.lead_id}", message_id=base["event_id"], author=author, text=text)

    def _document(self, kind: str, day: LocalDay, hour: float, qty: int, purpose: str = "") -> dict[str, Any]:
        base = self._base(kind, "wms", day, hour)
        return base | {"doc": f"{kind}-{self.lead_id}-{self._made}", "qty": qty, "purpose": purpose}

    def _taken_back(self, document: dict[str, Any]) -> dict[str, Any]:
        """The same an hour later, the other way round."""
        changes = {"ts": document["ts"] + HOUR_MS, "qty": -document["qty"], "event_id": self._id("X", document["doc"])}
        return document | changes

    def _base(self, kind: str, source: str, day: LocalDay, hour: float) -> dict[str, Any]:
        self._made += 1
        ts: Millis = day_start(day) + int(hour * HOUR_MS)
        return {"event_id": self._id(kind, self._made), "lead_id": self.lead_id, "ts": ts, "source": source}

    def _id(self, kind: str, name: object) -> str:
        return event_id("made", kind, self.lead_id, str(name))
