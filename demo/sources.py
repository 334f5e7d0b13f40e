"""What comes in from the customer's systems: who the clients are, the warehouse's past, a chat and a mail of theirs."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from demo import material
from demo.stage import CURATOR_CHAT, FOLDER, ROOT, Stage, until
from schemas.callback import Whose, decode
from streams.engine.clock import wall_clock
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.telegram import FakeTelegram, Message

Say = Callable[[str], None]


class Sources:
    """They bring what they have, one after the other. `summary` is what came of it."""

    def __init__(self, stage: Stage, telegram: FakeTelegram, bitrix: FakeBitrix, say: Say) -> None:
        self._stage, self._telegram, self._bitrix, self._say = stage, telegram, bitrix, say
        self.summary: dict[str, object] = {}

    async def clients(self) -> None:
        """The portal is read; everybody has a name from then on."""
        self._telegram.updates.webhook = (
            f"http://127.0.0.1:{self._stage.settings.gateway.port}/hooks/telegram/demo",
            self._stage.webhook_secret,
        )
        wanted = len(material.LEADS)

        async def named() -> bool | None:
            query = "SELECT count(DISTINCT lead_id) FROM events FINAL WHERE kind = 'crm_changed'"
            return True if (await self._stage.sql(query))[0][0] >= wanted else None

        await until(named, "the clients of the portal")
        self.summary["clients"] = wanted
        self._say(f"Битрикс24 прочитан: клиентов {wanted}, у каждого имя компании, телефон и ответственный")

    async def past(self) -> None:
        """The warehouse's past from a table, in which one client has a number of its own; and a chat's past."""
        file = FOLDER / "склад.csv"
        rows = material.warehouse_history(file, wall_clock())
        told = await self._stage.run("leadpulse", "import", "wms", str(file), "--mapping", str(TABLE))
        self._say(f"склад: leadpulse import wms склад.csv, документов {rows} за {material.HISTORY_DAYS} дней")
        show(told, last=3)
        self.summary["table_rows"] = rows
        told = await self._stage.run(
            *("leadpulse", "identity", "link", "wms_customer", material.TABLE_CUSTOMER, material.TABLE_LEAD),
            *("--by", material.CURATOR_NAME),
        )
        self._say("склад знает одного клиента под своим номером: leadpulse identity link")
        show(told)
        await asyncio.gather(self._usual(), self._past_of_the_chat(), self._own_chat())
        self._say("история сохранена и стала нормой каждого клиента; тревог по ней нет")

    async def _usual(self) -> None:
        async def baselines() -> bool | None:
            query = "SELECT count(DISTINCT lead_id) FROM events FINAL WHERE kind = 'baseline'"
            return True if (await self._stage.sql(query))[0][0] >= len(material.LEADS) else None

        await until(baselines, "baselines of all clients")

    async def _own_chat(self) -> None:
        link = ("identity", "link", "tg_chat", str(material.OWN_CHAT), material.LEAVES)
        await self._stage.run("leadpulse", *link, "--by", material.CURATOR_NAME)

    async def _past_of_the_chat(self) -> None:
        """Six weeks of a chat that nobody has linked yet."""
        file = FOLDER / "result.json"
        self.summary["export_messages"] = count = material.chat_history(file, wall_clock())
        told = await self._stage.run("leadpulse", "import", "telegram", str(file))
        self._say(f"Telegram: leadpulse import telegram result.json, сообщений {count}")
        show(told, last=2)

    async def message(self) -> None:
        """The client that leaves writes into his own chat, which a curator has linked before."""
        lead = material.LEAVES
        self._telegram.titles[material.OWN_CHAT] = material.OWN_CHAT_TITLE
        self._telegram.say(material.OWN_CHAT, material.OWN_CLIENT, material.OWN_MESSAGE)

        async def there() -> bool | None:
            query = f"SELECT count() FROM events FINAL WHERE kind = 'message' AND lead_id = '{lead}'"
            return True if (await self._stage.sql(query))[0][0] else None

        await until(there, "the message is in the history")
        self._say(f"{material.called(lead)} пишет в своём чате: «{material.OWN_MESSAGE}»")

    async def whose(self) -> int:
        """Somebody writes into that chat; the curators' chat is asked whose it is, and a button answers. The time at
        which it was written and answered (ms UTC)."""
        self._telegram.titles[material.CHAT] = material.CHAT_TITLE
        self._telegram.say(
            material.CHAT, material.CHAT_CLIENT, material.LEAVING_MESSAGE, message_id=len(material.SAID) * 9
        )
        asked = await until(self._asked, "the question whose the chat is")
        self._say("в чат клиента написали, а чей он, никто не говорил; в чат кураторов пришёл вопрос:")
        show("\n".join([asked.text, *(f"[ {button['text']} ]" for button in asked.buttons)]))
        answer = next(
            b for b in asked.buttons if decode(b["callback_data"]) == Whose(material.CHAT_LEAD, str(material.CHAT))
        )
        before, began = set(self._telegram.messages), wall_clock()
        self._telegram.press(asked.message_id, answer["callback_data"], {"id": material.CURATOR, "name": "Ольга"})

        async def answered() -> Message | None:
            new = (message for number, message in self._telegram.messages.items() if number not in before)
            return next((m for m in new if m.chat == CURATOR_CHAT and "привязан к клиенту" in m.text), None)

        told = await until(answered, "the question is answered")
        self._say(f"куратор нажал «{answer['text']}»; ответ:")
        show(told.text)
        self.summary["whose"] = {"button": answer["text"], "told": told.text}
        return began

    async def moved(self) -> None:
        """What was said in the chat before it had an owner is in his history."""
        wanted = int(str(self.summary["export_messages"])) + 1

        async def there() -> bool | None:
            query = f"SELECT count() FROM events FINAL WHERE kind = 'message' AND lead_id = '{material.CHAT_LEAD}'"
            return True if (await self._stage.sql(query))[0][0] >= wanted else None

        await until(there, "the chat's past is its client's")
        self._say(
            f"в истории клиента {material.called(material.CHAT_LEAD)} теперь и прежняя переписка: {wanted} сообщений"
        )

    async def mail(self) -> int:
        """A mail in the portal, whose hook tells only its number. The time of the hook (ms UTC)."""
        number, began = material.mail(self._bitrix.crm, datetime.now(UTC)), wall_clock()
        await self._stage.post_bitrix("ONCRMACTIVITYADD", number)
        return began

    async def _asked(self) -> Message | None:
        of = str(material.CHAT)
        return next(
            (
                message
                for message in self._telegram.messages.values()
                if message.chat == CURATOR_CHAT
                for button in message.buttons
                if isinstance(known := decode(button["callback_data"]), Whose) and known.chat_id == of
            ),
            None,
        )


TABLE = ROOT / "deploy" / "mappings" / "table.yaml"


def show(text: str, last: int | None = None) -> None:
    """Lines that a person sees; of a long table the `last` ones."""
    for line in text.splitlines()[-last if last else None :]:
        print(f"             │ {line}")
