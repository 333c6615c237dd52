"""The rule of tests/conftest.py: in CI, real data that is there is used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
USES_DATA = "import pytest\ndef test_uses(data):\n    pytest.skip('not today')\n"
NO_DATA = "import pytest\ndef test_other():\n    pytest.skip('not today')\n"


def run(
    folder: Path, test: str, workers: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_it.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += ["-n", workers]
    clean = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, check=False, cwd=folder
    )


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    ("test", "ci", "there", "ends_with"),
    [
        (USES_DATA, "true", True, 1),
        (USES_DATA, "true", False, 0),
        (USES_DATA, "false", True, 0),
        (NO_DATA, "true", True, 0),
    ],
)
def test_a_skip_fails_only_in_ci_with_the_data_there(tmp_path, test, ci, there, ends_with, workers):
    folder = tmp_path / "data"
    if there:
        folder.mkdir()
    tests = tmp_path / "tests"
    tests.mkdir()
    done = run(tests, test, workers, CI=ci, KIOSK_TEST_DATA=str(folder))
    assert done.returncode == ends_with, done.stdout + done.stderr
    assert ("it was skipped though its real data is at" in done.stdout) == (ends_with == 1)
