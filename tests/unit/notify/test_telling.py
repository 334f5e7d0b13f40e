"""What records want said, and to whom."""

import asyncio
from collections.abc import Iterable, Sequence
from types import SimpleNamespace

import msgspec
import pytest

from alerting.clients import Client
from alerting.names import key_of
from alerting.outbox import Wish
from processors.cards import Cards
from processors.identity import Identities
from schemas.alerts import Press, Told
from schemas.notices import OpsNotice, Trouble
from schemas.outlets import Webhook
from schemas.reports import AskedName
from schemas.sources import RoomReport, Transcript
from streams.engine.desks import Desks
from streams.engine.kafka import Output
from streams.notify.telling import Alerts, CommonAlerts, DailyReports, OpsNotices, Rooms, Transcripts
from streams.notify.worker import hook_outputs
from streams.settings import Telegram
from tests.unit.alerting.alerts import COMMON_ALERT, SPIKE
from tests.unit.alerting.reports import FULL_REPORT
from tests.unit.alerting.test_names import ANNA
from tests.unit.notify.shelf import Shelf, told
from tests.unit.processors.minutes.test_reading import RECORDING
from tests.unit.store.records import batch

ROOM = RoomReport("1", "unrecorded", 1_795_165_391_000, "lead-7-x", "m1")


async def test_a_report_goes_to_all_and_to_each_curator() -> None:
    """The shared chat gets everything, a curator what concerns his clients, and one without any gets nothing."""
    shelf = Shelf()
    curators = {"12345": 11, "777": 12, "42": 11, "99": 13}
    telegram = Telegram(curators=curators)
    desks = Desks(telegram, Cards(), Identities())
    await told(DailyReports(shelf, desks.of_all, Client), FULL_REPORT)  # type: ignore[arg-type]
    texts = {wish.to: wish.message.text for wish in shelf.wishes}
    assert set(texts) == {"report", "chat:11", "chat:12"}
    assert len({wish.key for wish in shelf.wishes}) == len(shelf.wishes)
    assert "Клиент 777" not in texts["chat:11"]
    assert "Клиент 12345" not in texts["chat:12"]
    assert desks.of_all()[11] == {"12345", "42"}
    telegram = telegram.model_copy(update={"report_chat": 12})
    assert set(Desks(telegram, Cards(), Identities()).of_all()) == {11, 13}  # who reads the shared chat reads all there


async def test_a_report_is_told_once() -> None:
    """The same id again, in another batch or in this one, says nothing more."""
    shelf = Shelf("2026-11-21/1")
    reports = DailyReports(shelf, lambda: {11: {"12345"}}, Client)  # type: ignore[arg-type]
    await told(reports, FULL_REPORT)
    assert shelf.wishes == []
    shelf.known.clear()
    await told(reports, FULL_REPORT, msgspec.structs.replace(FULL_REPORT, meetings=99))
    assert [wish.to for wish in shelf.wishes] == ["report", "chat:11"]


async def test_names_of_whom_nobody_is_sure_are_asked_behind_the_report() -> None:
    """Of the client's curator, a few a day in one chat, each once; what somebody has told meanwhile, not at all."""
    names = [AskedName(lead, "r", 1_795_165_391_000, f"Аня {n}", [ANNA]) for n in range(5) for lead in ("12345", "777")]
    report = msgspec.structs.replace(FULL_REPORT, names=names)
    shelf = Shelf(key_of(names[2]))
    chats = {"lead:12345": 11, "lead:777": 12}
    reports = DailyReports(
        shelf,  # type: ignore[arg-type]
        dict,
        Client,
        answered=lambda lead, name: name == "Аня 0",
        chat_of=lambda to: chats[to],
    )
    await told(reports, report)
    asked = [
        (wish.to, wish.message.text.partition("»")[0][-5:]) for wish in shelf.wishes if wish.key.startswith("name:")
    ]
    assert [name for to, name in asked if to == "lead:12345"] == ["Аня 2", "Аня 3", "Аня 4"]
    assert [name for to, name in asked if to == "lead:777"] == ["Аня 1", "Аня 2", "Аня 3"]


