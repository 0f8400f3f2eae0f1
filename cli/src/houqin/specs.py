"""`houqin specs`: the generated openapi.json and asyncapi.json of every service."""

import sys
from pathlib import Path

from houqin_shared.specs import stale_specs, write_specs

from houqin.gateway import SERVICES

ROOT = Path(__file__).resolve().parents[3]
"""The repository: specifications are written beside the services' sources."""


def run(*, check: bool) -> int:
    stale: list[str] = []
    for name, service in SERVICES.items():
        folder = ROOT / "services" / f"{name}-svc"
        if check:
            stale += stale_specs(service, folder)
        else:
            write_specs(service, folder)
    for path in stale:
        print(f"{path} is out of date; run `make specs`", file=sys.stderr)
    return 1 if stale else 0
