"""A seed becomes an office file: some hundred days of what people do, weighted towards trouble.

The plain model is played along, so that there is a proposal to decide, a notice to inspect again
and a statement to pay when one is drawn; now and then something that must be refused.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from model import Office
from model.engagement import Engagement

from simulation.papers import Json, border, papers

ONE_DAY = timedelta(days=1)

WEIGHTS = {
    "visit": 9, "withdraw": 3, "merit": 2, "complaint": 5, "judge": 5, "notice": 3, "reinspect": 3,
    "survey": 3, "leaders": 1, "decide": 1, "renew": 1, "pay": 3,
}  # fmt: skip
BUSY = (1, 2, 3, 4, 5, 6, 9, 10, 11)
"""Days of a month on which something falls due (T5), and those beside them."""

LATE = (1, 2, 3, 4, 5, 6, 8, 29, 31, 40, 65)
"""Days between what was seen and when it was recorded (T3)."""


def tell(seed: int, steps: int) -> Json:
    """An office file of so many days and events, at least; the same for the same seed."""
    return _Story(seed).tell(steps)


class _Story:
    """One office, as it goes on."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(f"{seed}/story")
        self._file = papers(self._luck, f"office-{seed}")
        self._office = Office(self._file)
        self._contracts: list[str] = [contract["id"] for contract in self._file["contracts"]]
        self._events: list[Json] = []
        self._named: dict[str, list[str]] = {}
        self._day = min(date.fromisoformat(each["starts_on"]) for each in self._file["contracts"])
        self._focus = self._luck.choice(list(WEIGHTS))

    def tell(self, steps: int) -> Json:
        days = 1
        self._live_a_day()
        while days + len(self._events) < steps:
            self._day += ONE_DAY
            days += 1
            self._live_a_day()
        return self._file | {"events": self._events, "until": self._day.isoformat()}

    def _live_a_day(self) -> None:
        self._office.sweep(self._day)
        for contract in self._contracts:
            if verb := self._verb_at_a_border(contract):
                self._do(verb, contract)
        busy = self._day.day in BUSY or (self._day + ONE_DAY).day == 1
        while self._luck.random() < (0.6 if busy else 0.35):
            weights = WEIGHTS | {self._focus: 3 * WEIGHTS[self._focus]}
            verb = self._luck.choices(list(weights), list(weights.values()))[0]
            self._do(verb, self._any_contract())

    def _verb_at_a_border(self, contract: str) -> str | None:
        """What is tried at both ends of a term, and where a proposal is open."""
        engaged = self._office.engagements.get(contract)
        if engaged is None:
            return None
        if engaged.contract.open_proposal and self._luck.random() < 0.15:
            return "decide"
        term = engaged.contract.term
        if self._day in (term.starts_on, term.ends_on - ONE_DAY, term.ends_on):
            verbs = ("renew", "visit", "complaint", "notice", "merit", "decide")
            return self._luck.choice(verbs)
        return None

    def _do(self, verb: str, contract: str) -> None:
        """One event, if there is anything to do it to."""
        verbs: dict[str, Callable[[str], Json | None]] = {
            "visit": self._visit,
            "withdraw": self._withdraw,
            "merit": self._merit,
            "complaint": self._complaint,
            "judge": self._judge,
            "notice": self._notice,
            "reinspect": self._reinspect,
            "survey": self._survey,
            "leaders": self._leaders,
            "decide": self._decide,
            "renew": self._renew,
            "pay": self._pay,
        }
        if happening := verbs[verb](contract):
            event = {"on": self._day.isoformat()} | happening
            self._office.play(event)
            self._events.append(event)

    def _any_contract(self) -> str:
        """Mostly one that runs; else any, also one that ended or was never signed."""
        running = [
            name
            for name, engaged in self._office.engagements.items()
            if engaged.contract.term.contains(self._day)
        ]
        if running and self._luck.random() < 0.9:
            return self._luck.choice(running)
        return self._luck.choice(self._contracts)

    def _name(self, kind: str) -> str:
        """A new number; the same ones are used for every kind of thing, as people do."""
        names = self._named.setdefault(kind, [])
        names.append(f"n{len(names) + 1}")
        return names[-1]

    def _known(self, kind: str, wanted: Sequence[str]) -> str | None:
        """Mostly a wanted one; else any that was ever named, also what was refused or is done."""
        if wanted and self._luck.random() < 0.85:
            return self._luck.choice(wanted[-8:])
        names = self._named.get(kind)
        return self._luck.choice(names) if names else None

    # --- inspectors -----------------------------------------------------------------------

    def _visit(self, contract: str) -> Json:
        findings = [self._finding() for _ in range(self._luck.choice((0, 0, 1, 1, 2, 3)))]
        visit: Json = {"contract": contract, "id": self._name("visit"), "findings": findings}
        if self._luck.random() < 0.5:
            visit["happened_on"] = self._seen_on(contract).isoformat()
        return {self._luck.choice(("patrol", "joint")): visit}

    def _finding(self) -> Json:
        return {
            "id": self._name("finding"),
            "criterion": self._luck.choice(("A", "A", "B")),
            "place": self._luck.choice(("3F", "3F", "4F")),
            "severity": self._luck.choice(("general", "general", "major")),
        }

    def _seen_on(self, contract: str) -> date:
        """An earlier day; often the last on which a finding repeats an older one, or the next."""
        seen_on = self._day - timedelta(days=self._luck.choice(LATE))
        engaged = self._office.engagements.get(contract)
        if engaged is None:
            return seen_on
        older = engaged.supervision.findings
        if older and self._luck.random() < 0.4:
            within = engaged.contract.rules.repeat_within_days + self._luck.choice((0, 0, 1))
            seen_on = min(
                self._day, self._luck.choice(older[-6:]).happened_on + timedelta(days=within)
            )
        if self._luck.random() < 0.9:
            seen_on = max(seen_on, min(engaged.contract.term.starts_on, self._day))
        return seen_on

    def _withdraw(self, _: str) -> Json | None:
        standing = [each.id for each in self._office.findings.values() if not each.is_withdrawn]
        finding = self._known("finding", standing)
        return {"withdraw": {"finding": finding, "reason": "mistaken"}} if finding else None

    def _merit(self, contract: str) -> Json:
        kind = self._luck.choice(("innovation", "experience", "praise"))
        return {"merit": {"contract": contract, "id": self._name("merit"), "kind": kind}}

    def _notice(self, contract: str) -> Json:
        due = border(
            self._luck, self._day, self._day + timedelta(days=self._luck.choice((0, 2, 25)))
        )
        return {
            "notice": {
                "contract": contract,
                "id": self._name("notice"),
                "due": due.isoformat(),
            }
        }

    def _reinspect(self, _: str) -> Json | None:
        notice = self._known(
            "notice", [each.id for each in self._office.notices.values() if each.is_open]
        )
        result = self._luck.choice(("passed", "failed", "failed"))
        return {"reinspect": {"notice": notice, "result": result}} if notice else None

    def _leaders(self, contract: str) -> Json:
        half = f"{self._day.year - self._luck.randint(0, 1)}H{self._luck.randint(1, 2)}"
        score = self._luck.choice((0, 100, 92.5, 77.777))
        return {"leaders": {"contract": contract, "half": half, "score": score}}

    # --- the served -----------------------------------------------------------------------

    def _complaint(self, contract: str) -> Json:
        return {
            "complaint": {
                "contract": contract,
                "id": self._name("complaint"),
                "department": self._luck.choice(("d1", "d2", "处室")),
                "text": "冷",
            }
        }

    def _judge(self, _: str) -> Json | None:
        open_ones = [each.id for each in self._office.complaints.values() if not each.decision]
        complaint = self._known("complaint", open_ones)
        verdict = self._luck.choice(("uphold", "uphold", "uphold", "dismiss"))
        return {verdict: {"complaint": complaint}} if complaint else None

    def _survey(self, contract: str) -> Json:
        ago = self._luck.choice((0, -1, -1, -2, -3, 1))
        quarter = self._day.year * 4 + (self._day.month - 1) // 3 + ago
        invited = self._luck.choice((1, 10, 20, 100))
        count = self._luck.choice((0, invited // 2, invited, invited))
        likely = self._luck.choice(((1, 1, 1, 1, 1), (40, 10, 1, 1, 1), (0, 0, 1, 3, 9)))
        answers = self._luck.choices((5, 4, 3, 2, 1), likely, k=count)
        return {
            "survey": {
                "contract": contract,
                "quarter": f"{quarter // 4}Q{quarter % 4 + 1}",
                "invited": invited,
                "answers": {f"{grade}": answers.count(grade) for grade in (5, 4, 3, 2, 1)},
            }
        }

    # --- the office -----------------------------------------------------------------------

    def _decide(self, contract: str) -> Json:
        decision: Json = {
            "contract": contract,
            "exit": self._luck.choice(("accepted", "rejected", "rejected")),
        }
        if decision["exit"] == "accepted":
            engaged = self._office.engagements.get(contract)
            decision["ends_on"] = self._end_of(engaged).isoformat()
        return {"decide": decision}

    def _end_of(self, engaged: Engagement | None) -> date:
        """A day for an exit: allowed or just beside it."""
        later = self._day + timedelta(days=self._luck.randint(2, 40))
        days = [self._day - ONE_DAY, self._day, self._day + ONE_DAY, later]
        if engaged is not None:
            term = engaged.contract.term
            days += [term.starts_on + ONE_DAY, term.ends_on, term.ends_on + ONE_DAY]
        return self._luck.choice(days)

    def _renew(self, contract: str) -> Json:
        months = self._luck.choice((1, 1, 2, 3, 12, 34))
        return {"renew": {"contract": contract, "months": months}}

    def _pay(self, contract: str) -> Json:
        engaged = self._office.engagements.get(contract)
        statements = engaged.account.statements.values() if engaged else ()
        unpaid = [f"{each.month}" for each in statements if each.paid_on is None]
        if unpaid and self._luck.random() < 0.9:
            month = self._luck.choice(unpaid)
        else:
            month = f"{self._day - timedelta(days=self._luck.choice((5, 35, 65))):%Y-%m}"
        return {"pay": {"contract": contract, "month": month}}
