"""The figures of all clients at the edge: one bad record must not stop the fold of every client."""

import pytest

from schemas.codec import Rejected, decode, encode
from schemas.events import Fleet


@pytest.mark.parametrize(
    "bad", ['"ratios":[1.0,0.0]', '"ratios":[-1.0]', '"ratios":[1e300]', '"weekdays":[0.0]', '"decline":0.0']
)
def test_a_factor_that_cannot_be_is_no_event(bad: str) -> None:
    """They are divided by, and their logarithms are taken: each reservation of each client would fail."""
    good = encode(Fleet(event_id="1" * 16, ts=1, day=0, ratios=[0.7, 3.0], weekdays=[0.02] * 7, decline=0.67))
    assert isinstance(decode(good), Fleet)
    head = '{"type":"fleet","event_id":"1111111111111111","ts":1,"day":0,'
    assert isinstance(decode(f"{head}{bad}}}".encode()), Rejected)
