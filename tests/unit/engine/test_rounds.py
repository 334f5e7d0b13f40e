"""Reports of rounds: at each change, seldom else, and nothing is said of a source for a fault of Kafka's."""

from itertools import pairwise

from schemas.codec import Rejected
from schemas.errors import Transient
from schemas.rounds import REPORT_MS, SourceRound
from streams.engine.kafka import Output
from streams.engine.rounds import MOST_ERROR, ROUND, Reports

SECOND = 1000


class Line:
    """Reports of a bot that is asked every 25 seconds, and a Kafka that is a list or away."""

    def __init__(self) -> None:
        self.now, self.away = 1_000_000, False
        self.sent: list[Output] = []
        self.reports = Reports("telegram:main", "poll", 25.0, self._send, lambda: self.now)

    async def _send(self, outputs: list[Output]) -> None:
        if self.away:
            raise Transient("no broker")
        self.sent += outputs

    def told(self) -> list[SourceRound]:
        """What was sent since the last call."""
        found = [ROUND.decode(output.value) for output in self.sent]
        assert {(output.topic, output.key) for output in self.sent} <= {("source.rounds", b"telegram:main/poll")}
        self.sent.clear()
        return [one for one in found if not isinstance(one, Rejected)]


async def test_a_thousand_quiet_rounds_are_few_records() -> None:
    """Seven hours of them: the first, and then one in five minutes; no round is left out of the counts."""
    line = Line()
    for _ in range(1000):
        await line.reports.ended()
        line.now += 25 * SECOND
    told = line.told()
    assert len(told) == 1 + 999 // 12
    assert told[0] == SourceRound("telegram:main", "poll", 1_000_000, 25_000, 1, 0, 1_000_000)
    assert sum(one.well for one in told) == 1000 - 3
    assert all(after.ts - before.ts == REPORT_MS for before, after in pairwise(told))


async def test_a_change_is_told_at_once() -> None:
    """The first failure, another reason, and the end; with the time of the last round that went well."""
    line = Line()
    for words in ("", "ответ 502", "ответ 502", "нет связи " + "x" * 999, ""):
        await line.reports.ended(words)
        line.now += SECOND
    first, failed, other, again = line.told()
    assert (failed.well_at, failed.failed, failed.error) == (first.ts, 1, "ответ 502")
    assert (other.failed, len(other.error)) == (2, MOST_ERROR)
    assert (again.well, again.failed, again.error, again.well_at) == (1, 0, "", again.ts)


async def test_kafka_away_is_no_fault_of_the_source() -> None:
    """A round that was broken off by us says nothing; what could not be told is told with the next."""
    line = Line()
    await line.reports.failed("")
    assert line.told() == []
    line.away = True
    await line.reports.ended("ответ 502")
    line.away = False
    await line.reports.failed("ответ 502")
    [report] = line.told()
    assert report.failed == 2
