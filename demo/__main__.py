"""`make demo`: the whole line on embedded defaults, with the customer's systems as fakes. Exit 0 if all arrived."""

import asyncio
import json
import os
import secrets
import signal
import sys
from datetime import UTC, datetime

from demo import material
from demo.keep import closing_lines, lines, page_lines, roles_line
from demo.outlets import Outlets
from demo.stage import CURATOR_CHAT, FOLDER, REPORT_CHAT, ROOT, Stage
from demo.story import Story
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.n8n import FakeN8n
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.telegram import FakeTelegram

FAILED = "KEEP=1: показ не вышел; что ещё работает, оставлено: смотрите var/demo/up.log. Ctrl-C останавливает"


async def main() -> int:
    """Play the story; 0 only if everything expected arrived."""
    async with (
        FakeTelegram(chats={CURATOR_CHAT, REPORT_CHAT, material.CURATOR}) as telegram,
        FakeBitrix(set(material.LEADS)) as bitrix,
        FakeOpenNotebook(password=secrets.token_urlsafe(12)) as notebook,
        FakeN8n(secrets.token_urlsafe(24)) as n8n,
    ):
        material.portal(bitrix.crm, datetime.now(UTC))
        stage = Stage(telegram, bitrix, notebook, n8n)
        story = Story(stage, telegram, bitrix, Outlets(FOLDER / "exports", bitrix, notebook, n8n))
        try:
            complete = await _told(story)
            if os.environ.get("KEEP") == "1":
                print("\n".join(await _left_open(stage) if complete else [FAILED]), flush=True)
                await asyncio.Event().wait()
            print("\n".join(closing_lines(ROOT, FOLDER / "summary.json")), flush=True)
        finally:
            await stage.stop()
        return 0 if complete else 1


async def _left_open(stage: Stage) -> list[str]:
    """Where all of it is, and a new link: the first one may have been used."""
    return [*lines(stage.settings, ROOT), *await page_lines(stage.settings), roles_line()]


async def _told(story: Story) -> bool:
    """Play, and write the summary whatever came of it."""
    try:
        complete = await story.play()
    except (TimeoutError, RuntimeError) as error:
        story.say(f"НЕ ВЫШЛО: {error}")
        complete = False
    summary = FOLDER / "summary.json"
    summary.write_text(json.dumps(story.summary, ensure_ascii=False, indent=2) + "\n")
    story.say(f"итог в {summary.relative_to(ROOT)}: {'всё пришло' if complete else 'ОШИБКА'}")
    return complete


async def _until_stopped() -> int:
    """`main`, ended in order by SIGTERM and SIGINT too: no process may stay behind."""
    telling = asyncio.ensure_future(main())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, telling.cancel)
    try:
        return await telling
    except asyncio.CancelledError:
        return 130


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(asyncio.run(_until_stopped()))
