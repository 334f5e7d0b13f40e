"""The process: tables that are followed, the access log, and the door in front of them."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from schemas.errors import ConfigError
from schemas.topics import CLIENTS, COMMAND_STATE, IDENTITIES, MCP_TOKENS
from schemas.types import LeadId
from streams.asking import Models
from streams.clients.store_web import StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.clock import wall_clock
from streams.engine.command_tables import KnownStandings
from streams.engine.command_world import Surroundings
from streams.engine.ends import Ends
from streams.engine.followed import Followed
from streams.engine.identities import KnownIdentities
from streams.engine.journal import Journal, newest_lines
from streams.engine.kafka import Outputs
from streams.engine.reader import Reader
from streams.engine.signing_keys import unusable
from streams.mcp.house import House
from streams.mcp.server import listening
from streams.mcp.tokens import KnownTokens
from streams.settings import Settings

log = logging.getLogger(__name__)

OpenModels = Callable[[LeadId], AbstractAsyncContextManager[Models | None]]
LOAD_S: Final = 60.0


async def serve(settings: Settings, models: OpenModels, told: Callable[[str], None]) -> None:
    """Until cancelled. Raises `ConfigError` for a taken port, `Transient` while Kafka is away."""
    kafka = settings.kafka
    outputs, ends = Outputs(kafka), Ends(kafka)
    store = StoreWeb(settings.store, settings.web.store_seconds)
    journal = Journal(outputs.send, newest_lines(kafka, ends), settings.web.ack_seconds)
    cards, tokens = KnownCards(Reader(kafka, CLIENTS)), KnownTokens(Reader(kafka, MCP_TOKENS))
    identities = KnownIdentities(Reader(kafka, IDENTITIES), ends)
    around = Surroundings(settings, cards, identities, ends)
    standings = KnownStandings(Reader(kafka, COMMAND_STATE))
    tables: tuple[Followed, ...] = (cards, tokens, identities, around.users, around.definitions, standings)
    house = House(
        settings=settings,
        store=store,
        send=outputs.send,
        write=journal.write,
        cards=cards.cards,
        identities=identities.identities,
        owner_of=around.owner_of,
        filled=around.filled,
        known=around.known_definitions,
        users=around.users.users,
        tokens=tokens.tokens,
        standings=standings.standings,
        models=models,
        clock=wall_clock,
    )

    def missing() -> str:
        if not all(table.loaded.is_set() for table in tables):
            return "темы Kafka ещё не прочитаны"
        return unusable(settings.commands.keys, "mcp", around.definitions.catalogue.keys, wall_clock())

    work: list[asyncio.Future[Any]] = [asyncio.ensure_future(table.follow()) for table in tables]
    work.append(asyncio.ensure_future(journal.run()))
    loaded = asyncio.gather(*(table.loaded.wait() for table in tables))
    try:
        await asyncio.wait([loaded, *work], timeout=LOAD_S, return_when=asyncio.FIRST_COMPLETED)
        async with listening(house, missing) as port:
            told(f"MCP слушает: http://{settings.mcp.host}:{port}/mcp")
            if fault := missing():
                told(f"предлагать команды нельзя: {fault}")
            await asyncio.gather(*work)
    except OSError as error:
        place = f"{settings.mcp.host}:{settings.mcp.port}"
        raise ConfigError(f"порт {place} (mcp.port) занят или не открывается: {error.strerror}") from error
    finally:
        loaded.cancel()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await journal.close()
        await store.close()
        await outputs.stop()
        await ends.stop()
