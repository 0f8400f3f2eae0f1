"""Reading the office, its suppliers, rule sets and contracts."""

from decimal import Decimal

from houqin.officefile import contradictions, said
from houqin.officefile.fields import Fields
from houqin.officefile.register import Register
from houqin.officefile.shapes import (
    GATES,
    TIERS,
    Amounts,
    Band,
    Contract,
    GateDocument,
    HalfYear,
    Ladder,
    Office,
    Points,
    Repeat,
    RuleSet,
    Supplier,
    SurveyRules,
    Tier,
    Widespread,
)
from houqin.officefile.spots import Reader, Spot, Wrong, each, list_of, were_read
from houqin.officefile.values import (
    amount,
    credit_code,
    day,
    day_of_play,
    identifier,
    label,
    one_of,
    percent,
    points,
    price,
    score,
    truth,
    weight,
    whole,
)

LONGEST_TERM = 36  # months, C3
HIGHEST_DEPOSIT = 10  # percent, B8
LONGEST_WAIT = 3660  # days


def office(spot: Spot) -> Office:
    with Fields(spot) as f:
        return Office(spot.place, f.take("id", identifier), f.take("name", label), f.remarks())


def supplier(register: Register) -> Reader[Supplier]:
    def read(spot: Spot) -> Supplier:
        with Fields(spot) as f:
            return Supplier(
                place=spot.place,
                id=f.take("id", register.new("supplier")),
                name=f.take("name", label),
                uscc=f.take("uscc", credit_code),
                small_or_medium=f.take("small_or_medium", truth),
                gates=f.take("gates", list_of(_gate_document)),
                remarks=f.remarks(),
            )

    return read


def _gate_document(spot: Spot) -> GateDocument:
    with Fields(spot) as f:
        return GateDocument(
            gate=f.take("gate", one_of(GATES)),
            document=f.take("document", label),
            valid_until=f.take("valid_until", day),
            remarks=f.remarks(),
        )


def contract(register: Register) -> Reader[Contract]:
    def read(spot: Spot) -> Contract:
        with Fields(spot) as f:
            starts_on = f.take("starts_on", day_of_play)
            return Contract(
                place=spot.place,
                id=f.take("id", register.new("contract")),
                item=f.take("item", label),
                supplier=f.take("supplier", register.known("supplier")),
                annual_price_fen=f.take("annual_price", price),
                starts_on=starts_on,
                months=f.take("months", whole(1, LONGEST_TERM)),
                satisfaction_target=f.take("satisfaction_target", score),
                rules=f.take("rules", register.known("rules")),
                signed_on=f.take_or("signed_on", day_of_play, starts_on),
                remarks=f.remarks(),
            )

    return read


def rule_set(register: Register) -> Reader[RuleSet]:
    def read(spot: Spot) -> RuleSet:
        with Fields(spot) as f:
            return RuleSet(
                place=spot.place,
                id=f.take("id", register.new("rules")),
                points=f.take("points", _points),
                tiers=f.take("tiers", _tiers),
                half_year=f.take("half_year", _half_year),
                amounts=f.take("amounts", _amounts),
                repeat=f.take("repeat", _repeat),
                ladder=f.take("ladder", _ladder),
                retained_percent=f.take("retained_percent", percent),
                bands=f.take("bands", _bands),
                reward_percent=f.take("reward_percent", percent),
                deposit_percent=f.take("deposit_percent", _deposit_percent),
                second_notice_days=f.take("second_notice_days", whole(0, LONGEST_WAIT)),
                survey=f.take("survey", _survey),
                widespread=f.take("widespread", _widespread),
                remarks=f.remarks(),
            )

    return read


def _points(spot: Spot) -> Points:
    with Fields(spot) as f:
        return Points(
            general=f.take("general", points),
            major=f.take("major", points),
            complaint=f.take("complaint", points),
            merit=f.take("merit", points),
        )


def _tiers(spot: Spot) -> tuple[tuple[Tier, Decimal], ...]:
    """I3: weights are divided by their sum, which is therefore not zero."""
    with Fields(spot) as f:
        written = [(tier, f.take_or(tier, weight, None)) for tier in TIERS]
        tiers = tuple((tier, weighs) for tier, weighs in written if weighs is not None)
        weights = [weighs for _, weighs in tiers]
        if were_read(*weights) and not any(weights):
            spot.note(contradictions.no_tier())
    return tiers


def _half_year(spot: Spot) -> HalfYear:
    with Fields(spot) as f:
        half = HalfYear(months=f.take("months", weight), leaders=f.take("leaders", weight))
        if were_read(half.months, half.leaders) and not half.months + half.leaders:
            spot.note(contradictions.no_weight())
    return half


def _amounts(spot: Spot) -> Amounts:
    with Fields(spot) as f:
        return Amounts(
            general=f.take("general", amount),
            major=f.take("major", amount),
            complaint=f.take("complaint", amount),
            rectification=f.take("rectification", amount),
        )


def _repeat(spot: Spot) -> Repeat:
    with Fields(spot) as f:
        return Repeat(
            within_days=f.take("within_days", whole(0, LONGEST_WAIT)),
            times=f.take("times", whole(1, 1000)),
        )


def _ladder(spot: Spot) -> Ladder:
    with Fields(spot) as f:
        return Ladder(
            full_from=f.take("full_from", score),
            percent_per_point=f.take("percent_per_point", points),
            at_most_percent=f.take("at_most_percent", percent),
        )


def _bands(spot: Spot) -> tuple[Band, ...]:
    """F4: each reaches up to the next, so they cover 0..100 if one begins at 0 and none twice."""
    begun: dict[Decimal, None] = {}

    def read(spot: Spot) -> Band:
        with Fields(spot) as f:
            band = Band(
                lowest=f.take("from", score),
                name=f.take("name", label),
                returned_percent=f.take("returned_percent", percent),
                bonus_percent=f.take("bonus_percent", percent),
                remarks=f.remarks(),
            )
            if were_read(band.lowest) and band.lowest in begun:
                f.note("from", contradictions.bands_overlap(f"{band.lowest}"))
            begun[band.lowest] = None
        return band

    bands = each(spot, read)
    if not bands:
        raise Wrong(spot, contradictions.no_bands())
    if not were_read(*bands, *begun):
        return bands
    if lowest := min(begun):
        raise Wrong(spot, contradictions.bands_start_too_high(f"{lowest}"))
    return tuple(sorted(bands, key=lambda band: band.lowest, reverse=True))


def _deposit_percent(spot: Spot) -> Decimal:
    share = percent(spot)
    if share > HIGHEST_DEPOSIT:
        raise Wrong(spot, said.deposit_too_high(f"{share}"))
    return share


def _survey(spot: Spot) -> SurveyRules:
    with Fields(spot) as f:
        return SurveyRules(
            min_responses=f.take("min_responses", whole(0)),
            min_response_percent=f.take("min_response_percent", percent),
            satisfied_from=f.take("satisfied_from", whole(1, 5)),
        )


def _widespread(spot: Spot) -> Widespread:
    with Fields(spot) as f:
        return Widespread(
            complaints=f.take("complaints", whole(1)),
            departments=f.take("departments", whole(1)),
            within_days=f.take("within_days", whole(1, LONGEST_WAIT)),
        )
