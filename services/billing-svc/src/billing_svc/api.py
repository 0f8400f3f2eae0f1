"""billing-svc over HTTP: parse, call one use case, answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from houqin_shared.auth import OFFICE, SUPPLIER, Role
from houqin_shared.calendar import Month
from houqin_shared.command import Command, Reader, may_command, may_read
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import UnknownContract, problems
from houqin_shared.text import ID_PATTERN

from billing_svc.asked import PaymentOrder
from billing_svc.queries.accounts import show_account
from billing_svc.queries.late_facts import list_late_facts
from billing_svc.queries.ledger import list_transactions, trial_balance
from billing_svc.queries.lines import list_lines
from billing_svc.queries.rebids import list_rebids
from billing_svc.queries.statements import list_statements, show_statement
from billing_svc.queries.why import why
from billing_svc.refusals import AlreadyPaid, NoSuchLine, NoSuchStatement, PayerNotIndependent
from billing_svc.rules.chart import Kind
from billing_svc.shown import (
    AccountShown,
    LateFact,
    LineShown,
    Payment,
    Rebid,
    StatementHead,
    StatementShown,
    TransactionShown,
    TrialBalance,
    Why,
)
from billing_svc.usecases.payment import pay_statement

router = APIRouter(prefix="/v1/offices/{office}", tags=["billing"])
routers = (router,)

PARTIES = (*OFFICE, Role.AUDITOR, Role.SYSTEM, *SUPPLIER)
BOOKKEEPERS = (Role.FINANCE, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.SYSTEM)

ContractId = Annotated[str, Path(pattern=ID_PATTERN, description="The contract's number")]
MONTH = rf"^{Month.pattern.pattern}$"
StatementMonth = Annotated[
    str, Path(pattern=MONTH, description="The month that is settled", examples=["2017-05"])
]


@router.get(
    "/contracts/{contract}/account",
    summary="Show an account 查看账户",
    response_model=AccountShown,
    responses=problems(UnknownContract),
)
async def get_account(contract: ContractId, reader: Annotated[Reader, may_read(*PARTIES)]) -> Any:
    """A contract's money: pending, retained, deposit, reward fund, carried."""
    return await reader.ask(show_account, contract)


@router.get(
    "/contracts/{contract}/statements",
    summary="List statements 结算单列表",
    response_model=Page[StatementHead],
    responses=problems(UnknownContract, BadCursor),
)
async def get_statements(
    contract: ContractId,
    reader: Annotated[Reader, may_read(*PARTIES)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """The statements of a contract, oldest first."""
    return await reader.ask(list_statements, contract, after, limit)


@router.get(
    "/contracts/{contract}/statements/{month}",
    summary="Show a statement 查看结算单",
    response_model=StatementShown,
    responses=problems(UnknownContract, NoSuchStatement),
)
async def get_statement(
    contract: ContractId, month: StatementMonth, reader: Annotated[Reader, may_read(*PARTIES)]
) -> Any:
    """One statement with its lines, sorted by kind, month, source and amount."""
    return await reader.ask(show_statement, contract, Month.parse(month))


@router.post(
    "/contracts/{contract}/statements/{month}/payment",
    summary="Pay a statement 支付结算单",
    status_code=201,
    response_model=Payment,
    responses=problems(UnknownContract, NoSuchStatement, AlreadyPaid, PayerNotIndependent),
)
async def post_payment(
    contract: ContractId,
    month: StatementMonth,
    command: Annotated[Command, may_command(Role.FINANCE, Role.SYSTEM)],
    order: PaymentOrder | None = None,
) -> Response:
    """Pay a statement today, with interest if it is late (B10)."""
    return await command.do(
        pay_statement, contract, Month.parse(month), order.said if order else None
    )


@router.get(
    "/contracts/{contract}/lines",
    summary="List lines 明细列表",
    response_model=Page[LineShown],
    responses=problems(UnknownContract, BadCursor),
)
async def get_lines(
    *,
    contract: ContractId,
    reader: Annotated[Reader, may_read(*PARTIES)],
    kind: Annotated[Kind | None, Query(description="Only of this kind")] = None,
    month: Annotated[
        str | None,
        Query(
            pattern=rf"^({Month.pattern.pattern}|(19|20|21)[0-9]{{2}}Q[1-4])$",
            description="The month or quarter that a line is about",
        ),
    ] = None,
    source: Annotated[
        str | None,
        Query(max_length=200, pattern=r"^[^\x00]*$", description="For example a finding"),
    ] = None,
    settled: Annotated[bool | None, Query(description="On a statement, or waiting for one")] = None,
    statement: Annotated[
        str | None, Query(pattern=MONTH, description="The statement it stands on")
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Every line that was booked, in the order of booking."""
    return await reader.ask(
        list_lines, contract, kind=kind, month=month, source=source, settled=settled,
        statement=Month.parse(statement) if statement else None, after=after, limit=limit,
    )  # fmt: skip


@router.get(
    "/contracts/{contract}/lines/{line}/why",
    summary="Why a line is there 明细缘由",
    response_model=Why,
    responses=problems(UnknownContract, NoSuchLine),
)
async def get_why(
    contract: ContractId,
    line: Annotated[int, Path(ge=1, description="`line` of the list of lines")],
    reader: Annotated[Reader, may_read(*PARTIES)],
) -> Any:
    """Why a line is there: rule, numbers, cause and the chain behind it (B13)."""
    return await reader.ask(why, contract, line)


@router.get(
    "/contracts/{contract}/ledger",
    summary="Show a contract's ledger 合同总账",
    response_model=Page[TransactionShown],
    responses=problems(UnknownContract, BadCursor),
)
async def get_ledger(
    contract: ContractId,
    reader: Annotated[Reader, may_read(*PARTIES)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """The balanced transactions of a contract, in the order of booking."""
    return await reader.ask(list_transactions, contract, after, limit)


@router.get(
    "/contracts/{contract}/late-facts",
    summary="List late facts 迟到事实列表",
    response_model=Page[LateFact],
    responses=problems(UnknownContract, BadCursor),
)
async def get_late_facts(
    contract: ContractId,
    reader: Annotated[Reader, may_read(*PARTIES)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Facts that came too late to change money, with the reason (B12)."""
    return await reader.ask(list_late_facts, contract, after, limit)


@router.get(
    "/rebids",
    summary="List contracts to re-tender 到期重新招标合同",
    response_model=Page[Rebid],
    responses=problems(BadCursor),
)
async def get_rebids(
    reader: Annotated[Reader, may_read(*OFFICE, Role.AUDITOR, Role.SYSTEM)],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Contracts whose three years are over (C5)."""
    return await reader.ask(list_rebids, after, limit)


@router.get(
    "/trial-balance",
    summary="Trial balance 试算平衡",
    response_model=TrialBalance,
    responses=problems(),
)
async def get_trial_balance(reader: Annotated[Reader, may_read(*BOOKKEEPERS)]) -> Any:
    """Whether debits equal credits, and balances their entries (M3)."""
    return await reader.ask(trial_balance)
