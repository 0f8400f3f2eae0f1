"""docker-compose.yml on a real engine: `make compose-test`.

The tests share one installation and go in order; the last one ends it.
"""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from acceptance.test_replay import a_quarter
from houqin_ops.client import SERVICE_NAMES
from houqin_shared.app import LARGEST_BODY
from model import play_file
from model.reading import load

from deployment.stack import (
    ACCEPTANCE,
    LONG_PATIENCE,
    NO_ENGINE,
    ROOT,
    Stack,
    docker,
    expected,
    inspect,
    why_not,
)  # fmt: skip

pytestmark = pytest.mark.compose

SERVICES = [f"{name}-svc" for name in SERVICE_NAMES]
ONE_SHOT = {"roles", *(f"{name}-migration" for name in SERVICE_NAMES)}
WRITABLE = {"kafka"}
"""Writes its settings beside its programs."""
EXAMPLES = [
    *sorted((ROOT / "examples").glob("*.yaml")),
    *sorted((ACCEPTANCE / "offices").glob("*.yaml")),
]
BROKEN = [*SERVICES, "kafka", "postgres"]
"""What is killed, each in the middle of an office of its own."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    missing = why_not()
    if missing:
        pytest.skip(f"{NO_ENGINE}: {missing}")
    running = Stack(tmp_path_factory.mktemp("compose"))
    try:
        running.up("--build")
        yield running
    finally:
        running.compose("down", "--volumes", "--timeout", "20")


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_small_and_holds_one_service(stack: Stack, service: str) -> None:
    name = stack.containers()[service]["Config"]["Image"]
    image = inspect(name)[0]
    assert image["Size"] < 200_000_000
    assert image["Config"]["User"] == "10001:10001"
    assert image["Config"]["Cmd"] == ["python", "-m", service.replace("-", "_")]
    assert image["Config"]["Labels"]["org.opencontainers.image.title"] == f"Houqin {service}"
    found = docker(
        "run", "--rm", "--user", "0", "--network", "none", "--read-only",
        "--entrypoint", "find", name, "/", "-xdev",
        "(", "-name", "*_svc", "-o", "-name", "houqin*", ")",
        "-path", "*/site-packages/*", "-type", "d", "!", "-name", "*.dist-info",
    ).split()  # fmt: skip
    packages = {path.rsplit("/", 1)[1] for path in found}
    assert packages == {service.replace("-", "_"), "houqin_shared", "houqin_ops"}


def test_nothing_may_more_than_it_needs(stack: Stack) -> None:
    containers = stack.containers()
    assert set(containers) == {"postgres", "kafka", "gateway", *SERVICES, *ONE_SHOT}
    for name, container in containers.items():
        host = container["HostConfig"]
        assert host["CapDrop"] == ["ALL"], name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert host["ReadonlyRootfs"] == (name not in WRITABLE), name
        assert container["Config"]["User"].partition(":")[0] not in ("", "0", "root"), name
        published = bool(container["NetworkSettings"]["Ports"].get("8000/tcp"))
        assert published == (name == "gateway"), name
        if name in ONE_SHOT:
            assert container["State"]["ExitCode"] == 0, name
        else:
            assert container["State"]["Health"]["Status"] == "healthy", name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_rows_as_its_only_right(stack: Stack, service: str) -> None:
    name = service.removesuffix("-svc")
    password = stack.settings[f"HOUQIN_{name.upper()}_PASSWORD"]
    tried = stack.compose(
        "exec", "--no-TTY", "--env", f"PGPASSWORD={password}",
        "postgres", "psql", "-h", "127.0.0.1", "-U", name, "-d", name, "-tAc",
        """select has_schema_privilege('public', 'create'),
                  has_database_privilege(current_database(), 'create'),
                  (select rolsuper or rolcreatedb or rolcreaterole from pg_roles
                   where rolname = current_user),
                  (select count(*) from pg_tables where tableowner = current_user),
                  (select count(*) > 0 from outbox)""",
    )  # fmt: skip
    assert tried.strip().startswith("f|f|f|0|")


@pytest.fixture(scope="module")
def reports(stack: Stack) -> Iterator[Mapping[str, Future[Any]]]:
    """Of all examples, played at the same time: an office alone mostly waits for its next day."""
    with ThreadPoolExecutor(len(EXAMPLES)) as executor:
        yield {file.stem: executor.submit(stack.replay, file) for file in EXAMPLES}


@pytest.mark.parametrize("office", [file.stem for file in EXAMPLES])
def test_an_example_is_played_exactly(reports: Mapping[str, Future[Any]], office: str) -> None:
    assert reports[office].result() == expected(office)


@pytest.mark.parametrize("service", SERVICES)
def test_the_operator_asks_from_any_container(stack: Stack, service: str) -> None:
    for question in ("status", "lag", "dead", "replay-dead", "trial-balance", "verify"):
        done = stack.ops(service, question, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert isinstance(json.loads(done.stdout), dict)


def test_the_gateway_has_the_paths_of_houqin_up(stack: Stack) -> None:
    token = {"Authorization": f"Bearer {stack.settings['HOUQIN_TOKEN']}"}
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        assert client.get("/").json()["Houqin billing service"] == "/billing/docs"
        for name in SERVICE_NAMES:
            assert client.get(f"/{name}/health/ready").json() == {"status": "ok"}
            spec = client.get(f"/{name}/openapi.json").json()
            assert spec["servers"] == [{"url": f"/{name}"}]
            assert client.get(f"/{name}/v1/offices/ezhou/clock").status_code == 401
            for path in (f"/{name}/metrics", f"/{name}:9090/metrics", f"/{name}//metrics"):
                assert client.get(path).status_code == 404, path
        office = "/contract/v1/offices/%E9%84%82%2F%E5%B7%9E/clock"  # a number, not a path
        assert client.get(office, headers=token).json()["code"] in ("unknown-office", "not-found")

        nowhere = client.get("/metrics", headers={"Accept-Language": "zh"})
        assert (nowhere.status_code, nowhere.json()["title"]) == (404, "未找到")
        assert nowhere.headers["content-type"] == "application/problem+json"
        large = client.post("/billing/v1/offices/ezhou/sweeps", content=b"x" * (LARGEST_BODY + 1))
        assert (large.status_code, large.json()["code"]) == (413, "body-too-large")


def test_who_is_away_is_said_to_be_away(stack: Stack) -> None:
    stack.compose("kill", "feedback-svc")
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        away = client.post("/feedback/v1/offices/ezhou/sweeps", json={})
        assert (away.status_code, away.json()["code"]) == (503, "not-there-now")
        assert away.headers["retry-after"] == "1"
        assert client.get("/billing/health/ready").status_code == 200
    asked = stack.ops("billing-svc", "status", "--json")
    assert asked.returncode == 1
    services = json.loads(asked.stdout)["services"]
    assert "503 not-there-now" in services.pop("feedback")
    assert set(services.values()) == {"ready"}
    stack.up()
    assert stack.ops("billing-svc", "status").returncode == 0


@pytest.mark.parametrize("broken", BROKEN)
def test_killed_in_mid_replay_it_goes_on_where_it_was(
    stack: Stack, broken: str, tmp_path: Path
) -> None:
    file = tmp_path / "office.yaml"
    file.write_text(a_quarter(f"without-{broken}"), encoding="utf-8")
    with stack.replaying(file, tmp_path / "cut.json") as replay:
        assert replay.stderr is not None
        for _line in range(3):  # a third of its days
            assert replay.stderr.readline()
        stack.compose("kill", broken)
        assert stack.containers()[broken]["State"]["ExitCode"] == 137
        stack.up()
        said = replay.communicate(timeout=LONG_PATIENCE)[1]
    if broken in SERVICES:
        assert replay.returncode == 0, f"it waits for a service that is away: {said}"
    assert stack.replay(file) == play_file(load(file))
    verified = stack.ops("billing-svc", "verify")
    assert verified.returncode == 0, verified.stdout


def test_the_days_of_a_manual_office_pass(stack: Stack) -> None:
    offices = json.loads(stack.ops("billing-svc", "status", "--json").stdout)["swept_on"]
    office, clocks = next(iter(offices.items()))
    to = str(date.fromisoformat(max(clocks.values())) + timedelta(days=3))
    done = stack.ops("contract-svc", "sweep", to, office, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["swept_on"][office] == dict.fromkeys(SERVICE_NAMES, to)
    assert stack.ops("contract-svc", "verify").returncode == 0
    unknown = stack.ops("contract-svc", "sweep", to, "nowhere")
    assert unknown.returncode == 2
    assert "unknown-office" in unknown.stderr


def test_it_ends_when_it_is_told_and_leaves_nothing(stack: Stack) -> None:
    for service in SERVICES:
        began = time.monotonic()
        stack.compose("stop", service)
        assert time.monotonic() - began < 20
        assert stack.containers()[service]["State"]["ExitCode"] == 0, service
    began = time.monotonic()
    stack.compose("down")
    assert time.monotonic() - began < 60
    assert stack.left() != [], "the volumes stay: what was accepted is in them"
    stack.compose("down", "--volumes")
    assert stack.left() == []
