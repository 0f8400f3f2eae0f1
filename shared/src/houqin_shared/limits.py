"""How much may wait, and how long what has passed is kept: set by the operator, checked here."""

from collections.abc import Mapping
from dataclasses import dataclass

from houqin_shared.misconfigured import Misconfigured

MOST_BACKLOG = 20_000
"""Events that may wait to be heard before bulk work is put off. A visit is one event, however many
findings it has: this is seconds of single findings, and minutes of the largest visits.
"""
KEEP = "HOUQIN_KEEP_{}_DAYS"


@dataclass(frozen=True, slots=True)
class Keeps:
    """For how many days the rows of the mechanism are kept; see pruning.py for why that is safe."""

    outbox: int = 7
    """Events that were sent: to be sent again, should this database or the bus be restored."""
    log: int = 30
    """Messages that all have heard, on the bus in PostgreSQL: so far back a service can be rebuilt
    from them. Kafka keeps its topics for good.
    """
    inbox: int = 45
    """What was heard, so that it counts once however often it comes."""
    answers: int = 45
    """Answers to requests with an Idempotency-Key, of live offices."""

    def __post_init__(self) -> None:
        """Raises Misconfigured."""
        for name in ("OUTBOX", "LOG"):
            kept = getattr(self, name.lower())
            if self.inbox <= kept:
                inbox, other = KEEP.format("INBOX"), KEEP.format(name)
                raise Misconfigured(
                    f"{inbox} is {self.inbox} and {other} is {kept}; the inbox must be kept for "
                    f"longer, or what comes again would count twice.",
                    f"{inbox} 为 {self.inbox},{other} 为 {kept};收件记录须保留更久,"
                    f"否则重复到达的消息会被重复计入。",
                )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Keeps":
        """Read HOUQIN_KEEP_..._DAYS. Raises Misconfigured."""
        plain = cls()
        return cls(
            *(
                whole_number(environment, KEEP.format(name.upper()), getattr(plain, name), 36_500)
                for name in ("outbox", "log", "inbox", "answers")
            )
        )


def most_backlog(environment: Mapping[str, str]) -> int:
    """Read HOUQIN_MOST_BACKLOG. Raises Misconfigured."""
    return whole_number(environment, "HOUQIN_MOST_BACKLOG", MOST_BACKLOG, 1_000_000_000)


def whole_number(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    """From 1 to `most`; an empty variable counts as not set. Raises Misconfigured."""
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Misconfigured(
            f"{name} is {text!r}; give a whole number from 1 to {most}, or leave it out "
            f"for {default}.",
            f"{name} 的值为 {text!r};请填写 1 至 {most} 的整数,或留空以使用 {default}。",
        )
    return int(text)
