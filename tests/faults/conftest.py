import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import broker
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from faults.system import SEED, System, luck_of


def pytest_report_header() -> str:
    return f"HOUQIN_SEED={SEED} make test-faults  # repeats this run"


@pytest.fixture
def luck(request: pytest.FixtureRequest) -> random.Random:
    """Of this test, whichever others run."""
    return luck_of(request.node.name)


@pytest.fixture
def own_broker(broker_of_module: broker.Broker) -> Iterator[broker.Broker]:
    """A real Apache Kafka that may be killed; it is emptied between tests."""
    yield broker_of_module
    asyncio.run(_empty(broker_of_module.address))


async def _empty(address: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    topics = [each for each in await admin.list_topics() if not each.startswith("__")]
    await admin.delete_topics(topics)
    await admin.close()


@pytest.fixture
def make_system() -> Iterator[Callable[..., System]]:
    """Systems that end with the test, whatever state they are in."""
    # Not tmp_path: another run of pytest would take it away from PostgreSQL's user.
    folder = Path(tempfile.mkdtemp(prefix="hq-faults-"))
    made: list[System] = []

    def make(*bus_flags: str) -> System:
        made.append(System(folder / "var", *bus_flags))
        return made[-1]

    yield make
    for each in made:
        each.end()
        print(each.log()[-20_000:])  # noqa: T201 - shown if the test failed
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["postgres", "kafka"])
def system(request: pytest.FixtureRequest, make_system: Callable[..., System]) -> System:
    """On each bus."""
    if request.param == "postgres":
        return make_system()
    address = request.getfixturevalue("own_broker").address
    return make_system("--bus", "kafka", "--kafka", address)


@pytest.fixture
def on_postgres(make_system: Callable[..., System]) -> System:
    return make_system()


@pytest.fixture
def on_kafka(make_system: Callable[..., System], own_broker: broker.Broker) -> System:
    return make_system("--bus", "kafka", "--kafka", own_broker.address)
