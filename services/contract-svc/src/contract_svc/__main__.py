"""`python -m contract_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.begin import begin

begin("contract_svc.main")
