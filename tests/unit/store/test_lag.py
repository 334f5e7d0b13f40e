"""What of Kafka is stored, as a backup is told it."""

from types import SimpleNamespace

import pytest

from schemas.errors import Transient
from schemas.topics import DEAD_LETTERS, LEAD_EVENTS, TopicSpec
from streams.engine.batches import Progress
from streams.settings import Settings
from streams.store.lag import Lag

CONSUMED = [LEAD_EVENTS, DEAD_LETTERS]
ALL = {(topic.name, partition) for topic in CONSUMED for partition in range(topic.partitions)}
AT = 7


class Group:
    """A worker whose group gives it `given` one after the other, the last for good."""

    settings = Settings()

    def __init__(self, *given: set[tuple[str, int]]) -> None:
        self._given = list(given)
        self.app = SimpleNamespace(consumer=SimpleNamespace(progress=self._progress))

    def consumed(self) -> list[TopicSpec]:
        return CONSUMED

    def assigned(self) -> set[tuple[str, int]]:
        return self._given.pop(0) if len(self._given) > 1 else self._given[0]

    def _progress(self) -> list[Progress]:
        return [Progress(self.settings.kafka.prefix + topic, partition, AT, 0) for topic, partition in self.assigned()]


async def test_a_backup_waits_while_the_group_divides_its_partitions_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that its offsets were empty, and what came after it was never read again."""
    monkeypatch.setattr("streams.store.lag.COMMIT_SECONDS", 0)
    lag = Lag(Group(set(), ALL - {(LEAD_EVENTS.name, 3)}, ALL))  # type: ignore[arg-type]
    found = await lag.committed(60)
    assert found == {topic.name: dict.fromkeys(range(topic.partitions), AT) for topic in CONSUMED}


async def test_offsets_of_some_partitions_are_none() -> None:
    """Whoever does not have them all says so."""
    lag = Lag(Group(ALL - {(LEAD_EVENTS.name, 3)}))  # type: ignore[arg-type]
    with pytest.raises(Transient, match="partitions"):
        await lag.committed(0)
