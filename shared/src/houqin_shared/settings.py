"""What a service is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from houqin_shared.bus.opening import BusSettings, bus_settings
from houqin_shared.limits import MOST_BACKLOG, Keeps, most_backlog, whole_number
from houqin_shared.misconfigured import Misconfigured


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a service finds its parts, and its limits."""

    database_url: str
    bus: BusSettings
    token_key: str = field(repr=False)
    """Signs tokens."""
    host: str = "127.0.0.1"
    port: int = 8000
    listening: int | None = None
    """The file descriptor of a socket that listens already, instead of on a port of the host."""
    root_path: str = ""
    """What a path begins with outside, such as /billing; a proxy may take it off or not."""
    connections: int = 10
    """To its database, at most."""
    migrates: bool = True
    """It brings its database to the newest schema when it starts; else it only looks, and needs no
    right to change tables.
    """
    ends_with_stdin: bool = False
    """Whoever started it holds the other end: it must not outlive them."""
    most_backlog: int = MOST_BACKLOG
    keeps: Keeps = field(default_factory=Keeps)
    metrics_port: int | None = None
    """Where Prometheus asks, on the same host; None: nothing is counted."""
    previous_token_key: str | None = field(default=None, repr=False)
    """Tokens that it signed are still good, while everybody gets a new one."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """DATABASE_URL, BUS_URL, HOUQIN_TOKEN_KEY, HOUQIN_TOKEN_KEY_PREVIOUS; HOST, PORT,
        LISTEN_FD, ROOT_PATH, DATABASE_CONNECTIONS, HOUQIN_MIGRATE=never, END_WITH_STDIN=1;
        HOUQIN_MOST_BACKLOG, HOUQIN_KEEP_{OUTBOX,LOG,INBOX,ANSWERS}_DAYS; METRICS_PORT; and
        Kafka's. Raises Misconfigured.
        """
        return cls(
            database_url=_required("DATABASE_URL", environment),
            bus=bus_settings(_required("BUS_URL", environment), environment),
            token_key=_required("HOUQIN_TOKEN_KEY", environment),
            host=environment.get("HOST", "127.0.0.1"),
            port=whole_number(environment, "PORT", 8000, 65_535),
            listening=_if_set(environment, "LISTEN_FD", 3, 1_048_575),
            root_path=environment.get("ROOT_PATH", ""),
            connections=whole_number(environment, "DATABASE_CONNECTIONS", 10, 10_000),
            migrates=_migrates(environment),
            ends_with_stdin=environment.get("END_WITH_STDIN") == "1",
            most_backlog=most_backlog(environment),
            keeps=Keeps.from_environment(environment),
            metrics_port=metrics_port(environment),
            previous_token_key=environment.get("HOUQIN_TOKEN_KEY_PREVIOUS") or None,
        )


def metrics_port(environment: Mapping[str, str]) -> int | None:
    """Read METRICS_PORT. Raises Misconfigured."""
    return _if_set(environment, "METRICS_PORT", 9090, 65_535)


def _if_set(environment: Mapping[str, str], name: str, usual: int, most: int) -> int | None:
    """Raises Misconfigured."""
    return whole_number(environment, name, usual, most) if environment.get(name) else None


def _migrates(environment: Mapping[str, str]) -> bool:
    value = environment.get("HOUQIN_MIGRATE") or "at-start"
    if value not in ("at-start", "never"):
        raise Misconfigured(
            f"HOUQIN_MIGRATE is {value!r}; write at-start, which is the default, or never.",
            f"HOUQIN_MIGRATE 的值为 {value!r};应为 at-start(默认)或 never。",
        )
    return value == "at-start"


def _required(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if not value:
        raise Misconfigured(f"{name} is not set; set it.", f"未设置 {name};请设置。")
    return value
