"""Exit proposals and warnings as they are shown."""

from collections.abc import Sequence

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from contract_svc.queries.visible import recorder, whole
from contract_svc.shown import ExitProposalShown, ExitWarningShown

PROPOSAL = """select contract, proposal, proposed_on, ground, evidence, decision, decided_on,
                     decided_by, ends_on, reasons, recorded_from
              from exit_proposals"""


def _read_proposal(tx: Tx, row: Row) -> ExitProposalShown:
    return ExitProposalShown(
        proposal=row["proposal"], on=row["proposed_on"], ground=row["ground"],
        evidence=row["evidence"], decision=row["decision"], decided_on=row["decided_on"],
        ends_on=row["ends_on"], reasons=row["reasons"], recorded_from=row["recorded_from"],
        decided_by=recorder(tx.by, row["decided_by"]),
    )  # fmt: skip


def _read_warning(row: Row) -> ExitWarningShown:
    return ExitWarningShown(on=row["warned_on"], notice=row["notice"])


async def proposals_of(tx: Tx, contracts: Sequence[str]) -> dict[str, list[ExitProposalShown]]:
    """By contract, in the order in which they were made."""
    rows = await tx.rows(
        f"{PROPOSAL} where office_id = $1 and contract = any($2) order by contract, proposal",
        tx.office,
        contracts,
    )
    found: dict[str, list[ExitProposalShown]] = {contract: [] for contract in contracts}
    for row in rows:
        found[row["contract"]].append(_read_proposal(tx, row))
    return found


async def warnings_of(tx: Tx, contracts: Sequence[str]) -> dict[str, list[ExitWarningShown]]:
    """By contract, in the order in which they came."""
    rows = await tx.rows(
        """select contract, warned_on, notice from exit_warnings
           where office_id = $1 and contract = any($2) order by contract, position""",
        tx.office,
        contracts,
    )
    found: dict[str, list[ExitWarningShown]] = {contract: [] for contract in contracts}
    for row in rows:
        found[row["contract"]].append(_read_warning(row))
    return found


async def show_proposal(tx: Tx, contract: str, proposal: int) -> ExitProposalShown:
    row = await tx.row(
        f"{PROPOSAL} where office_id = $1 and contract = $2 and proposal = $3",
        tx.office,
        contract,
        proposal,
    )
    assert row is not None
    return _read_proposal(tx, row)


async def list_proposals(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[ExitProposalShown]:
    """Raises BadCursor."""
    rows = await tx.rows(
        f"""{PROPOSAL} where office_id = $1 and contract = $2
                         and ($3::int is null or proposal > $3)
            order by proposal limit $4""",
        tx.office,
        contract,
        whole(place_of(after, 1)[0]),
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _read_proposal(tx, row), "proposal")


async def list_warnings(
    tx: Tx, contract: str, after: str | None, limit: int
) -> Page[ExitWarningShown]:
    """Raises BadCursor."""
    rows = await tx.rows(
        """select position, warned_on, notice from exit_warnings
           where office_id = $1 and contract = $2 and ($3::int is null or position > $3)
           order by position limit $4""",
        tx.office,
        contract,
        whole(place_of(after, 1)[0]),
        limit + 1,
    )
    return page_of(rows, limit, _read_warning, "position")
