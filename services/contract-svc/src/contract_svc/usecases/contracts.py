"""C1, C3, C4: signing and renewing contracts, and the end of their terms."""

from datetime import date

from houqin_shared.command import digest_of, same_or_taken
from houqin_shared.transaction import Tx

from contract_svc.asked.contracts import ContractBody, RenewalBody
from contract_svc.asked.rule_sets import PinnedRules
from contract_svc.events import (
    ContractExpired,
    ContractRenewed,
    ContractSigned,
    TermApproaching,
    TermReached,
)
from contract_svc.queries.contracts import show_contract
from contract_svc.queries.rule_sets import show_rule_set
from contract_svc.queries.suppliers import evidence_of, show_supplier
from contract_svc.refusals import (
    ContractNotActive,
    GatesNotPassed,
    RenewalPastThreeYears,
    UnknownContract,
)
from contract_svc.rules.gates import missing_gates
from contract_svc.rules.reminders import Reminder, term_reminders
from contract_svc.rules.term import Outcome, Term
from contract_svc.shown import ContractShown, RuleSetShown, SupplierShown
from contract_svc.usecases import agenda
from contract_svc.usecases.agenda import Item
from contract_svc.usecases.agreement import keep_term, load_agreement

FIRST_TERM = 1


async def sign_contract(tx: Tx, body: ContractBody) -> ContractShown:
    """C1: a contract begins, if its supplier passes the four gates on the signing day.

    Raises NumberTaken, UnknownSupplier, UnknownRuleSet, GatesNotPassed.
    """
    assert body.signed_on is not None
    await tx.hold(body.id)
    stored = await tx.value(
        "select content_digest from contracts where office_id = $1 and contract = $2",
        tx.office,
        body.id,
    )
    if same_or_taken(stored, body, "contract", body.id):
        return await show_contract(tx, body.id)
    supplier = await show_supplier(tx, body.supplier)
    rules = await show_rule_set(tx, body.rules, body.rules_version)
    if missing := missing_gates(await evidence_of(tx, body.supplier), body.signed_on):
        gates = ", ".join(missing)
        raise GatesNotPassed(supplier=body.supplier, day=body.signed_on, gates=gates)
    term = Term.signed(body.starts_on, body.months)
    await _keep(tx, body, rules.version)
    await keep_term(tx, body.id, 1, term, body)
    await expect_end(tx, body.id, 1, term)
    tx.tell(_signed(tx, body, supplier, rules, term))
    return await show_contract(tx, body.id)


async def _keep(tx: Tx, body: ContractBody, rules_version: int) -> None:
    await tx.run(
        """insert into contracts (office_id, contract, item, supplier, annual_price, starts_on,
               months, signed_on, satisfaction_target, rules, rules_version, term, recorded_from,
               content_digest, name_en, text, note, recorded_on, recorded_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                   $18, $19)""",
        tx.office, body.id, body.item, body.supplier, body.annual_price, body.starts_on,
        body.months, body.signed_on, body.satisfaction_target, body.rules, rules_version,
        FIRST_TERM, body.recorded_from, digest_of(body), body.name_en, body.text, body.note,
        tx.today, tx.by.signature,
    )  # fmt: skip


def _signed(
    tx: Tx, body: ContractBody, supplier: SupplierShown, rules: RuleSetShown, term: Term
) -> ContractSigned:
    pinned = rules.model_dump(mode="json", exclude={"recorded_on", "recorded_by"})
    assert body.signed_on is not None
    return ContractSigned(
        contract=body.id, item=body.item, supplier=body.supplier, supplier_name=supplier.name,
        small_or_medium=supplier.small_or_medium, annual_price_fen=body.annual_price,
        starts_on=body.starts_on, months=body.months, ends_on=term.ends_on,
        satisfaction_target=body.satisfaction_target, term=FIRST_TERM, signed_on=body.signed_on,
        rules=PinnedRules.model_validate(pinned),
        happened_on=body.signed_on, recorded_on=tx.today,
    )  # fmt: skip