@pytest.mark.parametrize("happening", ["recording_on", "recording_gap"])
async def test_a_room_that_is_recorded_at_last_in_the_same_batch(happening: str) -> None:
    """Ops hear of both, in one message; a room that was never missed is not mentioned."""
    shelf = Shelf()
    on = msgspec.structs.replace(ROOM, happening=happening)
    await told(Rooms(shelf), msgspec.structs.replace(on, meeting_id="m2"), ROOM, on)  # type: ignore[arg-type]
    assert [(wish.key, wish.version) for wish in shelf.wishes] == [("room:m1", 2), ("room:m1", 3)]


async def test_webhooks_beside_the_messages() -> None:
    """A value is told to n8n too, if it is of interest there."""

    def hooks(report: object, place: str) -> Iterable[Output]:
        interesting = getattr(report, "happening", "") == "unrecorded"
        return hook_outputs(Webhook("h1", "alert", 5, msgspec.Raw(b"{}")) if interesting else None)

    joined = msgspec.structs.replace(ROOM, happening="joined")
    [output] = await told(Rooms(Shelf(), hooks), ROOM, joined)  # type: ignore[arg-type]
    assert (output.topic, output.key) == ("out.webhooks", b"h1")


class Answers:
    """As `streams.notify.telegram.sender.Sender`: who is answered what."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def answer(self, callback_id: str, text: str) -> None:
        self.said.append((callback_id, text))


async def test_an_alert_that_never_rang_has_no_message() -> None:
    """What is held is in the report; once it has rung, a later silent state changes the message."""
    shelf = Shelf()
    process = Alerts(shelf, Answers(), Client)  # type: ignore[arg-type]
    held = msgspec.structs.replace(SPIKE, held="night", ring_at=1)
    await told(process, held)
    assert shelf.wishes == []
    rung = msgspec.structs.replace(SPIKE, version=2, rings=True, rung=1)
    await told(process, rung, msgspec.structs.replace(rung, version=3, rings=False, status="resolved", cleared=True))
    assert [(wish.key, wish.version, wish.rings) for wish in shelf.wishes] == [
        (SPIKE.alert_id, 2, True),
        (SPIKE.alert_id, 3, False),
    ]
    assert "снова в норме" in shelf.wishes[-1].message.text


async def test_what_is_escalated_goes_to_the_head_too() -> None:
    """A message of its own, which a press changes; who pressed is answered once."""
    shelf, answers = Shelf(SPIKE.alert_id), Answers()
    process = Alerts(shelf, answers, Client)  # type: ignore[arg-type]
    escalated = msgspec.structs.replace(SPIKE, version=2, escalated=True, told=Told(SPIKE.opened_at, "critical", 1.0))
    await told(process, escalated, msgspec.structs.replace(escalated, version=3, press=Press("seen", "Анна", "q1")))
    assert [(wish.to, wish.key) for wish in shelf.wishes] == [
        ("lead:12345", SPIKE.alert_id),
        ("head", f"{SPIKE.alert_id}/head"),
    ] * 2
    assert shelf.wishes[1].message.text.startswith("⏫ Срочная тревога осталась без ответа куратора с 21")
    assert shelf.wishes[1].message.buttons == shelf.wishes[0].message.buttons
    assert answers.said == [("q1", "Принято")]


async def test_many_clients_at_once_are_told_once_a_day() -> None:
    """One message in the shared chat, which changes as the share grows; a wave of yesterday is not told again."""
    shelf = Shelf()
    process = CommonAlerts(shelf)  # type: ignore[arg-type]
    await told(process, COMMON_ALERT, msgspec.structs.replace(COMMON_ALERT, version=52, clients=26))
    assert [(wish.to, wish.key, wish.version) for wish in shelf.wishes] == [
        ("shared", "common:reservation_spike:20000", 34),
        ("shared", "common:reservation_spike:20000", 52),
    ]
    goes_on = Shelf("common:reservation_spike:20000")
    tomorrow = msgspec.structs.replace(COMMON_ALERT, common_id="common:reservation_spike:20001", day=20_001)
    await told(CommonAlerts(goes_on), tomorrow)  # type: ignore[arg-type]
    assert goes_on.wishes == []


async def test_transcripts_are_for_webhooks_only() -> None:
    """One record each; what cannot be read is passed over: the pipeline rejects it."""
    process = Transcripts(lambda transcript, place: [Output(place, b"k", transcript.engine.encode())])
    transcript = Transcript(RECORDING, 1, "vosk", "m", [])
    outputs = await told(process, {"no": 1}, transcript)
    assert [(output.topic, output.value) for output in outputs] == [("t/0/1", b"vosk")], "with the place of its record"


class SlowShelf(Shelf):
    """Writes down in the order that the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.gates = {partition: asyncio.Event() for partition in (0, 1)}

    async def put(self, place: object, wishes: Sequence[Wish]) -> list[Wish]:
        await self.gates[place.partition].wait()  # type: ignore[attr-defined]
        return list(wishes)


