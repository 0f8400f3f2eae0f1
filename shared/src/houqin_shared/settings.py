"""What a service is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from houqin_shared.limits import MOST_BACKLOG, Keeps, most_backlog


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a service finds its parts, and its limits."""

    database_url: str
    bus_url: str
    """postgresql://... for the log table, or kafka://host:port."""
    token_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    most_backlog: int = MOST_BACKLOG
    keeps: Keeps = field(default_factory=Keeps)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """DATABASE_URL, BUS_URL, HOUQIN_TOKEN_KEY, HOST, PORT, HOUQIN_MOST_BACKLOG and
        HOUQIN_KEEP_{OUTBOX,LOG,INBOX,ANSWERS}_DAYS. Raises KeyError, Misconfigured.
        """
        return cls(
            database_url=environment["DATABASE_URL"],
            bus_url=environment["BUS_URL"],
            token_key=environment["HOUQIN_TOKEN_KEY"],
            host=environment.get("HOST", "127.0.0.1"),
            port=int(environment.get("PORT", "8000")),
            most_backlog=most_backlog(environment),
            keeps=Keeps.from_environment(environment),
        )
