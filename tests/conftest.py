"""What all tests share: the folder of real data, and the rule that none is skipped in silence."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_SKIPPED = pytest.StashKey[list[str]]()


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


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SKIPPED] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and "data" in getattr(item, "fixturenames", ()):
        item.config.stash[_SKIPPED].append(item.nodeid)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _forbidden(session.config) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for name in _forbidden(config):
        terminalreporter.write_line(
            f"FAILED {name}: it was skipped though its real data is at {data_folder()}", red=True
        )


def _forbidden(config: pytest.Config) -> list[str]:
    """Tests on real data that were skipped in CI while the data is there."""
    if os.environ.get("CI") != "true" or not data_folder().is_dir():
        return []
    return config.stash[_SKIPPED]
