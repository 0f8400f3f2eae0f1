"""What aiokafka's client does not do by itself.

- Brokers that have all moved are found again where one may ask first. aiokafka asks the configured
  addresses once, when a client starts, and from then on only the addresses that brokers gave. If
  none of those is right any more it would ask them for ever; Java's clients go back to the
  configured ones (KIP-899), and so do ours.
- A connection that was reset is not written to. uvloop answers that with RuntimeError, which
  aiokafka takes for no broken connection: the task that was sending ends, and nobody hears from the
  bus any more.
"""

import logging
from collections.abc import Sequence
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaError

# It says so ten times a second of a topic that is gone. Who listens to it halts and says why, and
# whoever sends to it fails.
logging.getLogger("aiokafka.cluster").addFilter(
    lambda record: "not found in cluster metadata" not in record.getMessage()
)


def mend(client: AIOKafkaClient) -> None:
    """Make `client` do so."""
    ask_known, connect = client._metadata_update, client._get_conn

    async def ask(cluster: ClusterMetadata, topics: Sequence[str]) -> Any:
        if await ask_known(cluster, topics):
            return True
        try:
            await client.bootstrap()
        except KafkaError:
            return False  # nobody is there; whoever needs a broker will ask again
        return await ask_known(cluster, topics)

    async def connection(*to: Any, **how: Any) -> AIOKafkaConnection | None:
        found = await connect(*to, **how)
        if found is None or found._writer is None or not found._writer.transport.is_closing():
            return found
        found.close(reason=CloseReason.CONNECTION_BROKEN)
        return await connect(*to, **how)

    client._metadata_update, client._get_conn = ask, connection
