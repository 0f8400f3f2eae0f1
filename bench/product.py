"""The product as it is run: four processes, through its ordinary routes."""

import asyncio
import secrets
from functools import cache
from typing import Any

import aiohttp
import asyncpg
from houqin.officefile import OfficeFile, read_office_file
from houqin.replay import commands
from houqin_ops.client import SERVICE_NAMES
from houqin_shared.auth import Role, issue_token
from ports import free_port

from bench import ROOT
from bench.machine import Kafka, Machine, Part, wait_for_port
from bench.window import Contestant, Failed, Ledger
from bench.workload import TODAY, Scope

TERMS_OF = ROOT / "examples" / "ezhou.yaml"
"""Whose supplier and rule set the contracts have."""
SIGNING_AT_ONCE = 16
PATIENCE = 300.0
PROGRESS = """select coalesce(pg_sequence_last_value(
                  pg_get_serial_sequence('bookings', 'id')::regclass), 0)"""
BOOKED = """select source as finding,
                   extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at
            from bookings where kind = 'finding' and source like $1"""


class Product:
    """One installation, with a database for each service and a bus."""

    def __init__(self, machine: Machine, name: str) -> None:
        self._machine = machine
        self._name = name
        self._key = secrets.token_urlsafe(48)
        self._urls: dict[str, str] = {}
        self._ports: dict[str, int] = {}
        self._parts: dict[str, Part] = {}
        self._bus_url = ""
        self._bus_parts: list[Part] = []
        self._signed = Scope(0, 0)

    async def start(self, kafka: Kafka | None = None) -> None:
        """All services, on the broker given or else on a log table. Raises RuntimeError."""
        machine = self._machine
        if kafka is None:
            self._bus_url = await machine.database(f"{self._name}_bus")
        else:
            self._bus_url = f"kafka://{kafka.address}"
            self._bus_parts = [kafka.part]
        for service in SERVICE_NAMES:
            self._urls[service] = await machine.database(f"{self._name}_{service}")
        await asyncio.gather(*(self.start_service(service) for service in SERVICE_NAMES))

    async def start_service(self, service: str) -> None:
        port = self._ports[service] = free_port()
        environment = {
            "DATABASE_URL": self._urls[service],
            "BUS_URL": self._bus_url,
            "HOUQIN_TOKEN_KEY": self._key,
            "PORT": str(port),
        }
        name = f"{self._name} {service}-svc"
        part = self._machine.start(name, f"{service}_svc", environment)
        self._parts[service] = part
        await wait_for_port(self._machine, part, port)

    def stop_service(self, service: str) -> None:
        """SIGTERM; it may be started again."""
        self._machine.stop(self._parts.pop(service))

    def stop(self) -> None:
        for service in list(self._parts):
            self.stop_service(service)

    def contestant(self, scope: Scope | None = None) -> Contestant:
        """Under load with the contracts that were signed, or with some of them."""
        return Contestant(
            name=self._name,
            port=self._ports["inspection"],
            parts=[*self._parts.values(), *self._bus_parts],
            ledger=Ledger(self._urls["billing"], PROGRESS, BOOKED),
            scope=scope or self._signed,
            tokens={
                office: issue_token(self._key, "bench", Role.SUPERVISOR, office)
                for office in (scope or self._signed).office_names
            },
        )

    async def sign(self, scope: Scope) -> None:
        """Register offices and sign contracts through contract-svc, until all have heard of them.

        What was signed before may be asked for again. Raises Failed.
        """
        token = issue_token(self._key, "bench", Role.SYSTEM)
        headers = {"Authorization": f"Bearer {token}"}
        base = f"http://127.0.0.1:{self._ports['contract']}/v1/offices"
        limit = asyncio.Semaphore(SIGNING_AT_ONCE)
        async with aiohttp.ClientSession(headers=headers) as session:

            async def say(method: str, path: str, body: Any) -> None:
                async with limit, session.request(method, f"{base}/{path}", json=body) as answer:
                    if answer.status >= 400:
                        raise Failed(f"{path}: {answer.status} {await answer.text()}")

            async def open_office(office: str) -> None:
                body = {"name": "机关事务管理局", "clock": "manual", "opens_on": TODAY}
                await say("PUT", office, body)
                for request in _terms():
                    await say("POST", f"{office}/{request.path[0]}", request.body)

            await asyncio.gather(*map(open_office, scope.office_names))
            await asyncio.gather(
                *(
                    say("POST", f"{office}/contracts", _contract(contract))
                    for office in scope.office_names
                    for contract in scope.contract_names
                )
            )
        await self._heard("inspection", "contracts", scope)
        await self._heard("billing", "accounts", scope)
        self._signed = scope

    async def _heard(self, service: str, table: str, scope: Scope) -> None:
        connection = await asyncpg.connect(self._urls[service])
        try:
            async with asyncio.timeout(PATIENCE):
                while (
                    await connection.fetchval(f"select count(*) from {table}")
                    < scope.offices * scope.contracts
                ):
                    await asyncio.sleep(0.1)
        finally:
            await connection.close()


@cache
def _example() -> OfficeFile:
    return read_office_file(TERMS_OF)


def _terms() -> list[commands.Request]:
    file = _example()
    return [commands.supplier(file.suppliers[0]), commands.rule_set(file.rule_sets[0])]


def _contract(number: str) -> dict[str, Any]:
    return {
        "id": number,
        "item": "cleaning",
        "supplier": _example().suppliers[0].id,
        "annual_price": "235000.00",
        "starts_on": "2026-01-01",
        "months": 12,
        "satisfaction_target": "90",
        "rules": _example().rule_sets[0].id,
    }
