"""B7, B8: contract years begin."""

from datetime import date

from houqin_shared.transaction import Tx

from billing_svc.rules.booking import Booking
from billing_svc.rules.contract import year_opened, years_begun
from billing_svc.usecases.booking import book
from billing_svc.usecases.standing import END_BEFORE, read_contract


async def open_years(tx: Tx, day: date) -> None:
    """Receive deposits and credit rewards. One indexed query where none is due.

    Years that began before the contract was recorded are caught up with.
    """
    rows = await tx.rows(
        f"""select a.*, term.ends_on from accounts a join {END_BEFORE} on true
            where a.office_id = $1 and a.closed_on is null and a.next_year_on <= $2
              and a.recorded_on < $2 and a.next_year_on < term.ends_on
            order by a.contract""",
        tx.office,
        day,
    )
    if not rows:
        return
    bookings: list[Booking] = []
    opened = []
    for row in rows:
        contract, known = read_contract(row), row["years_opened"]
        years = years_begun(contract, known, day)
        for year in range(known + 1, years + 1):
            bookings += year_opened(contract, year, day)
        opened.append((contract.id, years, contract.year_starts_on(years)))
    await book(tx, bookings)
    await tx.run(
        """update accounts a set years_opened = opened.years, next_year_on = opened.next_year_on
           from unnest($2::text[], $3::integer[], $4::date[])
                as opened (contract, years, next_year_on)
           where a.office_id = $1 and a.contract = opened.contract""",
        tx.office,
        *(list(column) for column in zip(*opened, strict=True)),
    )
