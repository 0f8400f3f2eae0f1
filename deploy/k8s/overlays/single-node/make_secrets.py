"""Prints the Secrets of the overlay `single-node`, new ones each time: for `kubectl create -f -`.

Passwords, the key that signs tokens, and a token of the role `system` for who replays and operates.
"""

import json
import sys
from secrets import token_hex

from houqin_ops.client import SERVICE_NAMES
from houqin_shared.auth import Role, issue_token

DAYS = 365
"""That the token is good for."""


def secrets() -> dict[str, dict[str, str]]:
    """By name. A service's pods know its own password alone, its init container the owner's."""
    key = token_hex(32)
    token = issue_token(key, "operator", Role.SYSTEM, days_valid=DAYS)
    made = {
        "houqin": {"HOUQIN_TOKEN_KEY": key},
        "operator": {"HOUQIN_TOKEN": token},
        "postgres": {"POSTGRES_PASSWORD": token_hex(24)},
    }
    for name in SERVICE_NAMES:
        password, owners = token_hex(24), token_hex(24)
        made["postgres"] |= {
            f"HOUQIN_{name.upper()}_PASSWORD": password,
            f"HOUQIN_{name.upper()}_OWNER_PASSWORD": owners,
        }
        made[f"{name}-svc"] = {"DATABASE_URL": _url(name, name, password)}
        made[f"{name}-owner"] = {"DATABASE_URL": _url(name, f"{name}_owner", owners)}
    return made


def _url(database: str, role: str, password: str) -> str:
    return f"postgresql://{role}:{password}@postgres:5432/{database}"


if __name__ == "__main__":
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "houqin"}},
            "stringData": data,
        }
        for name, data in secrets().items()
    ]
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout)
