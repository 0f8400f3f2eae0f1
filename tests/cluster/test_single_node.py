"""deploy/k8s on a real cluster: `make k8s-test`.

It needs a cluster whose node has the images, and kubectl; the tests share one namespace.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from houqin_ops.client import SERVICE_NAMES

from cluster.namespace import ROOT, Namespace, kubectl, read

pytestmark = pytest.mark.cluster

EXPECTED = ROOT / "tests" / "acceptance" / "expected"
OFFICE = "xiangshan"
READY_WITHIN = 120
"""Seconds."""


def test_all_is_ready_in_time_where_nobody_may_more_than_restricted(namespace: Namespace) -> None:
    found = json.loads(kubectl("get", "namespace", "houqin-test", "--output", "json"))
    assert found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace.ready_after < READY_WITHIN


def test_what_is_applied_again_is_unchanged(namespace: Namespace) -> None:
    assert [said for said in namespace.apply() if not said.endswith(" unchanged")] == []


def test_a_service_is_given_its_own_secrets_alone(namespace: Namespace) -> None:
    for name in SERVICE_NAMES:
        said = kubectl("exec", f"deploy/{name}-svc", "--", "env")
        assert f"postgresql://{name}:" in said
        assert "_owner" not in said
        assert "/var/run/secrets" not in kubectl("exec", f"deploy/{name}-svc", "--", "mount")


def test_an_office_is_played_exactly_while_pods_come_and_go(
    namespace: Namespace, tmp_path: Path
) -> None:
    """Deleted and killed, restarted in turn, scaled 1 -> 3 -> 1: no request is lost."""
    out = tmp_path / "report.json"

    def delete(service: str) -> None:
        kubectl("delete", "pod", "--wait=false", *namespace.pods(service))
        namespace.wait(f"deploy/{service}")

    def kill(service: str) -> None:
        kubectl("delete", "pod", "--force", "--grace-period=0", *namespace.pods(service))
        namespace.wait(f"deploy/{service}")

    def restart(service: str) -> None:
        kubectl("rollout", "restart", f"deploy/{service}")
        namespace.wait(f"deploy/{service}")

    def scale(service: str) -> None:
        for replicas in (3, 1):
            kubectl("scale", f"deploy/{service}", f"--replicas={replicas}")
            namespace.wait(f"deploy/{service}")

    disturbances: list[tuple[Callable[[str], None], str]] = [
        (scale, "billing-svc"),
        (restart, "inspection-svc"),
        (delete, "contract-svc"),
        (delete, "billing-svc"),
        (kill, "feedback-svc"),
    ]
    with namespace.replaying(ROOT / "examples" / f"{OFFICE}.yaml", out) as replay:
        time.sleep(3)
        for disturb, service in disturbances:
            assert replay.poll() is None, f"{OFFICE} was over before {disturb.__name__} {service}"
            disturb(service)
        said = replay.communicate()[1]
    assert replay.returncode == 0, said
    assert read(out) == read(EXPECTED / f"{OFFICE}.json")
    verified = namespace.ops("verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads(verified.stdout)["offices"][OFFICE]["wrong"] == []
