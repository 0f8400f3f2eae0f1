"""People at work: visits by REST from several inspectors at once, remembered once accepted."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
from acceptance.installation import until
from founding import FOUNDING, OFFICE

from faults.system import Json, System

BETWEEN_TRIES, LONGEST = 0.1, 120
"""Seconds."""


class Inspectors:
    """They report visits to one office's contracts, each visit until it is answered: what found
    nobody, or broke off, is sent again with its key.
    """

    def __init__(self, system: System, contracts: Sequence[str] = ("a1",)) -> None:
        self._contracts = contracts
        self._numbers = itertools.count(1)
        self._failed = False
        """The test has: nobody need wait for an answer any more."""
        self.http = system.at_the_end.enter_context(
            httpx.Client(
                base_url=system.url,
                headers={"Authorization": f"Bearer {system.token('system')}"},
                timeout=60,
                limits=httpx.Limits(max_connections=None),
            )
        )
        self.accepted: list[tuple[str, str]] = []
        """Contract and finding."""

    def found_office(self) -> None:
        """With its contracts, known to the inspectors."""
        for method, path, body in FOUNDING:
            several = self._contracts if path.endswith("/contracts") else [body.get("id")]
            for number in several:
                given = body | ({"id": number} if number else {})
                answer = self.http.request(method, f"/contract{path}", json=given)
                assert answer.is_success, answer.text
        for contract in self._contracts:
            while self.visit(contract).status_code != 201:
                time.sleep(BETWEEN_TRIES)

    def visit(
        self, contract: str, number: str | None = None, findings: int = 1, at: int | None = None
    ) -> httpx.Response:
        """One visit, until it is answered; by a replica that listens `at` a port, if it is said."""
        number = number or f"v{next(self._numbers)}"
        body = visit(contract, number, findings)
        where = f"http://127.0.0.1:{at}" if at else "/inspection"
        limit = time.monotonic() + LONGEST
        while (answer := self.try_once(body, where)) is None:
            assert not self._failed
            assert time.monotonic() < limit, f"nobody answers visit {number}"
            time.sleep(BETWEEN_TRIES)
        if answer.status_code == 201:
            self.accepted += [(contract, each["id"]) for each in body["findings"]]
        return answer

    def try_once(self, body: Json, where: str = "/inspection") -> httpx.Response | None:
        """The answer, if there is one that is not about the moment."""
        try:
            answer = self.http.post(
                f"{where}{OFFICE}/visits",
                json=body,
                headers={"Idempotency-Key": body["id"]},
            )
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        return None if "still-running" in answer.text else answer

    @contextmanager
    def at_work(self, count: int = 8) -> Iterator[None]:
        """So many inspectors report one visit after another."""
        go_home = threading.Event()

        def work(contract: str) -> None:
            while not go_home.is_set():
                answer = self.visit(contract)
                assert answer.status_code == 201, answer.text

        contracts = itertools.islice(itertools.cycle(self._contracts), count)
        with ThreadPoolExecutor(count) as inspectors:
            shifts = [inspectors.submit(work, contract) for contract in contracts]
            try:
                yield
            except BaseException:
                self._failed = True
                raise
            finally:
                go_home.set()
        for shift in shifts:
            shift.result()

    def report(self, more: int) -> None:
        """Wait until so many more findings are accepted."""
        enough = len(self.accepted) + more
        until(lambda: len(self.accepted) >= enough, "work goes on", LONGEST)

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def booked(self) -> list[tuple[str, str]]:
        """Contract and finding of every deduction for one."""
        found = []
        for contract in self._contracts:
            path = f"/billing{OFFICE}/contracts/{contract}/lines?kind=finding&limit=200"
            after = ""
            while True:
                page = self.get(path + after)
                found += [(contract, each["source"]) for each in page["items"]]
                if not page["next"]:
                    break
                after = f"&after={page['next']}"
        return found

    def all_is_booked_once(self) -> None:
        """What was accepted, exactly; ask when everything is at rest."""
        assert sorted(self.booked()) == sorted(self.accepted)


def visit(contract: str, number: str, findings: int) -> Json:
    """The body of a visit in which every finding is of another kind."""
    return {
        "id": number, "contract": contract, "tier": "patrol",
        "findings": [
            {"id": f"{number}-{n}", "criterion": f"{number}-{n}", "place": "3F",
             "severity": "general"}
            for n in range(findings)
        ],
    }  # fmt: skip
