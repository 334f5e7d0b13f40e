"""Files in messages that are too large to be fetched: told in words, for nobody finds them beside the recordings."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

LARGEST: Final = 20 << 20
"""Bytes; the Bot API gives no larger ones (core.telegram.org/bots/api#getfile)."""

NAMES: Final = {"video": "видео", "voice": "голосовое", "video_note": "видеосообщение", "audio": "аудио"}
"""What has no name of its own mostly."""

_MB: Final = 1 << 20


def too_large(message: Mapping[str, object], kinds: Sequence[str]) -> str:
    """`файл 34 МБ, не скачан: каталог.pdf`, a line a file; empty where all can be fetched."""
    lines: dict[str, None] = {}
    for kind in kinds:
        file = message.get(kind)
        size = file.get("file_size") if isinstance(file, dict) and "file_id" in file else None
        if isinstance(file, dict) and isinstance(size, int) and size > LARGEST:
            called = file.get("file_name")
            name = " ".join(called.split()) if isinstance(called, str) else ""
            lines[f"файл {ceil(size / _MB)} МБ, не скачан: {name or NAMES.get(kind, 'без имени')}"] = None
    return "\n".join(lines)
