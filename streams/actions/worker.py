"""The worker `actions`: folds the log `commands` and hands over what was approved. It touches Kafka only."""

from functools import partial

from schemas.topics import CLIENTS, COMMAND_STATE, COMMANDS, ERASURES, IDENTITIES
from streams.actions.deciding import Deciding
from streams.actions.occasions import Occasions, looking_in
from streams.actions.ticking import Ticking
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock, wall_clock
from streams.engine.command_world import Surroundings
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import KnownIdentities
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.settings import Settings

LINGER_MS = 0
"""A person waits for what comes here, and it is little."""


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The worker."""
    worker = Worker("actions", settings, linger_ms=LINGER_MS)
    kafka, ends = settings.kafka, Ends(settings.kafka)
    cards = KnownCards(Reader(kafka, CLIENTS))
    identities = KnownIdentities(Reader(kafka, IDENTITIES), ends)
    around = Surroundings(settings, cards, identities, ends)
    erasures = KnownErasures(Reader(kafka, ERASURES))
    deciding = Deciding(
        Reader(kafka, COMMANDS),
        Reader(kafka, COMMAND_STATE),
        around.world,
        lambda standing: erasures.denied.command(standing),
        Occasions(looking_in(kafka)),
    )
    ticking = Ticking(
        deciding,
        ours=lambda: (COMMANDS.name, 0) in worker.assigned(),
        end=partial(ends.of, COMMANDS.name),
        place=worker.outputs.place,
        clock=clock,
    )
    worker.consume(COMMANDS, erasures.before(around.before(deciding)), discard=deciding.discard)
    worker.background("clients", cards.follow)
    worker.background("identities", identities.follow)
    worker.background("erasures", erasures.follow)
    worker.background("users", around.users.follow)
    worker.background("definitions", around.definitions.follow)
    worker.background("clock", partial(ticking.run, settings.commands.clock_seconds))
    worker.needs["tables"] = around.ready
    worker.on_close(ends.stop)
    return worker
