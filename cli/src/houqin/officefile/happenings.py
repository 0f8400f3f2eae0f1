"""Reading the events, in the order of their days."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, cast

from houqin.officefile import contradictions, said
from houqin.officefile.events import (
    EXITS,
    MERIT_KINDS,
    RESULTS,
    SEVERITIES,
    Complaint,
    Decide,
    Dismiss,
    Event,
    Finding,
    Joint,
    Leaders,
    Merit,
    Notice,
    Patrol,
    Pay,
    Reinspect,
    Renew,
    Survey,
    Uphold,
    Withdraw,
)
from houqin.officefile.fields import REMARKS, Fields
from houqin.officefile.mistakes import Said
from houqin.officefile.register import Register
from houqin.officefile.shapes import Remarks
from houqin.officefile.spots import UNREAD, Reader, Spot, each, list_of, were_read
from houqin.officefile.values import (
    day_of_play,
    half_year,
    label,
    month,
    one_of,
    prose,
    quarter,
    score,
    whole,
)

LONGEST_RENEWAL = 1200  # months; past three years the service refuses it (C3)
GRADES = (5, 4, 3, 2, 1)


class Head(NamedTuple):
    """What every event begins with."""

    place: str
    on: date
    remarks: Remarks


Begin = Callable[[Fields], Head]
Tell = Callable[[Begin, Fields, Register], Event]


def events(register: Register, until: date) -> Reader[tuple[Event, ...]]:
    previous: date | None = None

    def read(spot: Spot) -> Event:
        nonlocal previous
        with Fields(spot, _unknown) as f:
            on = f.take("on", day_of_play)
            if were_read(on):
                if previous and on < previous:
                    f.note("on", contradictions.out_of_order(f"{on}", f"{previous}"))
                if were_read(until) and on > until:
                    f.note("on", contradictions.after_the_last_day(f"{on}", f"{until}"))
                previous = on
            return _told(f, on, register)

    return lambda spot: each(spot, read)


def _told(f: Fields, on: date, register: Register) -> Event:
    """The one thing that the event tells."""
    verbs = [name for name in f.names if name in VERBS]
    if len(verbs) > 1:
        f.spot.note(said.several_verbs(verbs))
    elif not verbs and not set(f.names) - {"on", *REMARKS}:
        f.spot.note(said.no_verb(VERBS))
    outer = f.remarks()

    def begin(body: Fields) -> Head:
        return Head(f.spot.place, on, body.remarks().or_else(outer))

    def body(tell: Tell) -> Reader[Event]:
        def read(spot: Spot) -> Event:
            with Fields(spot) as fields:
                return tell(begin, fields, register)

        return read

    told = [f.take(verb, body(VERBS[verb])) for verb in verbs]
    return told[0] if told else cast("Event", UNREAD)


MOST_FINDINGS = 1000  # in one visit, as inspection-svc takes them


def _unknown(name: str, known: Iterable[str]) -> Said:
    return said.unknown_verb(name, dict.fromkeys((*VERBS, *known)))


def _visit(shape: type[Patrol] | type[Joint]) -> Tell:
    def tell(begin: Begin, f: Fields, register: Register) -> Event:
        head = begin(f)
        return shape(
            *head,
            contract=f.take("contract", register.known("contract")),
            id=f.take("id", register.new("visit")),
            happened_on=f.take_or("happened_on", day_of_play, head.on),
            findings=f.take("findings", list_of(_finding(register), MOST_FINDINGS)),
        )

    return tell


def _finding(register: Register) -> Reader[Finding]:
    def read(spot: Spot) -> Finding:
        with Fields(spot) as f:
            return Finding(
                id=f.take("id", register.new("finding")),
                criterion=f.take("criterion", label),
                place=f.take("place", label),
                severity=f.take("severity", one_of(SEVERITIES)),
                remarks=f.remarks(),
            )

    return read


def _withdraw(begin: Begin, f: Fields, register: Register) -> Withdraw:
    return Withdraw(
        *begin(f),
        finding=f.take("finding", register.known("finding")),
        reason=f.take("reason", prose),
    )


def _merit(begin: Begin, f: Fields, register: Register) -> Merit:
    return Merit(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        id=f.take("id", register.new("merit")),
        kind=f.take("kind", one_of(MERIT_KINDS)),
    )


def _complaint(begin: Begin, f: Fields, register: Register) -> Complaint:
    text = f.take("text", prose)  # a field here, hence no remark
    return Complaint(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        id=f.take("id", register.new("complaint")),
        department=f.take("department", label),
        text=text,
    )


def _verdict(shape: type[Uphold] | type[Dismiss]) -> Tell:
    def tell(begin: Begin, f: Fields, register: Register) -> Event:
        return shape(*begin(f), complaint=f.take("complaint", register.known("complaint")))

    return tell


def _notice(begin: Begin, f: Fields, register: Register) -> Notice:
    notice = Notice(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        id=f.take("id", register.new("notice")),
        due=f.take("due", day_of_play),
    )
    if were_read(notice.due, notice.on) and notice.due < notice.on:
        f.note("due", contradictions.due_before_its_day(f"{notice.due}", f"{notice.on}"))
    return notice


def _reinspect(begin: Begin, f: Fields, register: Register) -> Reinspect:
    return Reinspect(
        *begin(f),
        notice=f.take("notice", register.known("notice")),
        result=f.take("result", one_of(RESULTS)),
    )


def _survey(begin: Begin, f: Fields, register: Register) -> Survey:
    survey = Survey(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        quarter=f.take("quarter", quarter),
        invited=f.take("invited", whole(0)),
        answers=f.take("answers", _answers),
    )
    if were_read(survey.invited, survey.answers):
        counts = [count for _, count in survey.answers]
        if were_read(*counts) and sum(counts) > survey.invited:
            f.note("answers", contradictions.more_answers_than_invited(sum(counts), survey.invited))
    return survey


def _answers(spot: Spot) -> tuple[tuple[int, int], ...]:
    with Fields(spot) as f:
        return tuple((grade, f.take(f"{grade}", whole(0))) for grade in GRADES)


def _leaders(begin: Begin, f: Fields, register: Register) -> Leaders:
    return Leaders(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        half=f.take("half", half_year),
        score=f.take("score", score),
    )


def _decide(begin: Begin, f: Fields, register: Register) -> Decide:
    contract = f.take("contract", register.known("contract"))
    decision = f.take("exit", one_of(EXITS))
    ends_on = f.take_or("ends_on", day_of_play, None)
    if decision == "accepted" and "ends_on" not in f.names:
        f.spot.below("ends_on", f.spot.node).note(contradictions.ends_on_needed())
    if decision == "rejected" and "ends_on" in f.names:
        f.note("ends_on", contradictions.ends_on_not_wanted())
    return Decide(*begin(f), contract, decision, ends_on)


def _renew(begin: Begin, f: Fields, register: Register) -> Renew:
    return Renew(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        months=f.take("months", whole(1, LONGEST_RENEWAL)),
    )


def _pay(begin: Begin, f: Fields, register: Register) -> Pay:
    return Pay(
        *begin(f),
        contract=f.take("contract", register.known("contract")),
        month=f.take("month", month),
    )


VERBS: dict[str, Tell] = {
    "patrol": _visit(Patrol),
    "joint": _visit(Joint),
    "withdraw": _withdraw,
    "merit": _merit,
    "complaint": _complaint,
    "uphold": _verdict(Uphold),
    "dismiss": _verdict(Dismiss),
    "notice": _notice,
    "reinspect": _reinspect,
    "survey": _survey,
    "leaders": _leaders,
    "decide": _decide,
    "renew": _renew,
    "pay": _pay,
}
