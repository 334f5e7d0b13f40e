"""The keys of `check`: what a process without its own tells of people's answers does not count; what becomes of calls
anybody can say until there is one that signs it."""

from typing import Final

from schemas.command_defs import Signer
from streams.cli.check_machine import is_embedded
from streams.cli.keys import WHOSE
from streams.engine.signing_keys import file_of
from streams.settings import Settings

EVERYBODY_HAS: Final[tuple[Signer, ...]] = ("agent", "web", "pipeline", "notify")
"""MCP is for who wants it, and makes its key on its own."""


def key_warnings(loaded: Settings) -> list[str]:
    """Keys that an older version did not have, or that nobody has made yet. `leadpulse up` makes them at its start, so
    before the first one nothing is missing."""
    folder = loaded.commands.keys
    if not loaded.commands.enabled or (is_embedded(loaded) and not folder.exists()):
        return []
    missing = [who for who in EVERYBODY_HAS if not file_of(folder, who).exists()]
    return [
        f"commands.keys: нет ключа {file_of(folder, who)} ({WHOSE[who]}), подписывать нечем. leadpulse up сделает его "
        f"сам; если процессы запускаются по одному: leadpulse keys ensure {who}"
        for who in missing
    ]
