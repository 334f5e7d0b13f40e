"""The table of sources on real chDB: hours, rounds, silence told once, and a restart that changes nothing."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from processors.days import HOUR_MS
from schemas import events as ev
from schemas.codec import Codec, event_id
from schemas.failed import DeadLetter
from schemas.notices import OpsNotice
from schemas.rounds import SourceRound
from schemas.sources import ClientRef, Unassigned
from streams.engine import metrics
from streams.engine.kafka import Output
from streams.engine.notices import Notices, Told
from streams.engine.rounds import ROUND
from streams.store.database import Database
from streams.store.jobs.reports import Reports
from streams.store.jobs.sources import Sources
from streams.store.read.sources import health_now
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.rows import unassigned_rows
from streams.store.sinks.sink import Sink
from streams.store.sinks.sources import round_rows
from tests.unit.store.fakes import Clock, Feed, Lag
from tests.unit.store.records import batch
from tests.unit.store.samples import event_of

MONDAY = 1_795_381_200_000
"""2026-11-23 00:00 in Moscow."""
MINUTE, DAY = 60_000, 24 * HOUR_MS
FIRST = MONDAY - 28 * DAY
NOTICE: Codec[OpsNotice] = Codec(OpsNotice)


class Line:
    """The job, its clock, and the topic of notices."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.told = database, Clock(MONDAY), Told()
        self.feed = Feed(database)
        self.sent: list[OpsNotice] = []
        self._reports = 0
        self.waiting: dict[str, int] = {}
        self.start()

    def start(self) -> None:
        """After a restart."""
        self.notices = Notices(self._send, self._read, self.clock)
        self.job = Sources(self.database, Lag(), self._backlog, self.notices, self.clock)

    async def _ignore(self, outputs: Iterable[Output]) -> None:
        """Reports go nowhere."""

    async def _backlog(self) -> dict[str, int]:
        return self.waiting

    async def _read(self) -> Told:
        return self.told

    async def _send(self, outputs: list[Output]) -> None:
        for output in outputs:
            notice = NOTICE.decode(output.value)
            assert isinstance(notice, OpsNotice)
            self.sent.append(notice)

    async def look(self, at: int) -> list[tuple[str, str, bool]]:
        """One look; what ops were told by it: subject, detail, whether it is over."""
        self.clock.now = at
        await self.job.look()
        self.sent.clear()
        asked = [self.notices._waiting.get_nowait() for _ in range(self.notices._waiting.qsize())]
        await self.notices._tell(asked)
        return [(notice.subject, notice.detail, notice.over) for notice in self.sent]

    async def come(self, hours: Sequence[int], source: str = "wms:demo", lag: int = 2000) -> None:
        """Three events at half past each of these hours."""
        one, half = replace(event_of(ev.Reservation), source=source), 30 * MINUTE
        await self.feed.each(
            (replace(one, ts=hour * HOUR_MS + half - lag, event_id=event_id(source, hour, n)), hour * HOUR_MS + half)
            for hour in hours
            for n in range(3)
        )

    async def report(self, *reports: SourceRound) -> None:
        """What readers say."""
        sink = Sink(self.database, ROUND, round_rows)
        await sink(batch("source.rounds", map(ROUND.encode, reports), first=self._reports, at=reports[-1].ts))
        self._reports += len(reports)

    async def rows(self, columns: str, source: str = "wms:demo") -> list[tuple[object, ...]]:
        """Of a source, the newest hours first."""
        sql = f"SELECT {columns} FROM sources FINAL WHERE source = {{s:String}} ORDER BY hour DESC"
        return [tuple(row) for row in await self.database.read(sql, {"s": source})]


