"""Lead events of the warehouse: what is reserved, picked, shipped, brought in."""

from typing import Literal

import msgspec

from schemas.base import LeadEvent
from schemas.types import Pieces


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One article of a warehouse document. `reserved` and `available` only in stock snapshots."""

    sku: str
    qty: Pieces
    barcode: str | None = None
    reserved: Pieces | None = None
    available: Pieces | None = None


class _Document(LeadEvent, frozen=True):
    """A warehouse document. `qty` is the sum of its lines, in pieces."""

    doc: str
    qty: Pieces
    lines: list[Line] = []
    warehouse: str = ""
    marketplace: str = ""
    purpose: str = ""


class Reservation(_Document, frozen=True, tag="reservation"):
    """Stock was reserved, a reservation changed (`qty` is the difference) or cancelled (`qty` ≤ 0)."""

    action: Literal["created", "changed", "cancelled"] = "created"


class Pick(_Document, frozen=True, tag="pick"):
    """Goods were taken from the shelves."""


class Shipment(_Document, frozen=True, tag="shipment"):
    """Goods left the warehouse."""


class Inbound(_Document, frozen=True, tag="inbound"):
    """Goods arrived, or are announced (`planned`)."""

    planned: bool = False


class Return(_Document, frozen=True, tag="return"):
    """Goods came back from a marketplace or a buyer."""


class Adjustment(_Document, frozen=True, tag="adjustment"):
    """The warehouse corrected its stock."""


class StockSnapshot(_Document, frozen=True, tag="stock_snapshot"):
    """Stock at `ts`. `complete` if it lists every article of the client."""

    complete: bool = False


WmsEvent = Reservation | Pick | Shipment | Inbound | Return | Adjustment | StockSnapshot
