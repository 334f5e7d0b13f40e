"""A client's weeks in a warehouse, told by real events through the fold."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from processors import lead
from processors.context import Context
from processors.days import HOUR_MS, day_start
from processors.rules import builtin
from processors.signals.raising import Cleared, Fresh
from processors.state import LeadState
from schemas.alerts import Rule, Signal
from schemas.events import Adjustment, Event, Inbound, Pick, Reservation, Return, Shipment, StockSnapshot
from schemas.types import LocalDay, Meta
from schemas.warehouse import Line

DAY: LocalDay = 20_000
RULES = builtin()


class Warehouse:
    """`day` is set by the test; every call is an event at the hour. What one rule says is returned and kept."""

    def __init__(self, rule: Rule = "bulk_pick", day: LocalDay = DAY) -> None:
        self.state, self.context, self.day, self.rule = LeadState(), Context(RULES), day, rule
        self.said: list[Signal | Cleared] = []
        self._numbers = count(1)

    def reserve(
        self, qty: int, hour: float = 10, purpose: str = "", doc: str = "R", **fields: Any
    ) -> list[Signal | Cleared]:
        """A reservation; cancelled or changed by `action`."""
        return self._fold(Reservation(**self._base(hour), doc=doc, qty=qty, purpose=purpose, **fields))

    def pick(self, qty: int, hour: float = 19, purpose: str = "") -> list[Signal | Cleared]:
        """Goods are taken from the shelves."""
        return self._fold(Pick(**self._base(hour), doc="K", qty=qty, purpose=purpose))

    def ship(self, qty: int, hour: float = 20, purpose: str = "", warehouse: str = "") -> list[Signal | Cleared]:
        """Goods leave."""
        return self._fold(Shipment(**self._base(hour), doc="S", qty=qty, purpose=purpose, warehouse=warehouse))

    def bring(self, qty: int, hour: float = 8, planned: bool = False, warehouse: str = "") -> list[Signal | Cleared]:
        """Goods come in, or are announced."""
        return self._fold(Inbound(**self._base(hour), doc="I", qty=qty, planned=planned, warehouse=warehouse))

    def back(self, qty: int, hour: float = 12) -> list[Signal | Cleared]:
        """Buyers send goods back."""
        return self._fold(Return(**self._base(hour), doc="B", qty=qty))

    def correct(self, qty: int, hour: float = 12) -> list[Signal | Cleared]:
        """The warehouse corrects its stock."""
        return self._fold(Adjustment(**self._base(hour), doc="A", qty=qty))

    def count(
        self, qty: int, hour: float = 23, articles: list[int] | None = None, complete: bool = False, warehouse: str = ""
    ) -> list[Signal | Cleared]:
        """A snapshot of the stock."""
        lines = [Line(str(n), left) for n, left in enumerate(articles or [])]
        base = self._base(hour)
        return self._fold(StockSnapshot(**base, doc="T", qty=qty, lines=lines, complete=complete, warehouse=warehouse))

    def evening(self) -> list[Signal | Cleared]:
        """The day is looked back at."""
        found = lead.evening(self.state, day_start(self.day) + 20 * HOUR_MS, self.context, "7")
        return self._ours(found)

    def ordinary(self, days: int, a_day: int = 10, stock: int | None = 1000, every: int = 14) -> None:
        """Days of `a_day` pieces; what left comes in again every so many days; `stock` is counted each night."""
        left = stock
        for n in range(days):
            if n % every == 0 and (n or stock is None):
                self.bring(a_day * every)
                left = None if left is None else left + a_day * every
            self.reserve(a_day)
            self.ship(a_day)
            if left is not None:
                left -= a_day
                self.count(left)
            self.day += 1

    def _base(self, hour: float) -> dict[str, Any]:
        number = next(self._numbers)
        ts = day_start(self.day) + int(hour * HOUR_MS) + number % 1000
        return {"event_id": f"{number:016x}", "lead_id": "7", "ts": ts, "source": "wms"}

    def _fold(self, event: Event) -> list[Signal | Cleared]:
        meta = Meta("lead.events", 0, int(event.event_id, 16), event.ts)
        return self._ours(lead.step(self.state, event, meta, self.context))

    def _ours(self, found: Any) -> list[Signal | Cleared]:
        ours = [one for one in found if isinstance(one, Signal | Cleared) and one.rule == self.rule]
        self.said += ours
        return ours


def severities(found: Sequence[Signal | Fresh | Cleared]) -> list[str]:
    """In short: severities of signals, "over" for what is cleared."""
    return [one.severity if isinstance(one, Signal) else "over" for one in found]
