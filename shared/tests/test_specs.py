"""The specifications are generated from the code, and say what it does."""

import json
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import sqlalchemy as sa
from fastapi import APIRouter
from houqin_shared.events import Event, Fact, write_envelope
from houqin_shared.hears import Hears
from houqin_shared.service import Service
from houqin_shared.specs import asyncapi, asyncapi_bytes, stale_specs, write_specs
from houqin_shared.transaction import Tx
from jsonschema_rs import Draft202012Validator
from pydantic import Field

DAY = date(2017, 5, 3)


class Sung(Event):
    """A song was sung.

    Nobody knows by whom.
    """

    TYPE: ClassVar[str] = "cn.houqin.choir.sung.v1"

    contract: str = Field(description="For whom")
    voices: list[Literal["high", "low"]]


class Written(Fact):
    contract: str


async def _nothing(tx: Tx, day: date) -> None:
    """No day brings anything."""


def service(hears: Hears) -> Service:
    return Service(
        name="choir-svc",
        package="choir",
        title="Choir",
        description="Sings.",
        routers=[APIRouter()],
        hears=hears,
        tells=[Sung],
        sweep=_nothing,
        metadata=sa.MetaData(),
    )


def listening() -> Hears:
    hears = Hears("poem-svc", "silent-svc")

    @hears("cn.houqin.poem.written.v1")
    async def a_poem_was_written(tx: Tx, fact: Written) -> None:
        """Somebody has to sing it."""

    return hears


def payload(spec: dict[str, Any], message: str) -> dict[str, Any]:
    """The schema of a message, by itself."""
    components = spec["components"]
    return {"components": components, **components["messages"][message]["payload"]}


def test_what_is_told_and_heard_is_there_and_nothing_else() -> None:
    spec = asyncapi(service(listening()))
    assert spec["asyncapi"] == "3.0.0"
    assert set(spec["channels"]) == {"choir-svc", "poem-svc", "silent-svc"}
    assert {name: each["action"] for name, each in spec["operations"].items()} == {
        "tell.choir-svc.cn.houqin.choir.sung.v1": "send",
        "tell.choir-svc.cn.houqin.day-closed.v1": "send",
        "hear.poem-svc.cn.houqin.day-closed.v1": "receive",
        "hear.silent-svc.cn.houqin.day-closed.v1": "receive",
        "hear.poem-svc.cn.houqin.poem.written.v1": "receive",
    }
    message = spec["components"]["messages"]["choir-svc.cn.houqin.choir.sung.v1"]
    assert message["summary"] == "A song was sung."
    assert message["description"].endswith("Nobody knows by whom.")
    heard = spec["operations"]["hear.poem-svc.cn.houqin.poem.written.v1"]
    assert heard["summary"] == "Somebody has to sing it."


def test_every_reference_leads_somewhere() -> None:
    spec = asyncapi(service(listening()))

    def follow(part: object) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                found: Any = spec
                for name in part["$ref"].removeprefix("#/").split("/"):
                    found = found[name]
            for value in part.values():
                follow(value)
        elif isinstance(part, list):
            for value in part:
                follow(value)

    follow(spec)


def test_what_is_written_fits_its_schema() -> None:
    schema = payload(asyncapi(service(listening())), "choir-svc.cn.houqin.choir.sung.v1")
    validator = Draft202012Validator(schema)
    event = Sung(contract="c", voices=["high"], happened_on=DAY, recorded_on=DAY)
    identity, written = write_envelope(
        event, source="choir-svc", office="o", correlation=None, causation=None
    )
    told = json.loads(written)
    assert list(validator.iter_errors(told)) == []
    assert told["id"] == str(identity)
    for wrong in ({"type": "other"}, {"source": "poem-svc"}, {"data": {"contract": "c"}}):
        assert not validator.is_valid(told | wrong)
    told["data"]["voices"] = ["shrill"]
    assert not validator.is_valid(told)


def test_the_files_are_stable_and_known_when_stale(tmp_path: Path) -> None:
    choir = service(listening())
    assert stale_specs(choir, tmp_path) == ["asyncapi.json", "openapi.json"]
    write_specs(choir, tmp_path)
    assert stale_specs(choir, tmp_path) == []
    assert stale_specs(service(Hears("poem-svc")), tmp_path) == ["asyncapi.json"]
    assert asyncapi_bytes(choir) == asyncapi_bytes(service(listening()))
    (tmp_path / "openapi.json").write_text("{}")
    assert stale_specs(choir, tmp_path) == ["openapi.json"]


def test_who_is_heard_has_to_be_listened_to() -> None:
    hears = Hears("silent-svc")

    @hears("cn.houqin.poem.written.v1")
    async def a_poem_was_written(tx: Tx, fact: Written) -> None: ...

    with pytest.raises(ValueError, match=r"poem\.written"):
        asyncapi(service(hears))
