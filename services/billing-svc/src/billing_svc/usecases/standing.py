"""What was recorded of an office's open accounts before a day (T4), in a few queries for all."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from houqin_shared.calendar import Month, Quarter
from houqin_shared.transaction import Row, Tx

from billing_svc.rules.chart import Account
from billing_svc.rules.contract import Contract
from billing_svc.rules.quarter import Survey
from billing_svc.rules.ruleset import RuleSet
from billing_svc.rules.score import Score
from billing_svc.rules.settlement import Standing, Waiting
from billing_svc.rules.term import Term

END_BEFORE = """lateral (
    select ends_on from terms t
    where t.office_id = a.office_id and t.contract = a.contract and t.recorded_on < $2
    order by seq desc limit 1
) as term"""
"""The end as known before the day $2, for an account `a`."""


def read_contract(row: Row) -> Contract:
    """A contract of an account's row joined with its term."""
    return Contract(
        id=row["contract"],
        term=Term(row["starts_on"], row["ends_on"]),
        annual_price=row["annual_price_fen"],
        months=row["months"],
        small_or_medium=row["small_or_medium"],
        rules=RuleSet.read(row["rules"]),
    )


async def open_accounts(tx: Tx, day: date) -> list[Standing]:
    """The standing before `day` of every account that is open and was recorded before it."""
    rows = await tx.rows(
        f"""select a.contract, a.starts_on, a.months, a.annual_price_fen, a.small_or_medium,
                   a.rules, term.ends_on
            from accounts a join {END_BEFORE} on true
            where a.office_id = $1 and a.closed_on is null and a.recorded_on < $2
              and a.starts_on < $2
            order by a.contract""",
        tx.office,
        day,
    )
    contracts = [read_contract(row) for row in rows]
    if not contracts:
        return []
    names = [contract.id for contract in contracts]
    balances = await _balances(tx, names)
    waiting = await _waiting(tx, names, day)
    fees = await _fees(tx, names)
    surveys = await _surveys(tx, names, day)
    released = await _released(tx, names)
    scores = await _scores_without_a_fee(tx, names)
    return [
        Standing(
            contract=contract,
            deposit=-balances.get((contract.id, Account.DEPOSIT), 0),
            reward_fund=-balances.get((contract.id, Account.REWARD_FUND), 0),
            carried=balances.get((contract.id, Account.SHORTFALL), 0),
            waiting=waiting.get(contract.id, Waiting()),
            fees=fees[contract.id],
            surveys=surveys[contract.id],
            released=released[contract.id],
            scores=scores[contract.id],
        )
        for contract in contracts
    ]


async def _balances(tx: Tx, contracts: Sequence[str]) -> dict[tuple[str, str], int]:
    """These three are moved by sweeps alone, so what they hold was there before the day."""
    rows = await tx.rows(
        """select contract, account, fen from balances
           where office_id = $1 and contract = any($2) and account = any($3)""",
        tx.office,
        contracts,
        [Account.DEPOSIT.value, Account.REWARD_FUND.value, Account.SHORTFALL.value],
    )
    return {(row["contract"], row["account"]): row["fen"] for row in rows}


async def _waiting(tx: Tx, contracts: Sequence[str], day: date) -> dict[str, Waiting]:
    rows = await tx.rows(
        """select contract, sum(fen)::bigint as fen, bool_or(kind <> 'score' or fen <> 0) as shown
           from (
               select contract, kind, sum(fen) as fen from lines
               where office_id = $1 and contract = any($2) and statement_month is null
                 and set_aside_on is null and recorded_on < $3
               group by contract, kind, case when kind = 'score' then month end
           ) as netted
           group by contract""",
        tx.office,
        contracts,
        day,
    )
    return {row["contract"]: Waiting(row["fen"], row["shown"]) for row in rows}


async def _fees(tx: Tx, contracts: Sequence[str]) -> defaultdict[str, dict[Month, tuple[int, int]]]:
    rows = await tx.rows(
        """select contract, month, fee_fen, retained_fen from fees
           where office_id = $1 and contract = any($2)""",
        tx.office,
        contracts,
    )
    found: defaultdict[str, dict[Month, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        found[row["contract"]][Month.parse(row["month"])] = row["fee_fen"], row["retained_fen"]
    return found


async def _surveys(
    tx: Tx, contracts: Sequence[str], day: date
) -> defaultdict[str, dict[Quarter, Survey]]:
    """Those measured; of the others no statement makes anything (B6)."""
    rows = await tx.rows(
        """select contract, quarter, rate, cause from surveys
           where office_id = $1 and contract = any($2) and recorded_on < $3
             and rate is not null""",
        tx.office,
        contracts,
        day,
    )
    found: defaultdict[str, dict[Quarter, Survey]] = defaultdict(dict)
    for row in rows:
        survey = Survey(Fraction(row["rate"]), row["cause"])
        found[row["contract"]][Quarter.parse(row["quarter"])] = survey
    return found


async def _released(tx: Tx, contracts: Sequence[str]) -> defaultdict[str, set[Quarter]]:
    rows = await tx.rows(
        "select contract, quarter from releases where office_id = $1 and contract = any($2)",
        tx.office,
        contracts,
    )
    found: defaultdict[str, set[Quarter]] = defaultdict(set)
    for row in rows:
        found[row["contract"]].add(Quarter.parse(row["quarter"]))
    return found


async def _scores_without_a_fee(
    tx: Tx, contracts: Sequence[str]
) -> defaultdict[str, dict[Month, list[Score]]]:
    """All revisions of the months whose fee no statement has booked yet."""
    rows = await tx.rows(
        """select contract, month, revision, score, recorded_on, cause from scores s
           where office_id = $1 and contract = any($2) and not exists (
               select from fees f
               where (f.office_id, f.contract, f.month) = (s.office_id, s.contract, s.month))
           order by revision""",
        tx.office,
        contracts,
    )
    found: defaultdict[str, dict[Month, list[Score]]] = defaultdict(dict)
    for row in rows:
        value = None if row["score"] is None else Fraction(row["score"])
        score = Score(row["revision"], value, row["recorded_on"], row["cause"])
        found[row["contract"]].setdefault(Month.parse(row["month"]), []).append(score)
    return found
