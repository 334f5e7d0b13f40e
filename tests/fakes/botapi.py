"""The rules of the Bot API that a sender can break: HTML, lengths, limits. Pure (core.telegram.org/bots/api)."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TAGS = frozenset(
    ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "a", "span")
) | {"tg-spoiler", "tg-emoji"}
LONGEST = 4096

_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>|(<)|&(#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class BadRequest(Exception):
    """What Telegram answers with 400 and this description."""


def parse_html(text: str) -> str:
    """The text without its markup. Raises `BadRequest` where Telegram cannot parse it."""
    plain: list[str] = []
    open_tags: list[str] = []
    at = 0
    for found in _TOKEN.finditer(text):
        plain.append(text[at : found.start()])
        at = found.end()
        closing, tag, _, stray, entity = found.groups()
        if entity:
            plain.append(_character(entity))
        elif stray or tag.lower() not in TAGS:
            raise BadRequest(f"can't parse entities: Unsupported start tag at byte offset {found.start()}")
        elif not closing:
            open_tags.append(tag.lower())
        elif not open_tags or open_tags.pop() != tag.lower():
            raise BadRequest(f"can't parse entities: Unmatched end tag at byte offset {found.start()}")
    if open_tags:
        raise BadRequest(f"can't parse entities: Can't find end tag corresponding to start tag {open_tags[-1]}")
    return "".join(plain) + text[at:]


def check_message(body: dict[str, object]) -> str:
    """The plain text of a sendMessage or editMessageText. Raises `BadRequest`."""
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRequest("message text is empty")
    plain = parse_html(text) if body.get("parse_mode") == "HTML" else text
    if len(plain.encode("utf-16-le")) // 2 > LONGEST:
        raise BadRequest("message is too long")
    for button in buttons_of(body):
        if "url" in button:
            if "." not in (urlsplit(button["url"]).hostname or ""):
                raise BadRequest(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
            continue
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise BadRequest("BUTTON_DATA_INVALID")
    return plain


def buttons_of(body: dict[str, object]) -> list[dict[str, str]]:
    """All inline buttons of a message, row by row."""
    markup = body.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return [button for row in rows for button in row]


def _character(entity: str) -> str:
    if entity.startswith("#x"):
        return chr(int(entity[2:], 16))
    return chr(int(entity[1:])) if entity.startswith("#") else _NAMED[entity]


@dataclass(slots=True)
class Flood:
    """Telegram's limits: about 1 a second in a chat with short bursts, 20 a minute in a group, 30 a second in all."""

    chat: tuple[int, float] = (5, 5.0)
    group: tuple[int, float] = (20, 60.0)
    everything: tuple[int, float] = (30, 1.0)
    taken: defaultdict[tuple[str, int], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, chat: int, now: float) -> int:
        """Whole seconds to wait before a message to `chat`; 0 when it may go, and then it is counted."""
        windows = [("all", 0, self.everything), ("chat", chat, self.chat)]
        if chat < 0:
            windows.append(("group", chat, self.group))
        waits = [self._wait(kind, about, limit, now) for kind, about, limit in windows]
        if max(waits) > 0:
            return int(max(waits)) + 1
        for kind, about, _ in windows:
            self.taken[kind, about].append(now)
        return 0

    def _wait(self, kind: str, about: int, limit: tuple[int, float], now: float) -> float:
        most, seconds = limit
        taken = self.taken[kind, about]
        while taken and now - taken[0] >= seconds:
            taken.popleft()
        return taken[0] + seconds - now if len(taken) >= most else 0.0
