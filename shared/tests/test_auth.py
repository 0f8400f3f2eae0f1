"""Tokens: what is signed with our key and says what it must, and nothing else."""

import time
from typing import Any

import pytest
from houqin_shared.auth import Role, Tokens, issue_token
from houqin_shared.problem import Unauthenticated
from joserfc import jwt
from joserfc.jwk import OctKey

KEY = "a key for the tests alone, long enough"
CLAIMS = {"sub": "li", "role": "contractor", "office": "ezhou", "supplier": "s1", "exp": 2**40}


def signed(**changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return "Bearer " + jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(KEY))


def test_a_token_names_person_role_office_and_supplier() -> None:
    actor = Tokens(KEY).actor(signed())
    assert (actor.name, actor.role, actor.office) == ("li", Role.CONTRACTOR, "ezhou")
    assert actor.supplier == "s1"
    assert Tokens(KEY).actor(signed(role="auditor")).supplier is None


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": int(time.time()) + 1000},
        {"nbf": "tomorrow"},
        {"supplier": None},
        {"supplier": ["s1"]},
        {"supplier": {"id": "s1"}},
        {"sub": "li\x00"},
        {"sub": 7},
        {"office": None},
        {"role": "emperor"},
    ],
)
def test_a_token_that_does_not_say_what_it_must_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        Tokens(KEY).actor(signed(**changes))


def test_another_key_or_none_is_refused() -> None:
    other = issue_token("another key for the tests, long enough", "li", Role.AUDITOR)
    for header in (None, "", "Bearer", f"Bearer {other}", f"Basic {other}", signed() + "x"):
        with pytest.raises(Unauthenticated):
            Tokens(KEY).actor(header)


def test_while_a_key_is_replaced_tokens_of_both_are_good() -> None:
    new_key = "the new key for the tests, long enough"
    new = f"Bearer {issue_token(new_key, 'wang', Role.AUDITOR)}"
    both, after = Tokens(new_key, KEY), Tokens(new_key)
    assert both.actor(new).name == after.actor(new).name == "wang"
    assert both.actor(signed()).name == "li"
    for tokens, header in ((after, signed()), (both, signed() + "x"), (both, "Bearer x.y.z")):
        with pytest.raises(Unauthenticated):
            tokens.actor(header)
    with pytest.raises(ValueError, match="32"):
        Tokens(new_key, "short")
