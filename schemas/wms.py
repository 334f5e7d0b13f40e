"""The canonical event of a warehouse system: what `POST /hooks/wms/{source}` takes and every mapping makes."""

from typing import Literal

import msgspec

from schemas.sources import ClientRef
from schemas.types import Millis, Pieces


class WmsLine(msgspec.Struct, frozen=True):
    """A line of a canonical WMS document; `qty` in pieces."""

    sku: str
    qty: Pieces
    barcode: str | None = None
    reserved: Pieces | None = None
    available: Pieces | None = None


class WmsDoc(msgspec.Struct, frozen=True):
    """The document behind a WMS event."""

    id: str
    number: str = ""
    status: str = ""
    url: str = ""


WmsType = Literal[
    "reservation_created",
    "reservation_changed",
    "reservation_cancelled",
    "pick_started",
    "pick_completed",
    "shipment",
    "inbound_planned",
    "inbound",
    "return",
    "adjustment",
    "stock_snapshot",
]


class WmsPayload(msgspec.Struct, frozen=True):
    """The canonical WMS event that `POST /hooks/wms/{source}` takes, one or a list.

    `id` is the source's own id of this event: the same id again is the same event. `ts` is ISO 8601 with a zone,
    or milliseconds UTC. `qty` may be left out where `lines` are given.
    """

    id: str
    type: WmsType
    ts: str | Millis
    client: ClientRef
    doc: WmsDoc
    lines: list[WmsLine] = []
    qty: Pieces | None = None
    warehouse: str = ""
    marketplace: str = ""
    purpose: str = ""
    complete: bool = False
    backfill: bool = False
