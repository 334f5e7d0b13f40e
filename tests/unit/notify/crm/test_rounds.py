"""A portal that is read: all of it once, then what changed, whatever happens in between."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from aiokafka import ConsumerRecord
from pydantic import SecretStr

from schemas.bitrix import FROM_BITRIX, Entity, FromBitrix, Gone, Hook, wrapped
from schemas.codec import Rejected
from schemas.errors import Transient
from schemas.rounds import SourceRound
from schemas.sources import Inbound
from schemas.topics import IDENTITIES
from streams.engine.ends import Ends
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.retry import World
from streams.engine.rounds import ROUND, Reports
from streams.engine.settle import Batch
from streams.notify.crm.dirty import Dirty
from streams.notify.crm.doubles import Doubles
from streams.notify.crm.portal import Portal
from streams.notify.crm.rounds import FEW, Rounds
from streams.notify.crm.seen import Seen
from streams.notify.crm.source import Source
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Bitrix, Kafka
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault

NOON = 1_795_251_600_000
"""2026-11-21 12:00 in Moscow."""
MINUTE, DAY = 60_000, 86_400_000
BEFORE = "2026-11-20T10:00:00+03:00"


class Line:
    """The reader of a fake portal, with a Kafka that is a list."""

    def __init__(self, fake: FakeBitrix, folder: Path) -> None:
        self.fake, self._folder = fake, folder
        self.links = KnownIdentities(Reader(Kafka(), IDENTITIES), Ends(Kafka()))
        self.links.loaded.set()
        self.sent: list[FromBitrix] = []
        self.takes = 1 << 30
        self.reported: list[str] = []
        self.reports = Reports("bitrix:main", "poll", 300.0, self._report, lambda: NOON)
        self.start()

    def start(self) -> None:
        """After a kill: only the note is left."""
        given = Bitrix(
            webhook=SecretStr(self.fake.webhook),
            portal="https://example.bitrix24.ru",
            timeout=5.0,
            read=True,
            burst=10_000,
            per_second=10_000,
            telegram_field="UF_USR_TG",
        )
        self.api = BitrixApi(given)
        self.seen = Seen(self._folder / "bitrix.sqlite")
        portal = Portal(self.api)
        source = self.source = Source(
            portal, self.seen, self.send, given, lambda _: None, Doubles(self.api, portal, self.links)
        )
        self.rounds, self.dirty = Rounds(given, portal, source, self.seen), Dirty(portal, source)

    async def _report(self, outputs: list[Output]) -> None:
        said = [ROUND.decode(output.value) for output in outputs]
        self.reported += [one.error for one in said if isinstance(one, SourceRound)]

    async def again(self) -> None:
        """Killed and started."""
        await self.close()
        self.start()

    async def close(self) -> None:
        """End."""
        await self.api.close()
        await self.seen.close()

    async def send(self, outputs: list[Output]) -> None:
        if self.takes < len(outputs):
            raise Transient("killed")
        self.takes -= len(outputs)
        self.sent += [said_by(output.value) for output in outputs]

    def told(self) -> Counter[tuple[str, str]]:
        """How often each object was told."""
        return Counter((one.kind, one.id) for one in self.sent if isinstance(one, Entity))


def said_by(value: bytes | None) -> FromBitrix:
    """A record of `source.bitrix`."""
    said = FROM_BITRIX.decode(bytes(msgspec.json.decode(value or b"", type=Inbound).payload))
    assert not isinstance(said, Rejected)
    return said


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """A portal of 120 leads, 60 deals, a company, a contact and 55 activities."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        crm = fake.crm
        crm.users = {7: {"NAME": "Анна", "LAST_NAME": "Кузнецова"}}
        crm.put(
            "company", 5, BEFORE, title="ООО Ромашка", fm=[{"id": 1, "typeId": "PHONE", "value": "+7 912 345-67-89"}]
        )
        crm.put("contact", 6, BEFORE, name="Иван", companyId=5)
        for n in range(1, 121):
            crm.put("lead", n, BEFORE, title=f"Лид {n}", companyId=5 if n == 1 else None, ufCrmSecret="x")
        for n in range(1, 61):
            crm.put("deal", n, BEFORE, title=f"Сделка {n}", leadId=n)
        for n in range(1, 56):
            crm.act(n, BEFORE, TYPE_ID="2", OWNER_TYPE_ID="1", OWNER_ID=str(n), COMPLETED="Y")
        reader = Line(fake, tmp_path)
        yield reader
        await reader.close()


async def test_all_is_read_once_and_then_nothing(line: Line) -> None:
    """Leads before what belongs to them, by name, no field that is not listed, and without counting (`start=-1`)."""
    assert await line.rounds.round(NOON) == 1 + 120 + 60 + 1 + 1 + 55
    assert set(line.told().values()) == {1}
    first = line.sent[1]  # the user is the first
    assert isinstance(first, Entity)
    assert (first.kind, first.id, first.responsible, first.company) == ("lead", "1", "Анна Кузнецова", "ООО Ромашка")
    assert first.contacts == [("phone", "+7 912 345-67-89")]
    assert b"ufCrm" not in bytes(first.fields)
    assert {asked["start"] for _, asked in line.fake.crm.asked} == {-1}
    assert await line.rounds.round(NOON + 5 * MINUTE) == 0
    await line.again()
    assert await line.rounds.round(NOON + 10 * MINUTE) == 0


