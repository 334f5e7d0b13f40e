"""What stands in the boxes, from offsets with their times: pure, so minutes pass as the test says."""

import msgspec
import pytest

from schemas.traffic import DayCount, FlowFigures, OpenHeap, Waiting
from streams.web.flow_along import NOTHING, along
from streams.web.flow_edges import BY_ID, NODES, drawn
from streams.web.flow_figures import WINDOW_MS, History, Sample, Told, behind, of_day, short, tell
from streams.web.flow_layout import fitted

NOW = 1_790_000_000_000
WMS, EVENTS, ALERTS, PARKED = ("source.wms", 0), ("lead.events", 3), ("lead.alerts", 3), ("source.parked", 0)


def sample(seconds: float, end: int, read: int, alerts: int = 0, told: int = 0) -> Sample:
    """The warehouse's topic up to `end`, of which the pipeline has `read`; alerts, of which people were `told`."""
    ends = {WMS: end, EVENTS: read, ALERTS: alerts, PARKED: 50}
    committed = {
        "pipeline": {WMS: read, EVENTS: read},
        "notify": {ALERTS: told, PARKED: 10},
        "store": {EVENTS: read, ALERTS: alerts},
    }
    return Sample(NOW + round(seconds * 1000), ends, committed)


def history(*samples: Sample) -> History:
    """All of them, in order."""
    made = History()
    for one in samples:
        made.add(one)
    return made


def test_before_the_first_look_nothing_is_claimed() -> None:
    """Neither a zero nor «успевает»."""
    assert all(told.full == "" for told in tell(History(), None).values())
    once = tell(history(sample(0, 10, 10)), None)
    assert once["wms"].now == "" and once["parse"].state == "успевает"
    assert set(once) == {node.id for node in NODES}


def test_how_much_a_minute() -> None:
    """Of a topic what came, of a worker what it read; the window is a minute, whatever was before."""
    told = tell(history(sample(0, 0, 0), sample(30, 15, 10)), None)
    assert (told["wms"].now, told["parse"].now) == ("30 в минуту", "20 в минуту")
    long = history(*(sample(5 * n, 1000 * (n < 5) + 5000, 0) for n in range(40)))
    assert len(long.samples) <= WINDOW_MS / 5000 + 2
    assert tell(long, None)["wms"].now == "0 в минуту"


def test_a_worker_that_is_behind_and_one_that_stands() -> None:
    """Behind while it moves; standing once it has not moved for a minute, with its time there; well again
    as soon as it has read all."""
    moving = history(sample(0, 5000, 0), sample(30, 5000, 1000))
    assert tell(moving, None)["parse"][1:] == ("ждут 4000", "отстаёт", "warn")
    still = history(*(sample(s, 7, 7, alerts=3, told=1) for s in range(0, 245, 5)))
    told = tell(still, None)["notify"]
    assert (told.state.replace("\u00a0", " "), told.usual, told.tone) == ("стоит 4 мин", "ждут 2", "bad")
    assert behind(still, BY_ID["notify"]).records == 2, "what is parked waits on purpose"
    still.add(sample(250, 7, 7, alerts=3, told=3))
    assert (tell(still, None)["notify"].state, tell(still, None)["notify"].tone) == ("успевает", "good")
    short = history(*(sample(s, 7, 7, alerts=3, told=1) for s in (0, 5, 10)))
    assert tell(short, None)["notify"].tone == "good", "a moment is no standing"


def test_who_always_has_a_little_to_do_does_not_stand() -> None:
    """Ten records wait at every look, and others each time."""
    busy = history(*(sample(s, 10 + s, s) for s in range(0, 300, 5)))
    assert (tell(busy, None)["parse"].state, behind(busy, BY_ID["parse"]).records) == ("успевает", 10)


def test_a_topic_that_was_made_anew_begins_anew() -> None:
    """Ends that fall are no records that came."""
    told = tell(history(sample(0, 900, 900), sample(30, 10, 10)), None)
    assert told["wms"].now == "0 в минуту"


