"""Who writes and reads which topic, as `schemas.flows` says and as the workers' code does."""

import ast
from collections.abc import Iterator
from pathlib import Path

from processors.normalize import NORMALIZERS
from schemas import topics
from schemas.flows import ACTORS, EVERY_WORKER, FLOWS
from schemas.topics import TOPICS, TopicSpec

STREAMS = Path(__file__).parents[3] / "streams"
ROOMS = {"loading": "cli", "mcp": "cli"} | {actor: actor for actor in ACTORS}
"""A folder of `streams` to who works there. What lies on the floors below serves several: see `BELOW`."""

BELOW_WRITE = {
    ("recorder", topics.RECORDINGS): "jibri-hooks stands alone, with its own name of the topic",
    ("recorder", topics.DEAD_LETTERS): "the same",
    ("pipeline", topics.LEAD_STATE): "engine/state, which only it uses",
    ("pipeline", topics.PARKED): "engine/parking, for topics with an origin",
    ("gateway", topics.SOURCE_ROUNDS): "engine/rounds",
    ("notify", topics.SOURCE_ROUNDS): "engine/rounds",
    ("minutes", topics.OUT_WEBHOOKS): "clients/webhooks",
    ("notify", topics.OUT_WEBHOOKS): "clients/webhooks",
    **{(name, topics.AUDIT_ACCESS): "engine/journal" for name in ("transcribe", "web", "cli")},
    ("cli", topics.MCP_TOKENS): "streams/cli/broker",
    ("cli", topics.COMMAND_DEFS): "engine/signing_keys",
    ("minutes", topics.LLM_CALLS): "llm/calls",
    ("web", topics.LLM_CALLS): "the same",
    ("agent", topics.LLM_CALLS): "the same",
    **{("minutes", topic): "targets()" for topic in (topics.OUT_FILES, topics.OUT_BITRIX, topics.OUT_NOTEBOOK)},
    **{
        ("cli", topic): "streams/cli/broker sends to whatever it is told"
        for topic in (
            topics.IDENTITIES,
            topics.CLIENTS,
            topics.WEB_USERS,
            topics.WEB_SESSIONS,
            topics.WEB_LOGINS,
            topics.CONSENTS,
            topics.ERASURES,
        )
    },
    **{("cli", topic): "erasing" for topic in (topics.LEAD_EVENTS, topics.LEAD_UNASSIGNED)},
    ("cli", topics.RELEASES): "engine/releases",
    **{(name, topics.DEAD_MUTES): "engine/mutes" for name in ("web", "cli")},
    ("cli", topics.PROBE): "check_kafka asks with a producer of its own",
    **{(name, topics.DEAD_LETTERS): "engine/letters" for name in EVERY_WORKER},
    **{(name, topics.OPS_NOTICES): "engine/notices" for name in EVERY_WORKER},
}
BELOW_READ = {
    **{("pipeline", topic): "a loop over NORMALIZERS" for topic in TOPICS if topic.name in NORMALIZERS},
    ("gateway", topics.PROBE): "engine/lease: who polls Telegram",
    ("cli", topics.PROBE): "check_kafka",
    ("notify", topics.RELEASES): "engine/releases",
    **{(name, topics.AUDIT_ACCESS): "engine/journal" for name in ("transcribe", "web")},
    ("minutes", topics.LLM_CALLS): "llm/calls",
    ("web", topics.LLM_CALLS): "the same",
    **{
        (name, topic): "engine/command_world"
        for name in ("actions", "agent", "web")
        for topic in (topics.WEB_USERS, topics.COMMAND_DEFS)
    },
    **{
        ("actions", topic): "actions/occasions: a partition of whichever topic an occasion stands in"
        for topic in (topics.LEAD_ALERTS, topics.LEAD_EVENTS, topics.LEAD_UNASSIGNED, topics.ASSISTANT_ASKED)
    },
}
"""Edges that the code of the room does not name, and where they come from."""


def named() -> Iterator[tuple[str, str, TopicSpec]]:
    """(`reads` or `writes`, who, topic) of every `consume(TOPIC…)`, `Reader(…, TOPIC)` and `Output(TOPIC.name…)`."""
    for path in sorted(STREAMS.rglob("*.py")):
        who = ROOMS.get(path.relative_to(STREAMS).parts[0])
        for call in ast.walk(ast.parse(path.read_text())):
            if who is None or not isinstance(call, ast.Call):
                continue
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            for word in call.args[:2]:
                of_name = isinstance(word, ast.Attribute) and word.attr == "name"
                stem = word.value if of_name and isinstance(word, ast.Attribute) else word
                topic = vars(topics).get(stem.id) if isinstance(stem, ast.Name) else None
                if isinstance(topic, TopicSpec) and called in ("consume", "Reader"):
                    yield "reads", who, topic
                if isinstance(topic, TopicSpec) and called == "Output":
                    yield "writes", who, topic


def test_each_topic_has_one_row() -> None:
    """The picture leaves none out."""
    assert sorted(flow.topic.name for flow in FLOWS) == sorted(topic.name for topic in TOPICS)
    assert {who for flow in FLOWS for who in (*flow.writers, *flow.readers)} == set(ACTORS)


def test_who_writes() -> None:
    """What the code of a worker sends, and what the floors below send for it; nothing else."""
    told = {(who, flow.topic) for flow in FLOWS for who in flow.writers}
    assert told == {(who, topic) for how, who, topic in named() if how == "writes"} | BELOW_WRITE.keys()


def test_who_reads() -> None:
    """What the code of a worker consumes or reads whole; commands of people read whatever they show."""
    told = {(who, flow.topic) for flow in FLOWS for who in flow.readers}
    found = {(who, topic) for how, who, topic in named() if how == "reads" and who != "cli"}
    shown = {
        ("cli", topic)
        for topic in (
            topics.DEAD_LETTERS,
            topics.WEB_USERS,
            topics.MCP_TOKENS,
            topics.COMMAND_STATE,
            topics.COMMAND_DEFS,
        )
    }
    assert told == found | BELOW_READ.keys() | shown
