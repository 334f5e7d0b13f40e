"""Files as Telegram Desktop writes them (`export_output_json.cpp`), for tests."""

import json
from pathlib import Path
from typing import Any

BASE = 1_795_165_391
"""Seconds; the day of the tests' other messages."""


def said(
    number: int, text: object = "привет", second: int | None = None, who: int = 501, **more: Any
) -> dict[str, Any]:
    """A message."""
    at = BASE + number if second is None else second
    entities = [{"type": "plain", "text": text}] if isinstance(text, str) and text else []
    frame = {"id": number, "type": "message", "date": "2026-11-20T12:00:00", "date_unixtime": str(at)}
    return frame | {"from": "Пётр", "from_id": f"user{who}", "text": text, "text_entities": entities} | more


def chat(id_: int, messages: list[dict[str, Any]], type_: str = "private_supergroup", name: str = "Ромашка") -> Any:
    """A chat of an export."""
    return {"name": name, "type": type_, "id": id_, "messages": messages}


def written(file: Path, *chats: Any, full: bool = False) -> Path:
    """One chat, or a full export with all that stands around its chats."""
    head = {"about": "Here is the data", "personal_information": {"user_id": 9, "first_name": "Анна"}}
    contacts = {"contacts": {"about": "", "list": [{"user_id": 1, "first_name": "messages"}]}}
    body = chats[0]
    if full:
        body = head | contacts | {"chats": {"about": "", "list": list(chats)}, "left_chats": {"about": "", "list": []}}
    file.write_text(json.dumps(body, ensure_ascii=False, indent=1))
    return file