@pytest.mark.parametrize("takes", [0, 49, 50, 130, 200])
async def test_a_kill_goes_on_at_its_page(line: Line, takes: int) -> None:
    """What Kafka had before the kill is not sent again; the rest is."""
    line.takes = takes + 1  # the portal's user goes first
    with pytest.raises(Transient):
        await line.rounds.round(NOON)
    line.takes = 1 << 30
    await line.again()
    line.fake.crm.asked.clear()
    await line.rounds.round(NOON + MINUTE)
    assert len(line.told()) == 238
    assert set(line.told().values()) == {1}
    if takes < 120:  # leads are read first
        assert line.fake.crm.asked[0][1]["filter"] == {">id": takes // 50 * 50}


async def test_only_what_changed_is_told(line: Line) -> None:
    """A touch that changes nothing of ours is nothing; a late clock is covered by the overlap."""
    await line.rounds.round(NOON)
    line.sent.clear()
    late = "2026-11-21T11:52:00+03:00"  # before the end of the first round, and written after it
    line.fake.crm.put("lead", 3, late, stageId="WON")
    line.fake.crm.put("lead", 4, late)
    assert await line.rounds.round(NOON + 5 * MINUTE) == 1
    assert line.told() == {("lead", "3"): 1}


async def test_a_sweep_finds_what_no_hook_told(line: Line) -> None:
    """What is gone, and what was never seen; once a night, and nothing where nothing has changed."""
    await line.rounds.round(NOON)
    line.sent.clear()
    await line.rounds.sweep(NOON)
    assert line.sent == []
    del line.fake.crm.items["lead"][2]
    line.fake.crm.put("deal", 99, "2020-01-01T00:00:00+03:00", title="старая", leadId=1)
    await line.rounds.sweep(NOON + MINUTE)
    assert line.sent == []  # it has been this night
    await line.rounds.sweep(NOON + DAY)
    assert line.sent[0] == Gone("lead", "2")
    assert line.told() == {("deal", "99"): 1}


async def test_a_right_that_was_taken_away_deletes_nobody(line: Line) -> None:
    """A webhook that sees a tenth less is told to people."""
    await line.rounds.round(NOON)
    line.sent.clear()
    for n in range(1, FEW + 2):
        del line.fake.crm.items["lead"][n]
    await line.rounds.sweep(NOON)
    assert line.sent == []
    assert "не видит 21 из 120 (лиды)" in line.rounds.condition().look()


@pytest.mark.parametrize("kind", ["503", "429", "500", "502", "drop"])
async def test_faults_of_the_portal_lose_nothing(line: Line, kind: str) -> None:
    """It is told, and the reading goes on where it was."""
    line.fake.faults.append(Fault(kind, "crm.item.list", times=5))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        line.api._blocked.clear()
        if len(line.told()) == 238 and not line.rounds.condition().look():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await line.rounds.run(lambda: NOON, lambda: True, line.reports, World(sleep=sleep, dice=Random(1)))
    assert set(line.told().values()) == {1}
    assert len(slept) > 1
    assert [bool(words) for words in line.reported] == [True, False]


async def test_hooks_of_a_batch_about_one_object_are_one_question(line: Line) -> None:
    """And all objects of a batch are one call; the object as it is goes to Kafka, once."""
    line.fake.leads.add("1")
    comment = line.fake.say("1", "клиент недоволен")
    hooks = [Hook("ONCRMLEADUPDATE", {}, "lead", "1")] * 30
    hooks += [Hook("ONCRMDEALADD", {}, "deal", "2"), Hook("ONCRMACTIVITYADD", {}, "activity", "3")]
    hooks += [Hook("ONCRMTIMELINECOMMENTADD", {}, "comment", str(comment.comment_id)), Hook("ONAPPTEST", {})]
    hooks += [Hook("ONCRMLEADUPDATE", {}, "lead", "777")]  # gone meanwhile
    batch = Batch("source.bitrix", 0, 0, [_record(n, hook) for n, hook in enumerate(hooks)])
    await line.dirty(batch)
    assert line.fake.calls["batch"] == 1
    assert line.fake.calls["batch:crm.item.get"] == 3
    assert line.fake.calls["crm.item.list"] == 2  # the lead's company, and its other leads
    assert line.told() == {("lead", "1"): 1, ("deal", "2"): 1, ("activity", "3"): 1, ("comment", "1"): 1}
    await line.dirty(batch)
    assert set(line.told().values()) == {1}


async def test_kafka_that_is_away_is_no_fault_of_the_portal(line: Line) -> None:
    """Ops are told of Kafka by others, and of the portal only when it is to blame."""
    line.takes = 0

    async def sleep(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await line.rounds.run(lambda: NOON, lambda: True, line.reports, World(sleep=sleep, dice=Random(1)))
    assert line.rounds.condition().look() == ""
    assert line.reported == []


def _record(offset: int, said: FromBitrix) -> "ConsumerRecord[bytes, bytes]":
    key, value = wrapped(said)
    return ConsumerRecord("source.bitrix", 0, offset, NOON, 0, key, value, None, len(key), len(value), ())
