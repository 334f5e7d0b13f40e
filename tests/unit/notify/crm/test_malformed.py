"""A portal that says nonsense between good rows: what is good comes, nothing is believed gone, the reader lives."""

import random
from pathlib import Path
from typing import Any

import pytest

from schemas.bitrix import Entity, Gone
from schemas.errors import Refused, Transient
from tests.fakes.bitrix import FakeBitrix
from tests.mutated import mutated, nasty
from tests.unit.notify.crm.test_rounds import BEFORE, DAY, NOON, Line

LEADS = 120


class Spoilt(FakeBitrix):
    """Answers of `method` go through `spoil`."""

    def __init__(self, method: str, spoil: Any) -> None:
        super().__init__(per_second=1e6, burst=10**6)
        for n in range(1, LEADS + 1):
            self.crm.put("lead", n, BEFORE, title=f"Лид {n}")
        self.crm.users = {7: {"NAME": "Анна"}}
        plain = self._methods[method]
        self._methods[method] = lambda params: spoil(params, plain(params))


def leads(line: Line) -> set[str]:
    """Those that were told."""
    return {one.id for one in line.sent if isinstance(one, Entity) and one.kind == "lead"}


@pytest.mark.parametrize("row", [None, 7, [], {}, {"id": None}, {"id": "x"}, {"id": "9" * 5000}])
async def test_a_row_that_is_none_ends_no_round(tmp_path: Path, row: Any) -> None:
    """It stands on the first of three pages; a page that looks shorter is not the last one."""

    def spoil(params: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        items = answer["result"]["items"]
        if params["entityTypeId"] == 1 and params["filter"].get(">id") == 0 and items:
            items[10] = row
        return answer

    async with Spoilt("crm.item.list", spoil) as fake:
        line = Line(fake, tmp_path)
        await line.rounds.round(NOON)
        assert leads(line) == {str(n) for n in range(1, LEADS + 1)} - {"11"}
        line.sent = []
        with pytest.raises(Transient, match="without an id"):
            await line.rounds.sweep(NOON + DAY)
        assert not [one for one in line.sent if isinstance(one, Gone)]
        await line.close()


async def test_a_nonsense_user_costs_names_only(tmp_path: Path) -> None:
    """Rows without an id among the portal's people."""

    def spoil(_: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"result": [{}, None, *answer["result"]]}

    async with Spoilt("user.get", spoil) as fake:
        line = Line(fake, tmp_path)
        await line.rounds.round(NOON)
        assert leads(line) == {str(n) for n in range(1, LEADS + 1)}
        await line.close()


async def test_a_fuzzed_portal_never_ends_the_reader(tmp_path: Path) -> None:
    """Whatever rows and answers come: a fault that is told, or the next round; and whole again, all of it is there."""
    dice, off = random.Random(12), [False]

    def spoil(_: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if off[0] or dice.random() < 0.5:
            return answer
        return {"result": mutated(answer["result"], dice, 3) if dice.random() < 0.8 else nasty(dice)}

    for method in ("crm.item.list", "user.get", "crm.timeline.comment.list", "batch"):
        off[0] = False
        async with Spoilt(method, spoil) as fake:
            line = Line(fake, tmp_path / method)
            for minute in range(25):
                try:
                    await line.rounds.round(NOON + minute * 60_000)
                    await line.rounds.sweep(NOON + DAY * (minute + 1))
                except (Transient, Refused):
                    continue
            off[0] = True
            for n in range(1, LEADS + 1):
                fake.crm.put("lead", n, "2026-11-21T13:00:00+03:00", title=f"Лид {n}, новый")
            line.sent = []
            await line.rounds.round(NOON + DAY * 30)
            assert leads(line) == {str(n) for n in range(1, LEADS + 1)}, method
            await line.close()
