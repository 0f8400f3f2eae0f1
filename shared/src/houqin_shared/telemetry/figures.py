"""A figure of the domain that an operator watches: a service declares it, and how it is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge of one service, read from its database."""

    name: str
    """houqin_<service>_<what>, as Prometheus names things."""
    says: str
    sql: str
    """One row per combination of labels: the labels first, the value last."""
    labels: tuple[str, ...] = ()
    every: float = 60.0
    """Seconds between two looks, at least."""
