"""Two versions of a worker beside each other, while its processes are changed one by one.

Each record of `lead.state` says the version that wrote it. A newer one reads what an older one wrote. An older one
would leave out what it does not know, or mean something else by it: it folds nothing of a partition in which a newer
one has written, and says so, until it is changed too, or the newer one takes the partition back.
"""

import logging
from collections.abc import Callable

from aiokafka import ConsumerRecord

from processors.state import STATE_VERSION
from schemas.errors import NotYet

log = logging.getLogger(__name__)

VERSION = "state-version"
"""Header of every record: `STATE_VERSION` of who wrote it; a record without one is older than all of them."""

OURS = ((VERSION, b"%d" % STATE_VERSION),)
"""Headers of what this version writes."""

LOOK_S = 15.0
"""Between two looks at a partition that a newer version has written to."""


class Newer:
    """The partitions whose states are of a newer version than ours."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[int, float] = {}

    def check(self, record: ConsumerRecord, partition: int) -> None:
        """Raises `NotYet` for a record of a newer version."""
        version = next((int(value) for name, value in record.headers if name == VERSION), 0)
        if version <= STATE_VERSION:
            return
        if partition not in self._waiting():
            log.error("states of a newer version", extra={"partition": partition, "version": version})
        self._seen[partition] = self._clock()
        raise NotYet(f"the states of partition {partition} are of version {version}", LOOK_S)

    def none(self) -> bool | str:
        """What `/readyz` is told: True, or what waits and what to do."""
        found = self._waiting()
        return not found or f"состояние клиентов записала более новая версия: обновите этот процесс (разделы {found})"

    def _waiting(self) -> list[int]:
        """Those of the last looks: a partition that moved away is looked at no more."""
        return sorted(partition for partition, at in self._seen.items() if self._clock() - at < 2 * LOOK_S)
