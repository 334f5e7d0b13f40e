"""The worker `agent`: proposes commands on alerts, events and ticks, and answers who speaks to it.

lead.alerts · lead.events · lead.unassigned · command.events ─► rules ─► commands (signed)
                                    └─► assistant.jobs ─► a model ─► commands (signed)
assistant.asked ─► rules, or a job ─► assistant.said, commands
command.events ─► assistant.memory
"""

from collections.abc import Awaitable, Callable, Mapping

from processors.assistant.limits import Limits
from schemas.topics import (
    ASSISTANT_ASKED,
    ASSISTANT_JOBS,
    ASSISTANT_MEMORY,
    ASSISTANT_SAID,
    CLIENTS,
    COMMAND_EVENTS,
    COMMAND_STATE,
    CONSENTS,
    ERASURES,
    IDENTITIES,
    LEAD_ALERTS,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    LLM_CALLS,
)
from streams.agent.hourly import Hourly
from streams.agent.office import Office
from streams.agent.proposing import Proposer
from streams.agent.speaking import Speaking
from streams.agent.tables import Conversation, KnownCalls, LimitedStandings
from streams.agent.thinking import Thinking
from streams.agent.waking import Waking
from streams.clients.store_web import StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock, wall_clock
from streams.engine.command_tables import KnownMemory
from streams.engine.command_world import Surroundings
from streams.engine.consents import KnownConsents
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.followed import Followed
from streams.engine.identities import KnownIdentities
from streams.engine.process import Process
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.llm.calls import models_of
from streams.settings import Settings


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The worker."""
    worker, kafka = Worker("agent", settings), settings.kafka
    ends, limits = Ends(kafka), Limits()
    consents = KnownConsents(Reader(kafka, CONSENTS), clock)
    erasures = KnownErasures(Reader(kafka, ERASURES))
    cards = KnownCards(Reader(kafka, CLIENTS))
    identities = KnownIdentities(Reader(kafka, IDENTITIES), ends)
    office = Office(
        settings=settings,
        cards=cards,
        identities=identities,
        world=Surroundings(settings, cards, identities, ends),
        standings=LimitedStandings(Reader(kafka, COMMAND_STATE), limits),
        memory=KnownMemory(Reader(kafka, ASSISTANT_MEMORY)),
        talks=Conversation(Reader(kafka, ASSISTANT_SAID)),
        limits=limits,
        store=StoreWeb(settings.store, settings.web.store_seconds),
        clock=clock,
        denied=lambda standing: erasures.denied.command(standing),
    )
    models = models_of(worker, settings, consents.closes_models)
    proposer = Proposer(office)
    waking, speaking = Waking(office, proposer, models), Speaking(office, proposer, models)
    thinking = Thinking(office, proposer, speaking, models)
    hourly = Hourly(office, proposer, worker.outputs, lambda: waking.ticked, clock)
    tables = {
        **office.tables(),
        "calls": KnownCalls(Reader(kafka, LLM_CALLS), limits),
        "consents": consents,
        "erasures": erasures,
    }
    for name, table in tables.items():
        worker.background(name, table.follow)
    work: Callable[[], Awaitable[None]] = hourly.run
    for table in tables.values():
        work = table.then(work)
    worker.background("hourly", work)
    known = office.world.before  # who was just let in, linked or named is known to these
    worker.consume(LEAD_ALERTS, known(_informed(tables, waking.alerts)))
    worker.consume(LEAD_UNASSIGNED, known(_informed(tables, waking.strangers)))
    worker.consume(ASSISTANT_ASKED, known(_informed(tables, speaking)))
    worker.consume(ASSISTANT_JOBS, known(_informed(tables, thinking)))
    worker.consume(LEAD_EVENTS, _informed(tables, waking.events))
    worker.consume(COMMAND_EVENTS, _informed(tables, waking.changes))
    worker.needs["tables"] = office.ready
    worker.needs["key"] = proposer.ready
    worker.on_close(office.store.close)
    worker.on_close(ends.stop)
    return worker


def _informed(tables: Mapping[str, Followed], process: Process) -> Process:
    """`process`, once every table is read."""
    for table in tables.values():
        process = table.before(process)
    return process
