"""What the page's bench reads: goods and messages of three hundred clients over a year, scores, alerts, names."""

from bench.store import _FILL_EVENTS, _FILL_MESSAGES
from processors.cards import Cards
from schemas.cards import ClientCard
from schemas.codec import event_id
from schemas.events import Shipment
from streams.settings import Store
from streams.store.clickhouse import open_writer

CLIENTS = 300
NOW = 1_795_246_200_000
PART = 500_000

IN_ORDER = "({all:UInt64} - number) * 31536000000 / {all:UInt64})"
GOODS = (
    _FILL_EVENTS.replace("'message'", "'inbound'")
    .replace("'client'", "''")
    .replace("cityHash64(number, 1) % 31536000000)", IN_ORDER)
)
"""Their payloads are documents. They come in the order of time, as events do, the last ones in ever smaller inserts:
large parts are old ones, as after a year of merges."""
MESSAGES = _FILL_MESSAGES.replace("number * 105120)", IN_ORDER)
EVERY = 40
"""Goods to one message."""

_FILL_SCORES = """
INSERT INTO scores (lead_id, ts, score_id, version, points, level, background, parts, ingested_at, seniority)
SELECT toString(number % {leads:UInt32}),
    fromUnixTimestamp64Milli({now:Int64} - intDiv(number, {leads:UInt32}) * 7200000) AS at,
    number, intDiv(number, {leads:UInt32}), cityHash64(number) % 100 AS points, if(points > 70, 'red', 'green'), 3,
    '[{{"rule":"order_silence","points":20,"strength":1,"weight":0.4,"age_days":1,"half_life_days":3}}]', at, number
FROM numbers({leads:UInt32} * 400)"""
_FILL_ALERTS = """
INSERT INTO alerts (alert_id, version, lead_id, rule, severity, status, opened_at, updated_at, value, baseline, score,
    unit, evidence, ingested_at, figures)
SELECT intDiv(number, 2), number % 2, toString(intDiv(number, 2) % {leads:UInt32}), 'order_silence', 'warning',
    if(number % 2 = 1 AND number % 40 != 1, 'resolved', 'open'),
    fromUnixTimestamp64Milli({now:Int64} - (number % 1000) * 7776000) AS at, at, 12, 3, 1, 'days', '[]', at, '{{}}'
FROM numbers({leads:UInt32} * 120)"""


def fill(store: Store, events: int) -> None:
    """Goods and messages of three hundred clients, scores, alerts."""
    writer = open_writer(store)
    of = {"leads": CLIENTS, "now": NOW}
    unhurried = {"max_execution_time": 0}
    start = 0
    while start < events:
        rows = min(PART, max((events - start) // 2, 1000), events - start)
        for sql, per in ((GOODS, 1), (MESSAGES, EVERY)):
            some = {"from": start // per, "rows": rows // per, "all": events // per}
            writer.command(sql, of | some, settings=unhurried)
        start += rows
    for text in (_FILL_SCORES, _FILL_ALERTS):
        writer.command(text.replace("{{", "{").replace("}}", "}"), of, settings=unhurried)
    writer.close()


def cards() -> Cards:
    """All clients, one curator for each twenty."""
    table = Cards()
    for number in range(CLIENTS):
        card = ClientCard(
            lead_id=str(number), source="b", ts=1, name=f"Клиент {number}", responsible=f"Куратор {number % 15}"
        )
        table.apply(f"{number}/b", card)
    return table


def shipment(number: int) -> Shipment:
    """A new document."""
    id_ = event_id("page", number)
    return Shipment(
        doc=f"S-{number}",
        qty=number % 90 + 1,
        event_id=id_,
        lead_id=str(number % CLIENTS),
        ts=NOW - number,
        source="wms:main",
    )
