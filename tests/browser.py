"""Chromium for tests of the page: what it complains of, what it asks elsewhere, what axe-core finds."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

CHROMIUM = shutil.which("chromium")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
WIDTHS = (390, 1280)
SERIOUS = {"serious", "critical"}
ALL, COLOURS = "{}", "{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}"
"""Options of axe-core: what it does by itself, and of that the rules of its category `cat.color`."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: the set-up installs it where Debian has it")


@dataclass
class Watched:
    """A window, and all that went wrong in it. `expected`: texts of console messages that a test means to cause."""

    page: Page
    context: BrowserContext
    home: str
    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def listen(self) -> None:
        """From now on."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.expected):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc:
            self.faults.append(f"asked elsewhere: {request.url}")

    async def go(self, path: str) -> int:
        """Open a page of ours; its status."""
        answer = await self.page.goto(self.home + path)
        return answer.status if answer is not None else 0

    async def check(self) -> list[str]:
        """Faults until now, what axe-core calls serious, targets that are too small, and whether the page overflows."""
        serious = await self._serious(ALL)
        wide = await self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        small: list[str] = await self.page.evaluate(
            """[...document.querySelectorAll("button, input:not([type=hidden]), select, .top a, a.button")]
            .map(one => one.type === "checkbox" ? one.closest("label") ?? one : one)
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""
        )
        return self.faults + serious + ["the page is wider than its window"] * wide + small

    async def check_colours(self) -> list[str]:
        """Faults until now, and what axe-core says of colours: of a page that was checked, in its other scheme."""
        return self.faults + await self._serious(COLOURS)

    async def _serious(self, options: str) -> list[str]:
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE)
        found: list[dict[str, Any]] = await self.page.evaluate(f"axe.run({options}).then(found => found.violations)")
        return [f"axe {one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]


@contextlib.asynccontextmanager
async def browser(*arguments: str) -> AsyncIterator[Browser]:
    """Chromium of this machine, without a window."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *arguments])
        try:
            yield chromium
        finally:
            await chromium.close()


@contextlib.asynccontextmanager
async def window(chromium: Browser, home: str, width: int = 1280, scheme: str = "light") -> AsyncIterator[Watched]:
    """A window with cookies of its own, 390 px or 1280 px wide, light or dark."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="ru-RU",
    )
    watched = Watched(await context.new_page(), context, home)
    watched.listen()
    try:
        yield watched
    finally:
        await context.close()
