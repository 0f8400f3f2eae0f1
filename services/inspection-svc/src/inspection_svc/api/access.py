"""Who may do what here."""

from typing import Annotated

from fastapi import Path, Query
from houqin_shared.auth import OFFICE, SUPPLIER, Role
from houqin_shared.text import ID_PATTERN

INSPECTORS = (Role.SYSTEM, Role.SUPERVISOR)
DECIDERS = (Role.SYSTEM, Role.SUPERVISOR, Role.LEADER)
LEADERS = (Role.SYSTEM, Role.LEADER)
INVOLVED = (*OFFICE, Role.AUDITOR, Role.SYSTEM, *SUPPLIER)
EVERYBODY = tuple(Role)

Number = Annotated[str, Path(pattern=ID_PATTERN, description="The office's own number")]
ContractId = Annotated[str, Path(pattern=ID_PATTERN, description="The contract's number")]
OfContract = Annotated[
    str | None, Query(alias="contract", pattern=ID_PATTERN, description="Only of this contract")
]
PREFIX = "/v1/offices/{office}"
