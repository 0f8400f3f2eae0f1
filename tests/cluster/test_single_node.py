"""deploy/k8s on a real cluster: `make k8s-test`.

It needs a cluster whose node has the images, and kubectl; the tests share one namespace.
"""

import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance.installation import until
from houqin_ops.client import SERVICE_NAMES

from cluster import next_version
from cluster.namespace import PATIENCE, ROOT, Namespace, kubectl, read

pytestmark = pytest.mark.cluster

ACCEPTANCE = ROOT / "tests" / "acceptance"
EXPECTED = ACCEPTANCE / "expected"
FILES = {
    file.stem: file
    for folder in (ROOT / "examples", ACCEPTANCE / "offices")
    for file in folder.glob("*.yaml")
}
READY_WITHIN = 120
"""Seconds."""


def test_all_is_ready_in_time_where_nobody_may_more_than_restricted(namespace: Namespace) -> None:
    found = json.loads(kubectl("get", "namespace", "houqin-test", "--output", "json"))
    assert found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace.ready_after < READY_WITHIN


def test_what_is_applied_again_is_unchanged(namespace: Namespace) -> None:
    def generations() -> str:
        kinds = "deployment,statefulset,networkpolicy"
        columns = "custom-columns=:.kind,:.metadata.name,:.metadata.generation"
        return kubectl("get", kinds, "--output", columns)

    before = generations()
    namespace.apply()
    assert generations() == before


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

    with offices_played_exactly(namespace, tmp_path, "ezhou", "random-1", "random-2", "random-3"):
        scale("billing-svc")
        restart("inspection-svc")
        delete("contract-svc")
        delete("billing-svc")
        kill("feedback-svc")


def test_an_office_is_played_exactly_while_postgres_and_kafka_begin_again(
    namespace: Namespace, tmp_path: Path
) -> None:
    """Both are ended in turn, with time to end well and without; their volumes stay."""
    with offices_played_exactly(namespace, tmp_path, "xiangshan", "random-6", "random-8"):
        for seconds, pod in itertools.product((60, 1), ("pod/kafka-0", "pod/postgres-0")):
            kubectl("delete", pod, f"--grace-period={seconds}")
            for what in ("create", "condition=Ready"):
                kubectl("wait", pod, f"--for={what}", f"--timeout={PATIENCE}s")


def test_a_version_with_a_new_schema_comes_and_goes_while_an_office_is_played(
    namespace: Namespace, tmp_path: Path
) -> None:
    """The code of the head before works on the new schema, beside it and after it."""
    before = next_version.revision()
    deployment = f"deploy/{next_version.SERVICE}"
    with offices_played_exactly(namespace, tmp_path, "sanmen", "random-4", "random-5"):
        old = namespace.pods(next_version.SERVICE)
        next_version.roll_out()
        until(lambda: next_version.revision() == next_version.HEAD, "the new schema is there")
        assert set(old) <= set(namespace.pods(next_version.SERVICE)), "the old code serves on"
        namespace.wait(deployment)
        next_version.undo()
        namespace.wait(deployment)
    assert before != next_version.HEAD == next_version.revision()


@contextmanager
def offices_played_exactly(namespace: Namespace, folder: Path, *offices: str) -> Iterator[None]:
    """Offices are replayed meanwhile, one after the other, as many as it takes; their reports are
    those expected of them.
    """
    enough = threading.Event()

    def play() -> list[str]:
        played = []
        for office in offices:
            out = folder / f"{office}.json"
            said = namespace.replay(FILES[office], out)
            assert said is None, f"{office}: {said}"
            assert read(out) == read(EXPECTED / f"{office}.json"), office
            played.append(office)
            if enough.is_set():
                return played
        raise AssertionError(f"{offices} were played before all was done")

    with ThreadPoolExecutor(1) as executor:
        playing = executor.submit(play)
        try:
            yield
        finally:
            enough.set()
        played = playing.result()
    verified = namespace.ops("verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    found = json.loads(verified.stdout)["offices"]
    assert all(found[office]["wrong"] == [] for office in played)
