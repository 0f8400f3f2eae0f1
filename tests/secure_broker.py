"""A real Apache Kafka that asks who is there: for a certificate, or on another port a password."""

import subprocess
from pathlib import Path

from broker import Broker
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from ports import free_port

SECRET = "for the tests alone"
USER, PASSWORD = "houqin", "a password for the tests alone"

PROPERTIES = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},\
SSL://127.0.0.1:{tls},SASL_PLAINTEXT://127.0.0.1:{sasl}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SSL://127.0.0.1:{tls},\
SASL_PLAINTEXT://127.0.0.1:{sasl}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,\
SASL_PLAINTEXT:SASL_PLAINTEXT
ssl.client.auth=required
ssl.keystore.type=PKCS12
ssl.keystore.location={folder}/broker.p12
ssl.keystore.password={secret}
ssl.truststore.type=PKCS12
ssl.truststore.location={folder}/trusted.p12
ssl.truststore.password={secret}
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class SecureBroker(Broker):
    """Its certificate is `broker.pem`; whoever shows `client.pem` with its key is let in."""

    def _more_properties(self) -> str:
        tls, sasl = free_port(), free_port()
        self.tls_address, self.sasl_address = f"127.0.0.1:{tls}", f"127.0.0.1:{sasl}"
        self.broker_pem, self.client_pem = self._identity("broker"), self._identity("client")
        self.client_key = self._key_of("client")
        self._keytool(
            "-importcert", "-noprompt", "-alias", "client", "-file", str(self.client_pem),
            "-keystore", str(self._folder / "trusted.p12"),
        )  # fmt: skip
        return PROPERTIES.format(
            port=self.port, controller=self.controller, tls=tls, sasl=sasl,
            folder=self._folder, secret=SECRET,
        )  # fmt: skip

    def _users(self) -> list[str]:
        return ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]

    def _identity(self, name: str) -> Path:
        """Make a key with a certificate that it signs itself; the certificate."""
        store, certificate = self._folder / f"{name}.p12", self._folder / f"{name}.pem"
        self._keytool(
            "-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", f"CN={name}",
            "-ext", "san=ip:127.0.0.1", "-ext", "bc:c=ca:true", "-validity", "2",
            "-keystore", str(store),
        )  # fmt: skip
        self._keytool(
            "-exportcert", "-rfc", "-alias", name, "-keystore", str(store),
            "-file", str(certificate),
        )  # fmt: skip
        return certificate

    def _key_of(self, name: str) -> Path:
        """keytool exports no private keys."""
        key = self._folder / f"{name}.key"
        content = (self._folder / f"{name}.p12").read_bytes()
        private, _, _ = pkcs12.load_key_and_certificates(content, SECRET.encode())
        assert private is not None
        key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key

    def _keytool(self, *arguments: str) -> None:
        with (self._folder / "tool.log").open("ab") as log:
            subprocess.run(
                ["keytool", *arguments, "-storetype", "PKCS12", "-storepass", SECRET],
                check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
