"""Who is asking: a signed token names the person or system, the office and the role.

Tokens are JWTs (HS256 alone is accepted) checked with a key from the settings, so that no service
asks another. A row of another office does not exist for the caller: the answer is 404.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OctKey

from houqin_shared.problem import Unauthenticated

ALGORITHM = "HS256"
EVERY_OFFICE = "*"


class Role(StrEnum):
    """Who may do what; each route names those that it admits (`admission`)."""

    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    LEADER = "leader"
    LIAISON = "liaison"
    STAFF = "staff"
    AUDITOR = "auditor"
    CONTRACTOR = "contractor"
    PRIME_CONTRACTOR = "prime-contractor"
    SYSTEM = "system"
    PUBLIC = "public"


OFFICE = (Role.SUPERVISOR, Role.FINANCE, Role.LEADER, Role.LIAISON, Role.STAFF)
SUPPLIER = (Role.CONTRACTOR, Role.PRIME_CONTRACTOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something, and the one it is done for.

    `on_behalf_of` is the person whom a system names; both are kept with every change.
    """

    name: str
    role: Role
    office: str
    supplier: str | None = None
    on_behalf_of: str | None = None

    @property
    def person(self) -> str:
        """Who answers for the act: the person named, else the caller."""
        return self.on_behalf_of or self.name

    @property
    def signature(self) -> str:
        """What is written beside a change."""
        return f"{self.name} for {self.on_behalf_of}" if self.on_behalf_of else self.name

    def may_see_office(self, office: str) -> bool:
        return self.office in (EVERY_OFFICE, office)


def issue_token(
    key: str,
    name: str,
    role: Role,
    office: str = EVERY_OFFICE,
    *,
    supplier: str | None = None,
    days_valid: int = 365,
) -> str:
    """A signed token for `name`. Suppliers' tokens must name their supplier."""
    if role in SUPPLIER and supplier is None:
        raise ValueError("a supplier's token names its supplier")
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": name,
        "role": role.value,
        "office": office,
        "iat": now,
        "exp": now + days_valid * 86_400,
    }
    if supplier is not None:
        claims["supplier"] = supplier
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(key), algorithms=[ALGORITHM])


class Tokens:
    """Checks tokens against a key, and against the one before it while that is being replaced.
    Raises Unauthenticated.
    """

    def __init__(self, key: str, previous: str | None = None) -> None:
        keys = [key, previous] if previous else [key]
        if any(len(each) < 32 for each in keys):
            raise ValueError("HOUQIN_TOKEN_KEY needs at least 32 characters")
        self._keys = [OctKey.import_key(each) for each in keys]
        # A signature is checked once per token, not once per request.
        self._decode = lru_cache(maxsize=4096)(self._decode_once)

    def actor(self, authorization: str | None, on_behalf_of: str | None = None) -> Actor:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > 4096:
            raise Unauthenticated(
                reason="The header is missing or malformed.", reason_zh="请求头缺失或格式有误。"
            )
        claims = self._decode(token.strip())
        if not isinstance(claims.get("exp"), int) or claims["exp"] < time.time():
            raise Unauthenticated(reason="The token has expired.", reason_zh="令牌已过期。")
        if claims.get("nbf", 0) > time.time():
            raise Unauthenticated(reason="The token is not valid yet.", reason_zh="令牌尚未生效。")
        role = Role(claims["role"])
        return Actor(
            name=str(claims["sub"]),
            role=role,
            office=str(claims["office"]),
            supplier=claims["supplier"] if role in SUPPLIER else None,
            on_behalf_of=on_behalf_of if role is Role.SYSTEM else None,
        )

    def _decode_once(self, token: str) -> Mapping[str, Any]:
        try:
            claims = self._signed(token)
            supplied = Role(claims["role"]) in SUPPLIER
            for name in ("sub", "office", *(["supplier"] if supplied else [])):
                if not isinstance(claims[name], str) or not claims[name].isprintable():
                    raise ValueError(f"{name} is text")
            if not isinstance(claims.get("nbf", 0), int):
                raise ValueError("nbf is a time")
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated(
                reason="The token is not one of ours.", reason_zh="令牌无效。"
            ) from error
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        """Raises JoseError if none of the keys has signed it."""
        *others, last = self._keys
        for key in others:
            with suppress(BadSignatureError):
                return jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        return jwt.decode(token, last, algorithms=[ALGORITHM]).claims
