"""F2: who may know who called, and who may not judge."""

import re
import unicodedata

HIDDEN = "＊＊＊"


def same_person(one: str | None, other: str) -> bool:
    """Whether two names are one person's, however they were typed."""
    return one is not None and _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def without_names(text: str, *names: str | None) -> str:
    """What an official wrote, for the accused to read: a slip of the pen names nobody.

    Longer names go first, so that no part of one is left standing.
    """
    for name in sorted((name.strip() for name in names if name), key=len, reverse=True):
        if name:
            text = re.sub(re.escape(name), HIDDEN, text, flags=re.IGNORECASE)
    return text
