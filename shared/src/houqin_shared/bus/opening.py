"""Which bus it is: the one place that decides, from the settings."""

from collections.abc import Sequence

from houqin_shared.bus import Bus
from houqin_shared.bus.kafka import KafkaBus, KafkaSettings
from houqin_shared.bus.postgres import PostgresBus

KAFKA = "kafka://"


async def open_bus(url: str, topics: Sequence[str]) -> Bus:
    """Open the bus at postgresql://... or kafka://host:port,host:port; make what is missing.

    Raises ValueError for another kind of URL.
    """
    if url.startswith(KAFKA):
        return await KafkaBus.open(KafkaSettings(url.removeprefix(KAFKA)), topics)
    if url.startswith(("postgresql://", "postgres://")):
        return await PostgresBus.open(url)
    raise ValueError(
        f"BUS_URL begins with postgresql:// or kafka://, not {url.split(':', maxsplit=1)[0]}"
    )
