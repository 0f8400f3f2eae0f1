"""`python -m inspection_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.serve import serve

from inspection_svc.main import SERVICE

serve(SERVICE)
