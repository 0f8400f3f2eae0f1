"""Kafka's settings: read from the environment, refused with the variable's name and the remedy."""

from pathlib import Path

import pytest
from houqin_shared.bus.kafka_settings import KafkaSettings
from houqin_shared.bus.opening import bus_settings
from houqin_shared.misconfigured import Misconfigured

PASSWORD = "open sesame"


def read(**environment: str) -> KafkaSettings:
    return KafkaSettings.from_environment("broker:9092", environment)


def refused(**environment: str) -> str:
    with pytest.raises(Misconfigured) as error:
        read(**environment)
    assert error.value.zh
    return error.value.en


def sasl(**more: str) -> dict[str, str]:
    return {
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_SASL_USERNAME": "houqin",
        "KAFKA_SASL_PASSWORD": PASSWORD,
    } | more


def test_nothing_said_is_plain_text_and_one_copy() -> None:
    settings = read(KAFKA_SASL_MECHANISM="", OTHER="x")
    assert (settings.protocol, settings.partitions, settings.replication) == ("PLAINTEXT", 6, 1)
    assert settings.tls is None


def test_everything_said() -> None:
    settings = read(**sasl(KAFKA_PARTITIONS="12", KAFKA_REPLICATION="3"))
    assert (settings.partitions, settings.replication) == (12, 3)
    assert settings.client["sasl_plain_password"] == PASSWORD
    assert PASSWORD not in repr(settings)


def test_tls_without_files_trusts_the_systems_authorities() -> None:
    settings = read(KAFKA_SECURITY_PROTOCOL="SSL")
    assert settings.tls is not None
    assert settings.tls.check_hostname


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "KAFKA_SECURITY_PROTOCOL is 'TLS'; it is one of: PL"),
        ({"KAFKA_PARTITIONS": "many"}, "KAFKA_PARTITIONS is 'many'; give a whole number"),
        ({"KAFKA_REPLICATION": "0"}, "KAFKA_REPLICATION is '0'; give a whole number"),
        ({"KAFKA_SSL_CAFILE": "ca.pem"}, "KAFKA_SSL_CAFILE is set, but KAFKA_SECURITY_PROTOCOL is"),
        ({"KAFKA_SASL_PASSWORD": "x"}, "KAFKA_SASL_PASSWORD is set, but KAFKA_SECURITY_PROTOCOL"),
        (sasl(KAFKA_SASL_USERNAME=""), "KAFKA_SASL_USERNAME is not set; set it"),
        (sasl(KAFKA_SASL_MECHANISM="GSSAPI"), "KAFKA_SASL_MECHANISM is 'GSSAPI'; it is one of"),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CAFILE": "/nowhere/ca.pem"},
            "KAFKA_SSL_CAFILE=/nowhere/ca.pem",
        ),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEYFILE": "/nowhere/key.pem"},
            "KAFKA_SSL_CERTFILE is not",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str], said: str) -> None:
    assert said in refused(**environment)


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("not a certificate")
    said = refused(KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_SSL_CAFILE=str(file))
    assert f"KAFKA_SSL_CAFILE={file}" in said


@pytest.mark.parametrize("url", ["kafka://broker", "kafka://", "kafka://a:1,b", "kafka://a:99999"])
def test_an_address_needs_host_and_port(url: str) -> None:
    with pytest.raises(Misconfigured, match="is not HOST:PORT"):
        bus_settings(url, {})


def test_another_bus_is_refused() -> None:
    with pytest.raises(Misconfigured, match="BUS_URL begins with"):
        bus_settings("amqp://broker", {})
