"""10: a poisoned message. 11: a slow consumer. 18: old and new versions side by side."""

import signal
import uuid
from typing import Any

import orjson
import pytest
from acceptance.installation import until
from houqin_shared.events import new_id

from faults.load import Inspectors
from faults.system import System

POISON = """
do $do$ begin
    create function refuse() returns trigger language plpgsql as $$ begin
        if new.contract = 'a1' then raise exception 'poisoned'; end if;
        return new;
    end $$;
    create trigger poison before insert on bookings for each row execute function refuse();
end $do$"""
BULK = 1000
"""Findings of a visit."""


def test_10_a_poisoned_message_stops_its_contract_only_and_can_be_replayed(
    on_postgres: System,
) -> None:
    """A fault in billing-svc strikes one contract, until it is mended."""
    system = on_postgres
    system.up()
    inspectors = Inspectors(system, ["a1", "a2"])
    inspectors.found_office()
    system.all_is_well()
    before = inspectors.booked()
    system.ask("billing", POISON)
    for _ in range(3):
        inspectors.visit("a1")
        inspectors.visit("a2")
    healthy = [each for each in inspectors.accepted if each[0] == "a2"]
    until(lambda: [each for each in inspectors.booked() if each[0] == "a2"] == healthy, "a2 flows")
    assert [each for each in inspectors.booked() if each[0] == "a1"] == [
        each for each in before if each[0] == "a1"
    ]
    dead = system.run("ops", "dead")
    assert dead.returncode == 1
    assert "ezhou/a1" in dead.stdout
    assert "poisoned" in dead.stdout
    assert "ezhou/a2" not in dead.stdout
    assert system.run("ops", "replay-dead").returncode == 1, "it is not mended yet"

    system.ask("billing", "drop function refuse cascade")
    assert system.run("ops", "replay-dead").returncode == 0
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0


def envelope(type_: str, contract: str, finding: str, **more: Any) -> bytes:
    """What a newer inspection-svc tells, with fields that nobody here knows."""
    identity = str(new_id())
    found = {
        "finding": finding, "criterion": "A", "place": "3F", "severity": "general",
        "repeat": False, "photographs": ["1.jpg"],
    }  # fmt: skip
    return orjson.dumps(
        {
            "specversion": "1.0", "id": identity, "source": "inspection-svc", "type": type_,
            "time": "2017-05-01T08:00:00Z", "datacontenttype": "application/json",
            "officeid": "ezhou", "correlationid": identity, "subject": contract,
            "dataschema": "urn:houqin:newer", "baggage": "k=v",
            "data": {
                "contract": contract, "visit": "newer", "tier": "patrol", "inspector": "x",
                "findings": [found], "happened_on": "2017-05-01", "recorded_on": "2017-05-01",
                "weather": {"sky": "clear"}, **more,
            },
        }
    )  # fmt: skip


def test_18_what_a_newer_version_tells_is_heard_as_far_as_it_is_known(on_postgres: System) -> None:
    """More fields, types that nobody knows, a next version beside this one; and the tables of a
    newer schema under the running services.
    """
    system = on_postgres
    system.up(billing=2)
    inspectors = Inspectors(system)
    inspectors.found_office()
    now = "cn.houqin.inspection.findings-confirmed.v1"
    told = [
        envelope(now, "a1", "newer-1"),
        envelope("cn.houqin.inspection.findings-confirmed.v2", "a1", "newer-1", tier={"of": 2}),
        envelope("cn.houqin.inspection.weather-changed.v1", "a1", "newer-2"),
        envelope(now, "a1", "newer-3"),
    ]
    for each in told:
        value = "'\\x" + each.hex() + "'"
        system.ask(
            "bus", f"select send(array['inspection-svc'], array['ezhou/a1'], array[{value}::bytea])"
        )
    known = [("a1", "newer-1"), ("a1", "newer-3")]
    until(
        lambda: set(known) <= set(inspectors.booked()),
        "it is heard",
    )
    with inspectors.at_work(4):
        for service, table in (
            ("inspection", "visits"), ("inspection", "findings"), ("inspection", "outbox"),
            ("inspection", "answers"), ("billing", "bookings"), ("billing", "inbox"),
            ("billing", "causes"), ("billing", "offices"), ("bus", "log"),
        ):  # fmt: skip
            system.ask(service, f"alter table {table} add column newer_{uuid.uuid4().hex} text")
            inspectors.report(10)
    inspectors.accepted += known
    until(lambda: len(inspectors.booked()) == len(inspectors.accepted), "all is heard")
    inspectors.all_is_booked_once()
    for flow in ("billing", "inspection", "feedback", "contract"):
        assert inspectors.get(f"/{flow}/v1/ops/flow")["parked"] == 0
    assert system.stop() == 0


@pytest.mark.faults
def test_11_a_slow_consumer_catches_up_with_bounded_memory(on_postgres: System) -> None:
    """billing-svc stands still while the largest visits come in, and then has them all at once."""
    system = on_postgres
    system.up()
    inspectors = Inspectors(system)
    inspectors.found_office()
    system.all_is_well()
    slow = system.processes()["billing-1"]
    quick = system.processes()["inspection-1"]
    before = slow.memory_info().rss, quick.memory_info().rss
    slow.send_signal(signal.SIGSTOP)
    for n in range(40):
        assert inspectors.visit("a1", f"bulk-{n}", BULK).status_code == 201
    slow.send_signal(signal.SIGCONT)
    most = 0
    while inspectors.get("/billing/v1/ops/flow")["lag"]:
        most = max(most, slow.memory_info().rss)
    grown = (most - before[0]) // 2**20, (quick.memory_info().rss - before[1]) // 2**20
    print(f"MiB grown, billing-svc and inspection-svc: {grown}")  # noqa: T201
    assert max(grown) < 160
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0
