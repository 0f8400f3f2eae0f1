"""A real Apache Kafka without containers: its released jars from Maven, one node, KRaft.

`python tests/broker.py [PORT]` runs one until Ctrl-C, for a developer.
"""

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from ports import free_port

KAFKA = "4.1.0"
CACHE = Path(os.environ.get("HOUQIN_KAFKA_JARS", Path.home() / ".cache" / "houqin" / KAFKA))
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cn.houqin</groupId><artifactId>broker</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{KAFKA}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
  </dependencies>
</project>
"""
PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""
PATIENCE = 300
"""Seconds, on the slowest and busiest machine."""


def why_not() -> str | None:
    """What is missing to run a broker here, or None."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def jars() -> Path:
    """The folder of the released jars, fetched once."""
    libs = CACHE / "libs"
    if not (CACHE / "complete").exists():
        libs.mkdir(parents=True, exist_ok=True)
        (CACHE / "pom.xml").write_text(POM)
        subprocess.run(
            ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={libs}"],
            cwd=CACHE, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        (CACHE / "complete").touch()
    return libs


JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Warm in seconds: the optimizing compiler needs minutes of a core for a broker that lives as long,
and until then two thirds of what the broker costs are the compiler."""


class Broker:
    """One broker on 127.0.0.1 that can be killed and started again with its data."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.controller = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._folder = Path(tempfile.mkdtemp(prefix="hq-kafka-"))
        self._process: subprocess.Popen[bytes] | None = None
        properties = self._folder / "server.properties"
        properties.write_text(
            PROPERTIES.format(
                port=self.port, controller=self.controller, data=self._folder / "data"
            )
            + self._more_properties()
        )
        self._java(
            "kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties),
            *self._users(),
        )  # fmt: skip

    def _more_properties(self) -> str:
        """Lines that are added, or replace those above."""
        return ""

    def _users(self) -> list[str]:
        """Arguments that name who may log in."""
        return []

    def _command(self, *arguments: str) -> list[str]:
        return ["java", *JVM, "-cp", f"{jars()}/*", *arguments]

    def _java(self, *arguments: str) -> None:
        with (self._folder / "tool.log").open("ab") as log:
            subprocess.run(self._command(*arguments), check=True, stdout=log, stderr=log)

    def start(self) -> "Broker":
        log = (self._folder / "broker.log").open("ab")
        self._process = subprocess.Popen(
            self._command("kafka.Kafka", str(self._folder / "server.properties")),
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        log.close()
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if self._process.poll() is not None:
                break
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=1),
            ):
                return self
            time.sleep(0.1)
        raise RuntimeError(
            f"Kafka did not start: {(self._folder / 'broker.log').read_text()[-2000:]}"
        )

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def move_to(self, port: int) -> None:
        """kill -9; from the next start on it listens, with its data, at another address only."""
        self.kill()
        properties = self._folder / "server.properties"
        address = f"127.0.0.1:{port}"
        properties.write_text(properties.read_text().replace(self.address, address))
        self.port, self.address = port, address

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _cluster_id() -> str:
    # The first letter is ours: one of "-" would be taken for an option.
    return "H" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def main() -> None:
    missing = why_not()
    if missing:
        sys.exit(f"no Kafka: {missing}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())
    broker = Broker(int(sys.argv[1]) if len(sys.argv) > 1 else 9092)
    try:
        broker.start()
        sys.stdout.write(f"Kafka {KAFKA} listens on {broker.address}; Ctrl-C ends it\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)
    finally:
        broker.remove()


if __name__ == "__main__":
    main()
