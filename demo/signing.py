"""The end of the story: the assistant proposes to call a client who writes that he goes, the curator signs by a button,
and the portal has the task.
"""

from collections.abc import Callable
from typing import Final

from demo import material
from demo.page import PRESSER
from demo.sources import show
from demo.stage import CURATOR_CHAT, Stage, until
from processors.commands.words import STATES
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.telegram import FakeTelegram, Message

LEAD: Final = material.MAIL_LEAD
YES: Final = ":y"
"""End of the button that signs (`schemas.callback`)."""
DONE: Final = "Выполнена"


class Signing:
    """One command, from the proposal to its result in the client's history."""

    def __init__(self, stage: Stage, telegram: FakeTelegram, bitrix: FakeBitrix) -> None:
        self._stage, self._telegram, self._tasks = stage, telegram, bitrix.tasks.tasks

    async def play(self, say: Callable[[str], None]) -> dict[str, object]:
        """What was asked, signed and done; raises `TimeoutError` when it is not."""
        asked = await until(self._asked, f"the assistant proposes a command about lead {LEAD}")
        say(f"помощник предлагает команду о клиенте {material.called(LEAD)}; куратору пришёл вопрос:")
        show(asked.text)
        [sign] = [button for button in _data(asked) if button.endswith(YES)]
        self._telegram.press(asked.message_id, sign, PRESSER)

        async def done() -> str | None:
            return asked.text if DONE in asked.text else None

        said = await until(done, "the signed command is done")
        tasks = [str(task["TITLE"]) for task in self._tasks.values()]
        row = await until(self._row, "the history has the command's result")
        say(f"куратор подписал кнопкой: в Битрикс24 задача «{tasks[-1]}»; сообщение и строка истории клиента теперь:")
        show(said)
        show(row)
        return {"lead_id": LEAD, "tasks": tasks, "history": row.strip()}

    async def _asked(self) -> Message | None:
        in_chat = (message for message in self._telegram.messages.values() if message.chat == CURATOR_CHAT)
        of_lead = (message for message in in_chat if material.NAMES[LEAD] in message.text)
        return next((message for message in of_lead if any(map(_signs, _data(message)))), None)

    async def _row(self) -> str | None:
        said = await self._stage.run("leadpulse", "history", LEAD)
        return next((row for row in said.splitlines() if STATES["done"] in row), None)


def _data(message: Message) -> list[str]:
    return [button.get("callback_data", "") for button in message.buttons]


def _signs(data: str) -> bool:
    return data.startswith("c:") and data.endswith(YES)
