"""tests/suite.py: what failed beside others runs once more alone; what always fails is failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite import AT_MOST, Outcome, may_run_alone

TESTS = Path(__file__).parents[1]
GOOD = "def test_good():\n    pass\n"
BAD = "def test_bad():\n    assert 'always' == 'wrong'\n"
SKIPS = "import pytest\ndef test_uses(data):\n    pytest.skip('not today')\n"
UNSURE = """
from pathlib import Path
def test_unsure(tmp_path_factory):
    ran = Path(__file__).with_name("ran")
    first = not ran.exists()
    ran.write_text("")
    assert not first
"""


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    (folder / "tests").mkdir()
    settings = "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n"
    (folder / "pytest.ini").write_text(settings)
    for name in ("conftest.py", "suite.py"):
        (folder / "tests" / name).write_text((TESTS / name).read_text())
    for number, test in enumerate(tests):
        (folder / "tests" / f"test_{number}.py").write_text(test)
    return subprocess.run(
        [sys.executable, "-m", "tests.suite", "-q", "-n", "2"],
        env=os.environ | {"CI": "true", "KIOSK_TEST_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize(
    ("tests", "ends_with", "told"),
    [
        ((GOOD,), 0, ""),
        ((GOOD, UNSURE), 0, "UNSURE, a fault to be mended"),
        ((GOOD, UNSURE, BAD), 1, "Failed beside others"),
        ((BAD,), 1, "Failed beside others"),
        ((UNSURE, SKIPS), 1, "it was skipped though its real data is at"),
        ((UNSURE, "not python"), 1, ""),
    ],
)
@pytest.mark.slow
def test_only_what_passes_alone_is_forgiven_and_it_is_named(tmp_path, tests, ends_with, told):
    done = run(tmp_path, *tests)
    assert done.returncode == ends_with, done.stdout + done.stderr
    assert told in done.stdout
    assert ("UNSURE" in done.stdout) == told.startswith("UNSURE"), done.stdout


@pytest.mark.parametrize(
    ("failed", "code", "may"),
    [(1, 1, True), (AT_MOST, 1, True), (AT_MOST + 1, 1, False), (0, 1, False), (1, 2, False)],
)
def test_many_failures_are_no_matter_of_the_machine(failed, code, may):
    outcome = Outcome()
    outcome.failed = dict.fromkeys(f"test_{number}" for number in range(failed))
    assert may_run_alone(code, outcome) is may
