"""One contract service for each test, with its office registered on the eve of its first day."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from contract_svc.main import SERVICE
from houqin_shared.service import Service

if TYPE_CHECKING:
    from contract_desk import Desk

sys.path.insert(0, str(Path(__file__).parent))  # where contract_desk.py lies

Start = Callable[[Service], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client(start: Start) -> httpx.AsyncClient:
    return await start(SERVICE)


@pytest.fixture
async def desk(client: httpx.AsyncClient) -> "Desk":
    from contract_desk import Desk

    desk = Desk(client)
    await desk.put_office()
    return desk
