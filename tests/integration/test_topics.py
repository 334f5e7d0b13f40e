"""`streams.engine.topics` on the real broker."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.errors import Refused, TopicMismatch, Transient
from schemas.topics import DAY_MS, IDENTITIES, LEAD_EVENTS, PROBE, TOPICS, WMS
from streams.cli.check_kafka import kafka_faults
from streams.engine.reader import Reader
from streams.engine.topics import Difference, Report, apply, compare
from streams.settings import Kafka, Retention, Settings
from tests.installation import until
from tests.ports import free_port

SPECS = (WMS, IDENTITIES, LEAD_EVENTS)
NAMES = [spec.name for spec in SPECS]


@pytest.fixture
async def kafka(bootstrap: str) -> AsyncIterator[Kafka]:
    """An empty installation; its topics are removed afterwards."""
    settings = Kafka(bootstrap=bootstrap, prefix=f"topics{time.monotonic_ns()}.")
    yield settings
    async with Admin(settings) as admin:
        ours = [name for name in await admin.client.list_topics() if name.startswith(settings.prefix)]
        if ours:
            await admin.client.delete_topics(ours)


class Admin:
    """An operator at the broker, who changes things behind our back."""

    def __init__(self, kafka: Kafka) -> None:
        self.client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        self._prefix = kafka.prefix

    async def __aenter__(self) -> "Admin":
        await self.client.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def configs(self, name: str) -> dict[str, str]:
        """All settings of a topic."""
        resource = ConfigResource(ConfigResourceType.TOPIC, self._prefix + name)
        (answer,) = await self.client.describe_configs([resource])
        entries = answer.to_object()["resources"][0]["config_entries"]
        return {entry["config_names"]: entry["config_value"] for entry in entries}

    async def set(self, name: str, **configs: str) -> None:
        """Replace a topic's own settings and wait until they show."""
        wanted = {key.replace("_", "."): value for key, value in configs.items()}
        resource = ConfigResource(ConfigResourceType.TOPIC, self._prefix + name, wanted)
        await self.client.alter_configs([resource])
        await until(lambda: self.shows(name, wanted), 10, "settings show")

    async def shows(self, name: str, wanted: dict[str, str]) -> bool:
        """Whether the broker tells these settings: it applies them a moment after it took them."""
        return wanted.items() <= (await self.configs(name)).items()


async def test_missing_topics_are_created_as_specified(kafka: Kafka) -> None:
    """Every topic of the list exists afterwards, with its partitions and settings, and a second run changes nothing."""
    report = await apply(kafka)
    assert report == Report([spec.name for spec in TOPICS], {}, [])
    async with Admin(kafka) as admin:
        found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.client.describe_topics()}
        for spec in TOPICS:
            assert found[kafka.prefix + spec.name] == spec.partitions
            assert await admin.shows(spec.name, spec.configs())
    assert await apply(kafka) == Report([], {}, [spec.name for spec in TOPICS])
    assert await compare(kafka) == Difference()


async def test_only_what_is_missing_is_created(kafka: Kafka) -> None:
    """Topics that are there stay as they are."""
    await apply(kafka, [WMS])
    assert await apply(kafka, SPECS) == Report([IDENTITIES.name, LEAD_EVENTS.name], {}, [WMS.name])


async def test_all_mismatches_are_listed_and_nothing_is_changed(kafka: Kafka) -> None:
    """Wrong partitions and cleanup of several topics come in one error, and the missing topic is not created."""
    await apply(kafka, [replace(WMS, partitions=2, cleanup="compact"), replace(IDENTITIES, cleanup="delete")])
    with pytest.raises(TopicMismatch) as caught:
        await apply(kafka, SPECS)
    assert str(caught.value).splitlines()[1:] == [
        f"  - {WMS.name}: разделов 2, должно быть 4",
        f"  - {WMS.name}: cleanup.policy = compact, должно быть delete",
        f"  - {IDENTITIES.name}: cleanup.policy = delete, должно быть compact",
    ]
    assert [spec.name for spec in (await compare(kafka, SPECS)).missing] == [LEAD_EVENTS.name]


