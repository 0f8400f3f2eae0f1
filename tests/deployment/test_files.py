"""What can be seen of images and docker-compose.yml without an engine."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from houqin import envfile
from houqin_ops.client import SERVICE_NAMES

from deployment.stack import ROOT

TEMPLATE = (ROOT / "deploy" / "images" / "Dockerfile.in").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = ROOT / ".env.example"
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|DATABASE_URL")
MAY_BE_EMPTY = {"HOUQIN_TOKEN_KEY_PREVIOUS": "${HOUQIN_TOKEN_KEY_PREVIOUS:-}"}


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_dockerfile_is_the_one_of_all(name: str) -> None:
    written = (ROOT / "services" / f"{name}-svc" / "Dockerfile").read_text(encoding="utf-8")
    assert written == TEMPLATE.replace("@service@", name), "run `make dockerfiles`"


def test_versions_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    assert f'image.version="{version}"' in TEMPLATE
    for name in SERVICE_NAMES:
        assert services()[f"{name}-svc"]["image"] == f"houqin/{name}-svc:{version}"
        assert services()[f"{name}-migration"]["image"] == f"houqin/{name}-svc:{version}"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    uv = re.search(r"^UV_VERSION := (.+)$", makefile, re.MULTILINE)
    assert uv is not None
    assert f"uv=={uv[1]}\n" in TEMPLATE


def test_no_secret_is_in_the_file_and_none_is_forgotten() -> None:
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            if variable in MAY_BE_EMPTY:
                assert value == MAY_BE_EMPTY[variable], f"{name}: {variable}"
            elif SECRET.search(variable) and variable != "HOUQIN_URL":
                assert ":?run make secrets}" in str(value), f"{name}: {variable}"
    asked_for = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    given = {line[:-1] for line in lines if re.fullmatch(r"\w+=", line)}
    assert given == asked_for | {envfile.TOKEN}
    optional = set(re.findall(r"\$\{(\w+):-", COMPOSE))
    assert {line.split("=")[0].removeprefix("# ") for line in lines if "=" in line} >= optional


def test_secrets_are_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, other = tmp_path / ".env", tmp_path / "other"
    assert envfile.write(EXAMPLE, first) == 0
    assert envfile.write(EXAMPLE, other) == 0
    assert first.stat().st_mode & 0o777 == 0o600
    written = first.read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in written.splitlines() if line[:1].isupper())
    assert len(set(values.values())) == len(values), "no two are the same"
    assert all(re.fullmatch(r"[\w.-]{32,}", value) for value in values.values()), "safe in a URL"
    assert not set(values.values()) & set(other.read_text(encoding="utf-8").split("="))

    assert envfile.write(EXAMPLE, first) == 0
    assert first.read_text(encoding="utf-8") == written
    first.write_text(written.replace("HOUQIN_TOKEN_KEY=", "# HOUQIN_TOKEN_KEY="), encoding="utf-8")
    capsys.readouterr()
    assert envfile.write(EXAMPLE, first) == 1
    assert "lacks HOUQIN_TOKEN_KEY" in capsys.readouterr().err
