"""`python -m contract_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.serve import serve

from contract_svc.main import SERVICE

serve(SERVICE)