def test_what_the_store_knows() -> None:
    """What is usual at this hour beside now; open letters, and what waits for Telegram or another system."""
    figures = FlowFigures(
        at=NOW,
        minutes=[],
        usual={"wms:main": 12.0, "telegram:bot": 1.5},
        letters=[OpenHeap("pipeline.source.wms", "Invalid", 3, NOW)],
        waiting=[Waiting("telegram", 2, NOW, "429"), Waiting("bitrix", 1, NOW, "503")],
    )
    told = tell(history(sample(0, 0, 0), sample(60, 6, 6)), figures)
    assert (told["wms"].usual, told["telegram"].usual, told["events"].usual) == (
        "обычно 12",
        "обычно 1,5",
        "обычно 14",
    )
    assert (told["dead"].state, told["dead"].tone) == ("ждут 3", "bad")
    assert (told["outbox"].state, told["settled"].state) == ("ждут 2", "ждут 1")
    counted = [
        *(DayCount("event", name, n) for n, name in ((100, "wms:main"), (20, "telegram:bot"), (3, "mail"))),
        *(DayCount("dead_letter", "x", 4), DayCount("delivery", "telegram", 5), DayCount("delivery", "bitrix", 6)),
    ]
    of = {node.id: of_day(node, msgspec.structs.replace(figures, day=counted)) for node in NODES}
    assert {name: n for name, n in of.items() if n is not None} == {
        "wms": 100,
        "telegram": 20,
        "bitrix": 0,
        "recordings": 0,
        "events": 123,
        "dead": 4,
        "outbox": 5,
        "settled": 6,
    }
    assert of_day(BY_ID["wms"], None) is None
    calm = FlowFigures(at=NOW, minutes=[], usual={}, letters=[], waiting=[])
    told = tell(history(sample(0, 0, 0), sample(60, 6, 6)), calm)
    assert (told["dead"].tone, told["outbox"].tone) == ("good", "good")


@pytest.mark.parametrize(
    ("number", "told"), [(9_999, "9999"), (10_000, "10 тыс."), (999_999, "999 тыс."), (987_654_321, "987 млн")]
)
def test_a_number_fits_a_box_whole(number: int, told: str) -> None:
    """A cut number is another number."""
    assert short(number).replace("\u00a0", " ") == told
    for words in ("ждут", "! ждут", "✗ ждут"):
        assert fitted(f"{words} {short(number)}") == f"{words} {short(number)}"


def test_what_goes_along_an_arrow() -> None:
    """Into a queue what came, out of it what this reader read; what waits is his who waits, in words."""
    still = history(*(sample(s, 7 + s, 7 + s, alerts=3, told=1) for s in range(0, 245, 5)))
    figures = FlowFigures(at=NOW, minutes=[], usual={"wms:main": 12.0}, letters=[], waiting=[])
    found = along(still, tell(still, figures))
    assert found["gateway", "wms"][:3] == ("60", ("", ""), "")
    assert found["gateway", "wms"].full == "60 в минуту, обычно 12"
    assert found["wms", "parse"] == ("60", ("", ""), "good", "читает 60 в минуту")
    assert found["alerts", "store"][:3] == ("0", ("", ""), "good")
    assert found["alerts", "notify"][:3] == ("0", ("стоит", "4\u00a0мин"), "bad")
    assert found["alerts", "notify"].full == "читает 0 в минуту, ждут 2, стоит 4\u00a0мин"
    assert found["parked", "notify"].state == ("", ""), "what is parked waits on purpose"
    assert set(found) == set(drawn())


def test_an_arrow_that_nobody_counts_says_nothing() -> None:
    """Before the first look; of a queue that its reader reads whole; and into a queue only beside one arrow of all."""
    assert set(along(History(), tell(History(), None)).values()) == {NOTHING}
    found = along(history(sample(0, 0, 0), sample(30, 5000, 1000)), {node.id: Told("", "", "", "") for node in NODES})
    assert found["wms", "parse"][1:3] == (("ждут", "4000"), "warn")
    assert found["telegram", "notify"] == NOTHING
    into = [pair for pair in drawn() if pair[1] == "recordings"]
    assert len(into) > 2 and [found[pair] != NOTHING for pair in into].count(True) == 1
