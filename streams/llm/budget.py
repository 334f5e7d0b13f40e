"""What each role has cost today, and what it may. One event loop; days are local; the clock is an argument."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from processors.days import local_day
from schemas.outlets import LlmCall
from schemas.types import LocalDay
from streams.llm.faults import Kind, error_of
from streams.settings.llm import Role


class Budget:
    """Fed by every audit record: this worker's own, and the other workers' as they come back from `llm.calls`.

    A call's record may come several times (begun, done, once more from the topic): the last one counts.
    `clock` in seconds since 1970. What runs at once in several workers may overshoot by those calls.
    """

    def __init__(self, usd_per_day: Mapping[Role, float], clock: Callable[[], float]) -> None:
        self._limits = usd_per_day
        self._clock = clock
        self._costs: dict[LocalDay, dict[str, tuple[str, float]]] = defaultdict(dict)
        self._reserved: dict[str, float] = defaultdict(float)

    def add(self, call: LlmCall) -> None:
        """Count a call, from any worker, in any order. A record without cost takes nothing back."""
        if call.cost_usd:
            self._costs[local_day(call.ts)][call.call_id] = call.role, call.cost_usd
            self._today()

    def spent(self, role: str) -> float:
        """US dollars of this local day."""
        return sum(cost for of, cost in self._costs[self._today()].values() if of == role)

    @contextmanager
    def reserved(self, role: Role, usd: float, model: str = "") -> Iterator[None]:
        """Hold `usd` for a call that begins. Raises `LlmRefusal` (BUDGET) where the day has not so much left."""
        limit = self._limits.get(role)
        if limit is not None and usd and self.spent(role) + self._reserved[role] + usd > limit:
            raise error_of(Kind.BUDGET, model=model)
        self._reserved[role] += usd
        try:
            yield
        finally:
            self._reserved[role] -= usd

    def _today(self) -> LocalDay:
        today = local_day(int(self._clock() * 1000))
        for day in [day for day in self._costs if day < today]:
            del self._costs[day]
        return today