def working_hours(until: int) -> list[int]:
    """From nine to six on working days of four weeks, up to a time."""
    days = [day for day in range(35) if day % 7 < 5]
    hours = [FIRST // HOUR_MS + day * 24 + hour for day in days for hour in range(9, 18)]
    return [hour for hour in hours if (hour + 1) * HOUR_MS <= until]


async def test_silence_is_told_once_and_so_is_its_end(database: Database) -> None:
    """Not over the weekend or at night, but when a working morning stays empty; a restart tells nothing again."""
    line = Line(database)
    await line.come(working_hours(MONDAY))
    assert await line.look(MONDAY - 2 * DAY) == []
    assert await line.look(MONDAY + 9 * HOUR_MS) == []
    told = await line.look(MONDAY + 18 * HOUR_MS)
    assert told == [("склад demo", "нет данных дольше обычного, с 20\u00a0ноября в\u00a017:30", False)]
    assert await line.look(MONDAY + 18 * HOUR_MS + MINUTE) == []
    line.start()
    assert await line.look(MONDAY + 18 * HOUR_MS + 2 * MINUTE) == []
    assert await line.rows("state, toUnixTimestamp64Milli(since)") != []
    [(state, since), *_] = await line.rows("state, toUnixTimestamp64Milli(since)")
    assert (state, since) == ("silent", MONDAY - 3 * DAY + 17 * HOUR_MS + 30 * MINUTE)
    await line.come([MONDAY // HOUR_MS + 19])
    assert await line.look(MONDAY + 20 * HOUR_MS) == [("склад demo", "", True)]


async def test_an_hour_has_what_came_in_it(database: Database) -> None:
    """Live events of clients and of nobody, once each; imports and letters apart; the delay; a later look adds."""
    line = Line(database)
    hour = MONDAY // HOUR_MS
    await line.come([hour, hour], lag=4000)
    chat, at = ClientRef("tg_chat", "-5"), MONDAY + 31 * MINUTE
    waiting = [Unassigned(event_id("u", n), at, "wms:demo", chat, "source.wms", msgspec.Raw(b"{}")) for n in (1, 2)]
    values = map(msgspec.json.encode, waiting)
    await Sink(database, Codec[Unassigned](Unassigned), unassigned_rows)(batch("lead.unassigned", values, at=at))
    linked = replace(event_of(ev.Reservation), event_id=event_id("u", 1), ts=at, source="wms:demo")
    await line.feed([linked], at + 2 * HOUR_MS)
    old = replace(linked, event_id=event_id("old"), backfill=True, ts=at - 99 * DAY)
    await line.feed([old], at)
    payloads = [b'{"source":"demo","payload":{}}', b"no json"]
    letters = [DeadLetter("source.wms", 0, n, at, "pipeline", "Rejected", "x", body) for n, body in enumerate(payloads)]
    await DeadLetterSink(database, lambda _: None)(batch("dead.letters", map(msgspec.json.encode, letters), at=at))
    await line.look(MONDAY + 40 * MINUTE)
    columns = "toUnixTimestamp(hour), events, history, rejected, lag_ms, toUnixTimestamp64Milli(last_event)"
    assert await line.rows(columns) == [(MONDAY // 1000, 5, 1, 1, 4000, at)]
    await line.feed([replace(linked, event_id=event_id("more"))], MONDAY + 50 * MINUTE)
    await line.look(MONDAY + HOUR_MS + MINUTE)
    assert (await line.rows("toUnixTimestamp(hour), events"))[1] == (MONDAY // 1000, 6)
    assert metrics.SOURCE_EVENTS.labels("wms:demo")._value.get() == 6


async def test_rounds_that_fail_and_the_break_they_leave(database: Database) -> None:
    """Red at once, with the reason, but told by their reader; over by itself, and the hour keeps how long it was."""
    line = Line(database)
    well = SourceRound("telegram:main", "poll", MONDAY, 25_000, well=9, well_at=MONDAY)
    failing = replace(well, ts=MONDAY + MINUTE, well=0, failed=1, error="ответ 502")
    again = replace(well, ts=MONDAY + 3 * HOUR_MS, well=1, failed=40, well_at=MONDAY + 3 * HOUR_MS)
    columns = "state, error, rounds, failed_rounds, gap_ms, toUnixTimestamp64Milli(last_round)"
    await line.report(well)
    assert await line.look(MONDAY + 30_000) == []
    assert await line.rows(columns, "telegram:main") == [("well", "", 9, 0, 0, MONDAY)]
    await line.report(failing)
    assert await line.look(MONDAY + 2 * MINUTE) == []
    assert (await line.rows("state", "telegram:main"))[0] == ("well",)
    assert await line.look(MONDAY + 3 * MINUTE) == []
    assert await line.rows(columns, "telegram:main") == [("failing", "ответ 502", 10, 1, 0, MONDAY)]
    assert metrics.SOURCE_RED.labels("telegram:main")._value.get() == 1
    await line.report(again)
    assert await line.look(MONDAY + 3 * HOUR_MS + MINUTE) == []
    newest = ("well", "", 41, 40, 3 * HOUR_MS, MONDAY + 3 * HOUR_MS)
    assert await line.rows(columns, "telegram:main") == [newest, ("failing", "ответ 502", 10, 1, 0, MONDAY)]
    assert metrics.SOURCE_RED.labels("telegram:main")._value.get() == 0


async def test_a_reader_that_is_gone_is_told(database: Database) -> None:
    """Nobody else does: its own process is down."""
    line = Line(database)
    await line.report(SourceRound("bitrix:main", "poll", MONDAY, 300_000, well=1, well_at=MONDAY))
    assert await line.look(MONDAY + MINUTE) == []
    told = await line.look(MONDAY + HOUR_MS)
    assert told == [("Битрикс24", "никто не опрашивает с 23\u00a0ноября в\u00a000:00", False)]
    line.start()
    assert await line.look(MONDAY + HOUR_MS + MINUTE) == []
    at = MONDAY + 2 * HOUR_MS
    await line.report(SourceRound("bitrix:main", "poll", at, 300_000, well=1, well_at=at))
    assert await line.look(at + MINUTE) == [("Битрикс24", "", True)]


async def test_who_is_behind_judges_nobody(database: Database) -> None:
    """What stands in Kafka unread has come."""
    line = Line(database)

    class Behind(Lag):
        async def caught_up(self, patience: float) -> bool:
            return False

    await line.come(working_hours(MONDAY))
    line.job = Sources(database, Behind(), line._backlog, line.notices, line.clock)
    assert await line.look(MONDAY + 18 * HOUR_MS) == []
    assert await line.rows("1") == []


async def test_what_is_not_read_yet_is_no_silence(database: Database) -> None:
    """While `pipeline` stands, nobody knows who sent what: it is shown, and judged when it is read."""
    line = Line(database)
    await line.come(working_hours(MONDAY))
    await line.look(MONDAY - DAY)
    line.waiting = {"wms": 7, "bitrix": 1}
    assert await line.look(MONDAY + 18 * HOUR_MS) == []
    assert (await line.rows("state, backlog"))[0] == ("well", 7)
    assert metrics.SOURCE_BACKLOG.labels("wms:demo")._value.get() == 7
    line.waiting = {}
    assert len(await line.look(MONDAY + 18 * HOUR_MS + MINUTE)) == 1


async def test_a_change_is_looked_at_soon(database: Database) -> None:
    """The first report of a reader and another fault; not the same again."""
    line = Line(database)
    well = SourceRound("wms:a", "poll", MONDAY, 300_000, well=1)
    woken = []
    for report in (well, well, replace(well, error="ответ 503"), replace(well, error="ответ 503"), well):
        line.job.notice([(report, None)])
        woken.append(line.job._changed.is_set())
        line.job._changed.clear()
    assert woken == [True, False, True, False, True]


async def test_a_report_and_the_api_tell_it(database: Database) -> None:
    """As it stood at the report's end, with what came in its time."""
    line = Line(database)
    await line.come(working_hours(MONDAY))
    evening = MONDAY + 18 * HOUR_MS
    await line.report(SourceRound("telegram:main", "poll", evening - 1000, 25_000, failed=3, error="ответ 502"))
    await line.look(evening)
    await line.come([MONDAY // HOUR_MS + 30])
    await line.look(MONDAY + 31 * HOUR_MS)
    since, until = MONDAY - 6 * HOUR_MS, MONDAY + 19 * HOUR_MS
    reports = Reports(database, Lag(), line._ignore, "19:00", line.clock)
    telegram, wms = (await reports.make("x", since, until)).sources
    friday = MONDAY - 3 * DAY + 17 * HOUR_MS + 30 * MINUTE
    assert (wms.source, wms.state, wms.since, wms.last_arrival, wms.events) == ("wms:demo", "silent", friday, friday, 0)
    assert (telegram.state, telegram.error, telegram.failed_rounds) == ("failing", "ответ 502", 3)
    found = {one.source: one for one in (await health_now(database, MONDAY + 31 * HOUR_MS)).sources}
    assert (found["wms:demo"].state, found["wms:demo"].events) == ("well", 3)
    assert found["wms:demo"].lag_ms == 2000
