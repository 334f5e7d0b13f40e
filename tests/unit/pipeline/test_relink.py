"""Who publishes what waited for a link, and which table reads it: every order of two processes."""

from collections.abc import Iterable

import msgspec
import pytest
from aiokafka import ConsumerRecord

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.contract import Found
from processors.normalize.telegram import normalize
from schemas import events
from schemas.codec import EVENT
from schemas.errors import Transient
from schemas.events import Author
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.types import Meta
from streams.engine.settle import Outcome
from streams.pipeline import relink
from streams.pipeline.relink import Recheck, Relink
from streams.pipeline.worker import Normalize
from tests.unit.pipeline.relinking import FIRST, UNASSIGNED, Sent, Topic, batch, linked, moved, record, table, waiting


async def relink_of(
    topic: "Topic", sent: "Sent", *records: ConsumerRecord[bytes, bytes], before: Iterable[object] = ()
) -> Outcome:
    """What comes of a batch of `identities`, read with a table that holds it and the records `before`."""
    readable = [one for one in (*before, *records) if one.value != b"{"]
    known, followed = table(*readable, end=records[-1].offset + 1)
    followed.followed = records[-1].offset + 1
    return await Relink(topic, sent, known)(batch(*records))  # type: ignore[arg-type]


@pytest.mark.parametrize("linked_as", ["-4", "-1004"])
@pytest.mark.parametrize("link_first", [True, False])
async def test_a_group_that_became_a_supergroup_is_one_chat(linked_as: str, link_first: bool) -> None:
    """Whichever of its ids is linked, before it was upgraded or after: what waits under either is published."""
    topic, sent = Topic(waiting(0, "-4", 10), waiting(1, "-1004", 20), waiting(2, "-5", 30)), Sent()
    link, move = linked(7, linked_as, "100"), moved(8, "-4", "-1004")
    if link_first:
        await relink_of(topic, sent, move, before=[link])
    else:
        await relink_of(topic, sent, link, before=[move])
    assert [one.key for one in sent] == [b"-4", b"-1004"]


async def test_a_move_of_an_unknown_chat_publishes_nothing() -> None:
    """Nobody has linked it under any id: its records would only come back."""
    sent = Sent()
    await relink_of(Topic(waiting(0, "-4", 10)), sent, moved(8, "-4", "-1004"))
    assert not sent


async def test_what_a_chat_says_after_its_move_is_read_with_it() -> None:
    """In the same batch already, and the move is written for all other processes."""
    known, _ = table(linked(0, "-4", "100"), end=1)
    updates = [
        {"update_id": 1, "message": said(1, -4, migrate_to_chat_id=-1004)},
        {"update_id": 2, "message": said(1, -1004, migrate_from_chat_id=-4)},
        {"update_id": 3, "message": said(2, -1004, text="мы уходим")},
    ]
    records = [record(n, b"-4", msgspec.json.encode({"source": "b", "payload": one})) for n, one in enumerate(updates)]
    outcome = await Normalize(normalize, known, Options())(batch(*records, topic="source.telegram"))
    assert [(one.topic, one.key) for one in outcome.outputs] == [
        ("identities", b"tg_moved:-1004"),
        ("identities", b"tg_moved:-1004"),
        ("lead.events", b"100"),
    ]


def said(number: int, chat: int, **fields: object) -> dict[str, object]:
    """A message of the Bot API."""
    kind = "supergroup" if chat < -999 else "group"
    return {"message_id": number, "date": 1_795_165_391, "chat": {"id": chat, "type": kind}} | fields


async def test_one_scan_for_the_links_of_a_batch() -> None:
    """Each waiting event once, under its own key, with the time it had and the offset its reader must know."""
    topic, sent = Topic(waiting(0, "1", 10), waiting(1, "2", 20), waiting(2, "3", 30), waiting(3, "1", 10)), Sent()
    outcome = await relink_of(topic, sent, linked(7, "1", "100"), linked(8, "2", "200"))
    assert not outcome.rejected
    assert topic.reads == 1
    assert [(o.topic, o.key, msgspec.json.decode(o.value or b"")["n"]) for o in sent] == [
        ("source.telegram", b"1", 10),
        ("source.telegram", b"2", 20),
    ]
    assert {o.headers for o in sent} == {(("first-appended", b"%d" % FIRST), ("identities", b"9"))}