async def renew_contract(tx: Tx, contract: str, body: RenewalBody) -> ContractShown:
    """C3: lengthen it. Raises UnknownContract, ContractNotActive, RenewalPastThreeYears."""
    await tx.hold(contract)
    agreement = await load_agreement(tx, contract)
    if agreement is None:
        raise UnknownContract(contract=contract)
    if not agreement.term.may_be_renewed(tx.today):
        raise ContractNotActive(contract=contract, ends_on=agreement.term.ends_on)
    term = agreement.term.renewed(body.months)
    if term.passes_three_years:
        raise RenewalPastThreeYears(
            contract=contract, months=body.months, ends_on=term.ends_on, longest=term.longest_end
        )
    version = agreement.version + 1
    await keep_term(tx, contract, version, term, body)
    await agenda.drop(tx, contract, "term-approaching", "term-over")
    await expect_end(tx, contract, version, term)
    tx.tell(
        ContractRenewed(
            contract=contract, months=body.months, ends_on=term.ends_on,
            happened_on=tx.today, recorded_on=tx.today,
        )
    )  # fmt: skip
    return await show_contract(tx, contract)


async def expect_end(tx: Tx, contract: str, version: int, term: Term) -> None:
    """C4: notices before the end, and its first sweep; a terminated one needs no outcome."""
    notices = term_reminders(term.ends_on, tx.today)
    await agenda.note(tx, "term-approaching", contract, version, notices)
    if not term.terminated:
        await agenda.note(tx, "term-over", contract, version, [Reminder(term.ends_on, 0)])


async def term_approaches(tx: Tx, item: Item, day: date) -> None:
    """C4: one notice of one end."""
    ends_on = await tx.value(
        "select ends_on from terms where office_id = $1 and contract = $2 and version = $3",
        tx.office,
        item.subject,
        item.number,
    )
    told = await tx.run(
        """insert into term_reminders (office_id, contract, version, days, told_on)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        tx.office,
        item.subject,
        item.number,
        item.days,
        day,
    )
    if told:
        tx.tell(
            TermApproaching(
                contract=item.subject, ends_on=ends_on, days_left=(ends_on - day).days,
                happened_on=day, recorded_on=day,
            )
        )  # fmt: skip


async def term_is_over(tx: Tx, item: Item, day: date) -> None:
    """C4: three years are reached, or the contract has expired; once per contract and term."""
    agreement = await load_agreement(tx, item.subject)
    assert agreement is not None
    term, number = agreement.term, agreement.term_number
    if not await keep_outcome(tx, agreement.contract, number, term.outcome, term.ends_on):
        return
    if term.outcome is Outcome.REACHED:
        tx.tell(
            TermReached(
                contract=agreement.contract, term=number, reached_on=term.ends_on,
                happened_on=term.ends_on, recorded_on=day,
            )
        )  # fmt: skip
    else:
        tx.tell(
            ContractExpired(
                contract=agreement.contract, ends_on=term.ends_on,
                happened_on=term.ends_on, recorded_on=day,
            )
        )  # fmt: skip


async def keep_outcome(tx: Tx, contract: str, term: int, outcome: Outcome, ends_on: date) -> bool:
    """How the term ended; False if that was known: there is exactly one."""
    return (
        await tx.run(
            """insert into outcomes (office_id, contract, term, outcome, ends_on, recorded_on)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
            tx.office,
            contract,
            term,
            outcome,
            ends_on,
            tx.today,
        )
        == 1
    )


async def close_contract(tx: Tx, contract: str, on: date) -> bool:
    """B12: its account was closed; False if the contract isn't known."""
    return (
        await tx.run(
            """update contracts set closed_on = coalesce(closed_on, $3)
           where office_id = $1 and contract = $2""",
            tx.office,
            contract,
            on,
        )
        == 1
    )
