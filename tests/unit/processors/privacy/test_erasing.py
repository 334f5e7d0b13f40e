"""The life of an erasure, and whom it denies."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from processors.days import local_time
from processors.privacy.erasing import (
    WORDLESS,
    Denied,
    begun,
    confirmed,
    digest,
    ends,
    is_standing,
    left,
    stepped,
)
from schemas.erasures import STEPS, Erasure, Hold
from schemas.errors import Refused
from schemas.topics import DAY_MS, FOREVER, TOPICS

NOW = 1_795_244_400_000
ASKED = Erasure(erasure_id="0" * 16, lead_id="7", reason="заявление", requested_by="Ольга", requested_at=NOW)


def running(refs: tuple[str, ...] = ("tg_chat:-100",)) -> Erasure:
    return begun(confirmed(ASKED, "Глеб", NOW), "Анна", NOW + 1, refs, ["7/a.mp4"])


@pytest.mark.parametrize("by", ["Ольга", " ольга "])
def test_nobody_confirms_his_own_request(by: str) -> None:
    """Two people, however the name is written; nothing begins before that, nor twice."""
    with pytest.raises(Refused, match="другой человек"):
        confirmed(ASKED, by, NOW)
    with pytest.raises(Refused, match="не подтвердил"):
        begun(ASKED, "Анна", NOW, [], [])
    with pytest.raises(Refused, match="уже подтверждено"):
        confirmed(confirmed(ASKED, "Глеб", NOW), "Вера", NOW)


def test_step_by_step_and_nothing_in_plain_at_the_end() -> None:
    """Each step is kept, what began goes on as it was; behind the last one only digests are left of his names."""
    one = running()
    assert begun(one, "Вера", NOW + 9, ["x"], []) == one
    assert left(one) == list(STEPS)
    for number, step in enumerate(STEPS):
        assert one.refs and not one.ended_at
        one = stepped(one, step, number, NOW + number)
    assert (left(one), one.refs, one.paths, one.ended_at) == ([], [], [], NOW + len(STEPS) - 1)
    assert set(one.denied) == {digest("lead:7"), digest("tg_chat:-100")}
    assert [done.count for done in one.done] == list(range(len(STEPS)))
    with pytest.raises(Refused, match="уже закончено"):
        begun(one, "Вера", NOW, [], [])


@given(st.integers(-5, 5))
def test_the_lead_for_ever_his_names_up_to_then(after: int) -> None:
    """His number is never taken again; under his chat's name what came before is his, what comes later is not."""
    denied = Denied()
    assert not denied.lead("7")
    assert not denied.ref("tg_chat:-100", NOW)
    denied.apply(running())
    assert (denied.lead("7"), denied.lead("8"), denied.lead("70")) == (True, False, False)
    assert denied.ref("tg_chat:-100", NOW + 1 + after) is (after <= 0)
    assert not denied.ref("tg_chat:-1001", NOW)
    denied.apply(ASKED)  # an older record, of another process: nothing is allowed again
    assert denied.lead("7")


def test_every_topic_with_words_has_a_day() -> None:
    """Those with a retention end by it, compacted ones by compaction; only what keeps all for ever and is rewritten by
    hand, and what has no words, is not named."""
    named = dict(ends(NOW, TOPICS))
    missing = {topic.name for topic in TOPICS} - named.keys()
    forever = {topic.name for topic in TOPICS if topic.cleanup == "delete" and topic.retention_ms == FOREVER}
    assert missing == forever | {name for name in WORDLESS if name in {topic.name for topic in TOPICS}}
    assert forever == {"lead.unassigned"}


@pytest.mark.parametrize(
    ("name", "days"), [("source.wms", 14 + 7 + 1), ("lead.events", 30 + 7 + 1), ("clients", 1 + 1)]
)
def test_a_day_counts_the_segment_too(name: str, days: int) -> None:
    """Kafka deletes by the newest record of a segment, so the oldest in it stays longer than the topic's time; the time
    is that of this installation."""
    topics = [replace(topic, retention_ms=14 * DAY_MS) if topic.name == "source.wms" else topic for topic in TOPICS]
    assert dict(ends(NOW, topics))[name] == local_time(NOW + days * DAY_MS).date()


@pytest.mark.parametrize(("today", "stands"), [("2026-12-30", True), ("2026-12-31", True), ("2027-01-01", False)])
def test_a_hold_stands_through_its_day(today: str, stands: bool) -> None:
    """The last day counts in; nobody else is held; a lifted one stands no day."""
    hold = Hold(lead_id="7", reason="дело", until="2026-12-31", by="Глеб", at=NOW)
    day = date.fromisoformat(today)
    assert is_standing(hold, day) is stands
    assert not is_standing(replace_struct(hold, ended_at=NOW), day)
    denied = Denied()
    denied.keep(hold)
    denied.check_free("8", day)
    if stands:
        with pytest.raises(Refused, match=r"31\.12\.2026.*дело.*Глеб"):
            denied.check_free("7", day)
    else:
        denied.check_free("7", day)
