"""Headers of ours on a record that came another way: what is no number is none, and nobody stops at it."""

from types import SimpleNamespace
from typing import Any

import pytest

from streams.engine.identities import KNOWN
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE
from streams.engine.parking import parked_output
from streams.engine.process import Batch, first_appended
from streams.pipeline.relink import needed

AT = 1_795_246_200_000


def record(*headers: tuple[str, bytes | None]) -> Any:
    """A record that the broker took at `AT`."""
    return SimpleNamespace(offset=7, value=b"{}", key=b"k", timestamp=AT, partition=3, headers=headers)


@pytest.mark.parametrize("junk", [None, b"", b"x", b"-1", b"1.5", b"9" * 5000, "²".encode(), b"\xff"])
def test_what_is_no_number_is_none(junk: bytes | None) -> None:
    """The record has the time and the place that it has itself, also when it is parked, and waits for nothing."""
    one = record((FIRST_APPENDED, junk), (KNOWN, junk))
    assert first_appended(one) == AT
    assert Batch("source.wms", 3, 1, [one]).meta(one).ts == AT
    assert needed([one]) == 0
    assert parked_output("source.wms", one, "a", AT).value is not None


def test_what_is_one_holds() -> None:
    """The first time, the first place, and the table that it needs."""
    one = record((FIRST_APPENDED, b"1795000000000"), (FIRST_PLACE, b"source.wms/0/1"), (KNOWN, b"12"))
    batch = Batch("source.wms", 3, 1, [one])
    assert (batch.meta(one).ts, batch.origin(one), needed([one, record()])) == (1_795_000_000_000, "source.wms/0/1", 12)
    assert batch.origin(record((FIRST_PLACE, None))) == ""
