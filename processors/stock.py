"""What is known of a client's stock: the last snapshot and what moved since; without one, an estimate."""

from typing import Final

import msgspec

from processors.outflow import SPANS, Told, Window
from schemas.events import Adjustment, Inbound, Pick, Reservation, Return, Shipment, StockSnapshot
from schemas.types import LocalDay, Millis

WITHDRAWAL: Final = "client_withdrawal"
"""`purpose` of goods that the client takes home or to somebody else."""

BENIGN: Final = frozenset({"mp_supply", "transfer"})
"""`purpose` of goods that leave the shelves but not the client's trade: a marketplace's warehouse, another of ours."""

ANNOUNCED_DAYS: Final = 30
"""What was announced and has not come for so long will not come, where it is not known how long he waits."""

MOST_PLACES: Final = 16
"""Warehouses of one client that are told apart; the rest is one."""

NEVER_CALM: Final = (0, 0)
"""`Stock.calm` where each event is looked at."""

SMALL: Final = 50
"""Pieces: a smaller difference between snapshot and flows is an order on its way."""

Flow = Pick | Shipment | Inbound | Return | Adjustment | StockSnapshot


class Place(msgspec.Struct, array_like=True):
    """One warehouse: pieces of the snapshot at `at` (0: none yet), and what moved since."""

    pieces: int = 0
    at: Millis = 0
    into: int = 0
    picked: int = 0
    shipped: int = 0

    def level(self) -> int:
        """Pieces there now, by the flows; below zero when more left than is known to have come."""
        return self.pieces + self.into - max(self.picked, self.shipped)


class Stock(msgspec.Struct, array_like=True):
    """Part of `LeadState`. `low` is the lowest level the flows ever gave: an estimate counts from there.

    `gap` 0..1 is how far flows and the last snapshot disagreed. `skus` and `gone` are articles that lay there since
    goods last came in, by complete snapshots, and those with nothing left. `arrivals` are days on which goods came,
    `arrived` the last; `announced` pieces are planned since `announced_on` and have not come, for which he waits
    `longest_wait` days at most as far as is known. `told` holds the last 14 days with a told purpose. `calm` is a day
    and how many pieces may still be reserved on it before `processors.emptying.judge` could find anything.
    """

    places: dict[str, Place] = {}
    low: int = 0
    gap: float = 0.0
    skus: int = 0
    gone: int = 0
    arrivals: int = 0
    arrived: LocalDay = 0
    announced: int = 0
    announced_on: LocalDay = 0
    told: dict[LocalDay, Told] = {}
    window: Window | None = None
    longest_wait: int = 0
    calm: tuple[LocalDay, int] = NEVER_CALM

    @property
    def known(self) -> bool:
        """Whether a snapshot has come."""
        for place in self.places.values():  # noqa: SIM110 - asked for by most events: a generator takes thrice as long
            if place.at:
                return True
        return False

    def firm(self, doubtful: float) -> bool:
        """Whether a snapshot has come, and the flows agree with the last one but for so small a share."""
        return self.known and self.gap <= doubtful

    def expected(self, today: LocalDay) -> int:
        """Pieces that are announced and may still come: not those that are later than any before them."""
        return self.announced if today - self.announced_on <= (self.longest_wait or ANNOUNCED_DAYS) else 0

    def have(self) -> int:
        """Pieces that lie there now."""
        return max(0, self.level() - self.low)

    def level(self) -> int:
        """Pieces in all warehouses, by the flows."""
        level = 0
        for place in self.places.values():  # asked for by every event: a generator takes twice as long
            level += place.level()
        return level


def move(stock: Stock, event: Flow, today: LocalDay) -> None:
    """What the event says of the stock. Flows from before the last snapshot are in it already."""
    if type(event) is Inbound and event.planned:  # why not `isinstance`: `lead.step`
        if today - stock.announced_on > ANNOUNCED_DAYS:
            stock.announced = 0
        stock.announced, stock.announced_on = stock.announced + event.qty, max(today, stock.announced_on)
        return
    name = event.warehouse if event.warehouse in stock.places or len(stock.places) < MOST_PLACES else ""
    place = stock.places.get(name)
    if place is None:
        place = stock.places[name] = Place()
    if type(event) is Inbound:
        if 0 < event.qty <= 2 * stock.announced:  # else it is another, and what is left of the last one never came
            stock.longest_wait = max(stock.longest_wait, today - stock.announced_on)
        stock.announced = max(0, stock.announced - event.qty)
        stock.skus = stock.gone = 0  # the next snapshot counts anew
        if today > stock.arrived:
            stock.arrivals, stock.arrived = stock.arrivals + 1, today
    if event.ts < place.at:
        return
    match event:
        case Pick():
            place.picked += event.qty
        case Shipment():
            place.shipped += event.qty
        case StockSnapshot():
            _count(stock, name, place, event)
        case _:
            place.into += event.qty
    if not stock.known:
        stock.low = min(stock.low, stock.level())


def tell(stock: Stock, event: Reservation | Pick | Shipment, today: LocalDay) -> None:
    """Remember what the purpose of the goods was, where the warehouse says it."""
    withdrawn = event.purpose == WITHDRAWAL
    if not withdrawn and event.purpose not in BENIGN:
        return
    figures = stock.told.get(today)
    if figures is None:
        for day in [day for day in stock.told if day <= today - SPANS[-1]]:
            del stock.told[day]
        figures = stock.told[today] = Told()
    reserved, picked, shipped = figures.withdrawn if withdrawn else figures.benign
    match event:
        case Reservation():
            reserved += event.qty
        case Pick():
            picked += event.qty
        case Shipment():
            shipped += event.qty
    if withdrawn:
        figures.withdrawn = reserved, picked, shipped
    else:
        figures.benign = reserved, picked, shipped


def _count(stock: Stock, name: str, place: Place, event: StockSnapshot) -> None:
    """A snapshot replaces what the flows gave. Goods that were picked before it and ship after it are not on the shelf
    that it counted. One that lists only some articles is a lower bound."""
    level = place.level() if stock.known else stock.have()
    if event.lines and not event.complete:
        if not stock.known and event.qty > stock.have():
            stock.low -= event.qty - stock.have()
        return
    if place.at:
        stock.gap = abs(level - event.qty) / max(level, event.qty, SMALL)
    if not stock.known or not name:  # what was estimated is known now, and what names no warehouse is all of them
        stock.places = {name: place}
        stock.low = 0
    elif sum(bool(one.at) for one in stock.places.values()) <= 1:
        stock.places.pop("", None)  # flows that named no warehouse were of this one
    on_the_way = max(0, place.picked - place.shipped)
    place.pieces, place.at = event.qty + on_the_way, event.ts
    place.into, place.picked, place.shipped = 0, on_the_way, 0
    if event.complete and event.lines:
        left = sum(line.qty > 0 for line in event.lines)
        stock.skus = max(stock.skus, left)
        stock.gone = stock.skus - left
