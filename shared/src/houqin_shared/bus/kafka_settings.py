"""How Kafka is reached, and how topics are made: read from the environment and checked here."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from houqin_shared.misconfigured import Misconfigured

PLAINTEXT = "PLAINTEXT"
PROTOCOLS: Final = (PLAINTEXT, "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

PROTOCOL = "KAFKA_SECURITY_PROTOCOL"
CAFILE, CERTFILE, KEYFILE = "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE"
MECHANISM = "KAFKA_SASL_MECHANISM"
USERNAME, PASSWORD = "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"
PARTITIONS, REPLICATION = "KAFKA_PARTITIONS", "KAFKA_REPLICATION"


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the brokers are, how they are spoken to, and how topics that are missing are made."""

    servers: str
    """host:port,host:port"""
    partitions: int = 6
    replication: int = 1
    protocol: str = PLAINTEXT
    tls: ssl.SSLContext | None = None
    mechanism: str = "PLAIN"
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def client(self) -> dict[str, Any]:
        """What every client of aiokafka is given."""
        return {
            "bootstrap_servers": self.servers.split(","),
            "security_protocol": self.protocol,
            "ssl_context": self.tls,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    @classmethod
    def from_environment(cls, servers: str, environment: Mapping[str, str]) -> "KafkaSettings":
        """Read KAFKA_...; an empty variable counts as not set. Raises Misconfigured."""
        given = {name: value for name, value in environment.items() if value}
        protocol = given.get(PROTOCOL, PLAINTEXT)
        if protocol not in PROTOCOLS:
            raise _not_one_of(PROTOCOL, protocol, PROTOCOLS)
        mechanism, username, password = _sasl(protocol, given)
        return cls(
            servers=_addresses(servers),
            partitions=_count(PARTITIONS, given, 6),
            replication=_count(REPLICATION, given, 1),
            protocol=protocol,
            tls=_tls(protocol, given),
            mechanism=mechanism,
            username=username,
            password=password,
        )


def _addresses(servers: str) -> str:
    for server in servers.split(","):
        host, _, port = server.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise Misconfigured(
                f"Kafka's address {server!r} is not HOST:PORT; several are separated by commas.",
                f"Kafka 地址 {server!r} 不是 主机:端口;多个地址以逗号分隔。",
            )
    return servers


def _count(name: str, given: Mapping[str, str], default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise Misconfigured(
            f"{name} is {text!r}; give a whole number from 1 to 1000, or leave it out "
            f"for {default}.",
            f"{name} 的值为 {text!r};请填写 1 至 1000 的整数,或留空以使用 {default}。",
        )
    return int(text)


def _tls(protocol: str, given: Mapping[str, str]) -> ssl.SSLContext | None:
    """The broker's certificate is checked against the CA file, or the system's authorities."""
    named = [name for name in (CAFILE, CERTFILE, KEYFILE) if name in given]
    if not protocol.endswith("SSL"):
        if named:
            raise _does_not_fit(named[0], protocol, "SSL, SASL_SSL")
        return None
    if KEYFILE in given and CERTFILE not in given:
        raise Misconfigured(
            f"{KEYFILE} is set and {CERTFILE} is not; name the certificate of the key as well.",
            f"已设置 {KEYFILE} 而未设置 {CERTFILE};请一并填写该密钥的证书文件。",
        )
    try:
        context = ssl.create_default_context(cafile=given.get(CAFILE))
        if CERTFILE in given:
            context.load_cert_chain(given[CERTFILE], given.get(KEYFILE), password=_no_passphrase)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        files = ", ".join(f"{name}={given[name]}" for name in named)
        raise Misconfigured(
            f"The files for TLS can't be used ({files}): {error}. Give readable PEM files whose "
            f"key has no passphrase and belongs to the certificate.",
            f"TLS 文件无法使用({files}):{error}。请提供可读的 PEM 文件;私钥不得加密,"
            f"并须与证书匹配。",
        ) from error
    return context


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal, and a service would wait there for ever."""
    raise ValueError("the key is encrypted")


def _sasl(protocol: str, given: Mapping[str, str]) -> tuple[str, str | None, str | None]:
    names = (MECHANISM, USERNAME, PASSWORD)
    if not protocol.startswith("SASL"):
        for name in names:
            if name in given:
                raise _does_not_fit(name, protocol, "SASL_PLAINTEXT, SASL_SSL")
        return "PLAIN", None, None
    for name in names:
        if name not in given:
            raise Misconfigured(
                f"{PROTOCOL} is {protocol}, and {name} is not set; set it.",
                f"{PROTOCOL} 为 {protocol},但未设置 {name};请设置。",
            )
    if given[MECHANISM] not in MECHANISMS:
        raise _not_one_of(MECHANISM, given[MECHANISM], MECHANISMS)
    return given[MECHANISM], given[USERNAME], given[PASSWORD]


def _not_one_of(name: str, value: str, known: tuple[str, ...]) -> Misconfigured:
    return Misconfigured(
        f"{name} is {value!r}; it is one of: {', '.join(known)}.",
        f"{name} 的值为 {value!r};应为下列之一:{', '.join(known)}。",
    )


def _does_not_fit(name: str, protocol: str, fitting: str) -> Misconfigured:
    """Somebody believes that the connection is secured in a way in which it is not."""
    return Misconfigured(
        f"{name} is set, but {PROTOCOL} is {protocol}; set it to one of {fitting}, "
        f"or remove {name}.",
        f"已设置 {name},但 {PROTOCOL} 为 {protocol};请将其改为 {fitting} 之一,或删除 {name}。",
    )