async def test_other_settings_are_repaired_and_an_operators_own_stay(kafka: Kafka) -> None:
    """Drift is put right and reported; a setting that we say nothing about survives the repair."""
    await apply(kafka, SPECS)
    async with Admin(kafka) as admin:
        await admin.set(WMS.name, retention_ms="60000", segment_bytes="20000000")
        report = await apply(kafka, SPECS)
        assert report.altered[WMS.name][0] == f"retention.ms: 60000 → {WMS.retention_ms}"
        assert sorted(report.unchanged) == sorted(NAMES[1:])
        wanted = WMS.configs() | {"segment.bytes": "20000000"}
        await until(lambda: admin.shows(WMS.name, wanted), 10, "repaired settings show")


async def test_a_broker_that_is_away_is_a_passing_fault() -> None:
    """`Transient`, so that the caller may wait and try again."""
    with pytest.raises(Transient, match="Kafka не отвечает"):
        await apply(Kafka(bootstrap=f"127.0.0.1:{free_port()}"), SPECS)


async def test_what_the_broker_refuses_is_said(kafka: Kafka) -> None:
    """More replicas than brokers: a lasting fault with Kafka's own word for it."""
    with pytest.raises(Refused, match="InvalidReplicationFactor"):
        await apply(kafka.model_copy(update={"replication": 3}), SPECS)


async def test_check_writes_a_record_and_reads_the_brokers_clock(kafka: Kafka) -> None:
    """Same machine, same clock: no fault. Nothing but the probe's own topic gets a record."""
    settings = Settings().model_copy(update={"kafka": kafka})
    missing = await asyncio.to_thread(kafka_faults, settings)
    assert "leadpulse topics apply" in missing[0]
    await apply(kafka)
    assert await asyncio.to_thread(kafka_faults, settings) == []
    records = [record async for record in Reader(kafka, PROBE).read([0])]
    assert [record.key for record in records] == [b"check"]


async def command(kafka: Kafka, *arguments: str) -> tuple[int, str, str]:
    """`leadpulse topics apply …` as a process: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams.cli", "topics", "apply", *arguments),
        env={**os.environ, "LEADPULSE_KAFKA__BOOTSTRAP": kafka.bootstrap, "LEADPULSE_KAFKA__PREFIX": kafka.prefix},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, faults = await process.communicate()
    return process.returncode or 0, said.decode(), faults.decode()


async def test_the_command_tells_what_it_did(kafka: Kafka) -> None:
    """JSON for a program; a mismatch is a list on stderr and 1, a broker that is away one line and 1."""
    await apply(kafka, [WMS])
    code, said, faults = await command(kafka, "--json")
    assert (code, faults) == (0, "")
    assert json.loads(said)["unchanged"] == [WMS.name]

    other = kafka.model_copy(update={"prefix": kafka.prefix + "other."})
    await apply(other, [replace(WMS, partitions=2)])
    code, said, faults = await command(other)
    assert (code, said) == (1, "")
    assert f"  - {WMS.name}: разделов 2, должно быть 4\n" in faults
    assert "Traceback" not in faults

    code, said, faults = await command(Kafka(bootstrap=f"127.0.0.1:{free_port()}"), "--wait", "0.6")
    assert (code, said, faults.count("\n")) == (1, "", 1)


async def test_a_retention_of_the_settings_reaches_the_broker_and_stays(kafka: Kafka) -> None:
    """The changed topic alone is altered, a second run finds it done, and `compare` with other settings tells it."""
    wanted = [spec for spec in Retention(wms=14).topics() if spec.name in {spec.name for spec in SPECS}]
    await apply(kafka, SPECS)
    report = await apply(kafka, wanted)
    assert report.altered == {WMS.name: [f"retention.ms: {30 * DAY_MS} → {14 * DAY_MS}"]}
    async with Admin(kafka) as admin:
        await until(lambda: admin.shows(WMS.name, {"retention.ms": str(14 * DAY_MS)}), 10, "retention shows")
    assert (await apply(kafka, wanted)).altered == {}
    assert list((await compare(kafka, SPECS)).drift) == [WMS.name]
