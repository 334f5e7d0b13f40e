"""Who writes and who reads each topic. The picture and the table of `docs/architecture.md` are drawn from it; a test
compares it with the workers' code.

Every worker may also write `dead.letters` and `ops.notices`: what it cannot use, and what waits for a person. People's
commands (`cli`) read and write more, all of it on request; only what they bring in stands here.
"""

from typing import Final, NamedTuple

from schemas import topics
from schemas.topics import TopicSpec

EVERY_WORKER: Final = (
    "gateway",
    "tracks",
    "live",
    "transcribe",
    "pipeline",
    "minutes",
    "store",
    "notify",
    "web",
    "agent",
    "actions",
)
ACTORS: Final = ("recorder", *EVERY_WORKER, "cli")
"""As an event meets them."""


class Flow(NamedTuple):
    """A topic between those who write it and those who read it."""

    topic: TopicSpec
    writers: tuple[str, ...]
    readers: tuple[str, ...]


FLOWS: Final = (
    Flow(
        topics.RECORDINGS,
        ("recorder", "gateway", "tracks", "notify", "transcribe"),
        ("gateway", "tracks", "live", "transcribe", "pipeline", "notify"),
    ),
    Flow(topics.OBJECTIONS, ("gateway",), ("tracks", "transcribe")),
    Flow(topics.AUDIO, ("gateway",), ("gateway", "tracks", "live")),
    Flow(topics.SAID, ("live",), ("gateway", "live", "pipeline")),
    Flow(topics.CONSENTS, ("cli", "web"), ("live", "transcribe", "minutes", "store", "web", "agent")),
    Flow(
        topics.ERASURES,
        ("cli", "web", "store"),
        ("tracks", "transcribe", "pipeline", "store", "web", "agent", "actions"),
    ),
    Flow(topics.TELEGRAM, ("gateway", "cli"), ("pipeline", "notify")),
    Flow(topics.BITRIX, ("gateway", "notify"), ("pipeline", "notify")),
    Flow(topics.WMS, ("gateway", "cli"), ("pipeline",)),
    Flow(topics.MEETING_TRACKS, ("tracks",), ("tracks", "transcribe", "pipeline")),
    Flow(topics.SEGMENTS, ("transcribe",), ("transcribe",)),
    Flow(topics.TRANSCRIPTS, ("tracks", "transcribe"), ("tracks", "pipeline", "store", "notify")),
    Flow(topics.SOURCE_ROUNDS, ("gateway", "notify"), ("store",)),
    Flow(topics.PARKED, ("pipeline",), ("notify",)),
    Flow(topics.RELEASES, ("cli",), ("notify",)),
    Flow(topics.IDENTITIES, ("pipeline", "web", "cli"), ("pipeline", "store", "notify", "web", "agent", "actions")),
    Flow(topics.CLIENTS, ("pipeline", "cli"), ("gateway", "pipeline", "store", "notify", "web", "agent", "actions")),
    Flow(topics.LEAD_UNASSIGNED, ("pipeline", "store", "cli"), ("pipeline", "store", "notify", "agent", "actions")),
    Flow(
        topics.LEAD_EVENTS,
        ("pipeline", "minutes", "store", "notify", "web", "actions", "cli"),
        ("pipeline", "store", "agent", "actions"),
    ),
    Flow(topics.LEAD_STATE, ("pipeline",), ("pipeline",)),
    Flow(topics.LEAD_SIGNALS, ("pipeline",), ("store",)),
    Flow(topics.LEAD_ALERTS, ("pipeline",), ("store", "notify", "agent", "actions")),
    Flow(topics.LEAD_SCORES, ("pipeline",), ("store",)),
    Flow(topics.FLEET_ALERTS, ("pipeline",), ("notify",)),
    Flow(topics.MINUTES_REQUESTS, ("pipeline", "store"), ("minutes",)),
    Flow(topics.LLM_CALLS, ("minutes", "web", "agent"), ("minutes", "web", "agent", "store")),
    Flow(topics.QUESTIONS, ("store",), ("store",)),
    Flow(topics.OUT_FILES, ("minutes",), ("notify",)),
    Flow(topics.OUT_BITRIX, ("minutes",), ("notify",)),
    Flow(topics.OUT_NOTEBOOK, ("minutes",), ("notify",)),
    Flow(topics.OUT_WEBHOOKS, ("minutes", "notify"), ("notify",)),
    Flow(topics.OUT_SETTLED, ("notify",), ("store",)),
    Flow(topics.REPORTS, ("store",), ("notify",)),
    Flow(topics.BOT_COMMANDS, ("pipeline", "web"), ("notify",)),
    Flow(topics.OUTBOX, ("notify",), ("store", "notify")),
    Flow(topics.WEB_USERS, ("web", "cli"), ("notify", "web", "agent", "actions", "cli")),
    Flow(topics.WEB_SESSIONS, ("web", "cli"), ("web",)),
    Flow(topics.WEB_LOGINS, ("pipeline", "web", "cli"), ("web",)),
    Flow(topics.AUDIT_ACCESS, ("transcribe", "web", "cli"), ("transcribe", "web", "store", "notify")),
    Flow(topics.MCP_TOKENS, ("cli",), ("cli",)),
    Flow(topics.ASSISTANT_ASKED, ("pipeline", "web"), ("agent", "store", "actions")),
    Flow(topics.ASSISTANT_JOBS, ("agent",), ("agent",)),
    Flow(topics.COMMANDS, ("pipeline", "notify", "web", "agent", "actions", "cli"), ("notify", "web", "actions")),
    Flow(topics.COMMAND_EVENTS, ("actions",), ("store", "notify", "agent")),
    Flow(topics.COMMAND_STATE, ("actions", "store"), ("notify", "web", "agent", "cli", "actions")),
    Flow(topics.COMMAND_DEFS, ("notify", "web", "actions", "cli"), ("notify", "web", "agent", "actions", "cli")),
    Flow(topics.OUT_TELEGRAM, ("actions",), ("notify",)),
    Flow(topics.OUT_PORTAL, ("actions",), ("notify",)),
    Flow(topics.OUT_HTTP, ("actions",), ("notify",)),
    Flow(topics.ASSISTANT_SAID, ("agent",), ("store", "notify", "agent")),
    Flow(topics.ASSISTANT_MEMORY, ("web", "agent", "store"), ("web", "agent")),
    Flow(topics.OPS_NOTICES, EVERY_WORKER, ("notify",)),
    Flow(topics.PROBE, ("cli",), ("gateway", "cli")),
    Flow(topics.DEAD_LETTERS, ("recorder", *EVERY_WORKER), ("store", "cli")),
    Flow(topics.DEAD_MUTES, ("web", "cli"), ("notify", "store", "web")),
)
