"""What is heard may come twice, late, or before its contract."""

from inspection_house import House, finding


async def rows(house: House, table: str) -> list[tuple[object, ...]]:
    fetched = await house.running.pool.fetch(f"select * from {table} order by 1, 2, 3")
    return [tuple(row) for row in fetched]


async def test_everything_heard_twice_is_there_once(house: House) -> None:
    messages = [
        house.message(
            "contract.office-registered", name="鄂州", clock="manual", opens_on="2017-04-30",
            happened_on="2017-04-30", recorded_on="2017-04-30",
        ),
        await house.sign("c2", "2017-05-01", "2018-05-01", recorded_on="2017-05-01"),
        await house.hear(
            "contract.contract-renewed", "2017-05-01", contract="c2", ends_on="2018-11-01"
        ),
        await house.hear(
            "contract.contract-renewed", "2017-05-01", contract="c2", ends_on="2019-05-01"
        ),
        await house.hear(
            "contract.contract-terminated", "2017-05-01", contract="c2", ends_on="2018-11-01"
        ),
        await house.hear("feedback.complaint-upheld", "2017-05-01", contract="c2", complaint="k1"),
    ]  # fmt: skip
    tables = ("offices", "contracts", "terms", "upheld_complaints", "scores")
    before = [await rows(house, table) for table in tables]
    assert len(before[2]) == 5
    await house.forget_inbox()
    await house.running.inbox.apply(messages)
    assert [await rows(house, table) for table in tables] == before
    assert await rows(house, "parked") == []


async def test_a_complaint_waits_for_its_contract(house: House) -> None:
    await house.hear("feedback.complaint-upheld", "2017-05-02", contract="c9", complaint="k1")
    await house.hear("contract.contract-renewed", "2017-05-02", contract="c8", ends_on="2019-01-01")
    assert {row[4] for row in await rows(house, "parked")} == {"unknown"}
    await house.sign("c9", "2017-05-01", "2018-05-01", recorded_on="2017-05-01")
    assert [row[1] for row in await rows(house, "upheld_complaints")] == ["k1"]


async def test_it_ignores_what_it_does_not_know(house: House) -> None:
    await house.hear("contract.term-approaching", "2017-05-01", contract="c1", days_left=30)
    assert await rows(house, "parked") == []


async def test_what_follows_from_an_event_names_its_cause(house: House) -> None:
    await house.visit("v1", finding("f1"))
    await house.visit("v2", tier="joint")
    await house.sweep("2017-06-05")
    await house.hear("feedback.complaint-upheld", "2017-05-01", contract="c1", complaint="k1")
    envelope = await house.running.pool.fetchval(
        "select envelope from outbox where key = 'ezhou/c1' order by xid desc, pos desc limit 1"
    )
    assert b'"causationid"' in envelope
    assert (await house.told("month-scored"))[-1]["score"] == "97.60"
