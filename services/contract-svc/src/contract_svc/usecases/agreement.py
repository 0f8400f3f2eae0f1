"""A contract as the use cases load it: its term, its target, and what is open on it."""

from dataclasses import dataclass
from decimal import Decimal

from houqin_shared.transaction import Tx

from contract_svc.asked.remarks import Remarks
from contract_svc.rules.term import Term


@dataclass(frozen=True, slots=True)
class Agreement:
    """What decides on a contract's renewal, end and exit."""

    contract: str
    term_number: int
    version: int
    """Of its end: every renewal and exit makes a new one."""
    term: Term
    target: Decimal
    quarters_decided: int
    open_proposal: int | None


async def load_agreement(tx: Tx, contract: str) -> Agreement | None:
    """The contract as it stands; call `tx.hold` before, unless the mechanism holds it."""
    row = await tx.row(
        """select c.term, t.version, c.starts_on, t.months, t.ends_on,
                  t.kind = 'terminated' as terminated, c.satisfaction_target,
                  c.quarters_decided, p.proposal
           from contracts c
           join lateral (select * from terms t
                         where t.office_id = c.office_id and t.contract = c.contract
                         order by version desc limit 1) t on true
           left join exit_proposals p
                  on p.office_id = c.office_id and p.contract = c.contract
                 and p.decision is null
           where c.office_id = $1 and c.contract = $2""",
        tx.office,
        contract,
    )
    if row is None:
        return None
    return Agreement(
        contract=contract,
        term_number=row["term"],
        version=row["version"],
        term=Term(row["starts_on"], row["months"], row["ends_on"], row["terminated"]),
        target=row["satisfaction_target"],
        quarters_decided=row["quarters_decided"],
        open_proposal=row["proposal"],
    )


async def keep_term(tx: Tx, contract: str, version: int, term: Term, remarks: Remarks) -> None:
    """A contract's new end; those before it stay for sweeps of earlier days (T4)."""
    kind = "terminated" if term.terminated else "renewed" if version > 1 else "signed"
    await tx.run(
        """insert into terms (office_id, contract, version, kind, months, ends_on, name_en, text,
                              note, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        tx.office, contract, version, kind, term.months, term.ends_on, remarks.name_en,
        remarks.text, remarks.note, tx.today, tx.by.signature,
    )  # fmt: skip