async def test_a_button_is_answered_whatever_other_partitions_do() -> None:
    """Two partitions are told beside each other: each press has its answer when its own batch stands in the outbox."""
    answered: list[str] = []
    shelf, sender = SlowShelf(), SimpleNamespace(answer=lambda callback_id, _: answered.append(callback_id))
    alerts = Alerts(shelf, sender, Client)  # type: ignore[arg-type]

    def press(callback_id: str, partition: int) -> asyncio.Future[object]:
        alert = msgspec.structs.replace(SPIKE, press=Press("seen", "Анна", callback_id))
        return asyncio.ensure_future(alerts(batch("lead.alerts", [msgspec.json.encode(alert)], partition=partition)))

    first, second = press("a", 0), press("b", 1)
    await asyncio.sleep(0)
    shelf.gates[0].set()
    await first
    assert answered == ["a"]
    shelf.gates[1].set()
    await second
    assert answered == ["a", "b"]


async def test_an_objection_goes_to_the_curator() -> None:
    """To whoever reads the client's alerts, once a meeting; the same message tells later that the recording is gone.
    Without a client it goes to the chat of all."""
    shelf = Shelf()
    objected = msgspec.structs.replace(ROOM, happening="objected", lead_id="7")
    await told(Rooms(shelf), objected, msgspec.structs.replace(objected, happening="recording_deleted"))  # type: ignore[arg-type]
    first, second = shelf.wishes
    assert (first.key, first.to, second.key, second.to) == ("objected:m1", "lead:7", "objected:m1", "lead:7")
    assert first.version < second.version
    assert ("возразил против записи" in first.message.text, "удалена" in second.message.text) == (True, True)
    await told(Rooms(shelf), msgspec.structs.replace(objected, lead_id=None))  # type: ignore[arg-type]
    assert shelf.wishes[-1].to == "shared"


@pytest.mark.parametrize("kind", ["records_rejected", "source_parked"])
async def test_what_somebody_knows_of_does_not_ring(kind: Trouble) -> None:
    """As long as he said, and only if all that was rejected is of that kind; nor its end, where nobody heard of the
    beginning. Other notices are not concerned."""
    known = {("pipeline.source.wms", "Invalid")}
    rejected = OpsNotice("n", 15, kind, "source.wms/a", "3 подряд", agent="pipeline.source.wms", faults=["Invalid"])
    over = OpsNotice("n", 16, kind, "source.wms/a", over=True)

    async def rings(*notices: OpsNotice, before: tuple[str, ...] = ()) -> int:
        shelf = Shelf(*before)
        muted = OpsNotices(shelf, lambda at: known if 10 <= at < 20 else ())  # type: ignore[arg-type]
        await told(muted, *notices)
        return len({wish.version for wish in shelf.wishes})

    assert await rings(rejected) == 0
    assert await rings(msgspec.structs.replace(rejected, ts=20)) == 1
    assert await rings(msgspec.structs.replace(rejected, faults=["Invalid", "Other"])) == 1
    assert await rings(msgspec.structs.replace(rejected, agent="store.source.wms")) == 1
    assert await rings(OpsNotice("n", 15, "disk_full", "/data")) == 1
    assert await rings(rejected, before=("ops:n",)) == 1, "a message that stands is kept up to date"
    if kind == "source_parked":
        assert await rings(rejected, over) == 0
        assert await rings(over, before=("ops:n",)) == 1
        assert await rings(msgspec.structs.replace(rejected, ts=20), over) == 2
