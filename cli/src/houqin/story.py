"""What a replay was about, in words: for somebody who has never seen the system."""

from collections import Counter
from decimal import Decimal
from typing import Any

from houqin_ops.client import SERVICE_NAMES, Client, Json, at
from houqin_shared.exact import yuan_of_fen

WORDS = {
    "fee": ("fees", "服务费"),
    "retained": ("retained until the quarter's survey", "季度考核预留"),
    "retained-returned": ("retained money returned", "预留返还"),
    "bonus": ("bonuses from the reward fund", "奖励"),
    "finding": ("deductions for findings", "问题扣款"),
    "finding-withdrawn": ("given back for withdrawn findings", "撤销问题退款"),
    "complaint": ("deductions for upheld complaints", "投诉扣款"),
    "rectification": ("deductions for failed rectifications", "整改不力扣款"),
    "score": ("deductions for low scores", "得分扣款"),
}


async def tell_story(client: Client, report: Json) -> str:
    """The office, what was found, what it cost and why, what was paid, what comes next."""
    office = report["office"]
    known = await client.get("contract", at("offices", office))
    lines = ["", f"{known['name']} ({office}), as of {report['as_of']}", ""]
    example: str | None = None
    for number, contract in report["contracts"].items():
        lines += await _contract(client, office, number, contract)
        if deduction := await _deduction(client, office, number):
            address, followed = deduction
            lines += [*followed, ""]
            example = example or address
    lines += _bulletins(report)
    if report["refused"]:
        problems = Counter(refused["problem"] for refused in report["refused"])
        told = ", ".join(f"{count} {problem}" for problem, count in problems.items())
        lines.append(f"Refused by the rules (按规则不予受理): {told}")
    if example is not None:
        lines += [
            "",
            "Follow it yourself, as the auditor (以审计身份自行追溯):",
            "  TOKEN=$(.venv/bin/houqin token me --role auditor)",
            f'  curl -H "Authorization: Bearer $TOKEN" {client.url}/billing{example}',
        ]
    lines += [
        "",
        "All that can be asked and recorded (全部接口):",
        *(f"  {client.url}/{service}/docs" for service in SERVICE_NAMES),
        "",
    ]
    return "\n".join(lines)


async def _contract(client: Client, office: str, number: str, contract: Json) -> list[str]:
    here = at("offices", office, "contracts", number)
    signed = await client.get("contract", here)
    supplier = await client.get("contract", at("offices", office, "suppliers", signed["supplier"]))
    statements = contract["statements"]
    totals: Counter[str] = Counter()
    for statement in statements:
        for line in statement["lines"]:
            totals[line["kind"]] += line["fen"]
    payable = sum(statement["payable_fen"] for statement in statements)
    interest = sum(statement.get("interest_fen", 0) for statement in statements)
    scores = [Decimal(each["score"]) for each in contract["scores"].values() if each["score"]]
    lines = [
        f"{number}: {signed['item']} by {supplier['name']}, "
        f"¥{signed['annual_price']} a year, {signed['starts_on']} to {contract['ends_on']}",
        f"  {len(scores)} months scored (月度得分), worst {min(scores, default='-')}, "
        f"best {max(scores, default='-')}",
        f"  {len(statements)} statements (结算单):",
    ]
    for kind, (english, chinese) in WORDS.items():
        if kind in totals:
            lines.append(f"    {yuan_of_fen(totals[kind]):>14}  {english} ({chinese})")
    lines.append(f"    {yuan_of_fen(payable):>14}  payable to the supplier (应付)")
    unpaid = sum(each["payable_fen"] for each in statements if not each.get("paid_on"))
    if unpaid:
        lines.append(f"    {yuan_of_fen(unpaid):>14}  of it not paid yet (尚未支付)")
    kept = -totals["retained"] - totals["retained-returned"]
    if kept:
        lines.append(f"    {yuan_of_fen(kept):>14}  of the retained, now reward fund (转入奖励金)")
    if interest:
        lines.append(f"    {yuan_of_fen(interest):>14}  interest for late payment (逾期利息)")
    return [*lines, *_end(contract), ""]


async def _deduction(client: Client, office: str, number: str) -> tuple[str, list[str]] | None:
    """One deduction, followed back to what somebody saw: where to ask for it, and in words."""
    here = at("offices", office, "contracts", number)
    found = await client.get("billing", f"{here}/lines", {"kind": "finding", "limit": "1"})
    if not found["items"]:
        return None
    line = found["items"][0]
    address = f"{here}/lines/{line['line']}/why"
    why = await client.get("billing", address)
    said = [
        f"  One line followed to its cause (一行追溯到起因): {line['kind']} {line['source']}, "
        f"¥{line['amount']}",
        f"    rule (规则) {why['rule']['id']}: {why['rule']['en']}",
        f"      {why['rule']['zh']}",
        f"    rule set (规则集) {why['rule_set']['id']} version {why['rule_set']['version']}, "
        f"numbers put in: {_numbers(why['numbers'])}",
    ]
    for event in why["chain"]:
        data = event["data"]
        for found in data.get("findings", ()):
            data = data | found
        seen = ", ".join(
            f"{name} {data[name]}"
            for name in ("finding", "visit", "criterion", "place", "severity", "inspector")
            if data.get(name)
        )
        said.append(f"    <- {event['type']} {data['happened_on']}: {seen}")
    finding = await client.get("inspection", at("offices", office, "findings", line["source"]))
    if finding["text"]:
        said.append(f"       as the inspector wrote it (检查记录): {finding['text']}")
    return address, said


def _numbers(numbers: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in numbers.items())


def _end(contract: Json) -> list[str]:
    lines = [
        f"  exit proposed {proposal['on']} ({proposal['ground']}), {proposal['decision'] or 'open'}"
        for proposal in contract["exit_proposals"]
    ]
    if contract["rebid"]:
        lines.append(
            f"  three years reached {contract['rebid']['reached_on']}: put out to tender again "
            f"(满三年,重新招标), the new term is number {contract['rebid']['term'] + 1}"
        )
    if contract["expired_on"]:
        lines.append(f"  expired (到期) {contract['expired_on']}")
    if contract["terminated_on"]:
        lines.append(f"  ended by an exit (退出) {contract['terminated_on']}")
    lines.append(
        f"  now {contract['state']}; pending ¥{yuan_of_fen(contract['pending_fen'])}, deposit "
        f"¥{yuan_of_fen(contract['deposit_fen'])}, reward fund "
        f"¥{yuan_of_fen(contract['reward_fund_fen'])}"
    )
    return lines


def _bulletins(report: Json) -> list[str]:
    if not report["bulletins"]:
        return []
    praised = sum(bool(bulletin["commended"]) for bulletin in report["bulletins"])
    blamed = sum(bool(bulletin["criticised"]) for bulletin in report["bulletins"])
    return [
        f"{len(report['bulletins'])} bulletins (通报): {praised} commend (表扬), "
        f"{blamed} criticise (批评)"
    ]
