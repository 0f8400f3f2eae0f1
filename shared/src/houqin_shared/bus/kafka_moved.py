"""Brokers that have all moved are found again where one may ask first.

aiokafka asks the configured addresses once, when a client starts, and from then on only the
addresses that brokers gave. If none of those is right any more it would ask them for ever; Java's
clients go back to the configured ones (KIP-899), and so do ours.
"""

from collections.abc import Sequence
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaError


def find_again(client: AIOKafkaClient) -> None:
    """Let `client` go back to the configured addresses whenever no known broker answers."""
    ask_known = client._metadata_update

    async def ask(cluster: ClusterMetadata, topics: Sequence[str]) -> Any:
        if await ask_known(cluster, topics):
            return True
        try:
            await client.bootstrap()
        except KafkaError:
            return False  # nobody is there; whoever needs a broker will ask again
        return await ask_known(cluster, topics)

    client._metadata_update = ask
