"""The settings of the embedded broker, each with its reason."""

from streams.engine.kafka import MAX_REQUEST
from streams.settings.login import USER

HOST = "127.0.0.1"

BATCH_OVERHEAD = 4096
"""Bytes that the broker counts and a producer does not, when it compares a batch with the largest record."""

PROPERTIES = """\
# Written by streams/embedded/broker.py at each start.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENTS://{host}:{port}
listener.security.protocol.map=CLIENTS:{protocol},CONTROLLER:{protocol}
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENTS
log.dirs=data
auto.create.topics.enable=false
message.max.bytes={max_bytes}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# a machine that was off for a month of holidays still knows where its workers stood
offsets.retention.minutes=64800
# one node has no replica to take over after a power cut: at most a second of acknowledged records is not on the disk
log.flush.interval.ms=1000
log.flush.scheduler.interval.ms=1000
# after a kill -9 the old registration must run out before the new one counts: 9 s by default
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
# an idle node writes itself a record twice a second by default
metadata.max.idle.interval.ms=5000
# small: one machine, 15 users
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
num.network.threads=2
num.io.threads=2
background.threads=2
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
# 128 MB of heap by default; 8 MB hold the keys of 300 000 records in one pass of compaction
log.cleaner.dedupe.buffer.size=8388608
"""


SASL = """\
# PLAIN: the password goes over loopback only, where nobody but root listens. The controller asks for it too.
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config={login}
listener.name.controller.plain.sasl.jaas.config={login}
"""

LOGIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required "
    'username="{user}" password="{password}" user_{user}="{password}";'
)


def properties(port: int, controller_port: int, password: str = "") -> str:
    """The text of `server.properties`. Paths in it are relative to the broker's folder.

    With a `password` (letters, digits, `-` and `_`) nobody is let in without it.
    """
    text = PROPERTIES.format(
        host=HOST,
        port=port,
        controller_port=controller_port,
        protocol="SASL_PLAINTEXT" if password else "PLAINTEXT",
        max_bytes=MAX_REQUEST + BATCH_OVERHEAD,
    )
    return text + SASL.format(login=LOGIN.format(user=USER, password=password)) if password else text
