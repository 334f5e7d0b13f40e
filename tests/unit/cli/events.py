"""Two months of two clients, and a file of them."""

from pathlib import Path

from schemas.codec import encode, event_id
from schemas.events import Event, Reservation
from schemas.topics import DAY_MS

START = 1_764_547_200_000
"""1 December 2025, 03:00 in Moscow."""
HOUR = 3_600_000


def reservation(lead: str, day: int, number: int = 0, qty: int = 10) -> Event:
    """One of the day, from noon on, a minute apart."""
    ts = START + day * DAY_MS + 9 * HOUR + number * 60_000
    name = f"R-{lead}-{day}-{number}"
    return Reservation(
        event_id=event_id("wms", name), lead_id=lead, ts=ts, source="wms", doc=name, qty=qty, action="created"
    )


def history(days: int = 60) -> list[Event]:
    """Two clients with two reservations a day; on the last day one of them reserves forty times."""
    events = [reservation(lead, day, number) for day in range(days) for number in range(2) for lead in ("7", "8")]
    return events + [reservation("7", days, number, 100) for number in range(40)]


def write(path: Path, events: list[Event], *more: str) -> Path:
    """A file of events, and other lines after them."""
    path.write_bytes(b"".join(encode(event) + b"\n" for event in events) + "".join(f"{m}\n" for m in more).encode())
    return path
