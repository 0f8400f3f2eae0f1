"""B13: why a line is there: rule, numbers, cause, and the chain back to what was seen."""

from houqin_shared.transaction import Row, Tx

from billing_svc.queries.lines import shown_line
from billing_svc.queries.visible import visible_account
from billing_svc.refusals import NoSuchLine
from billing_svc.rules.chart import Kind
from billing_svc.rules.sentences import SENTENCES
from billing_svc.shown import EventShown, LineShown, PinnedRules, RuleShown, Why

FARTHEST_ID = 2**63 - 1
NOT_SHOWN = {"caller", "department", "rules"}
"""F2: who called is told in no event; should one ever tell, nobody reads it here. The rule set is
long and named beside."""


def _event(row: Row, source: str) -> EventShown:
    whole = row["envelope"]
    data = {name: value for name, value in whole["data"].items() if name not in NOT_SHOWN}
    if "findings" in data:  # a visit's; the others have lines of their own
        data["findings"] = [each for each in data["findings"] if each["finding"] == source]
    return EventShown(
        id=whole["id"],
        type=whole["type"],
        source=whole["source"],
        office=whole["officeid"],
        time=whole["time"],
        data=data,
    )


async def why(tx: Tx, contract: str, line: int) -> Why:
    """Raises UnknownContract, NoSuchLine."""
    account = await visible_account(tx, contract)
    row = None
    if line <= FARTHEST_ID:
        row = await tx.row(
            "select * from lines where (office_id, contract, id) = ($1, $2, $3)",
            tx.office,
            contract,
            line,
        )
    if row is None:
        raise NoSuchLine(contract=contract, line=line)
    shown = shown_line(row)
    sentence = SENTENCES[shown.kind]
    chain = await _chain(tx, row)
    return Why(
        line=shown,
        rule=RuleShown(id=row["rule"], en=sentence.en, zh=sentence.zh),
        rule_set=PinnedRules(id=account["rules"]["id"], version=row["rules_version"]),
        numbers=row["numbers"],
        statement=shown.statement,
        cause=chain[0] if row["cause"] else None,
        chain=chain,
        lines=await _rests_on(tx, contract, row),
    )


async def _chain(tx: Tx, line: Row) -> list[EventShown]:
    if line["cause"] is None:
        rows = await tx.rows(
            """select envelope from causes where office_id = $1 and contract = $2
               and type like 'cn.houqin.contract.contract-%' and recorded_on <= $3
               order by recorded_on desc, recorded_at desc""",
            tx.office,
            line["contract"],
            line["recorded_on"],
        )
    else:
        rows = await tx.rows(
            """with recursive chain as (
                   select event_id, caused_by, envelope, 0 as step from causes
                   where office_id = $1 and event_id = $2
                   union all
                   select c.event_id, c.caused_by, c.envelope, step + 1 from causes c
                   join chain on c.office_id = $1 and c.event_id = chain.caused_by
                   where step < 20
               ) select envelope from chain order by step""",
            tx.office,
            line["cause"],
        )
    return [_event(row, line["source"]) for row in rows]


RESTS_ON = {
    Kind.RETAINED: [Kind.FEE],
    Kind.SCORE: [Kind.FEE, Kind.FINDING, Kind.FINDING_WITHDRAWN, Kind.COMPLAINT],
    Kind.RETAINED_RETURNED: [Kind.RETAINED],
    Kind.BONUS: [Kind.FEE],
}
MOST_RESTED_ON = 500


async def _rests_on(tx: Tx, contract: str, row: Row) -> list[LineShown]:
    """The lines about the same month, or of a quarter's line about its months."""
    kind = Kind(row["kind"])
    if kind is Kind.FINDING_WITHDRAWN:
        rows = await tx.rows(
            """select * from lines where (office_id, contract, booked_for, rule)
                                         = ($1, $2, 'finding/' || $3, 'B2')""",
            tx.office,
            contract,
            row["source"],
        )
    elif kind in RESTS_ON:
        rows = await tx.rows(
            """select * from lines where office_id = $1 and contract = $2 and kind = any($3)
               and (month = $4 or to_char(to_date(month, 'YYYY-MM'), 'YYYY"Q"Q') = $4)
               and recorded_on <= $5
               order by id limit $6""",
            tx.office,
            contract,
            [each.value for each in RESTS_ON[kind]],
            row["month"],
            row["recorded_on"],
            MOST_RESTED_ON,
        )
    else:
        rows = []
    return [shown_line(each) for each in rows]
