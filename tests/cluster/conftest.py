from collections.abc import Iterator

import pytest

from cluster.namespace import NO_CLUSTER, Namespace, why_not


@pytest.fixture(scope="session")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:
    """The whole system in a namespace of its own, ready; it ends with the run."""
    missing = why_not()
    if missing:
        pytest.skip(f"{NO_CLUSTER}: {missing}")
    with Namespace(tmp_path_factory.mktemp("cluster")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall believe that a cluster was tried where none was."""
    skipped = terminalreporter.getreports("skipped")
    unproven = [report.nodeid for report in skipped if NO_CLUSTER in str(report.longrepr)]
    if unproven:
        terminalreporter.section(
            f"{NO_CLUSTER}: {len(unproven)} tests need kubectl and a cluster that it reaches",
            "!", red=True, bold=True,
        )  # fmt: skip
        for name in sorted(unproven):
            terminalreporter.line(name)
