"""librdkafka's mock of Apache Kafka, out of the wheel of confluent-kafka: needs no Java.

It speaks the protocol of producers and of groups, and keeps everything in memory. Clients can
neither make nor change topics, and several members of a group race in its SyncGroup.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path

import confluent_kafka

PRODUCER = 0
PRODUCE, OFFSET_COMMIT = 0, 8
"""Kafka's numbers of requests."""


def _librdkafka() -> ctypes.CDLL:
    """The library of the wheel, which `import confluent_kafka` has loaded already."""
    package = Path(confluent_kafka.__file__).parent
    (library,) = [
        *package.parent.glob("confluent_kafka.libs/librdkafka*.so*"),
        *package.glob(".dylibs/librdkafka*.dylib"),
    ]
    loaded = ctypes.CDLL(str(library))
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
        ("conf_new", pointer, []),
        ("new", pointer, [ctypes.c_int, pointer, text, ctypes.c_size_t]),
        ("destroy", None, [pointer]),
        ("mock_cluster_new", pointer, [pointer, ctypes.c_int]),
        ("mock_cluster_bootstraps", text, [pointer]),
        ("mock_cluster_destroy", None, [pointer]),
        ("mock_group_initial_rebalance_delay_ms", None, [pointer, ctypes.c_int32]),
        ("mock_topic_create", ctypes.c_int, [pointer, text, ctypes.c_int, ctypes.c_int]),
        (
            "mock_push_request_errors_array", None,
            [pointer, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)],
        ),
    ):  # fmt: skip
        function = getattr(loaded, f"rd_kafka_{name}")
        function.restype, function.argtypes = result, arguments
    return loaded


class MockBroker:
    """A cluster of one mock broker on 127.0.0.1."""

    def __init__(self) -> None:
        self._library = library = _librdkafka()
        reason = ctypes.create_string_buffer(256)
        self._owner = library.rd_kafka_new(PRODUCER, library.rd_kafka_conf_new(), reason, 256)
        if not self._owner:
            raise RuntimeError(reason.value.decode())
        self._cluster = library.rd_kafka_mock_cluster_new(self._owner, 1)
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.address: str = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def make(self, topic: str, partitions: int) -> None:
        """Raises RuntimeError."""
        code = self._library.rd_kafka_mock_topic_create(
            self._cluster, topic.encode(), partitions, 1
        )
        if code:
            raise RuntimeError(f"{topic} could not be made: librdkafka's error {code}")

    def fail(self, request: int, codes: Sequence[int]) -> None:
        """Answer the next requests of a kind with these error codes, in turn; 0 lets one pass."""
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, request, len(codes), (ctypes.c_int * len(codes))(*codes)
        )

    def remove(self) -> None:
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._owner)
