"""The only list of Kafka topics: the app, the command line, Helm and the tests read it.

Source topics use LogAppendTime: with CreateTime the broker deletes freshly imported old events by retention.
Lead topics share one partition count, and their key is the lead id (murmur2, as in Java's partitioner), so a lead's
events, state, signals and alerts stand in the same partition number.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
FOREVER = -1
LEAD_PARTITIONS = 12


ENVELOPE = 64 << 10
"""Bytes that we add around what a record carries: names of fields, key, a fault in words, Kafka's own headers."""
BASE64 = 4 / 3
"""Growth of bytes that JSON carries."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic. `retention_ms` of -1 keeps for ever; `max_bytes` is the largest record batch the broker takes;
    a record younger than `compaction_lag_ms` is not taken away for a newer one.
    """

    name: str
    key: str
    partitions: int
    cleanup: Literal["delete", "compact"] = "delete"
    retention_ms: int = 30 * DAY_MS
    timestamps: Literal["LogAppendTime", "CreateTime"] = "LogAppendTime"
    max_bytes: int = 4 << 20
    compaction_lag_ms: int = 0

    @property
    def segment_ms(self) -> int:
        """What is written within so long goes together, by the age of its newest record: a record may stay so much
        longer than `retention_ms`. A day where that is at most a week, else a week, as Kafka has it by itself."""
        return DAY_MS if self.cleanup == "compact" or 0 < self.retention_ms <= WEEK_MS else WEEK_MS

    def configs(self) -> dict[str, str]:
        """Topic settings in Kafka's own names."""
        configs = {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(self.retention_ms),
            "message.timestamp.type": self.timestamps,
            "max.message.bytes": str(self.max_bytes),
            "segment.ms": str(self.segment_ms),
        }
        if self.cleanup == "compact":
            configs["min.cleanable.dirty.ratio"] = "0.3"
        if self.compaction_lag_ms:
            configs["min.compaction.lag.ms"] = str(self.compaction_lag_ms)
        return configs


def carrying(*topics: TopicSpec, growth: float = 1.0) -> int:
    """`max_bytes` of a topic whose records carry whole records of others, which grow on the way."""
    return ceil(max(topic.max_bytes for topic in topics) * growth) + ENVELOPE


RECORDINGS = TopicSpec("source.recordings", key="recording id", partitions=4)
TRANSCRIPTS = TopicSpec("source.transcripts", key="recording id", partitions=4, max_bytes=16 << 20)
TELEGRAM = TopicSpec("source.telegram", key="chat id", partitions=4)
BITRIX = TopicSpec("source.bitrix", key="entity:id", partitions=4)
WMS = TopicSpec("source.wms", key="client kind:value", partitions=4)
AUDIO = TopicSpec("source.audio", key="meeting id", partitions=4, retention_ms=2 * DAY_MS)
"""Two days: what was said in a meeting is words and a file by then."""
SAID = TopicSpec("source.said", key="meeting id", partitions=4, retention_ms=2 * DAY_MS)
"""As many partitions as `source.audio`: what was told of a partition's sound stands under its number."""
PARKED = TopicSpec(
    "source.parked", key="topic/origin", partitions=1, max_bytes=carrying(TELEGRAM, BITRIX, WMS, growth=BASE64)
)
RELEASES = TopicSpec("source.releases", key="topic/origin", partitions=1)
OBJECTIONS = TopicSpec("meeting.objections", key="report id", partitions=1, cleanup="compact", retention_ms=FOREVER)
CONSENTS = TopicSpec("consents", key="person id", partitions=1, cleanup="compact", retention_ms=FOREVER)
ERASURES = TopicSpec(
    "erasures", key="erasure id, hold/lead id, unsaid/command id", partitions=1, cleanup="compact", retention_ms=FOREVER
)
SOURCE_ROUNDS = TopicSpec("source.rounds", key="source/way", partitions=1, retention_ms=7 * DAY_MS)
IDENTITIES = TopicSpec("identities", key="kind:value", partitions=1, cleanup="compact", retention_ms=FOREVER)
CLIENTS = TopicSpec("clients", key="lead id/source", partitions=1, cleanup="compact", retention_ms=FOREVER)

