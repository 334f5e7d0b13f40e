"""The story: history arrives; a client reserves everything, asks for his boxes and says in a meeting that he goes; two
others write it. His card shows all of it.
"""

import time
from collections.abc import Callable

from demo import material, pictures
from demo.keep import page_lines
from demo.meeting import meeting, words
from demo.outlets import Outlets
from demo.page import Browser
from demo.past import look_back
from demo.signing import Signing
from demo.sources import Sources, show
from demo.stage import CURATOR_CHAT, FOLDER, REPORT_CHAT, Stage, until
from demo.tally import EXPECTED, TOLD_TOGETHER, lead_events, records, transcripts_of
from schemas import callback
from schemas.topics import DEAD_LETTERS
from streams.engine.clock import wall_clock
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.telegram import FakeTelegram, Message


class Story:
    """One run: what happened when, and what came of it."""

    def __init__(self, stage: Stage, telegram: FakeTelegram, bitrix: FakeBitrix, outlets: Outlets) -> None:
        self.stage, self.telegram, self.outlets = stage, telegram, outlets
        self.sources = Sources(stage, telegram, bitrix, self.say)
        self.began = time.monotonic()
        self.browser = Browser(stage, telegram)
        self.signing = Signing(stage, telegram, bitrix)
        self.latencies: dict[tuple[str, str], int] = {}
        self._met: set[int] = set()
        self.summary: dict[str, object] = {}

    def say(self, text: str) -> None:
        """A line of the time line."""
        print(f"{time.monotonic() - self.began:7.2f} s  {text}", flush=True)

    async def play(self) -> bool:
        """Everything, in order. Whether all that was expected came."""
        self.say("запускаем Kafka, ClickHouse (chDB) и все процессы …")
        await self.stage.start()
        self.summary["ready_s"] = round(time.monotonic() - self.began, 2)
        self.say("всё готово; страница открыта, пока идёт показ (KEEP=1 — и после него)")
        show("\n".join(await page_lines(self.stage.settings)))
        await self.sources.clients()
        await self.sources.past()
        await self._spike()
        await self.sources.message()
        await self._chat()
        await self._mail()
        await self._meeting()
        acknowledged = await self._press()
        await self._minutes()
        await self._report()
        await self._ask()
        await self._card()
        await self._look_back()
        self.summary["command"] = await self.signing.play(self.say)
        return await self._count(acknowledged)

    async def _spike(self) -> None:
        began = wall_clock()
        await self.stage.post_wms(material.spike(began))
        message = await self._alert(material.LEAVES)
        pictures.keep("alert", message)
        self._heard((material.LEAVES, "reservation_spike"), "12 броней за минуту", message, began)

    async def _chat(self) -> None:
        began = await self.sources.whose()
        message = await self._alert(material.CHAT_LEAD)
        self._heard((material.CHAT_LEAD, "leaving_phrase"), "сообщение в чате", message, began)
        await self.sources.moved()

    async def _mail(self) -> None:
        began = await self.sources.mail()
        message = await self._alert(material.MAIL_LEAD)
        self._heard((material.MAIL_LEAD, "leaving_phrase"), "письмо в Битрикс24", message, began)

    async def _meeting(self) -> None:
        async with meeting(self.stage, self.say) as talk:
            message = await self._alert(material.LEAVES)
            self._heard((material.LEAVES, "combined_risk"), "слова Анны, встреча ещё идёт", message, talk.leaving_at)
            if "Анна: «" not in message.text:
                raise RuntimeError("the alert does not name who said it")

    def _heard(self, of: tuple[str, str], cause: str, message: Message, began: int) -> None:
        self.latencies[of] = message.ts_ms - began
        self.say(f"тревога по клиенту {material.called(of[0])}, {cause}: через {self.latencies[of]} мс в чате куратора")
        show(message.text)

    async def _alert(self, lead: str) -> Message:
        """The next one about this client: one that was not met before."""

        async def arrived() -> Message | None:
            new = (m for m in self._in_chat(CURATOR_CHAT) if m.message_id not in self._met)
            return next((message for message in new if _lead_of(message) == lead), None)

        message = await until(arrived, f"alert of lead {lead}")
        self._met.add(message.message_id)
        return message

    async def _press(self) -> set[tuple[str, str]]:
        """Press «seen» under every alert, and wait until each message says so."""
        for message in self._in_chat(CURATOR_CHAT):
            lead = _lead_of(message)
            if lead is None or message.message_id not in self._met:
                continue
            seen = next(b["callback_data"] for b in message.buttons if b["callback_data"].endswith(":k"))
            edits = len(message.edits)
            self.telegram.press(message.message_id, seen, {"id": material.CURATOR, "name": material.CURATOR_NAME})
            await self._edited(message, edits)
            self.say(f"куратор нажал «Принято» по клиенту {material.called(lead)}; сообщение обновлено")

        async def acknowledged() -> set[tuple[str, str]] | None:
            query = "SELECT lead_id, rule FROM alerts_current WHERE status = 'acknowledged'"
            found = {(lead, rule) for lead, rule in await self.stage.sql(query)}
            return found if found >= EXPECTED - TOLD_TOGETHER else None

        return await until(acknowledged, "acknowledged alerts in the store")

    async def _minutes(self) -> None:
        lead = material.LEAVES
        said = await words(self.stage)
        self.say("дорожки участников собраны в файл и распознаны: каждое слово под своим именем")
        show("\n".join(said))
        self.summary["words"] = said
        for title, ready in self.outlets.of(lead).items():
            await self._until(ready, title)
            self.say(f"протокол встречи: {title}")
        await self._until(lambda: "Говорили:" in "\n".join(self.outlets.gist(lead)), "the minutes with names")
        show("\n".join(self.outlets.gist(lead)))
        self.summary["outlets"] = self.outlets.summary(lead)

    async def _report(self) -> None:
        await self.stage.run("leadpulse", "report", "--send")
        await self._until(lambda: bool(self._in_chat(REPORT_CHAT)), "the report")
        self.say("отчёт пришёл в общий чат")
        pictures.keep("report", self._in_chat(REPORT_CHAT)[0])
        told = "\n".join(message.text for message in self._in_chat(REPORT_CHAT))
        show(told)
        wanted = {
            "the meeting": f"Клиент {material.LEAVES} ({material.NAMES[material.LEAVES]})",
            "the promise": "проверю договор",
            "its owner": material.PROMISER,
            "the risk": "говорит об уходе",
        }
        said = told.casefold()
        self.summary["told"] = missing = {what: words.casefold() in said for what, words in wanted.items()}
        if not all(missing.values()):
            raise RuntimeError(f"not all is in the report: {missing}")

    async def _ask(self) -> None:
        lead, question = material.LEAVES, "Что клиент говорил об уходе?"
        answer = (await self.stage.run("leadpulse", "ask", lead, question)).strip()
        self.say(f"вопрос о клиенте: leadpulse ask {lead} «{question}»")
        show(answer)
        self.summary["answer"] = answer
        if "мы уходим" not in answer:
            raise RuntimeError("the answer does not quote the meeting")

    async def _card(self) -> None:
        number, asked = await self.browser.enter()
        self.say(f"куратор входит на страницу через бота: на экране число {number}, бот спрашивает:")
        show(asked)
        lead = material.LEAVES

        async def whole() -> dict[str, bool] | None:
            shown = await self.browser.card(lead)
            return shown if all(shown.values()) else None

        self.summary["card"] = await until(whole, "the card shows the meeting, the message, the spike and the minutes")
        self.say(
            f"карточка {material.called(lead)}: встреча с протоколом, сообщение, скачок броней — на одной странице"
        )

    def _named(self) -> dict[str, bool]:
        """Whether each text that people got calls its client by name."""
        alerts = [(lead, message) for message in self._in_chat(CURATOR_CHAT) if (lead := _lead_of(message))]
        named = {f"alert {lead}": material.NAMES[lead] in message.text for lead, message in alerts}
        report = "\n".join(message.text for message in self._in_chat(REPORT_CHAT))
        named |= {f"report {lead}": material.NAMES[lead] in report for lead, _ in EXPECTED}
        gist = "\n".join(self.outlets.gist(material.LEAVES))
        asked = str(self.sources.summary["whose"])
        return named | {
            "question": material.NAMES[material.CHAT_LEAD] in asked,
            "minutes": material.NAMES[material.LEAVES] in gist,
        }

    async def _look_back(self) -> None:
        table = await look_back(FOLDER / "past")
        self.say("так сигналы предупредили бы о придуманных клиентах, часть которых ушла (показ, а не доказательство):")
        show("\n".join(table))

    async def _count(self, acknowledged: set[tuple[str, str]]) -> bool:
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
                    "latency_ms": self.latencies.get((lead, rule)),
                    "acknowledged": (lead, rule) in acknowledged,
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
