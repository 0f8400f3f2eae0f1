"""`python -m feedback_svc`: the service as a process; its settings come from the environment."""

from houqin_shared.serve import serve

from feedback_svc.main import SERVICE

serve(SERVICE)
