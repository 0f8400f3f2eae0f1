"""`python -m feedback_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.begin import begin

begin("feedback_svc.main")
