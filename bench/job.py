"""The job that every contender does: decode, drop repeats, count in a 60/5-minute window, alert once a window.

One function and one state for all of them, so that only the frameworks differ.
"""

import msgspec

TOPIC, STATE_TOPIC = "bench.events", "bench.state"
PARTITIONS, LEADS = 4, 5000
PANE_MS, WINDOW_PANES, THRESHOLD = 5 * 60_000, 12, 40


class Reservation(msgspec.Struct, tag="wms", tag_field="source"):
    """An event of the bench, about 200 bytes of JSON."""

    event_id: str
    lead_id: str
    kind: str
    ts: int
    qty: int
    sku: str
    doc: str
    warehouse: str


class Window(msgspec.Struct, array_like=True):
    """The state of a lead: pieces per five minutes, ids seen in the window, the fence."""

    panes: dict[int, int] = {}
    recent: dict[str, int] = {}
    applied: int = -1
    alerted: int = -1
    total: int = 0


DECODER = msgspec.json.Decoder(Reservation)
ENCODE = msgspec.msgpack.Encoder().encode
DECODE_WINDOW = msgspec.msgpack.Decoder(Window).decode


def step(window: Window, event: Reservation, offset: int) -> int | None:
    """Fold one event; the pane of an alert, or None."""
    if offset <= window.applied:
        return None
    window.applied = offset
    pane = event.ts // PANE_MS
    recent = window.recent
    if event.event_id in recent:
        return None
    recent[event.event_id] = pane
    oldest = pane - WINDOW_PANES
    if len(recent) > 64:
        for key in [k for k, p in recent.items() if p < oldest] or list(recent)[:16]:
            del recent[key]
    panes = window.panes
    panes[pane] = panes.get(pane, 0) + event.qty
    window.total += event.qty
    if len(panes) > WINDOW_PANES + 2:
        for old in [p for p in panes if p <= oldest - 2]:
            del panes[old]
    if window.alerted != pane and sum(v for p, v in panes.items() if oldest < p <= pane) >= THRESHOLD:
        window.alerted = pane
        return pane
    return None
