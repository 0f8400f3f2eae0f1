from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.installation import Installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for the tests of a module: many offices live side by side in it."""
    running = Installation(tmp_path_factory.mktemp("houqin") / "var")
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation that the test may break."""
    own = Installation(tmp_path / "var")
    yield own
    if own.is_running:
        own.stop()
