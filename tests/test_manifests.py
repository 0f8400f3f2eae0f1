"""What deploy/ and the compose file say of the version: nobody would see it go out of date."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
K8S = ROOT / "deploy" / "k8s"
TAG = re.compile(r"(?:\bhouqin/\S*svc:|newTag: )([\w.]+)")


def test_images_are_those_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    files = [ROOT / "docker-compose.yml", *K8S.rglob("*.*")]
    tags = {file: set(TAG.findall(file.read_text("utf-8"))) for file in files}
    where = {
        ROOT / "docker-compose.yml",
        K8S / "base" / "service" / "deployment.yaml",
        K8S / "overlays" / "production" / "kustomization.yaml",
    }
    assert where <= {file for file, found in tags.items() if found == {version}}
    assert set().union(*tags.values()) == {version}, tags
