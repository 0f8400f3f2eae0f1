"""Rule sets as they are shown."""

from houqin_shared.paging import Page, page_of, place_of
from houqin_shared.transaction import Row, Tx

from contract_svc.queries.visible import only_supplier, recorder, whole
from contract_svc.refusals import UnknownRuleSet
from contract_svc.shown import RuleSetShown

RULE_SET = "select r.rules, r.version, r.content, r.recorded_on, r.recorded_by from rule_sets r"
# A supplier sees the versions that its own contracts pin.
SEEN = """($2::text is null or exists (
            select from contracts c where c.office_id = r.office_id and c.rules = r.rules
              and c.rules_version = r.version and c.supplier = $2))"""


def _read(tx: Tx, row: Row) -> RuleSetShown:
    content = {name: value for name, value in row["content"].items() if name != "id"}
    return RuleSetShown(
        id=row["rules"], version=row["version"], recorded_on=row["recorded_on"],
        recorded_by=recorder(tx.by, row["recorded_by"]), **content,
    )  # fmt: skip


async def find_rule_set(tx: Tx, rules: str, version: int | None = None) -> RuleSetShown | None:
    """One version, the newest if none is named."""
    row = await tx.row(
        f"""{RULE_SET} where r.office_id = $1 and {SEEN} and r.rules = $3
                         and ($4::int is null or r.version = $4)
            order by r.version desc limit 1""",
        tx.office,
        only_supplier(tx.by),
        rules,
        version,
    )
    return _read(tx, row) if row else None


async def show_rule_set(tx: Tx, rules: str, version: int | None = None) -> RuleSetShown:
    """Raises UnknownRuleSet."""
    found = await find_rule_set(tx, rules, version)
    if found is None:
        raise UnknownRuleSet(rules=rules if version is None else f"{rules} v{version}")
    return found


async def list_rule_sets(tx: Tx, after: str | None, limit: int) -> Page[RuleSetShown]:
    """The newest version of each. Raises BadCursor."""
    (last,) = place_of(after, 1)
    rows = await tx.rows(
        f"""select distinct on (r.rules) r.rules, r.version, r.content, r.recorded_on,
                   r.recorded_by
            from rule_sets r
            where r.office_id = $1 and {SEEN} and ($3::text is null or r.rules > $3)
            order by r.rules, r.version desc limit $4""",
        tx.office,
        only_supplier(tx.by),
        last,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _read(tx, row), "rules")


async def list_versions(tx: Tx, rules: str, after: str | None, limit: int) -> Page[RuleSetShown]:
    """All versions of one, oldest first. Raises UnknownRuleSet, BadCursor."""
    await show_rule_set(tx, rules)
    last = whole(place_of(after, 1)[0])
    rows = await tx.rows(
        f"""{RULE_SET} where r.office_id = $1 and {SEEN} and r.rules = $3
                         and ($4::int is null or r.version > $4)
            order by r.version limit $5""",
        tx.office,
        only_supplier(tx.by),
        rules,
        last,
        limit + 1,
    )
    return page_of(rows, limit, lambda row: _read(tx, row), "version")
