"""What all tests share: the folder of real data, and the rule that none is skipped in silence."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_USES_DATA = "uses real data"
_SKIPS = pytest.StashKey["_Skips"]()


def data_folder() -> Path:
    """Where the real data should lie; the environment variable KIOSK_TEST_DATA overrides."""
    return Path(os.environ.get("KIOSK_TEST_DATA") or _BESIDE)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"real data absent: no folder {folder} (see KIOSK_TEST_DATA).")
    return folder


class _Skips:
    """Collects skips of tests on real data; sees the reports of side-by-side workers too."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and (_USES_DATA, True) in report.user_properties:
            self.names.append(report.nodeid)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SKIPS] = _Skips()
    config.pluginmanager.register(config.stash[_SKIPS])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if "data" in getattr(item, "fixturenames", ()):
        report.user_properties.append((_USES_DATA, True))
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if forbidden_skips(session.config) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for name in forbidden_skips(config):
        terminalreporter.write_line(
            f"FAILED {name}: it was skipped though its real data is at {data_folder()}", red=True
        )


def forbidden_skips(config: pytest.Config) -> list[str]:
    """Tests on real data that were skipped in CI while the data is there."""
    if os.environ.get("CI") != "true" or not data_folder().is_dir():
        return []
    return config.stash[_SKIPS].names
