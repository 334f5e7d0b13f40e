"""What waits under a name of its own within another's: topics of a group, a recording in a room."""

import msgspec
import pytest
from aiokafka import ConsumerRecord

from processors.contact import ref_of
from schemas.sources import Identity, Unassigned
from streams.pipeline.relink import Relink
from tests.unit.pipeline.relinking import FIRST, UNASSIGNED, Sent, Topic, batch, record, table


def waits(offset: int, key: str, told: object = None) -> ConsumerRecord[bytes, bytes]:
    """A record of `lead.unassigned`."""
    event = Unassigned(
        f"{offset:016x}", 5, "s", ref_of(key), "source.x", msgspec.Raw(msgspec.json.encode(told or {})), FIRST, "k"
    )
    return record(offset, key.encode(), UNASSIGNED.encode(event))


WAITING = (
    waits(0, "tg_topic:-1/5"),
    waits(1, "tg_topic:-1/6"),
    waits(2, "tg_chat:-1"),
    waits(3, "tg_topic:-11/5"),
    waits(4, "jitsi_room:romashka", {"recording_id": "r1"}),
    waits(5, "jitsi_room:romashka", {"recording": {"recording_id": "r1"}, "words": []}),
    waits(6, "jitsi_room:romashka", {"recording_id": "r2"}),
)


@pytest.mark.parametrize(
    ("key", "published"),
    [
        ("tg_topic:-1/5", {0}),
        ("tg_chat:-1", {0, 1, 2}),
        ("recording:r1", {4, 5}),
        ("jitsi_room:romashka", {4, 5, 6}),
        ("lead:7", set()),
    ],
)
async def test_a_link_publishes_what_it_is_about(key: str, published: set[int]) -> None:
    """The chat's link all its topics, a topic's link no other, a recording's neither its room's others."""
    kind, _, value = key.partition(":")
    link = record(0, key.encode(), msgspec.json.encode(Identity(kind, value, "12345")))
    known, _ = table(link, end=1)
    unassigned, sent = Topic(*WAITING), Sent()
    await Relink(unassigned, sent, known)(batch(link))  # type: ignore[arg-type]
    raw = [msgspec.json.decode(one.value or b"") for one in WAITING]
    assert len(sent) == len(published)
    for output in sent:
        assert msgspec.json.decode(output.value or b"") in [raw[number]["record"] for number in published]
