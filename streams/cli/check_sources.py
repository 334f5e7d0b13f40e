"""What `check` says of the sources: a line each, and what to do about those that are red."""

import msgspec

from alerting.sources import TO_DO, health_told, named, trouble_told
from schemas.errors import LeadpulseError
from schemas.rounds import RED, SourceHealth
from schemas.stored import Sources
from streams.clients.store import fetch
from streams.settings import Settings

TIMEOUT = 10.0
"""Seconds that the question may take."""


def source_faults(loaded: Settings) -> list[str]:
    """Sources that are silent, cannot be read, or are read by nobody."""
    return [
        f"{named(source.source)}: {trouble_told(source)}; {TO_DO[source.state]}"
        for source in _asked(loaded)
        if source.state in RED
    ]


def source_notes(loaded: Settings) -> list[str]:
    """A line each."""
    return [health_told(source) for source in _asked(loaded)]


def _asked(loaded: Settings) -> list[SourceHealth]:
    try:
        return fetch(loaded.store, "/api/sources", msgspec.json.Decoder(Sources).decode, timeout=TIMEOUT).sources
    except LeadpulseError:  # that the store does not answer is told beside
        return []
