"""A mapping of a warehouse that has words of its own, and what it sends."""

import json
from typing import Any

from processors.mapping import SourceMapping, load
from processors.wms_event import Good
from schemas.codec import Rejected

NOW = 1_795_300_000_000
"""2026-11-22: when everything arrives."""

HOOK = """
version: 1
items: data
zone: Europe/Moscow
when: "!archived"
type:
  path: stage.code
  map: {new: reservation_created, done: shipment, draft: skip, back: return}
ts: {path: [changedAt, createdAt], format: "%d.%m.%Y %H:%M:%S"}
client: {value: customer.id}
id: [id, stage.code]
doc: {id: id, number: number}
lines:
  path: products
  when: amount
  sku: vendorCode
  qty: amount
  barcode: barcode
purpose: {path: target, map: {домой: client_withdrawal, ozon: mp_supply}}
warehouse: {value: MSK-1}
"""

REQUEST: dict[str, Any] = {
    "id": 69404,
    "number": "WH-R-69404",
    "stage": {"code": "done"},
    "customer": {"id": 1066},
    "createdAt": "20.11.2026 12:00:00",
    "target": "Домой ",
    "products": [{"vendorCode": "A-1", "amount": 10, "barcode": "460"}, {"vendorCode": "B-2", "amount": 0}],
}


def mapping(text: str = HOOK) -> SourceMapping:
    """One that loads."""
    found = load(text, "hook.yaml")
    assert isinstance(found, SourceMapping), found
    return found


def faults(text: str) -> list[str]:
    """Of one that does not."""
    found = load(text, "hook.yaml")
    assert isinstance(found, list)
    return found


def body(*requests: dict[str, Any]) -> bytes:
    """What the system posts."""
    return json.dumps({"data": requests}, ensure_ascii=False).encode()


def goods(found: list[Good] | Rejected) -> list[Good]:
    """The events, of which nothing was refused."""
    assert not isinstance(found, Rejected), found.reason
    return found
