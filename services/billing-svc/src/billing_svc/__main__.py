"""`python -m billing_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.serve import serve

from billing_svc.main import SERVICE

serve(SERVICE)
