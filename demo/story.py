"""The story: history arrives, a client reserves everything, one writes that he goes, one says it in a meeting."""

import asyncio
import json
import time
from collections.abc import Callable

from demo import material, pictures
from demo.outlets import Outlets
from demo.past import look_back
from demo.sources import Sources
from demo.stage import CURATOR_CHAT, FOLDER, REPORT_CHAT, ROOT, Stage, until
from demo.tally import lead_events, records, transcripts_of
from schemas import callback
from schemas.topics import DEAD_LETTERS
from streams.engine.clock import wall_clock
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.jitsi import JitsiRoom
from tests.fakes.telegram import FakeTelegram, Message

EXPECTED = {
    (material.SPIKE_LEAD, "reservation_spike"),
    (material.CHAT_LEAD, "leaving_phrase"),
    (material.MEETING_LEAD, "leaving_phrase"),
    (material.MAIL_LEAD, "leaving_phrase"),
}


class Story:
    """One run: what happened when, and what came of it."""

    def __init__(self, stage: Stage, telegram: FakeTelegram, bitrix: FakeBitrix, outlets: Outlets) -> None:
        self.stage, self.telegram, self.outlets = stage, telegram, outlets
        self.sources = Sources(stage, telegram, bitrix, self.say)
        self.began = time.monotonic()
        self.latencies: dict[str, int] = {}
        self.summary: dict[str, object] = {}

    def say(self, text: str) -> None:
        """A line of the time line."""
        print(f"{time.monotonic() - self.began:7.2f} s  {text}", flush=True)

    async def play(self) -> bool:
        """Everything, in order. Whether all that was expected came."""
        self.say("запускаем Kafka, ClickHouse (chDB) и семь процессов …")
        await self.stage.start()
        self.summary["ready_s"] = round(time.monotonic() - self.began, 2)
        self.say("всё готово")
        await self.sources.clients()
        await self.sources.past()
        await self._spike()
        await self._chat()
        await self._mail()
        await self._meeting()
        acknowledged = await self._press()
        await self._minutes()
        await self._report()
        await self._ask()
        await self._look_back()
        return await self._count(acknowledged)

    async def _spike(self) -> None:
        began = wall_clock()
        await self.stage.post_wms(material.spike(began))
        message = await self._alert(material.SPIKE_LEAD)
        pictures.keep("alert", message)
        self._heard(material.SPIKE_LEAD, "12 броней за минуту", message, began)

    async def _chat(self) -> None:
        began = await self.sources.whose()
        message = await self._alert(material.CHAT_LEAD)
        self._heard(material.CHAT_LEAD, "сообщение в чате", message, began)
        await self.sources.moved()

    async def _mail(self) -> None:
        began = await self.sources.mail()
        message = await self._alert(material.MAIL_LEAD)
        self._heard(material.MAIL_LEAD, "письмо в Битрикс24", message, began)

    async def _meeting(self) -> None:
        gateway = self.stage.settings.gateway
        url, place = f"http://{gateway.host}:{gateway.port}/hooks/jitsi", FOLDER / "prosody"
        place.mkdir()
        async with JitsiRoom(material.ROOM, place, url, self.stage.jitsi_token) as room:
            anna = await room.join("Анна")
            await room.join("Сергей")
            self.say(f"в комнату {material.ROOM} вошли Анна и Сергей; модуль Prosody просит Jicofo о записи")
            metadata = await room.recorded()
            self.say("первый ответ: все Jibri заняты; вторая попытка: запись пошла, участникам сказано:")
            print(f"             │ {(await anna.hears(1))[-1]}")
            await room.end()
            folder = await asyncio.to_thread(material.recording, self.stage.recordings, metadata)
            self.say("Jibri закончил запись встречи и вызывает finalize.sh")
            began = wall_clock()
            await self.stage.run(str(ROOT / "jibri-hooks" / "finalize.sh"), str(folder))
            message = await self._alert(material.MEETING_LEAD)
            self._heard(material.MEETING_LEAD, "слова на встрече", message, began)
            names = await until(self._attendance, "who was in the meeting")
        self.say(f"в истории клиента: на встрече были {' и '.join(sorted(names))}")

    async def _attendance(self) -> set[str] | None:
        query = f"SELECT payload FROM events FINAL WHERE kind = 'meeting_room' AND lead_id = '{material.MEETING_LEAD}'"
        reports = [json.loads(row[0]) for row in await self.stage.sql(query)]
        left = {report["name"] for report in reports if report["happening"] == "left"}
        over = any(report["happening"] == "recording_off" for report in reports)
        return left if over and len(left) == 2 else None

    def _heard(self, lead: str, cause: str, message: Message, began: int) -> None:
        self.latencies[lead] = message.ts_ms - began
        self.say(
            f"тревога по клиенту «{material.NAMES[lead]}» ({cause}): через {self.latencies[lead]} мс в чате куратора"
        )
        for line in message.text.splitlines():
            print(f"             │ {line}")

    async def _alert(self, lead: str) -> Message:
        async def arrived() -> Message | None:
            return next((m for m in self._in_chat(CURATOR_CHAT) if _lead_of(m) == lead), None)

        return await until(arrived, f"alert of lead {lead}")

    async def _press(self) -> set[str]:
        """Press «seen» under every alert, and wait until each message says so."""
        newest = {lead: message for message in self._in_chat(CURATOR_CHAT) if (lead := _lead_of(message))}
        for lead, message in newest.items():
            seen = next(b["callback_data"] for b in message.buttons if b["callback_data"].endswith(":k"))
            edits = len(message.edits)
            self.telegram.press(message.message_id, seen, {"id": material.CURATOR, "name": material.CURATOR_NAME})
            await self._edited(message, edits)
            self.say(f"куратор нажал «Принято» по клиенту «{material.NAMES[lead]}»; сообщение обновлено")

        async def acknowledged() -> set[str] | None:
            query = "SELECT lead_id FROM alerts_current WHERE status = 'acknowledged'"
            leads = {row[0] for row in await self.stage.sql(query)}
            return leads if len(leads) >= len(EXPECTED) else None

        return await until(acknowledged, "acknowledged alerts in the store")

    async def _minutes(self) -> None:
        lead = material.MEETING_LEAD
        for title, ready in self.outlets.of(lead).items():
            await self._until(ready, title)
            self.say(f"протокол встречи: {title}")
        for line in self.outlets.gist(lead):
            print(f"             │ {line}")
        self.summary["outlets"] = self.outlets.summary(lead)

    async def _report(self) -> None:
        await self.stage.run("leadpulse", "report", "--send")
        await self._until(lambda: bool(self._in_chat(REPORT_CHAT)), "the report")
        self.say("отчёт пришёл в общий чат")
        pictures.keep("report", self._in_chat(REPORT_CHAT)[0])
        told = "\n".join(message.text for message in self._in_chat(REPORT_CHAT))
        for line in told.splitlines():
            print(f"             │ {line}")
        wanted = {
            "the meeting": f"Клиент {material.MEETING_LEAD} ({material.NAMES[material.MEETING_LEAD]})",
            "the promise": "проверю договор",
            "its owner": material.PROMISER,
            "the risk": "говорит об уходе",
        }
        said = told.casefold()
        self.summary["told"] = missing = {what: words.casefold() in said for what, words in wanted.items()}
        if not all(missing.values()):
            raise RuntimeError(f"not all is in the report: {missing}")

    async def _ask(self) -> None:
        lead, question = material.MEETING_LEAD, "Что клиент говорил об уходе?"
        answer = (await self.stage.run("leadpulse", "ask", lead, question)).strip()
        self.say(f"вопрос о клиенте: leadpulse ask {lead} «{question}»")
        for line in answer.splitlines():
            print(f"             │ {line}")
        self.summary["answer"] = answer
        if "мы уходим" not in answer:
            raise RuntimeError("the answer does not quote the meeting")

    def _named(self) -> dict[str, bool]:
        """Whether each text that people got calls its client by name."""
        alerts = [(lead, message) for message in self._in_chat(CURATOR_CHAT) if (lead := _lead_of(message))]
        named = {f"alert {lead}": material.NAMES[lead] in message.text for lead, message in alerts}
        report = "\n".join(message.text for message in self._in_chat(REPORT_CHAT))
        named |= {f"report {lead}": material.NAMES[lead] in report for lead, _ in EXPECTED}
        gist = "\n".join(self.outlets.gist(material.MEETING_LEAD))
        asked = str(self.sources.summary["whose"])
        return named | {
            "question": material.NAMES[material.CHAT_LEAD] in asked,
            "minutes": material.NAMES[material.MEETING_LEAD] in gist,
        }

    async def _look_back(self) -> None:
        table = await look_back(FOLDER / "past")
        self.say("так сигналы предупредили бы о придуманных клиентах, часть которых ушла (показ, а не доказательство):")
        for line in table:
            print(f"             │ {line}")

    async def _count(self, acknowledged: set[str]) -> bool:
        """Compare what was produced with what was stored, and write the summary."""
        events = await lead_events(self.stage.settings.kafka)
        produced = {event.event_id for event in events}

        async def stored() -> int | None:
            count = int((await self.stage.sql("SELECT uniqExact(event_id) FROM events FINAL"))[0][0])
            return count if count >= len(produced) else None

        count = await until(stored, "every event is stored")
        dead = len(await records(self.stage.settings.kafka, DEAD_LETTERS))
        alerts = await self.stage.sql("SELECT lead_id, rule, severity FROM alerts_current ORDER BY lead_id")
        transcripts = transcripts_of(events)
        reports = await self.stage.sql("SELECT count() FROM reports FINAL")
        self.summary |= {
            "events": {"lead.events": len(produced), "stored": count},
            "transcripts": transcripts,
            "alerts": [
                {
                    "lead_id": lead,
                    "rule": rule,
                    "severity": severity,
                    "latency_ms": self.latencies.get(lead),
                    "acknowledged": lead in acknowledged,
                }
                for lead, rule, severity in alerts
            ],
            "report": {"sent": bool(self._in_chat(REPORT_CHAT)) and reports[0][0] > 0, "meetings": len(transcripts)},
            "sources": self.sources.summary,
            "named": self._named(),
            "dead_letters": dead,
            "lost": len(produced) - count,
        }
        found = {(lead, rule) for lead, rule, severity in alerts if severity != "info"}  # a note rings for nobody
        named = all(self._named().values())
        return found == EXPECTED and bool(transcripts) and dead == 0 and count >= len(produced) and named

    async def _edited(self, message: Message, edits: int) -> None:
        await self._until(lambda: len(message.edits) > edits, f"message {message.message_id} is edited")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        async def ask() -> bool | None:
            return condition() or None

        await until(ask, what)

    def _in_chat(self, chat: int) -> list[Message]:
        return [message for message in self.telegram.messages.values() if message.chat == chat]


def _lead_of(message: Message) -> str | None:
    found = [callback.decode(button["callback_data"]) for button in message.buttons]
    return next((button.lead_id for button in found if isinstance(button, callback.Callback)), None)
