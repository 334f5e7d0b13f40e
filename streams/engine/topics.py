"""Makes the broker's topics what `schemas.topics` says.

Missing ones are created, other settings are repaired. Partitions and cleanup are refused: more partitions would move
every lead away from its state, and another cleanup policy throws records away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from schemas.errors import Refused, TopicMismatch, Transient
from schemas.topics import TOPICS, TopicSpec
from streams.engine.connect import client_options
from streams.settings import Kafka

READY_SECONDS = 120.0
"""New topics have leaders within milliseconds on one node, seconds on a busy cluster, a minute on a starved machine."""

DYNAMIC_TOPIC_CONFIG = 1
"""`config_source` of a value that was set on this very topic (Kafka protocol, DescribeConfigs)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `apply` did, by our own topic names. `altered` maps a topic to its changes, `name: old → new`."""

    created: list[str]
    altered: dict[str, list[str]]
    unchanged: list[str]


@dataclass(slots=True)
class Difference:
    """How the broker differs from the specs. `mismatches` cannot be repaired by us."""

    missing: list[TopicSpec] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    drift: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    """A topic of the broker: its partitions, all its settings, and those set on it by somebody."""

    partitions: int
    configs: dict[str, str]
    own: dict[str, str]


async def apply(kafka: Kafka, specs: Sequence[TopicSpec] = TOPICS) -> Report:
    """Create and repair; return when the new topics have leaders.

    Raises `TopicMismatch` with every mismatch, before anything is changed; `Transient` when the broker is away;
    `Refused` when it will not do it (rights, replication factor).
    """
    async with _admin(kafka) as admin:
        found = await _find(admin, kafka.prefix, specs)
        difference = _differ(specs, found)
        if difference.mismatches:
            raise TopicMismatch(
                "темы в Kafka не такие, как должны быть; ничего не изменено:\n" + _listed(difference.mismatches)
            )
        await _create(admin, kafka, difference.missing)
        drifted = [spec for spec in specs if spec.name in difference.drift]
        await _alter(admin, kafka.prefix, {spec: found[spec.name] for spec in drifted})
        await _wait_for_leaders(admin, [kafka.prefix + spec.name for spec in difference.missing])
    created = [spec.name for spec in difference.missing]
    unchanged = [spec.name for spec in specs if spec.name not in {*created, *difference.drift}]
    return Report(created, difference.drift, unchanged)


async def compare(kafka: Kafka, specs: Sequence[TopicSpec] = TOPICS) -> Difference:
    """Look, change nothing. Raises `Transient` when the broker is away."""
    async with _admin(kafka) as admin:
        return _differ(specs, await _find(admin, kafka.prefix, specs))


@asynccontextmanager
async def _admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_options(kafka), client_id="leadpulse-topics")
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError, TimeoutError) as error:
        raise Transient(f"Kafka не отвечает по адресу {kafka.bootstrap}: {error!r}") from error
    finally:
        await admin.close()


async def _find(admin: AIOKafkaAdminClient, prefix: str, specs: Iterable[TopicSpec]) -> dict[str, _Found]:
    # all topics, not ours by name: asking for a missing one would create it where the cluster allows that
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    names = [spec.name for spec in specs if prefix + spec.name in partitions]
    if not names:
        return {}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, prefix + n) for n in names])
    found = {}
    for resource in [r for answer in answers for r in answer.to_object()["resources"]]:
        _check(resource["error_code"], f"settings of {resource['resource_name']}")
        entries = [e for e in resource["config_entries"] if e["config_value"] is not None]
        found[resource["resource_name"].removeprefix(prefix)] = _Found(
            partitions[resource["resource_name"]],
            {e["config_names"]: e["config_value"] for e in entries},
            {e["config_names"]: e["config_value"] for e in entries if e["config_source"] == DYNAMIC_TOPIC_CONFIG},
        )
    return found


def _differ(specs: Iterable[TopicSpec], found: dict[str, _Found]) -> Difference:
    difference = Difference()
    for spec in specs:
        topic = found.get(spec.name)
        if topic is None:
            difference.missing.append(spec)
            continue
        cleanup = topic.configs.get("cleanup.policy", "")
        if topic.partitions != spec.partitions:
            difference.mismatches.append(f"{spec.name}: разделов {topic.partitions}, должно быть {spec.partitions}")
        if cleanup != spec.cleanup:
            difference.mismatches.append(f"{spec.name}: cleanup.policy = {cleanup}, должно быть {spec.cleanup}")
        drift = [f"{n}: {topic.configs.get(n)} → {v}" for n, v in spec.configs().items() if topic.configs.get(n) != v]
        if drift:
            difference.drift[spec.name] = drift
    return difference


async def _create(admin: AIOKafkaAdminClient, kafka: Kafka, specs: Iterable[TopicSpec]) -> None:
    topics = [
        NewTopic(kafka.prefix + spec.name, spec.partitions, kafka.replication, topic_configs=spec.configs())
        for spec in specs
    ]
    if not topics:
        return
    answer = await admin.create_topics(topics)
    for name, code, text, *_ in answer.topic_errors:
        if code != TopicAlreadyExistsError.errno:  # another `topics apply` was faster: the same specs
            _check(code, f"creating {name}: {text}")


async def _alter(admin: AIOKafkaAdminClient, prefix: str, topics: dict[TopicSpec, _Found]) -> None:
    # this request replaces all settings of a topic: what an operator set beside ours is sent along
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, prefix + spec.name, {**found.own, **spec.configs()})
        for spec, found in topics.items()
    ]
    if not resources:
        return
    for answer in await admin.alter_configs(resources):
        for code, text, _, name in answer.resources:
            _check(code, f"changing {name}: {text}")


async def _wait_for_leaders(admin: AIOKafkaAdminClient, names: Iterable[str]) -> None:
    wanted = set(names)
    async with asyncio.timeout(READY_SECONDS):
        while wanted:
            topics: list[dict[str, Any]] = await admin.describe_topics()
            wanted -= {t["topic"] for t in topics if t["partitions"] and all(p["leader"] >= 0 for p in t["partitions"])}
            await asyncio.sleep(0.05 if wanted else 0)


def _check(code: int, doing: str) -> None:
    if not code:
        return
    error = for_code(code)
    if error.retriable:
        raise Transient(f"{doing} ({error.__name__})")
    raise Refused(f"Kafka refused {doing} ({error.__name__})")


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"  - {line}" for line in lines)
