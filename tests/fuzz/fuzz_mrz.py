"""Coverage-guided fuzzing of the MRZ parser, repair and writer; says the branches that it reached.

    python tests/fuzz/fuzz_mrz.py --seconds 1800

Needs atheris, which is no dependency of the kiosk: a scratch environment with Python 3.11 and
`pip install atheris==3.0.0 coverage`. Anything but a value or MrzError ends the run with the input
and a trace. At the end the inputs that atheris kept are run once more under coverage.py, which
counts the branches of firmware_app/domain/mrz*.py.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = "firmware_app/domain/mrz*.py"
TARGETS = "mrz_targets"


def main() -> None:
    """Fuzz in a child for the given time, then measure what its inputs reach."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--seconds", type=int, default=1800)
    words.add_argument("--corpus", type=Path, help="where the inputs are kept between runs")
    words.add_argument("--child", choices=["fuzz", "replay"], help=argparse.SUPPRESS)
    told = words.parse_args()
    if told.child == "fuzz":
        fuzz(told.corpus, told.seconds)
    elif told.child == "replay":
        replay(told.corpus)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            run(told.corpus or Path(scratch) / "corpus", told.seconds, Path(scratch))


def run(corpus: Path, seconds: int, scratch: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    corpus = corpus.resolve()
    me = [__file__, "--corpus", corpus, "--seconds", seconds, "--child"]
    call(*me, "fuzz")
    settings = scratch / "settings"
    settings.write_text(f"[run]\nbranch = true\ninclude = {ROOT / MODULES}\n")
    same = [f"--rcfile={settings}", f"--data-file={scratch / 'coverage'}"]
    call("-m", "coverage", "run", *same, *me, "replay")
    print(f"{len(list(corpus.iterdir()))} inputs kept; lines and branches that they reach:")
    call("-m", "coverage", "report", *same, "--show-missing")
    report = scratch / "report.json"
    call("-m", "coverage", "json", *same, "-q", "-o", report)
    totals = json.loads(report.read_text())["totals"]
    percent = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"branches: {totals['covered_branches']} of {totals['num_branches']}, {percent:.1f} %")


def call(*words: object) -> None:
    """Run one program of Python with the repository in its path."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, *(str(word) for word in words)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def fuzz(corpus: Path, seconds: int) -> None:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["firmware_app.domain"]):
        targets = importlib.import_module(TARGETS)
    for number, seed in enumerate(targets.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-max_len=400", "-timeout=10", "-print_final_stats=1"]
    found = f"-artifact_prefix={corpus.parent}/"
    atheris.Setup([sys.argv[0], *limits, found, str(corpus)], targets.one)
    atheris.Fuzz()


def replay(corpus: Path) -> None:
    targets = importlib.import_module(TARGETS)
    for path in sorted(corpus.iterdir()):
        targets.one(path.read_bytes())


if __name__ == "__main__":
    main()
