"""An inspection service with one office and one signed contract."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from houqin_shared.service import Service
from inspection_svc.main import SERVICE

if TYPE_CHECKING:
    from inspection_house import House

sys.path.insert(0, str(Path(__file__).parent))  # where inspection_house.py lies

Start = Callable[[Service], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def empty_house(start: Start) -> "House":
    """A service that knows no office."""
    from inspection_house import House

    return House(await start(SERVICE), "ezhou")


@pytest.fixture
async def house(empty_house: "House") -> "House":
    """2017-05-01 of an office with contract c1 from that day to 2020-05-01."""
    await empty_house.open_office("2017-04-30")
    await empty_house.sign("c1", "2017-05-01", "2020-05-01", recorded_on="2017-04-30")
    await empty_house.sweep("2017-05-01")
    return empty_house