UTTERED = 2.25
"""Growth of a transcript's words where each is an utterance of its own: 93 bytes instead of 43."""

LEAD_EVENTS = TopicSpec(
    "lead.events", key="lead id", partitions=LEAD_PARTITIONS, max_bytes=carrying(TRANSCRIPTS, growth=UTTERED)
)
TO_HEAL_MS = 2 * 60 * 60_000
"""A stopped worker that goes on may put an older state over the newer one. The owner writes the newer one again, at its
next batch or at the next hourly tick at the latest; until then compaction must leave it."""

LEAD_STATE = TopicSpec(
    "lead.state",
    key="lead id, or lead id#number of a chunk of event ids",
    partitions=LEAD_PARTITIONS,
    cleanup="compact",
    retention_ms=FOREVER,
    compaction_lag_ms=TO_HEAL_MS,
)
LEAD_SIGNALS = TopicSpec("lead.signals", key="lead id", partitions=LEAD_PARTITIONS)
LEAD_ALERTS = TopicSpec("lead.alerts", key="lead id", partitions=LEAD_PARTITIONS)
LEAD_SCORES = TopicSpec("lead.scores", key="lead id", partitions=LEAD_PARTITIONS)
FLEET_ALERTS = TopicSpec("fleet.alerts", key="rule and day", partitions=1)
LEAD_UNASSIGNED = TopicSpec(
    "lead.unassigned",
    key="client kind:value",
    partitions=1,
    retention_ms=FOREVER,
    max_bytes=carrying(RECORDINGS, TRANSCRIPTS, TELEGRAM, BITRIX, WMS),
)

SEGMENTS = TopicSpec(
    "transcript.segments", key="recording/segment/engine/options", partitions=4, cleanup="compact", retention_ms=FOREVER
)
MEETING_TRACKS = TopicSpec("meeting.tracks", key="meeting id", partitions=4, cleanup="compact", retention_ms=FOREVER)
"""As many partitions as `source.audio`: a meeting's mark stands under the number of its sound."""
MINUTES_REQUESTS = TopicSpec(
    "minutes.requests", key="lead id", partitions=4, max_bytes=carrying(TRANSCRIPTS, growth=UTTERED)
)
LLM_CALLS = TopicSpec("llm.calls", key="role", partitions=1, retention_ms=365 * DAY_MS)
QUESTIONS = TopicSpec("questions", key="lead id", partitions=1, retention_ms=365 * DAY_MS)

MINUTES_BYTES = 1 << 20
"""The minutes beside the words that they were made of: every list in them has a limit."""
COPY_BYTES = carrying(MINUTES_REQUESTS) + MINUTES_BYTES
OUT_FILES = TopicSpec("out.files", key="lead id", partitions=4, max_bytes=COPY_BYTES)
OUT_BITRIX = TopicSpec("out.bitrix", key="lead id", partitions=4, max_bytes=COPY_BYTES)
OUT_NOTEBOOK = TopicSpec("out.notebook", key="lead id", partitions=4, max_bytes=COPY_BYTES)
OUT_WEBHOOKS = TopicSpec("out.webhooks", key="what it is about", partitions=4, max_bytes=COPY_BYTES)
OUT_SETTLED = TopicSpec("out.settled", key="outlet/what it is about", partitions=1)

