"""Rule sets: versions are added, never changed, for contracts pin them."""

from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.transaction import Tx

from contract_svc.asked.rule_sets import NewRuleSet, RuleSetContent
from contract_svc.queries.rule_sets import show_rule_set
from contract_svc.shown import RuleSetShown


async def record_rule_set(tx: Tx, body: NewRuleSet) -> RuleSetShown:
    """Its first version. Raises NumberTaken."""
    await tx.hold(f"rule-set/{body.id}")
    content = RuleSetContent.model_validate(body.model_dump(mode="json", exclude={"id"}))
    stored = await tx.value(
        """select content_digest from rule_sets
           where office_id = $1 and rules = $2 and version = 1""",
        tx.office,
        body.id,
    )
    if not same_or_taken(stored, content, "rule set", body.id):
        await _keep(tx, body.id, 1, content)
    return await show_rule_set(tx, body.id, 1)


async def add_version(tx: Tx, rules: str, body: RuleSetContent) -> RuleSetShown:
    """The next version; the newest one's content again adds none. Raises UnknownRuleSet."""
    await tx.hold(f"rule-set/{rules}")
    newest = await show_rule_set(tx, rules)
    stored = await tx.value(
        """select content_digest from rule_sets
           where office_id = $1 and rules = $2 and version = $3""",
        tx.office,
        rules,
        newest.version,
    )
    if stored == digest_of(body):
        return newest
    await _keep(tx, rules, newest.version + 1, body)
    return await show_rule_set(tx, rules, newest.version + 1)


async def _keep(tx: Tx, rules: str, version: int, content: RuleSetContent) -> None:
    await tx.run(
        """insert into rule_sets (office_id, rules, version, content, content_digest,
                                  recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        tx.office, rules, version, content.model_dump(mode="json"), digest_of(content),
        tx.today, tx.by.signature,
    )  # fmt: skip
