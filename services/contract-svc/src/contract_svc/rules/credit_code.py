"""GB 32100: the unified social credit code (统一社会信用代码) and its check character."""

from stdnum.cn import uscc


def is_credit_code(code: str) -> bool:
    """Whether `code`, as written, is a code that can exist."""
    return code.isascii() and code == uscc.compact(code) and uscc.is_valid(code)
