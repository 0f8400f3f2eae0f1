"""Suppliers and their evidence (C1)."""

from typing import Any

from fastapi import APIRouter, Response
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, problems

from contract_svc.api.access import Reading, Recording, SupplierId
from contract_svc.asked.suppliers import EvidenceBody, SupplierBody
from contract_svc.queries.suppliers import list_evidence_reminders, list_suppliers, show_supplier
from contract_svc.refusals import UnknownSupplier
from contract_svc.shown import EvidenceReminderShown, SupplierShown
from contract_svc.usecases.suppliers import add_evidence, register_supplier

router = APIRouter(prefix="/v1/offices/{office}/suppliers", tags=["suppliers"])


@router.post(
    "",
    summary="Register a supplier 登记服务企业",
    status_code=201,
    response_model=SupplierShown,
    responses=problems(NumberTaken),
)
async def post(command: Recording, body: SupplierBody) -> Response:
    """Register a company with its documents for the four gates."""
    return await command.do(register_supplier, body)


@router.get(
    "",
    summary="List suppliers 服务企业列表",
    response_model=Page[SupplierShown],
    responses=problems(BadCursor),
)
async def get_all(reader: Reading, after: After = None, limit: Limit = 50) -> Any:
    """Suppliers by number; a supplier sees itself."""
    return await reader.ask(list_suppliers, after, limit)


@router.get(
    "/{supplier}",
    summary="Show a supplier 查看服务企业",
    response_model=SupplierShown,
    responses=problems(UnknownSupplier),
)
async def get(reader: Reading, supplier: SupplierId) -> Any:
    """One supplier, and which gates it passes today."""
    return await reader.ask(show_supplier, supplier)


@router.post(
    "/{supplier}/evidence",
    summary="Add gate evidence 补充四关证明",
    status_code=201,
    response_model=SupplierShown,
    responses=problems(UnknownSupplier),
)
async def post_evidence(command: Recording, supplier: SupplierId, body: EvidenceBody) -> Response:
    """Add a document; the same document with the same last day is kept once."""
    return await command.do(add_evidence, supplier, body)


@router.get(
    "/{supplier}/reminders",
    summary="List evidence reminders 证明到期提醒",
    response_model=Page[EvidenceReminderShown],
    responses=problems(UnknownSupplier, BadCursor),
)
async def get_reminders(
    reader: Reading, supplier: SupplierId, after: After = None, limit: Limit = 50
) -> Any:
    """What was told about documents that expire."""
    return await reader.ask(list_evidence_reminders, supplier, after, limit)
