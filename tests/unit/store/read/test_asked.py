"""Questions that are kept, told again and judged, on real chDB."""

import aiohttp
import msgspec
import pytest

from schemas.answers import EXTRACT, Answered, Claim, Done, Passage, Question, Words
from schemas.codec import Codec
from schemas.errors import Refused
from streams.store.database import Database
from streams.store.read.asked import Desk, Judged, judge, keep, of_client
from streams.store.sinks.questions import question_rows
from streams.store.sinks.sink import Sink
from tests.unit.store import fakes
from tests.unit.store.api_line import answer
from tests.unit.store.records import NOW, batch

LEAD = "12345"
CODEC: Codec[Question] = Codec(Question)
WORDS = [Words(n, Passage(LEAD, f"{n:016x}", 0, "message", NOW, f"слово {n}")) for n in (1, 2)]
GIVEN = Answered(" Что с  оплатой? ", [Claim("чат", [2], "слово 2")], list(WORDS), Done(EXTRACT, 0.2))


class House:
    """A store whose topic goes round by hand."""

    def __init__(self, database: Database) -> None:
        self.sent, self.clock, self.database = fakes.Sent(), fakes.Clock(), database
        self.desk = Desk(database, self.sent, self.clock)
        self._sink, self._next = Sink(database, CODEC, question_rows), 0

    async def stored(self) -> None:
        """What was sent is in the table, each record twice."""
        values = [output.value for output in self.sent for _ in range(2)]
        self.sent.clear()
        await self._sink(batch("questions", values, first=self._next))  # type: ignore[arg-type]
        self._next += len(values)


async def test_a_question_is_kept_with_what_it_stood_on(database: Database) -> None:
    """In one line, with who asked, and only the sources that are named; the newest first."""
    house = House(database)
    first = await keep(house.desk, LEAD, GIVEN, "Мария")
    house.clock.now += 1000
    second = await keep(house.desk, LEAD, GIVEN, "Мария")
    await house.stored()
    found = await of_client(database, [LEAD], 10)
    assert found == [second, first]
    assert (found[0].text, found[0].user) == ("Что с оплатой?", "Мария")
    assert [source.number for source in found[0].sources] == [2]
    assert await of_client(database, ["777"], 10) == []
    assert first.question_id != second.question_id


async def test_a_verdict_takes_the_place_of_the_former(database: Database) -> None:
    """And can be taken back; the answer stays as it was told. Of another client there is no such question."""
    house = House(database)
    asked = await keep(house.desk, LEAD, GIVEN, "Мария")
    await house.stored()
    for verdict in ("useful", "wrong_quote", ""):
        await judge(house.desk, [LEAD], asked.question_id, Judged(verdict), "Олег")
        await house.stored()
        [found] = await of_client(database, [LEAD], 10)
        assert (found.verdict, found.judge, found.judged_at) == (verdict, "Олег", NOW)
        assert (found.claims, found.user) == (asked.claims, "Мария")
    with pytest.raises(Refused):
        await judge(house.desk, ["777"], asked.question_id, Judged("useful"), "Олег")


async def test_what_was_asked_before_a_merge_is_the_clients(database: Database) -> None:
    """Under both his numbers, in one order; a verdict finds it, and leaves it where it was asked: it is there once."""
    house = House(database)
    old = await keep(house.desk, "777", GIVEN, "Мария")
    house.clock.now += 1000
    new = await keep(house.desk, LEAD, GIVEN, "Олег")
    await house.stored()
    assert await of_client(database, [LEAD, "777"], 10) == [new, old]
    judged = await judge(house.desk, [LEAD, "777"], old.question_id, Judged("useful"), "Олег")
    await house.stored()
    assert judged.lead_id == "777"
    assert await of_client(database, [LEAD, "777"], 10) == [new, judged]


async def test_what_is_no_question_about_this_client_is_not_kept(database: Database) -> None:
    """As it is not answered."""
    with pytest.raises(Refused):
        await keep(House(database).desk, LEAD, msgspec.structs.replace(GIVEN, text="клиент 777?"), "Мария")


async def test_the_api_of_questions(api: aiohttp.ClientSession) -> None:
    """In the name of the token's holder; what is wrong is refused with a reason."""
    status, kept = await answer(api, f"/api/leads/{LEAD}/questions", json=msgspec.to_builtins(GIVEN))
    assert (status, kept["user"]) == (200, "оператор")
    path = f"/api/leads/{LEAD}/questions/{kept['question_id']}/verdict"
    for wrong, body in ((path, {"verdict": "fine"}), (path.replace(str(kept["question_id"]), "x"), {"verdict": ""})):
        status, told = await answer(api, wrong, json=body)
        assert (status, bool(told["error"])) == (400, True)
    assert (await answer(api, f"/api/leads/{LEAD}/questions"))[1] == {"lead_id": LEAD, "questions": []}
    status, found = await answer(api, f"/api/leads/{LEAD}/passages?q=где товар&since=2026-01-01")
    assert (status, found["lead_id"]) == (200, LEAD)
    assert (await answer(api, f"/api/leads/{LEAD}/tools/secrets"))[0] == 400
    assert (await answer(api, f"/api/leads/{LEAD}/passages?q=клиент 777"))[0] == 400
    status, figure = await answer(api, f"/api/leads/{LEAD}/tools/count?kind=message")
    assert (status, figure["call"]["kind"]) == (200, "message")
