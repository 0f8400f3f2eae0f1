"""Who may come in: every route names the roles that it admits, and the specification says so.

Here, and nowhere else, a request is also refused for query parameters that its route doesn't know:
`?knd=finding` would otherwise be answered with everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from houqin_shared.auth import EVERY_OFFICE, Actor, Role, Tokens
from houqin_shared.problem import Forbidden, NotReady, Refusal, Unauthenticated, UnknownOffice
from houqin_shared.text import ID_PATTERN

OfficeId = Annotated[
    str, Path(pattern=ID_PATTERN, description="The office 机关", examples=["ezhou"])
]
OnBehalfOf = Annotated[
    str | None,
    Header(
        alias="X-On-Behalf-Of",
        max_length=200,
        description="The person for whom a system records, percent-encoded; both are kept",
    ),
]


@dataclass(frozen=True, eq=False)
class Admission(SecurityBase):
    """A dependency that admits callers with one of `roles`; what it gives them, subclasses say.

    It is its own security scheme: each dependency more costs every request some 20 us.
    """

    roles: tuple[Role, ...]

    model = HTTPBearer(bearerFormat="JWT", description="See `houqin token`")
    scheme_name = "HTTPBearer"

    of_every_office: ClassVar[bool] = False
    """True where a token for one office alone is not enough."""
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        Unauthenticated, Forbidden, UnknownOffice, NotReady,
    )  # fmt: skip
    """What any route behind it may answer."""

    def admit(self, request: Request, office: str | None, on_behalf_of: str | None = None) -> Actor:
        """Who asks. Raises Unauthenticated; UnknownOffice for another office's rows; Forbidden for
        the wrong role; RequestValidationError.
        """
        tokens: Tokens = request.app.state.tokens
        actor = tokens.actor(request.headers.get("authorization"), person_named(on_behalf_of))
        if office is not None and not actor.may_see_office(office):
            raise UnknownOffice(office=office)
        if actor.role not in self.roles:
            raise Forbidden(role=actor.role.value, roles=", ".join(self.roles))
        if self.of_every_office and actor.office != EVERY_OFFICE:
            raise Forbidden(role=actor.role.value, roles=", ".join(self.roles) + " of every office")
        _know_every_query(request)
        return actor


def person_named(on_behalf_of: str | None) -> str | None:
    """The person in an X-On-Behalf-Of header, without characters that nobody's name has."""
    named = "".join(each for each in unquote(on_behalf_of or "") if each.isprintable())
    return named.strip() or None


def _know_every_query(request: Request) -> None:
    """Raises RequestValidationError with each query parameter that the route doesn't know."""
    if not request.scope["query_string"]:
        return
    known = sorted(set(_queries(request.scope["route"].dependant)))
    unknown = sorted({name for name in request.query_params if name not in known})
    if unknown:
        names = ", ".join(known) or "-"
        message = f"unknown parameter; known here: {names}"
        raise RequestValidationError(
            [
                {
                    "type": "unknown_parameter",
                    "loc": ("query", name),
                    "msg": message,
                    "input": request.query_params[name],
                    "ctx": {"known": names},
                }
                for name in unknown
            ]
        )


def _queries(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for other in dependant.dependencies:
        yield from _queries(other)


class MayAct(Admission):
    async def __call__(self, request: Request, office: OfficeId) -> Actor:
        return self.admit(request, office)


def may_act(*roles: Role) -> Any:
    """A dependency: who asks, with one of `roles`, where there is neither command nor reader."""
    return Depends(MayAct(roles))


class MayAsk(Admission):
    refuses = (Unauthenticated, Forbidden, NotReady)

    async def __call__(self, request: Request) -> Actor:
        return self.admit(request, None)


def may_ask(*roles: Role) -> Any:
    """A dependency: who asks, with one of `roles`, where no office is named."""
    return Depends(MayAsk(roles))


class MayOperate(MayAsk):
    of_every_office = True


def may_operate(*roles: Role) -> Any:
    """A dependency: who asks for figures of the whole service, with one of `roles`."""
    return Depends(MayOperate(roles))
