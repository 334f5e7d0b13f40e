"""`python -m demo.page_pictures FOLDER`: twelve screens of the page over an invented company, as PNG (`make docs`).

The real frame over the real store, in this process, and Chromium: `tests.unit.web.company`. A desk is light, a
phone dark.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from playwright.async_api import Browser, async_playwright

from processors.commands import canon
from streams.settings import Store
from streams.store.clickhouse import load_engine
from streams.web.cookies import SESSION
from tests.unit.store.conftest import opened
from tests.unit.web.commanding import CHAT, TEXT, commanded
from tests.unit.web.company import standing
from tests.unit.web.company_clients import LEAVES
from tests.unit.web.page import Page

CHROMIUM = "/usr/bin/chromium"
DESK, PHONE = 1280, 390
HEIGHT = {DESK: 900, PHONE: 844}


class Screen(NamedTuple):
    """A picture: of which page, as wide as what, seen by whom; `part` is scrolled to."""

    name: str
    path: str
    width: int
    role: str = "head"
    part: str = ""


CARD = f"/leads/{LEAVES}"
COMMAND = canon.command_id("telegram.reply", LEAVES, "1", {"text": TEXT, "chat_id": CHAT})
SCREENS = (
    Screen("page-clients", "/", DESK),
    Screen("page-clients-phone", "/", PHONE, "curator"),
    Screen("page-card", CARD, DESK),
    Screen("page-card-phone", CARD, PHONE, "curator"),
    Screen("page-history", CARD, PHONE, "curator", "#history"),
    Screen("page-meeting", f"{CARD}/meetings/meet1?t=192", DESK),
    Screen("page-alerts", "/alerts", PHONE, "curator"),
    Screen("page-inbox", "/inbox", DESK),
    Screen("page-search", "/search?q=" + quote("приёмка"), DESK),
    Screen("page-chat", "", DESK),
    Screen("page-commands", "/commands", DESK, "curator"),
    Screen("page-command", f"/commands/{COMMAND}", PHONE, "curator"),
)
QUESTION = "Клиент говорил о другом операторе?"


async def pictures(folder: Path) -> None:
    """Write them all. Raises RuntimeError for a page that did not come, or that is wider than its window."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-docs-") as data:
        store = Store(folder=Path(data) / "chdb", api_port=0)
        load_engine(store)
        async with (
            opened(store) as database,
            standing(Path(data), database, store, int(time.time() * 1000)) as here,
            async_playwright() as playwright,
        ):
            commanded(here, LEAVES)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for screen in SCREENS:
                await draw(browser, here, screen, folder)
            await browser.close()


async def draw(browser: Browser, here: Page, screen: Screen, folder: Path) -> None:
    """One of them."""
    width = screen.width
    context = await browser.new_context(
        viewport={"width": width, "height": HEIGHT[width]}, color_scheme="light" if width == DESK else "dark"
    )
    cookie = here.cookie(screen.role)  # type: ignore[arg-type]
    base = f"http://127.0.0.1:{here.client.port}"
    await context.add_cookies(
        [{"name": SESSION, "value": cookie, "url": base.replace("http", "https"), "secure": True}]
    )
    page = await context.new_page()
    if screen.path:
        answer = await page.goto(base + screen.path)
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{screen.name} did not come")
    else:
        await page.goto(f"{base}{CARD}/chat")
        await page.fill("textarea", QUESTION)
        await page.click("button:has-text('Спросить')")
        await page.wait_for_selector("text=без модели", timeout=30_000)
    await page.wait_for_timeout(1200)
    if screen.part:
        await page.eval_on_selector(screen.part, "part => part.scrollIntoView()")
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        raise RuntimeError(f"{screen.name} is wider than its window")
    await page.screenshot(path=str(folder / f"{screen.name}.png"))
    await context.close()


if __name__ == "__main__":
    asyncio.run(pictures(Path(sys.argv[1])))
