"""Loads an office file for the model: nothing is judged, decimals and dates stay as written."""

from pathlib import Path
from typing import Any

import yaml

from .ruleset import Raw


class AsWritten(yaml.SafeLoader):
    """YAML whose only types are text, whole numbers, true and false."""


AsWritten.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.endswith(":int") or (tag.endswith(":bool") and first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> Raw:
    file: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), AsWritten)
    return file
