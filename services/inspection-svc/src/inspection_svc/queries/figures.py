"""What an operator watches of inspections."""

from houqin_shared.telemetry.figures import Figure

FIGURES = (
    Figure(
        "houqin_inspection_notices_open",
        "Rectification notices that wait for a reinspection (I5)",
        "select count(*) from notices where state in ('open', 'again')",
    ),
)
