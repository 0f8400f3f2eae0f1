"""A service below /billing answers alike, whether a proxy takes the prefix off or not."""

import httpx
import pytest
from fastapi import FastAPI, Request
from houqin_shared.prefix import Below


@pytest.fixture
async def client() -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/v1/offices/{office}")
    async def show(office: str, request: Request) -> dict[str, str]:
        return {"office": office, "path": request.url.path}

    below = Below("/billing", app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(below), base_url="http://outside")


@pytest.mark.parametrize("path", ["/v1/offices/ezhou", "/billing/v1/offices/ezhou"])
async def test_the_same_answer_with_the_prefix_and_without(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.json() == {"office": "ezhou", "path": "/billing/v1/offices/ezhou"}


async def test_the_specification_names_the_prefix(client: httpx.AsyncClient) -> None:
    for path in ("/openapi.json", "/billing/openapi.json"):
        assert (await client.get(path)).json()["servers"] == [{"url": "/billing"}]


@pytest.mark.parametrize(
    "path", ["/billing", "/billingv1/offices/x", "/billing/billing/v1/offices/x"]
)
async def test_nothing_else_is_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
