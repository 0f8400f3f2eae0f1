"""Every bus, under the same tests."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from buses import OnKafka, OnMock, OnPostgres, Place
from houqin_shared.bus import Bus
from mock_broker import MockBroker

Open = Callable[[], Awaitable[Bus]]


@pytest.fixture(scope="module")
def mock_broker() -> Iterator[MockBroker]:
    broker = MockBroker()
    yield broker
    broker.remove()


@pytest.fixture(params=["postgres", "kafka", "mock"])
async def place(
    request: pytest.FixtureRequest, new_database: Callable[[], Awaitable[str]]
) -> Place:
    match request.param:
        case "postgres":
            return OnPostgres(await new_database())
        case "kafka":
            return OnKafka(request.getfixturevalue("kafka"))
        case _:
            return OnMock(request.getfixturevalue("mock_broker"))


@pytest.fixture
async def open_bus(place: Place) -> AsyncIterator[Open]:
    """Opens connections to one and the same bus."""
    opened: list[Bus] = []

    async def begin() -> Bus:
        opened.append(await place.open())
        return opened[-1]

    yield begin
    for bus in opened:
        await bus.close()


@pytest.fixture
async def topic(place: Place) -> str:
    name = f"t-{uuid.uuid4().hex[:12]}"
    await place.make(name)
    return name


@pytest.fixture
def group(topic: str) -> str:
    return f"group-of-{topic}"
