"""Settings: `leadpulse.toml`, then `LEADPULSE_SECTION__KEY`; a secret also from the file named by `…_file`.

Read once per process by `load()`; every part gets its section (one module a section) as an argument. The names below
are imported when they are first asked for: all sections together take 0.25 s of CPU, and a command that needs the zone
alone (`zone`) needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.settings.commands import Commands
    from streams.settings.days import Days
    from streams.settings.export import Export
    from streams.settings.gateway import Gateway, TelegramBot, WmsSource
    from streams.settings.jitsi import Jitsi
    from streams.settings.kafka import Broker, Kafka
    from streams.settings.live import Live
    from streams.settings.llm import Llm
    from streams.settings.log import Log
    from streams.settings.mail import Mail
    from streams.settings.mcp import Mcp
    from streams.settings.names import FILE
    from streams.settings.outlets import Bitrix, Minutes, Notebook, Webhooks
    from streams.settings.retention import Retention
    from streams.settings.site import Site
    from streams.settings.speech import Speech, SpeechKit
    from streams.settings.store import Store
    from streams.settings.telegram import Telegram
    from streams.settings.tracks import Tracks
    from streams.settings.transfer import Transfer
    from streams.settings.web import Web
    from streams.settings.whole import Settings, load
    from streams.settings.wms import Wms, WmsFolder, WmsPoll
    from streams.settings.workers import Metrics, Pipeline

__all__ = [
    "FILE",
    "Bitrix",
    "Broker",
    "Commands",
    "Days",
    "Export",
    "Gateway",
    "Jitsi",
    "Kafka",
    "Live",
    "Llm",
    "Log",
    "Mail",
    "Mcp",
    "Metrics",
    "Minutes",
    "Notebook",
    "Pipeline",
    "Retention",
    "Settings",
    "Site",
    "Speech",
    "SpeechKit",
    "Store",
    "Telegram",
    "TelegramBot",
    "Tracks",
    "Transfer",
    "Web",
    "Webhooks",
    "Wms",
    "WmsFolder",
    "WmsPoll",
    "WmsSource",
    "load",
]

_ELSEWHERE = {"TelegramBot": "gateway", "WmsSource": "gateway", "WmsFolder": "wms", "WmsPoll": "wms"}
"""Names that `whole` does not use itself."""

if not TYPE_CHECKING:  # mypy would take any name for one of ours

    def __getattr__(name: str) -> object:
        """A name of `__all__`."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = import_module(f"streams.settings.{_ELSEWHERE.get(name, 'whole')}")
        found = globals()[name] = getattr(home, name)
        return found
