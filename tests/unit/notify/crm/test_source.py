"""What of the portal's objects is told, and what is owed of it."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from schemas.bitrix import Entity
from schemas.errors import Transient
from tests.fakes.bitrix_crm import Fault
from tests.unit.notify.crm.test_rounds import BEFORE, MINUTE, NOON, Line, line

__all__ = ["line"]


async def test_users_of_the_portal_are_told_before_anybody(line: Line) -> None:
    """All pages of them, once, with the account from the field that the settings name, and no more of their fields."""
    line.fake.crm.users = {
        n: {"NAME": "Анна", "USER_TYPE": "employee", "UF_USR_TG": "55", "PERSONAL_GENDER": "F", "LAST_LOGIN": str(n)}
        for n in range(1, 121)
    }
    await line.rounds.round(NOON)
    assert sum(kind == "user" for kind, _ in line.told()) == 120
    first = line.sent[0]
    assert isinstance(first, Entity)
    assert (first.kind, first.id) == ("user", "1")
    assert msgspec.json.decode(first.fields) == {
        "ID": "1", "NAME": "Анна", "USER_TYPE": "employee", "TELEGRAM": "55"
    }  # fmt: skip
    line.fake.crm.users[1]["LAST_LOGIN"] = "today"
    assert await line.rounds.round(NOON + 5 * MINUTE) == 0


async def test_who_wrote_a_mail_is_told(line: Line) -> None:
    """And nothing else of the activity's settings, whose shape is nobody's promise."""
    line.fake.crm.act(900, BEFORE, TYPE_ID="4", SETTINGS={"EMAIL_META": {"from": "a@b.ru", "__email": "c@d.ru"}})
    line.fake.crm.act(901, BEFORE, TYPE_ID="4", SETTINGS=[])
    await line.rounds.round(NOON)
    told = {one.id: bytes(one.fields) for one in line.sent if isinstance(one, Entity) and one.kind == "activity"}
    assert msgspec.json.decode(told["900"])["FROM"] == "a@b.ru"
    assert b"FROM" not in told["901"]
    assert b"SETTINGS" not in told["900"]


async def test_a_kill_before_its_words_are_owed_tells_a_call_again(line: Line) -> None:
    """A call that was noted as told, and its words as owed to nobody, would stay silent for ever."""
    owed: list[str] = []

    def owe(rows: Iterable[dict[str, Any]]) -> None:
        if not owed:
            owed.append("killed")
            raise Transient("killed")
        owed.extend(row["ID"] for row in rows)

    line.source._owe = owe
    with pytest.raises(Transient):
        await line.rounds.round(NOON)
    await line.rounds.round(NOON + MINUTE)
    assert owed[1:] == [str(n) for n in range(1, 51)] + [str(n) for n in range(51, 56)]
    assert line.told()["activity", "1"] == 2


async def test_comments_that_no_hook_told_of(line: Line) -> None:
    """The first reading brings the history of a timeline, a round what came while the gateway was away."""
    line.fake.leads |= {"1", "2"}
    for n in range(120):
        line.fake.say("1", f"слово {n}")
    await line.rounds.round(NOON)
    assert sum(kind == "comment" for kind, _ in line.told()) == 120
    line.sent.clear()
    line.fake.crm.items["lead"][2]["lastActivityTime"] = "2026-11-21T12:01:00+03:00"
    line.fake.say("2", "ещё слово")
    line.fake.calls.clear()
    assert await line.rounds.round(NOON + 5 * MINUTE) == 1
    assert line.told() == {("comment", "121"): 1}
    assert line.fake.calls["batch:crm.timeline.comment.list"] == 1


async def test_a_webhook_without_the_right_user_reads_all_but_names(line: Line) -> None:
    """It is told in the log; clients have cards all the same."""
    line.fake.faults.append(Fault("scope", "user.get", times=99))
    assert await line.rounds.round(NOON) == 237
    first = line.sent[0]
    assert isinstance(first, Entity)
    assert first.responsible == ""
