"""The flow in a real browser, at a desk and on a phone: a silent console, no text over another or out of its box."""

import itertools
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from schemas.topics import TOPICS
from streams.web.cookies import SESSION
from streams.web.flow_board import READERS
from streams.web.flow_edges import NODES
from streams.web.flow_figures import Sample
from tests.unit.web.flow import ALERTS, filled
from tests.unit.web.page import page

CHROMIUM = "/usr/bin/chromium"
BOXES = """() => [...document.querySelectorAll('.flow-picture a[data-box]')].map(a => {
  const of = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] };
  return {box: a.dataset.box, rect: of(a.querySelector('rect')),
          texts: [...a.querySelectorAll('text')].filter(t => t.textContent).map(of)};
})"""
BESIDE = """() => [...document.querySelectorAll('.flow-picture .along text')].filter(t => t.textContent).map(t => {
  const r = t.getBoundingClientRect(); return [t.closest('g').dataset.arrow, [r.left, r.top, r.right, r.bottom]];
})"""
"""What stands beside arrows: in the gaps and under the boxes."""
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="apt install chromium (tools/setup.sh)")


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; its sandbox needs another user than root."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        await running.close()


def over(one: list[float], other: list[float]) -> bool:
    """Whether two rectangles share more than a hair."""
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_nothing_lies_over_anything(browser: Browser, width: int, scheme: str) -> None:
    """With the longest words in the boxes; what changes comes in by itself; the page is no wider than the window."""
    async with page() as here:
        filled(here)
        full = {(topic.name, 0): 987_654_321 for topic in TOPICS}
        behind = {name: dict.fromkeys(full, 1) for name in READERS}
        for at in (here.now + 10**9, here.now + 10**9 + 3_595_000, here.now + 10**9 + 3_600_000):
            here.office.flow.history.add(Sample(at, {ALERTS: 987_654_321, **full}, {**behind, "notify": {ALERTS: 1}}))
        base = f"http://{here.client.host}:{here.client.port}"
        context = await browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        cookie = here.cookie("head")
        await context.set_extra_http_headers({"Cookie": f"{SESSION}={cookie}"})
        tab, faults = await context.new_page(), list[str]()
        tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        await tab.goto(f"{base}/flow")
        if folder := os.environ.get("LEADPULSE_SHOTS"):
            await tab.screenshot(path=f"{folder}/flow-{width}.png", full_page=True)
        assert await tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if width >= 600:
            boxes = await tab.evaluate(BOXES)
            assert {one["box"] for one in boxes} == {node.id for node in NODES}
            texts = await tab.evaluate(BESIDE)
            assert len(texts) > 40
            for one, (name, text) in itertools.product(boxes, texts):
                assert not over(one["rect"], text), (one["box"], name)
            for one in boxes:
                left, top, right, bottom = one["rect"]
                for text in one["texts"]:
                    inside = left <= text[0] and text[2] <= right and top <= text[1] and text[3] <= bottom
                    assert inside, (one["box"], text, one["rect"])
                texts += [(one["box"], text) for text in one["texts"]]
            for number, (name, text) in enumerate(texts):
                for other_name, other in texts[number + 1 :]:
                    assert not over(text, other), (name, other_name)
        else:
            assert await tab.locator(".flow-picture").is_hidden()
            heights = await tab.evaluate(
                "[...document.querySelectorAll('.flow-list a')].map(a => a.getBoundingClientRect().height)"
            )
            assert len(heights) == len(NODES) and min(heights) >= 44
        shown = tab.locator(f"{'.flow-picture' if width >= 600 else '.flow-list'} [data-box=notify] [data-line='2']")
        assert "стоит" in (await shown.text_content() or "")
        here.office.flow.history.add(
            Sample(here.now + 2 * 10**9, {ALERTS: 987_654_321}, {"notify": {ALERTS: 987_654_321}})
        )
        await expect(shown).to_contain_text("успевает")
        if width >= 600:
            await expect(tab.locator(".flow-picture [data-box=notify]")).to_have_attribute(
                "aria-label", re.compile(r"Доставка\. .*успевает$")
            )
        assert faults == []
        await context.close()
