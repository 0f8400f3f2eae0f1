"""The pages of the APIs need nothing from elsewhere."""

import re

import httpx
import pytest
from houqin.gateway import SERVICES, create_gateway
from houqin_shared.settings import Settings

NOWHERE = Settings("postgresql:", "postgresql:", "k" * 40)


@pytest.mark.parametrize("name", SERVICES)
async def test_a_page_and_all_that_it_loads_come_from_here(name: str) -> None:
    gateway = create_gateway(dict.fromkeys(SERVICES, NOWHERE))
    transport = httpx.ASGITransport(gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        page = await client.get(f"/{name}/docs")
        assert page.status_code == 200
        assert "://" not in re.sub(r"<!--.*?-->", "", page.text, flags=re.DOTALL)
        loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"|url: '([^']+)'", page.text)
        places = [one or other for one, other in loaded]
        assert len(places) == 4  # script, style, icon and the specification
        for place in places:
            assert place.startswith(f"/{name}/")
            assert (await client.get(place)).status_code == 200
