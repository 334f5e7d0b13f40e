"""What the gateway accepts the normaliser can use, and what it refuses the normaliser would not have used."""

import json
from typing import get_args

import msgspec
from aiohttp import web
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.wms import normalize
from processors.wms_event import KEPT_MS
from schemas import codec
from schemas.codec import Rejected
from schemas.sources import Inbound, Unassigned
from schemas.topics import WMS
from schemas.types import Meta
from schemas.wms import WmsType
from streams.gateway.body import utf8
from streams.gateway.wms import AHEAD_MS, split, wrap
from tests.unit.gateway.door import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
"""Something that may stand anywhere."""
PIECES = (
    st.sampled_from([0, 1, -1, 10_000_000, 10_000_001, -10_000_000, -10_000_001, 6_000_000, 1 << 70]) | st.integers()
)
TIMES = (
    st.sampled_from([0, -1, NOW, NOW - KEPT_MS, NOW - KEPT_MS - 1, NOW - KEPT_MS + AHEAD_MS, 4_102_444_800_000])
    | st.integers(-1, 4_102_444_800_001)
    | st.datetimes(timezones=st.none() | st.timezones()).map(lambda moment: moment.isoformat())
    | st.sampled_from(["", "yesterday", "2026-11-20T12:00", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])
    | st.sampled_from(["0001-01-01T00:00:00+23:59", "2026-11-20T12:00:00+03:00\n", "20261120T120000Z", "2026-W47-5"])
)
NAMES = st.sampled_from(
    ["", " ", "1", "12345", "12345\n", "１２", "1234567890123", "Иванов", "\x00", "\ud7ff"]
) | st.text(max_size=20)
LINE = st.fixed_dictionaries(
    {"sku": NAMES, "qty": PIECES}, optional={"barcode": NAMES | st.none(), "reserved": PIECES, "available": PIECES}
)
TYPES = get_args(WmsType)
NASTY = {
    "id": NAMES | JSON,
    "type": st.sampled_from(TYPES) | JSON,
    "ts": TIMES | JSON,
    "client": st.fixed_dictionaries(
        {"kind": st.sampled_from(["lead", "wms_customer", "", " "]) | NAMES, "value": NAMES}
    )
    | JSON,
    "doc": st.fixed_dictionaries({"id": NAMES}, optional={"number": NAMES}) | JSON,
    "qty": PIECES | JSON,
    "lines": st.lists(LINE, max_size=3) | JSON,
    "backfill": JSON,
    "more": JSON,
}
GOOD = st.fixed_dictionaries(
    {
        "id": st.just("R-1"),
        "type": st.sampled_from(TYPES),
        "ts": st.sampled_from([NOW, "2026-11-20T12:03:11+03:00"]),
        "client": st.sampled_from([{"kind": "lead", "value": "12345"}, {"kind": "wms_customer", "value": "7"}]),
        "doc": st.just({"id": "R-1"}),
    },
    optional={"qty": st.integers(0, 9), "lines": st.just([{"sku": "A", "qty": 2}])},
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, object]:
    """A good event with up to two of its fields nasty or gone."""
    event = draw(GOOD)
    for field in draw(st.lists(st.sampled_from(sorted(NASTY)), max_size=2)):
        event[field] = draw(NASTY[field])
    for field in draw(st.lists(st.sampled_from(sorted(event)), max_size=1)) if draw(st.integers(0, 9)) == 0 else ():
        del event[field]
    return event


def is_used(item: bytes, now: int) -> bool:
    """Whether the normaliser makes something, or on purpose nothing, of an event that was appended at `now`; what it
    makes must be readable on `lead.events`.
    """
    record = msgspec.json.encode(Inbound("main", msgspec.Raw(item)))
    found = normalize(Meta(WMS.name, 0, 0, now), record, Identities(), Options())
    if isinstance(found, Rejected):
        return False
    return not any(isinstance(codec.decode(msgspec.json.encode(event)), Rejected) for event in found if is_event(event))


def is_event(found: object) -> bool:
    """Whether it goes to `lead.events`, not to `lead.unassigned`."""
    return not isinstance(found, Unassigned)


@given(events() | JSON, st.integers(0, AHEAD_MS))
@example({"id": "1", "type": "shipment", "ts": NOW, "client": {"kind": "a", "value": "b"}, "doc": {"id": "1"}}, 0)
@settings(max_examples=500)
def test_what_is_accepted_is_used_and_what_is_refused_is_not(event: object, later: int) -> None:
    """Asked at the same moment both say the same; what was accepted is also used some minutes later."""
    item = json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass")
    accepted = not isinstance(wrap("main", [msgspec.Raw(item)], NOW), Rejected)
    assert accepted == is_used(item, NOW)
    if not isinstance(wrap("main", [msgspec.Raw(item)], NOW + AHEAD_MS), Rejected):
        assert is_used(item, NOW + later)


@given(st.lists(events(), max_size=4).map(lambda found: json.dumps(found).encode()), st.data())
@settings(max_examples=200)
def test_broken_bodies_are_refused_or_used(body: bytes, data: st.DataObject) -> None:
    """Bytes changed, cut or doubled anywhere: whatever is still accepted, each of its events is used."""
    at = data.draw(st.integers(0, len(body)))
    body = body[:at] + data.draw(st.binary(max_size=3)) + body[at + data.draw(st.integers(0, 3)) :]
    try:
        items = split(utf8(body))
    except web.HTTPBadRequest:
        return
    if not isinstance(items, Rejected) and not isinstance(wrap("main", items, NOW), Rejected):
        assert all(is_used(bytes(item), NOW) for item in items)


def test_depth_is_bounded_where_both_can_read() -> None:
    """The deepest that is accepted is read under a much deeper stack too."""

    def deep(levels: int) -> bytes:
        event = {"id": "1", "type": "shipment", "ts": NOW, "client": {"kind": "a", "value": "b"}, "doc": {"id": "1"}}
        return json.dumps(event | {"qty": 1}).encode()[:-1] + b',"x":' + b"[" * levels + b"]" * levels + b"}"

    def under(frames: int, item: bytes) -> bool:
        return under(frames - 1, item) if frames else is_used(item, NOW)

    accepted = [n for n in range(10, 1000, 10) if not isinstance(wrap("main", [msgspec.Raw(deep(n))], NOW), Rejected)]
    assert accepted
    assert all(under(60, deep(n)) for n in accepted)
