import pytest

from deployment.stack import NO_ENGINE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall believe that containers were tried where they were not."""
    skipped = terminalreporter.getreports("skipped")
    unproven = [report.nodeid for report in skipped if NO_ENGINE in str(report.longrepr)]
    if unproven:
        terminalreporter.section(
            f"{NO_ENGINE}: {len(unproven)} tests need Docker and compose", "!", red=True, bold=True
        )
        for name in sorted(unproven):
            terminalreporter.line(name)
