"""The worker `minutes` without Kafka: what a request comes to, and who waits for whom."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from alerting.minutes import render_comment, render_markdown
from schemas.codec import EVENT, MINUTES_REQUEST
from schemas.meetings import Utterance
from schemas.minutes import OFFLINE, ChatDay, ChatSummary, Conversation, MeetingMinutes, MeetingRequest, Minutes
from schemas.outlets import LlmCall, MinutesCopy
from schemas.topics import LEAD_EVENTS, OUT_BITRIX, OUT_FILES, OUT_WEBHOOKS
from streams.engine.kafka import Output
from streams.llm.calls import Audit
from streams.llm.faults import Kind, LlmError, error_of
from streams.minutes.worker import MinutesOf, Scribe, targets
from streams.settings import Bitrix, Notebook, Settings, Webhooks
from tests.unit.store.records import NOW, batch

SAID = [Utterance(0, 900, "добрый день", "Анна"), Utterance(1000, 4000, "я пришлю счёт завтра", "Иван")]
MEETING = MeetingRequest("7", "r1", "lead-7-kickoff", NOW, Conversation(SAID, 3, NOW, 60_000, ["Анна"]))
CHAT = ChatDay("7", "2026-11-21", NOW - 86_400_000, NOW, Conversation(SAID, 2, NOW - 86_400_000, 86_400_000))
KNOWN = {"names": ["Анна", "Пётр"], "client": ["Анна", "Пётр"], "present": ["Анна", "Сергей"]}


class ModelGateway:
    """Usable or not."""

    def __init__(self, usable: bool) -> None:
        self._usable = usable

    def usable(self, lead_id: str, role: str) -> bool:
        return self._usable

    def barred(self, lead_id: str, role: str) -> str:
        return "" if self._usable else "transfer"


class Writer:
    """Answers, or raises what it is told to."""

    def __init__(self, fault: LlmError | None = None) -> None:
        self.fault = fault
        self.asked: list[tuple[Any, ...]] = []

    async def minutes(self, conversation: Conversation, lead_id: str, names: Sequence[str]) -> Minutes:
        self.asked.append((conversation, lead_id, names))
        if self.fault:
            raise self.fault
        return Minutes("Коротко.", "glm", conversation.version)

    async def chat(self, day: ChatDay, names: Sequence[str]) -> Minutes:
        return await self.minutes(day.conversation, day.lead_id, names)


def scribe(writer: Writer | None = None, now: float = 0.0) -> Scribe:
    made = Scribe(ModelGateway(writer is not None), 600.0, lambda: now)  # type: ignore[arg-type]
    if writer:
        made._writer = writer  # type: ignore[assignment]
    return made


async def settle(asked: object, by: Scribe, outlets: Sequence[str] = (OUT_FILES.name,)) -> list[Output]:
    process = MinutesOf(by, lambda _: KNOWN, list(outlets))
    outcome = await process(batch("minutes.requests", [MINUTES_REQUEST.encode(asked)], at=NOW))  # type: ignore[arg-type]
    assert outcome.rejected == []
    return outcome.outputs


async def test_a_meeting() -> None:
    """An event for the history, and a copy with the words for each outlet; people are those known and those present."""
    outputs = await settle(MEETING, scribe(), [OUT_FILES.name, OUT_BITRIX.name, OUT_WEBHOOKS.name])
    assert [output.topic for output in outputs] == [
        LEAD_EVENTS.name,
        OUT_FILES.name,
        OUT_BITRIX.name,
        OUT_WEBHOOKS.name,
    ]
    event = EVENT.decode(outputs[0].value)
    assert isinstance(event, MeetingMinutes)
    assert (event.lead_id, event.ts, event.recording_id, event.room) == ("7", NOW, "r1", "lead-7-kickoff")
    assert event.people == ["Анна", "Сергей"]
    assert (event.minutes.engine, event.minutes.version) == (OFFLINE, 3)
    copy = msgspec.json.decode(outputs[1].value or b"", type=MinutesCopy)
    assert copy == MinutesCopy(event, SAID)
    assert outputs[1].key == b"7"


async def test_minutes_say_why_no_model_wrote_them() -> None:
    """Where a model is set up and may not read the words, the file and the comment tell people so."""
    event = EVENT.decode((await settle(MEETING, scribe()))[0].value)
    assert isinstance(event, MeetingMinutes)
    assert event.minutes.barred == "transfer"
    for text in (render_markdown(event), render_comment(event, "https://example.org")):
        assert "Протокол: без модели, передача слов за рубеж ещё не разрешена" in text


async def test_what_is_made_names_the_raw_record_of_what_was_asked() -> None:
    """The event, the copies and the webhook of a meeting: from the minutes back to the transcript that came in."""
    asked = msgspec.structs.replace(MEETING, origin="source.transcripts/1/5")
    event, copy, hook = await settle(asked, scribe(), [OUT_FILES.name, OUT_WEBHOOKS.name])
    assert msgspec.json.decode(event.value or b"")["origin"] == "source.transcripts/1/5"
    assert msgspec.json.decode(copy.value or b"")["minutes"]["origin"] == "source.transcripts/1/5"
    told = msgspec.json.decode(hook.value or b"")
    assert told["origin"] == told["body"]["origin"] == "source.transcripts/1/5"


async def test_the_same_request_gives_the_same_ids() -> None:
    """Done again after a crash it replaces itself; a better transcript is another event."""
    ids = []
    for asked in (MEETING, MEETING, msgspec.structs.replace(MEETING, conversation=Conversation(SAID, 4))):
        event = EVENT.decode((await settle(asked, scribe()))[0].value)
        assert isinstance(event, MeetingMinutes)
        ids.append(event.event_id)
    assert ids[0] == ids[1] != ids[2]


async def test_a_chat_day() -> None:
    """A summary for the history, nothing for the outlets."""
    [output] = await settle(CHAT, scribe())
    event = EVENT.decode(output.value)
    assert isinstance(event, ChatSummary)
    assert (event.day, event.ts, event.messages) == ("2026-11-21", NOW, 2)


async def test_the_model_is_told_all_names() -> None:
    """Whoever is known of the lead must be masked, also who was not in the meeting; the client's people are marked."""
    writer = Writer()
    await settle(MEETING, scribe(writer))
    [(conversation, lead, names)] = writer.asked
    assert lead == "7"
    assert set(names) == {"Анна", "Пётр", "Сергей"}
    assert conversation.client == ["Анна"]


