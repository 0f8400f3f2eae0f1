"""`python -m billing_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.begin import begin

begin("billing_svc.main")
