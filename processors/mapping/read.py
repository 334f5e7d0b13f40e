"""The body of a request → its events, all or none. The gateway's answer and the normaliser's work are this one code."""

from collections.abc import Sequence
from typing import Final

from processors.mapping.items import Bad, Mapped, Memory, mapped
from processors.mapping.said import words
from processors.mapping.shape import SourceMapping
from processors.mapping.values import Unfit
from processors.wms_event import Good
from schemas.codec import Codec, Rejected
from schemas.types import Millis

MOST_FAULTS: Final = 20
"""Faults that an answer or a dead letter names."""

UNMAPPED: Final = "Unmapped"
"""`Rejected.error_class` of a body that its mapping does not fit."""

_BODY: Codec[object] = Codec(object)


def items_of(mapping: SourceMapping, body: bytes) -> list[object] | Rejected:
    """What a body has in it: the list under `items`, or what stands there alone. Never raises."""
    found = _BODY.decode(body)
    if isinstance(found, Rejected):
        return found
    if mapping.items is None:
        return found if isinstance(found, list) else [found]
    try:
        there = mapping.items.find(found)
    except Unfit as error:
        return Rejected(f"items: {error}", UNMAPPED)
    if there is None:
        return Rejected(f"items: в теле ничего нет по выражению {mapping.items.text}", UNMAPPED)
    return there if isinstance(there, list) else [there]


def read_items(mapping: SourceMapping, items: Sequence[object], now: Millis) -> list[Good] | Rejected:
    """Every event, or the faults of all items, each with its index from 0 and its field. Never raises.

    `now` as in `processors.wms_event.read`.
    """
    goods: list[Good] = []
    faults: list[str] = []
    for outcome in mapped(mapping, enumerate(items), now, Memory()):
        if isinstance(outcome, Mapped):
            goods.append(outcome.good)
        elif isinstance(outcome, Bad):
            faults += [f"запись {place}: {words(fault)}" for place, fault in outcome.faults]
    if not faults:
        return goods
    more = [f"и ещё {len(faults) - MOST_FAULTS}"] if len(faults) > MOST_FAULTS else []
    return Rejected("; ".join(faults[:MOST_FAULTS] + more), UNMAPPED)


def read_body(mapping: SourceMapping, body: bytes, now: Millis) -> list[Good] | Rejected:
    """`items_of` and `read_items`."""
    items = items_of(mapping, body)
    return items if isinstance(items, Rejected) else read_items(mapping, items, now)
