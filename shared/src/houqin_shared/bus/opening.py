"""Which bus it is: the one place that decides, from the settings."""

from collections.abc import Mapping, Sequence

from houqin_shared.bus import Bus
from houqin_shared.bus.kafka import KafkaBus
from houqin_shared.bus.kafka_settings import KafkaSettings
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.misconfigured import Misconfigured

KAFKA = "kafka://"

BusSettings = str | KafkaSettings
"""The postgresql:// URL of the log table, or how Kafka is reached."""


def bus_settings(url: str, environment: Mapping[str, str]) -> BusSettings:
    """Read postgresql://... or kafka://host:port,host:port; Kafka's details are KAFKA_... in the
    environment. Raises Misconfigured.
    """
    if url.startswith(KAFKA):
        return KafkaSettings.from_environment(url.removeprefix(KAFKA), environment)
    if url.startswith(("postgresql://", "postgres://")):
        return url
    kind = url.split(":", maxsplit=1)[0]
    raise Misconfigured(
        f"BUS_URL begins with postgresql:// or kafka://, not with {kind}.",
        f"BUS_URL 应以 postgresql:// 或 kafka:// 开头,而不是 {kind}。",
    )


async def open_bus(settings: BusSettings, topics: Sequence[str]) -> Bus:
    """Connect, and make what is missing. Raises Misconfigured."""
    if isinstance(settings, KafkaSettings):
        return await KafkaBus.open(settings, topics)
    return await PostgresBus.open(settings)
