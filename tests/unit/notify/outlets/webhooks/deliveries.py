"""Events of `out.webhooks`, as the outlet gets them, and the time."""

from types import SimpleNamespace
from typing import Any

import msgspec

from schemas.outlets import Webhook
from streams.engine.settle import Batch

SECRET = "клю4 key"
NOW = 1_795_266_000.25
HOURS = 2.0


class Clock:
    """Seconds since 1970, as they are set."""

    now = NOW

    def __call__(self) -> float:
        return self.now


def event(id_: str, kind: Any = "minutes", text: str = "Слова клиента") -> bytes:
    """An event as it stands on `out.webhooks`."""
    body = msgspec.json.encode({"id": id_, "event": kind, "text": text})
    return msgspec.json.encode(Webhook(id_, kind, 1000, msgspec.Raw(body), "12345"))


def batch(*values: bytes, first: int = 0, age: float = 0.0) -> Batch:
    """Records of partition 0 that the broker got `age` seconds ago."""
    at = int((NOW - age) * 1000)
    records: Any = [SimpleNamespace(offset=first + n, value=value, timestamp=at) for n, value in enumerate(values)]
    return Batch("out.webhooks", 0, 1, records)
