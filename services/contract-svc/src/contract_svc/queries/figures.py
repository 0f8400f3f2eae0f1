"""What an operator watches of contracts."""

from houqin_shared.telemetry.figures import Figure

FIGURES = (
    Figure(
        "houqin_contract_contracts",
        "Contracts, by whether their account was closed (B12)",
        """select case when closed_on is null then 'open' else 'closed' end, count(*)
           from contracts group by 1""",
        labels=("account",),
    ),
    Figure(
        "houqin_contract_exits_undecided",
        "Proposals to end a contract that nobody has decided yet (C6)",
        "select count(*) from exit_proposals where decision is null",
    ),
)
