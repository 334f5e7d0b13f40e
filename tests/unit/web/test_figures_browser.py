"""The pictures of a card in a real browser: days are those of the installation, wherever the browser stands."""

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Route, async_playwright

from processors.days import day_start, local_day_of
from processors.pages import Daily, Series
from streams.web.told.card import chart
from tests.zones import MOSCOW, VLADIVOSTOK, living_in

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(__file__).parents[3] / "streams" / "web" / "static"
HTML = """<!doctype html><div data-figures="/told"></div>
<script src="/vendor/uPlot.iife.min.js"></script><script src="/figures.js"></script>"""
WRITTEN = """window.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
  written.push(text);
  write.call(this, text, ...at);
};"""
FIRST = date(2026, 9, 1)


def daily() -> Daily:
    """A week of shipments, from the first of September there."""
    first = local_day_of(FIRST)
    values = [float(n + 1) for n in range(7)]
    series = Series("shipment", "pieces", values, [None] * 7, [None] * 7, 28.0, None)
    return Daily("7", [day_start(first + n) for n in range(7)], [series])


@pytest.mark.parametrize("zone", [VLADIVOSTOK, str(MOSCOW)])
def test_days_are_told_by_the_clock_on_the_wall(zone: str) -> None:
    """Midnight there, as if it were UTC's: the same figures of the same days in every zone."""
    with living_in(zone):
        assert chart(daily())["days"] == [(local_day_of(FIRST) + n) * 86_400 for n in range(7)]


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="apt install chromium (tools/setup.sh)")
@pytest.mark.parametrize("seen_from", [str(MOSCOW), VLADIVOSTOK, "America/New_York", "Pacific/Kiritimati"])
async def test_the_first_day_is_the_first(seen_from: str) -> None:
    """The axis of an installation in Vladivostok begins with 1 September in every zone that it is looked at from."""
    with living_in(VLADIVOSTOK):
        told = chart(daily())

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://page.test/")
        if path == "told":
            await route.fulfill(json=told)
        elif path:
            await route.fulfill(path=STATIC / path, content_type="text/javascript")
        else:
            await route.fulfill(body=HTML, content_type="text/html; charset=utf-8")

    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = await browser.new_context(timezone_id=seen_from, viewport={"width": 1280, "height": 600})
        tab, faults = await context.new_page(), list[str]()
        tab.on("pageerror", lambda error: faults.append(str(error)))
        await tab.add_init_script(WRITTEN)
        await tab.route("**/*", answer)
        await tab.goto("http://page.test/")
        await tab.wait_for_function("written.some((text) => /сент/.test(text))")
        days = [text for text in await tab.evaluate("written") if "сент" in text]
        assert list(dict.fromkeys(days)) == [f"{n} сент." for n in range(1, 8)]  # midday has a tick of its own
        assert faults == []
        await browser.close()