async def test_a_passing_fault_is_waited_for() -> None:
    """Within the patience the request is tried again; after it the minutes are made by rules."""
    away = Writer(error_of(Kind.NETWORK, model="glm"))
    with pytest.raises(LlmError):
        await settle(MEETING, scribe(away, now=NOW / 1000 + 599))
    event = EVENT.decode((await settle(MEETING, scribe(away, now=NOW / 1000 + 601)))[0].value)
    assert isinstance(event, MeetingMinutes)
    assert event.minutes.engine == OFFLINE


@pytest.mark.parametrize("kind", [Kind.BALANCE, Kind.AUTH, Kind.FILTERED, Kind.BUDGET, Kind.FORBIDDEN])
async def test_a_lasting_fault_is_not_waited_for(kind: Kind) -> None:
    """An empty account or a censor does not keep the head from his report."""
    event = EVENT.decode((await settle(MEETING, scribe(Writer(error_of(kind)))))[0].value)
    assert isinstance(event, MeetingMinutes)
    assert event.minutes.engine == OFFLINE


async def test_what_cannot_be_read_is_rejected() -> None:
    """It becomes a dead letter."""
    outcome = await MinutesOf(scribe(), lambda _: KNOWN, [])(batch("minutes.requests", [b"{}"]))
    assert len(outcome.rejected) == 1


def test_only_outlets_that_are_set_up_get_copies() -> None:
    """Files always; the others by their address."""
    assert targets(Settings()) == ["out.files"]
    full = Settings(
        bitrix=Bitrix(webhook="https://x/rest/1/c/"),
        notebook=Notebook(url="http://x"),
        webhooks=Webhooks(url="http://y"),
    )
    assert targets(full) == ["out.files", "out.bitrix", "out.notebook", "out.webhooks"]


async def test_ops_hear_of_a_model_that_refuses_us() -> None:
    """A wrong key and an empty account are told in words, an answer ends it; what passes by itself is not told."""
    told: list[tuple[str, ...]] = []

    class Ops:
        def begins(self, *what: str) -> None:
            told.append(what)

        def ends(self, *what: str) -> None:
            told.append((*what, "over"))

    class Outputs:
        async def send(self, outputs: list[Output]) -> None:
            pass

    audit = Audit(Outputs(), Ops())  # type: ignore[arg-type]
    for outcome in ("begun", "rate", "auth", "balance", "ok"):
        await audit(LlmCall("c", NOW, "minutes", "glm", outcome, "0" * 64))
    assert told == [
        ("model_refuses", "glm", "ключ, имя модели или адрес не подходят"),
        ("model_refuses", "glm", "на счёте кончились деньги"),
        ("model_refuses", "glm", "over"),
    ]
