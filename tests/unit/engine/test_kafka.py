"""Keys to partitions as Java does it, and what every client is told of the connection."""

import pytest
from pydantic import SecretStr

from schemas.topics import LEAD_PARTITIONS, TOPICS
from streams.engine.connect import client_options
from streams.engine.kafka import partition_of
from streams.settings import Kafka

# org.apache.kafka.common.utils.UtilsTest.testMurmur2, as signed 32-bit numbers
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "hashed"), JAVA.items())
def test_partition_is_the_one_of_javas_default_partitioner(key: bytes, hashed: int) -> None:
    """Other producers (Java, librdkafka with murmur2) put a lead's events where we look for its state."""
    assert partition_of("lead.events", key) == (hashed & 0x7FFFFFFF) % LEAD_PARTITIONS


def test_a_lead_has_one_partition_number_in_all_lead_topics() -> None:
    """Events, state, signals and alerts of a lead stand in the same partition number."""
    for lead in range(1, 300):
        places = {partition_of(f"lead.{name}", str(lead).encode()) for name in ("events", "state", "signals", "alerts")}
        assert len(places) == 1


def test_leads_spread_over_all_partitions() -> None:
    """Hundreds of leads leave no partition empty."""
    assert {partition_of("lead.events", str(lead).encode()) for lead in range(1, 300)} == set(range(LEAD_PARTITIONS))


def test_record_without_a_key_has_a_place_in_every_topic() -> None:
    """An empty key is a key like any other."""
    assert all(0 <= partition_of(topic.name, b"") < topic.partitions for topic in TOPICS)


def test_plain_connection_needs_no_secret() -> None:
    """On loopback there is neither TLS nor SASL, and several addresses are split."""
    options = client_options(Kafka(bootstrap="a:1,b:2"))
    assert options["bootstrap_servers"] == ["a:1", "b:2"]
    assert not {"ssl_context", "sasl_mechanism", "sasl_plain_password"} & set(options)


def test_sasl_over_tls_brings_both() -> None:
    """A cluster's settings reach the client whole; TLS checks the server's name."""
    kafka = Kafka(security="SASL_SSL", sasl_mechanism="SCRAM-SHA-256", username="u", password=SecretStr("p"))
    options = client_options(kafka)
    assert options["ssl_context"].check_hostname
    assert (options["sasl_mechanism"], options["sasl_plain_username"], options["sasl_plain_password"]) == (
        "SCRAM-SHA-256",
        "u",
        "p",
    )


def test_tls_without_sasl_and_sasl_without_tls() -> None:
    """Each of the two stands alone."""
    assert "sasl_mechanism" not in client_options(Kafka(security="SSL"))
    assert "ssl_context" not in client_options(Kafka(security="SASL_PLAINTEXT"))
