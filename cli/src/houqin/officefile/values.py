"""Readers of single values: text, days, numbers, money, each exact or refused."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from stdnum.cn import uscc

from houqin.officefile import said
from houqin.officefile.spots import Reader, Spot, Wrong, found
from houqin.officefile.tree import Kind, Scalar

W = TypeVar("W", bound=str)

LONGEST_ID = 64
LONGEST_LABEL = 200
LONGEST_PROSE = 10_000
MOST = 1_000_000  # of anything that is counted or weighed
MOST_DECIMAL_PLACES = 20
DEAREST = 10_000_000_000  # fen of one breach: what a contract is charged must add up to a bigint
FIRST_YEAR, LAST_YEAR = 1900, 2199  # of what is played; papers may be valid until 9999

_ID = re.compile(r"[^\W_][\w.\-]*")
_STRANGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"(?P<yuan>[0-9]{1,12})(?:\.(?P<fen>[0-9]{1,2}))?")
_NEGATIVE_MONEY = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
_FINE_MONEY = re.compile(r"[0-9]+\.[0-9]{3,}")
_AMOUNT = ("an amount in yuan", "以元为单位的金额", '"235000.00"')
_LONGEST_NUMBER = 40


def _scalar(spot: Spot, en: str, zh: str, example: str, *kinds: Kind) -> str:
    """The text of a scalar that is of one of these kinds."""
    if isinstance(spot.node, Scalar) and spot.node.kind in kinds:
        return spot.node.text
    raise Wrong(spot, said.expected(en, zh, found(spot.node), example))


# Text


def text(spot: Spot) -> str:
    node = spot.node
    if isinstance(node, Scalar) and node.kind not in (Kind.TEXT, Kind.NULL):
        raise Wrong(spot, said.quotes_needed(node.text))
    words = _scalar(spot, "text", "文本", "some words", Kind.TEXT)
    if strange := _STRANGE.search(words):
        raise Wrong(spot, said.strange_character(ord(strange[0])))
    return words


def _written(most: int, *, may_be_blank: bool = False) -> Reader[str]:
    def read(spot: Spot) -> str:
        words = text(spot)
        if not words.strip() and not may_be_blank:
            raise Wrong(spot, said.blank())
        if len(words) > most:
            raise Wrong(spot, said.too_long(len(words), most))
        return words

    return read


label = _written(LONGEST_LABEL)
prose = _written(LONGEST_PROSE)
remark = _written(LONGEST_PROSE, may_be_blank=True)


def identifier(spot: Spot) -> str:
    """Can stand in a URL's path, and before the '#' of a rectification's source."""
    words = text(spot)
    if len(words) > LONGEST_ID or not _ID.fullmatch(words):
        raise Wrong(spot, said.not_an_id(words))
    return words


def one_of(words: Sequence[W]) -> Reader[W]:
    def read(spot: Spot) -> W:
        written = text(spot)
        for word in words:
            if word == written:
                return word
        raise Wrong(spot, said.one_of(written, words))

    return read


def credit_code(spot: Spot) -> str:
    code = text(spot)
    if not (code.isascii() and code == uscc.compact(code) and uscc.is_valid(code)):
        raise Wrong(spot, said.false_credit_code(code))
    return code


def truth(spot: Spot) -> bool:
    return _scalar(spot, "true or false", "true 或 false", "true", Kind.TRUTH).lower() == "true"


# Days and periods


def day(spot: Spot) -> date:
    node = spot.node
    if not isinstance(node, Scalar) or not _DAY.fullmatch(node.text):
        raise Wrong(spot, said.expected("a day", "日期", found(node), "2017-05-03"))
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        raise Wrong(spot, said.no_such_day(node.text)) from None


def day_of_play(spot: Spot) -> date:
    """A day that the replay may have to reach."""
    on = day(spot)
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Wrong(spot, said.out_of_range(f"{on}", f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"))
    return on


def _period(pattern: str, en: str, zh: str, example: str) -> Reader[str]:
    looks = re.compile(r"(?:19|20|21)[0-9]{2}" + pattern)

    def read(spot: Spot) -> str:
        if isinstance(spot.node, Scalar) and looks.fullmatch(spot.node.text):
            return spot.node.text
        raise Wrong(spot, said.expected(en, zh, found(spot.node), example))

    return read


month = _period(r"-(?:0[1-9]|1[0-2])", "a month", "月份", "2017-05")
quarter = _period(r"Q[1-4]", "a quarter", "季度", "2017Q2")
half_year = _period(r"H[12]", "a half-year", "半年", "2017H1")


# Numbers


def whole(least: int, most: int = MOST) -> Reader[int]:
    def read(spot: Spot) -> int:
        digits = _scalar(spot, "a whole number", "整数", f"{max(least, 1)}", Kind.WHOLE)
        if len(digits) > _LONGEST_NUMBER or not least <= int(digits) <= most:
            raise Wrong(spot, said.out_of_range(digits, f"{least}", f"{most}"))
        return int(digits)

    return read


def decimal(least: int, most: int) -> Reader[Decimal]:
    def read(spot: Spot) -> Decimal:
        digits = _scalar(spot, "a number", "数字", "92.5", Kind.WHOLE, Kind.NUMBER)
        if len(digits) > _LONGEST_NUMBER:
            raise Wrong(spot, said.too_fine(MOST_DECIMAL_PLACES))
        try:
            number = Decimal(digits)
        except InvalidOperation:  # an exponent that even Decimal can't hold
            raise Wrong(spot, said.plain_number(digits)) from None
        if not least <= number <= most:
            raise Wrong(spot, said.out_of_range(digits, f"{least}", f"{most}"))
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -MOST_DECIMAL_PLACES:
            raise Wrong(spot, said.too_fine(MOST_DECIMAL_PLACES))
        return number.copy_abs()  # -0 is 0

    return read


percent = decimal(0, 100)
score = decimal(0, 100)
points = decimal(0, MOST)
weight = decimal(0, MOST)


# Money


def _money(spot: Spot) -> int:
    """Fen; below zero for anything below zero."""
    kinds = (Kind.TEXT, Kind.WHOLE, Kind.NUMBER)
    digits = _scalar(spot, *_AMOUNT, *kinds)
    if _FINE_MONEY.fullmatch(digits):
        raise Wrong(spot, said.fraction_of_a_fen(digits))
    if written := _MONEY.fullmatch(digits):
        return int(written["yuan"]) * 100 + int((written["fen"] or "").ljust(2, "0"))
    if _NEGATIVE_MONEY.fullmatch(digits):
        return -1
    en, zh, example = _AMOUNT
    raise Wrong(spot, said.expected(en, zh, found(spot.node), example))


def price(spot: Spot) -> int:
    """Fen, above zero."""
    if (fen := _money(spot)) <= 0:
        raise Wrong(spot, said.not_above_zero())
    return fen


def amount(spot: Spot) -> int:
    """Fen that one breach may cost; zero is allowed."""
    if (fen := _money(spot)) < 0:
        raise Wrong(spot, said.below_zero())
    if fen > DEAREST:
        raise Wrong(spot, said.out_of_range(f"{fen // 100}", "0", f"{DEAREST // 100}"))
    return fen
