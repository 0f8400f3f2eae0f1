"""Topics are made as facts need them, or checked: whoever keeps facts for a while only loses them.

An existing topic keeps its partitions: with another number the keys would move, and the order of
a contract's facts with them.
"""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from houqin_shared.bus.kafka_settings import KafkaSettings
from houqin_shared.misconfigured import Misconfigured

log = logging.getLogger(__name__)

PATIENCE = 30
"""Seconds in which every broker has learned of a topic that was created."""

KEEP = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""Facts are kept until an operator decides otherwise: any service may be rebuilt from them."""


async def ensure_topics(
    admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[str]
) -> None:
    """Create what is missing, check what is there. Raises Misconfigured, KafkaError."""
    partitions = {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}
    known = [
        topic
        for topic in topics
        if topic in partitions or not await _create(admin, settings, topic)
    ]
    for topic in known:
        if partitions.get(topic, settings.partitions) != settings.partitions:
            log.warning(
                "%s has %d partitions and keeps them, though %d are configured: with another "
                "number the keys would move",
                topic,
                partitions[topic],
                settings.partitions,
            )
    await _check(admin, known)


async def _create(admin: AIOKafkaAdminClient, settings: KafkaSettings, topic: str) -> bool:
    """Whether it was created here: a topic of a moment ago may not be listed yet."""
    # What was acknowledged lies on two brokers at least, where there are two.
    durable = {"min.insync.replicas": str(min(2, settings.replication))}
    new = NewTopic(topic, settings.partitions, settings.replication, topic_configs=KEEP | durable)
    response = await admin.create_topics([new])
    for _, code, reason in response.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            return False
        if code:
            raise error(f"{topic} could not be created: {reason}")
    return True


async def _check(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> None:
    """Raises Misconfigured for a topic that does not keep what it is given."""
    if not topics:
        return
    wanted = [
        ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(KEEP)) for topic in topics
    ]
    try:
        for topic, name, value in await _configured(admin, wanted):
            if value != KEEP[name]:
                raise _forgetful(topic, name, value)
    except (TopicAuthorizationFailedError, IncompatibleBrokerVersion) as error:
        log.warning(
            "the broker does not let us check %s (%r): see to it that they keep everything: %s",
            ", ".join(topics),
            error,
            _said(KEEP),
        )


async def _configured(
    admin: AIOKafkaAdminClient, wanted: Sequence[ConfigResource]
) -> list[tuple[str, str, str]]:
    """Topic, setting and value; a topic that was created a moment ago is waited for."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        found, unknown = [], False
        for response in await admin.describe_configs(wanted):
            for code, reason, _kind, topic, entries in response.resources:
                if for_code(code) is UnknownTopicOrPartitionError:
                    unknown = True
                elif code:
                    raise for_code(code)(f"{topic}: {reason}")
                found += [(topic, name, value) for name, value, *_more in entries]
        if not unknown:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise UnknownTopicOrPartitionError(", ".join(each.name for each in wanted))
        await asyncio.sleep(0.1)


def _forgetful(topic: str, name: str, value: str) -> Misconfigured:
    alter = f"kafka-configs.sh --alter --topic {topic} --add-config {name}={KEEP[name]}"
    return Misconfigured(
        f"Kafka's topic {topic} has {name}={value}: facts would be deleted before everybody has "
        f"heard them. Set it to {KEEP[name]} and start again: {alter}",
        f"Kafka 主题 {topic} 的 {name}={value}:事实可能在被全部接收之前遭到删除。"
        f"请将其设为 {KEEP[name]} 后重新启动:{alter}",
    )


def _said(settings: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())
