"""Who writes and who reads each topic. The picture and the table of `docs/architecture.md` are drawn from it; a test
compares it with the workers' code.

Every worker may also write `dead.letters` and `ops.notices`: what it cannot use, and what waits for a person. People's
commands (`cli`) read and write more, all of it on request; only what they bring in stands here.
"""

from typing import Final, NamedTuple

from schemas import topics
from schemas.topics import TopicSpec

ACTORS: Final = ("recorder", "gateway", "transcribe", "pipeline", "minutes", "store", "notify", "web", "cli")
"""As an event meets them."""
EVERY_WORKER: Final = ("gateway", "transcribe", "pipeline", "minutes", "store", "notify", "web")


class Flow(NamedTuple):
    """A topic between those who write it and those who read it."""

    topic: TopicSpec
    writers: tuple[str, ...]
    readers: tuple[str, ...]


FLOWS: Final = (
    Flow(topics.RECORDINGS, ("recorder", "gateway", "notify", "transcribe"), ("transcribe", "pipeline", "notify")),
    Flow(topics.OBJECTIONS, ("gateway",), ("transcribe",)),
    Flow(topics.CONSENTS, ("cli", "web"), ("transcribe", "minutes", "web")),
    Flow(topics.ERASURES, ("cli",), ("pipeline", "store")),
    Flow(topics.TELEGRAM, ("gateway", "cli"), ("pipeline", "notify")),
    Flow(topics.BITRIX, ("gateway", "notify"), ("pipeline", "notify")),
    Flow(topics.WMS, ("gateway", "cli"), ("pipeline",)),
    Flow(topics.SEGMENTS, ("transcribe",), ("transcribe",)),
    Flow(topics.TRANSCRIPTS, ("transcribe",), ("pipeline", "store", "notify")),
    Flow(topics.SOURCE_ROUNDS, ("gateway", "notify"), ("store",)),
    Flow(topics.PARKED, ("pipeline",), ("notify",)),
    Flow(topics.RELEASES, ("cli",), ("notify",)),
    Flow(topics.IDENTITIES, ("pipeline", "web", "cli"), ("pipeline", "store", "notify", "web")),
    Flow(topics.CLIENTS, ("pipeline", "cli"), ("gateway", "pipeline", "store", "notify", "web")),
    Flow(topics.LEAD_UNASSIGNED, ("pipeline", "store", "cli"), ("pipeline", "store", "notify")),
    Flow(topics.LEAD_EVENTS, ("pipeline", "minutes", "store", "notify", "web", "cli"), ("pipeline", "store")),
    Flow(topics.LEAD_STATE, ("pipeline",), ("pipeline",)),
    Flow(topics.LEAD_SIGNALS, ("pipeline",), ("store",)),
    Flow(topics.LEAD_ALERTS, ("pipeline",), ("store", "notify")),
    Flow(topics.LEAD_SCORES, ("pipeline",), ("store",)),
    Flow(topics.FLEET_ALERTS, ("pipeline",), ("notify",)),
    Flow(topics.MINUTES_REQUESTS, ("pipeline", "store"), ("minutes",)),
    Flow(topics.LLM_CALLS, ("minutes", "web"), ("minutes", "web", "store")),
    Flow(topics.QUESTIONS, ("store",), ("store",)),
    Flow(topics.OUT_FILES, ("minutes",), ("notify",)),
    Flow(topics.OUT_BITRIX, ("minutes",), ("notify",)),
    Flow(topics.OUT_NOTEBOOK, ("minutes",), ("notify",)),
    Flow(topics.OUT_WEBHOOKS, ("minutes", "notify"), ("notify",)),
    Flow(topics.OUT_SETTLED, ("notify",), ("store",)),
    Flow(topics.REPORTS, ("store",), ("notify",)),
    Flow(topics.BOT_COMMANDS, ("pipeline", "web"), ("notify",)),
    Flow(topics.OUTBOX, ("notify",), ("store", "notify")),
    Flow(topics.WEB_USERS, ("web", "cli"), ("web",)),
    Flow(topics.WEB_SESSIONS, ("web", "cli"), ("web",)),
    Flow(topics.WEB_LOGINS, ("pipeline", "web", "cli"), ("web",)),
    Flow(topics.AUDIT_ACCESS, ("web",), ("web", "notify")),
    Flow(topics.OPS_NOTICES, EVERY_WORKER, ("notify",)),
    Flow(topics.PROBE, ("cli",), ("gateway", "cli")),
    Flow(topics.DEAD_LETTERS, ("recorder", *EVERY_WORKER), ("store", "cli")),
)
