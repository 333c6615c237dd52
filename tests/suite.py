"""Runs every test; the few that failed beside others run once more alone (docs/adr/0016)."""

import subprocess
import sys

import pytest

from tests.conftest import forbidden_skips

AT_MOST = 3


class Outcome:
    """What failed, could not be read, was skipped against the rule; in the workers, too."""

    def __init__(self) -> None:
        self.failed: dict[str, None] = {}
        self.unread: list[str] = []
        self.skipped: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.unread.append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.skipped = forbidden_skips(session.config)


def may_run_alone(code: int, outcome: Outcome) -> bool:
    """Whether so little failed that the machine may be the reason. Pure."""
    return (
        code == pytest.ExitCode.TESTS_FAILED
        and 0 < len(outcome.failed) <= AT_MOST
        and not outcome.unread
        and not outcome.skipped
    )


def main(words: list[str]) -> int:
    """The exit status of pytest, of its second run where there was one."""
    outcome = Outcome()
    code = int(pytest.main(words, plugins=[outcome]))
    if not may_run_alone(code, outcome):
        return code
    names = list(outcome.failed)
    print(f"\nFailed beside others; each alone, once more: {', '.join(names)}", flush=True)
    alone = [sys.executable, "-m", "pytest", "--randomly-seed=last", *names]
    code = subprocess.run(alone, check=False).returncode
    if code == 0:
        print(f"UNSURE, a fault to be mended, see above why it failed: {', '.join(names)}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
