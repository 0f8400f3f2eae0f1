"""Who may do what here."""

from typing import Annotated

from fastapi import Path
from houqin_shared.auth import OFFICE, SUPPLIER, Role
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.text import ID_PATTERN

RECORDERS = (Role.SYSTEM, Role.SUPERVISOR)
DECIDERS = (Role.SYSTEM, Role.SUPERVISOR, Role.LEADER)
HOUSE = (*OFFICE, Role.AUDITOR, Role.SYSTEM)
PARTIES = (*HOUSE, *SUPPLIER)

Founding = Annotated[Command, may_command(*RECORDERS, founding=True)]
Recording = Annotated[Command, may_command(*RECORDERS)]
Deciding = Annotated[Command, may_command(*DECIDERS)]
Reading = Annotated[Reader, may_read(*PARTIES)]
"""Suppliers see their own contracts, and what belongs to them."""

ContractId = Annotated[str, Path(pattern=ID_PATTERN, description="The contract's number")]
SupplierId = Annotated[str, Path(pattern=ID_PATTERN, description="The supplier's number")]
RulesId = Annotated[str, Path(pattern=ID_PATTERN, description="The rule set's name")]