REPORTS = TopicSpec("daily.reports", key="report id", partitions=1)
OUTBOX = TopicSpec(
    "notify.outbox", key="what is sent", partitions=LEAD_PARTITIONS, cleanup="compact", retention_ms=FOREVER
)
BOT_COMMANDS = TopicSpec("bot.commands", key="chat id", partitions=1, retention_ms=DAY_MS)
WEB_USERS = TopicSpec("web.users", key="user id", partitions=1, cleanup="compact", retention_ms=FOREVER)
WEB_SESSIONS = TopicSpec(
    "web.sessions", key="sha256 of the cookie", partitions=1, cleanup="compact", retention_ms=30 * DAY_MS
)
WEB_LOGINS = TopicSpec("web.logins", key="sha256 of the nonce or code", partitions=1, retention_ms=DAY_MS)
AUDIT_ACCESS = TopicSpec("audit.access", key="user id", partitions=1, retention_ms=3 * 365 * DAY_MS)
"""One partition: one chain over all lines (`processors.audit`)."""
MCP_TOKENS = TopicSpec("mcp.tokens", key="sha256 of the token", partitions=1, cleanup="compact", retention_ms=FOREVER)
COMMANDS = TopicSpec("commands", key="command id", partitions=1, retention_ms=90 * DAY_MS)
"""One partition: one order of all that decides about commands (`processors.commands.desk`)."""
COMMAND_EVENTS = TopicSpec("command.events", key="lead id or -", partitions=1, retention_ms=90 * DAY_MS)
"""As long as the log that it is made of: the store keeps it for years, and there an erasure reaches it."""
COMMAND_STATE = TopicSpec("command.state", key="command id", partitions=1, cleanup="compact", retention_ms=FOREVER)
COMMAND_DEFS = TopicSpec(
    "command.defs", key="name@version, key/key id, or words", partitions=1, cleanup="compact", retention_ms=FOREVER
)
OUT_TELEGRAM = TopicSpec("out.telegram", key="command id", partitions=1)
OUT_PORTAL = TopicSpec("out.portal", key="command id", partitions=1)
OUT_HTTP = TopicSpec("out.http", key="command id", partitions=1)
ASSISTANT_ASKED = TopicSpec("assistant.asked", key="who", partitions=1)
ASSISTANT_JOBS = TopicSpec("assistant.jobs", key="lead id or who", partitions=4)
ASSISTANT_SAID = TopicSpec("assistant.said", key="who", partitions=1)
ASSISTANT_MEMORY = TopicSpec(
    "assistant.memory", key="lead/id or who/id, and the memory's", partitions=1, cleanup="compact", retention_ms=FOREVER
)
OPS_NOTICES = TopicSpec("ops.notices", key="notice id", partitions=1)
PROBE = TopicSpec("ops.probe", key="who asks", partitions=1, retention_ms=DAY_MS)
DEAD_LETTERS = TopicSpec(
    "dead.letters",
    key="topic/partition",
    partitions=1,
    max_bytes=carrying(LEAD_EVENTS, LEAD_UNASSIGNED, MINUTES_REQUESTS, OUT_FILES, OUT_WEBHOOKS, PARKED, growth=BASE64),
)
DEAD_MUTES = TopicSpec("dead.mutes", key="stage/class", partitions=1, cleanup="compact", retention_ms=FOREVER)

TOPICS: tuple[TopicSpec, ...] = (
    RECORDINGS,
    TRANSCRIPTS,
    TELEGRAM,
    BITRIX,
    WMS,
    AUDIO,
    SAID,
    PARKED,
    RELEASES,
    OBJECTIONS,
    CONSENTS,
    ERASURES,
    SOURCE_ROUNDS,
    IDENTITIES,
    CLIENTS,
    LEAD_EVENTS,
    LEAD_STATE,
    LEAD_SIGNALS,
    LEAD_ALERTS,
    LEAD_SCORES,
    FLEET_ALERTS,
    LEAD_UNASSIGNED,
    SEGMENTS,
    MEETING_TRACKS,
    MINUTES_REQUESTS,
    LLM_CALLS,
    QUESTIONS,
    OUT_FILES,
    OUT_BITRIX,
    OUT_NOTEBOOK,
    OUT_WEBHOOKS,
    OUT_SETTLED,
    REPORTS,
    OUTBOX,
    BOT_COMMANDS,
    WEB_USERS,
    WEB_SESSIONS,
    WEB_LOGINS,
    AUDIT_ACCESS,
    MCP_TOKENS,
    COMMANDS,
    COMMAND_EVENTS,
    COMMAND_STATE,
    COMMAND_DEFS,
    OUT_TELEGRAM,
    OUT_PORTAL,
    OUT_HTTP,
    ASSISTANT_ASKED,
    ASSISTANT_JOBS,
    ASSISTANT_SAID,
    ASSISTANT_MEMORY,
    OPS_NOTICES,
    PROBE,
    DEAD_LETTERS,
    DEAD_MUTES,
)

LARGEST = max(topic.max_bytes for topic in TOPICS)
"""Bytes of the largest record batch of all: what producers allow themselves and the embedded broker takes."""
