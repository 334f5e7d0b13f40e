"""How the fake Telegram says things: chats, users, refusals."""

from typing import Any

from aiohttp import web


def chat_json(chat: int) -> dict[str, Any]:
    """A chat by its id."""
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Chat"}
    return {"id": chat, "type": "supergroup" if chat < -(10**12) else "group", "title": "Chat"}


def user_json(user: dict[str, Any]) -> dict[str, Any]:
    """A person."""
    return {"id": user["id"], "is_bot": False, "first_name": user.get("name", "User")}


def too_many(seconds: int) -> web.Response:
    """429 with the seconds to wait."""
    return refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def refusal(code: int, description: str, **parameters: int) -> web.Response:
    """`ok: false`."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)
