"""`python -m inspection_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.begin import begin

begin("inspection_svc.main")