async def test_only_the_last_word_on_a_client_counts() -> None:
    """Linked and unlinked in one batch owes nothing and reads nothing; unreadable is a dead letter."""
    topic, sent = Topic(waiting(0, "1", 10)), Sent()
    bad = record(3, b"tg_chat:1", b"{")
    outcome = await relink_of(topic, sent, linked(1, "1", "100"), linked(2, "1", None), bad)
    assert (topic.reads, list(sent)) == (0, [])
    assert [rejected for rejected, _ in outcome.rejected] == [bad]


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is sent in pieces, by number and by bytes."""
    monkeypatch.setattr(relink, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(relink, "MOST_BYTES", 5000)
    small = [waiting(n, "1", n) for n in range(9)]
    large = [waiting(n, "1", n, size=3000) for n in range(9, 13)]
    sent = Sent()
    await relink_of(Topic(*small, *large), sent, linked(1, "1", "100"))
    assert sent.sizes == [4, 4, 3, 2, 0]
    assert len(sent) == 13


async def test_what_a_scan_missed_is_published_too() -> None:
    """Put there by a process that did not know the link yet: the table at the end of `identities` knows it."""
    known, _ = table(linked(0, "1", "100"), end=1)
    outcome = await Recheck(known)(batch(waiting(5, "1", 10), waiting(6, "2", 20), record(7, b"x", b"{")))
    assert [(o.key, dict(o.headers)["identities"]) for o in outcome.outputs] == [(b"1", b"1")]
    assert not outcome.rejected


async def test_a_lagging_table_judges_nothing() -> None:
    """While the table is not at the end of `identities`, what waits is not looked at."""
    known, topic = table(linked(0, "1", "100"), end=2)
    with pytest.raises(Transient):
        await Recheck(known)(batch(waiting(5, "2", 10)))
    known.identities.apply("tg_chat:2", Identity("tg_chat", "2", "200"))
    topic.followed = 2
    assert len((await Recheck(known)(batch(waiting(5, "2", 10)))).outputs) == 1


async def test_a_record_sent_again_waits_for_the_table_that_knows_its_link() -> None:
    """In another process too; in a topic that was made anew the end is enough."""
    known, topic = table(linked(0, "1", "100"), end=2)
    seen: list[Meta] = []

    def seen_by(meta: Meta, _: bytes, __: Identities, ___: Options) -> Found:
        seen.append(meta)
        return []

    again = batch(record(3, b"1", b"", (("first-appended", b"%d" % FIRST), ("identities", b"2"))), topic="source.wms")
    process = Normalize(seen_by, known, Options())
    with pytest.raises(Transient):
        await process(again)
    topic.followed = 2
    await process(again)
    assert [meta.ts for meta in seen] == [FIRST], "its own time, not that of the second append"
    shorter, _ = table(linked(0, "1", "100"), end=1)
    await Normalize(seen_by, shorter, Options())(again)


async def test_an_old_link_does_not_come_back_while_the_topic_is_followed_anew() -> None:
    """After a fault the topic is read from its beginning: what is known already changes nothing."""
    known, _ = table(end=2)
    for one in (linked(0, "1", "100"), linked(1, "1", "200"), linked(0, "1", "100")):
        await known._take(one)
    assert known.identities.find(ClientRef("tg_chat", "1")) == "200"


async def test_what_waits_under_another_spelling_is_published_too() -> None:
    """A phone waits as its source wrote it before there was one way to write; the link finds it."""
    event = Unassigned("0" * 16, 5, "s", ClientRef("phone", "8 912 345-67-89"), "source.bitrix", msgspec.Raw(b"{}"))
    topic, sent = Topic(record(0, b"phone:8 912 345-67-89", UNASSIGNED.encode(event))), Sent()
    link = Identity("phone", "+79123456789", "100")
    await relink_of(topic, sent, record(7, b"phone:+79123456789", msgspec.json.encode(link)))
    assert [one.topic for one in sent] == ["source.bitrix"]


async def test_an_event_that_lost_its_lead_goes_to_the_next_one() -> None:
    """It waits as itself, and comes back under its new lead with its own id and time, by scan and recheck."""
    said = events.Message(
        event_id="0" * 16, lead_id="7", ts=5, source="s", chat_id="1", message_id="1", author=Author("5"), text="слова"
    )
    raw = msgspec.Raw(EVENT.encode(said))
    waits = record(
        3,
        b"tg_chat:1",
        UNASSIGNED.encode(
            Unassigned(said.event_id, said.ts, "s", ClientRef("tg_chat", "1"), "lead.events", raw, FIRST)
        ),
    )
    sent = Sent()
    await relink_of(Topic(waits), sent, linked(7, "1", "100"))
    known, _ = table(linked(0, "1", "100"), end=1)
    rechecked = (await Recheck(known)(batch(waits))).outputs
    for one in (*sent, *rechecked):
        assert (one.topic, one.key) == ("lead.events", b"100")
        assert EVENT.decode(one.value) == msgspec.structs.replace(said, lead_id="100")
    assert len(sent) == len(rechecked) == 1
