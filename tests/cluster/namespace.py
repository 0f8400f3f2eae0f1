"""Houqin as deploy/k8s runs it, in a namespace of its own on the cluster that kubectl speaks to."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = Path(__file__).parent / "overlay"
MAKE_SECRETS = ROOT / "deploy" / "k8s" / "overlays" / "single-node" / "make_secrets.py"
NAME = "houqin-test"
NO_CLUSTER = "NO KUBERNETES HERE, this promise was not proven"
PATIENCE = 180
"""Seconds for anything that the cluster is asked for."""


def why_not() -> str | None:
    """Why nothing can be tried here; None if it can."""
    try:
        done = subprocess.run(
            ["kubectl", "version", "--request-timeout=10s"],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


def kubectl(*arguments: str, given: str | None = None, patience: float = PATIENCE) -> str:
    """What it prints. Raises CalledProcessError, with what it complained of on stderr."""
    done = subprocess.run(
        ["kubectl", "--namespace", NAME, *arguments],
        input=given, stdout=subprocess.PIPE, text=True, timeout=patience, check=True,
    )  # fmt: skip
    return done.stdout


class Namespace:
    """Starts, disturbs and asks it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rendered = kubectl("kustomize", str(OVERLAY))
        self._forward: subprocess.Popen[str] | None = None
        self.url = ""
        """Of the gateway, on this machine."""
        self.ready_after = 0.0
        """Seconds from `apply` until everything was ready."""

    def __enter__(self) -> Self:
        self._remove()
        try:
            self._install()
        except BaseException as error:
            error.add_note(kubectl("get", "pods,events"))
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._forward is not None:
            self._forward.terminate()
            self._forward.communicate(timeout=PATIENCE)
        self._remove()

    def _install(self) -> None:
        """As deploy/k8s/README.md says: the namespace, its Secrets, everything."""
        kubectl("apply", "--filename", "-", given=self._rendered.split("\n---\n", 1)[0])
        made = subprocess.run(
            [sys.executable, str(MAKE_SECRETS)], stdout=subprocess.PIPE, text=True, check=True
        )
        kubectl("create", "--filename", "-", given=made.stdout)
        began = time.monotonic()
        self.apply()
        self.wait()
        self.ready_after = time.monotonic() - began
        self._forward = self._forwarding()

    def _forwarding(self) -> subprocess.Popen[str]:
        forward = subprocess.Popen(
            ["kubectl", "--namespace", NAME, "port-forward", "service/gateway", ":8000"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert forward.stdout is not None
        said = forward.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", said)
        assert found, said
        self.url = f"http://{found[0]}"
        return forward

    def _remove(self) -> None:
        kubectl("delete", "namespace", NAME, "--ignore-not-found", "--wait")

    def apply(self) -> None:
        kubectl("apply", "--filename", "-", given=self._rendered)

    def wait(self, *of: str) -> None:
        """Until these are as they are to be; all, if none is named."""
        for each in of or kubectl("get", "deployment,statefulset", "--output", "name").split():
            kubectl("rollout", "status", each, f"--timeout={PATIENCE}s")

    def pods(self, service: str) -> list[str]:
        """Those that shall go on."""
        found = json.loads(
            kubectl("get", "pods", "-l", f"app.kubernetes.io/name={service}", "--output", "json")
        )
        return [
            pod["metadata"]["name"]
            for pod in found["items"]
            if "deletionTimestamp" not in pod["metadata"]
        ]

    def secret(self, name: str, key: str) -> str:
        found = json.loads(kubectl("get", "secret", name, "--output", "json"))
        return base64.b64decode(found["data"][key]).decode()

    def ops(self, *question: str) -> subprocess.CompletedProcess[str]:
        """`houqin-ops` in a pod of billing-svc."""
        return subprocess.run(
            ["kubectl", "--namespace", NAME, "exec", "deploy/billing-svc", "--",
             "houqin-ops", *question],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def replay(self, file: Path, out: Path) -> str | None:
        """`houqin replay` on this machine, through the gateway; what went wrong."""
        done = subprocess.run(
            [sys.executable, "-m", "houqin.main", "replay", str(file), "--quiet",
             "--url", self.url, "--json", str(out)],
            stderr=subprocess.PIPE, text=True, cwd=self._folder, check=False,
            env=os.environ | {"HOUQIN_TOKEN": self.secret("operator", "HOUQIN_TOKEN")},
        )  # fmt: skip
        return done.stderr or str(done.returncode) if done.returncode else None


def read(report: Path) -> Any:
    return json.loads(report.read_text(encoding="utf-8"))
