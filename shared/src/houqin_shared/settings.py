"""What a service is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from houqin_shared.bus.opening import BusSettings, bus_settings
from houqin_shared.misconfigured import Misconfigured


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a service finds its parts."""

    database_url: str
    bus: BusSettings
    token_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""
    """What a proxy takes off the beginning of every path, such as /billing."""
    connections: int = 10
    """To its database, at most."""
    ends_with_stdin: bool = False
    """Whoever started it holds the other end: it must not outlive them."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """DATABASE_URL, BUS_URL, HOUQIN_TOKEN_KEY; HOST, PORT, ROOT_PATH, DATABASE_CONNECTIONS,
        END_WITH_STDIN=1; and Kafka's. Raises Misconfigured.
        """
        return cls(
            database_url=_required("DATABASE_URL", environment),
            bus=bus_settings(_required("BUS_URL", environment), environment),
            token_key=_required("HOUQIN_TOKEN_KEY", environment),
            host=environment.get("HOST", "127.0.0.1"),
            port=_number("PORT", environment, 8000),
            root_path=environment.get("ROOT_PATH", ""),
            connections=_number("DATABASE_CONNECTIONS", environment, 10),
            ends_with_stdin=environment.get("END_WITH_STDIN") == "1",
        )


def _required(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if not value:
        raise Misconfigured(f"{name} is not set; set it.", f"未设置 {name};请设置。")
    return value


def _number(name: str, environment: Mapping[str, str], default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Misconfigured(
            f"{name} is {text!r}; give a whole number from 1 to 65535.",
            f"{name} 的值为 {text!r};请填写 1 至 65535 的整数。",
        )
    return int(text)
