"""What an operator watches of the hotline."""

from houqin_shared.telemetry.figures import Figure

FIGURES = (
    Figure(
        "houqin_feedback_complaints_undecided",
        "Complaints that nobody has decided yet (F1)",
        """select count(*) from requests left join decisions using (office_id, request)
           where kind = 'complaint' and decision is null""",
        every=300,  # it reads every request there is
    ),
)
