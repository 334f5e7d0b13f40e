"""The page as the curator opens it: she logs in by the bot, and looks at the card of the client that leaves."""

import re
from typing import Final

import aiohttp

from demo import material
from demo.stage import Stage, until
from schemas.people import WebUser
from streams.cli.web import DEMO_NAMES, let_in
from streams.web.cookies import LOGIN, SESSION
from tests.fakes.telegram import FakeTelegram, Message

PARTS: Final = {
    "meeting": "протокол, расшифровка, запись",
    "message": material.OWN_MESSAGE,
    "spike": "резкий рост броней",
    "minutes": "Клиент говорит об уходе",
}
"""What the card must show, all on one page, and the words by which it is known."""
CURATOR: Final = WebUser(
    user_id="democurator", name=DEMO_NAMES["curator"], role="curator", telegram_id=material.CURATOR
)
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
PRESSER: Final = {"id": material.CURATOR, "name": material.CURATOR_NAME}


class Browser:
    """A browser without a window: it keeps its cookies."""

    def __init__(self, stage: Stage, telegram: FakeTelegram) -> None:
        web = stage.settings.web
        self._kafka, self._telegram = stage.settings.kafka, telegram
        self._home = f"http://{web.host}:{web.port}"
        self._cookies: dict[str, str] = {}

    async def enter(self) -> tuple[str, str]:
        """Log in by the bot: the number on the screen, and what the bot asked."""
        await let_in(self._kafka, CURATOR)
        login = await until(self._login, "the page shows a login")
        [number] = re.findall(r'class="number">(\d\d)<', login)
        [nonce] = re.findall(r"[?]start=(login_[\w-]+)", login)
        self._telegram.say(material.CURATOR, PRESSER, f"/start {nonce}")
        asked = await until(self._asked, "the bot asks for the number")
        question = asked.text  # the answer changes the message
        self._telegram.press(asked.message_id, number, PRESSER)
        await until(self._is_in, "the page opens")
        return number, question

    async def card(self, lead: str) -> dict[str, bool]:
        """Which of `PARTS` the card shows."""
        shown = " ".join(re.sub(r"<[^>]*>", " ", await self._get(f"/leads/{lead}")).split())
        return {part: words in shown for part, words in PARTS.items()}

    async def _login(self) -> str | None:
        text = await self._get("/login")
        return text if "start=login_" in text else None

    async def _asked(self) -> Message | None:
        messages = self._telegram.messages.values()
        return next((one for one in messages if one.chat == material.CURATOR and "Какое число" in one.text), None)

    async def _is_in(self) -> bool | None:
        await self._ask("POST", "/login/state", {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"})
        return True if SESSION in self._cookies else None

    async def _get(self, path: str) -> str:
        return await self._ask("GET", path, {"Accept": "text/html"})

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = headers | {"Cookie": cookies, "User-Agent": AGENT}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            http.request(method, self._home + path, headers=sent, allow_redirects=False) as answer,
        ):
            for name in (LOGIN, SESSION):
                if name in answer.cookies and answer.cookies[name].value:
                    self._cookies[name] = answer.cookies[name].value
            return await answer.text()
