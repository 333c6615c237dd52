"""Coverage-guided fuzzing of one parser; says the branches that it reached.

    python tests/fuzz/fuzz.py mrz --seconds 1800
    python tests/fuzz/fuzz.py records --seconds 1800
    python tests/fuzz/fuzz.py chip --seconds 1800
    python tests/fuzz/fuzz.py portrait --seconds 1800
    python tests/fuzz/fuzz.py sod --seconds 1800
    python tests/fuzz/fuzz.py mjpeg --seconds 600
    python tests/fuzz/fuzz.py courier --seconds 600

Needs atheris, which is no dependency of the kiosk: a scratch environment with Python 3.11 and
`pip install atheris==3.0.0 coverage`, for sod also asn1crypto and cryptography, for courier
also cryptography, cbor2, cwt and msgspec. Anything but a
value or the parser's own error ends the run with the input and a trace, and so does an input that
takes ten seconds or half a gigabyte. At the end the inputs that atheris kept are run once more
under coverage.py, which counts the branches.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Target:
    """A module beside this one with `seeds()` and `one(data)`, and what it is to reach."""

    module: str
    package: str
    files: tuple[str, ...]
    longest_bytes: int


TARGETS = {
    "courier": Target(
        "courier_targets",
        "mqtt",
        (
            "mqtt/cbor.py",
            "mqtt/cose.py",
            "mqtt/courier.py",
            "mqtt/envelope.py",
            "mqtt/publish_packet.py",
        ),
        1600,
    ),
    "mjpeg": Target("mjpeg_targets", "drivers.camera", ("drivers/camera/mjpeg.py",), 600),
    "mrz": Target("mrz_targets", "firmware_app.domain", ("firmware_app/domain/mrz*.py",), 400),
    "records": Target(
        "records_targets",
        "vision",
        (
            "vision/ansi378.py",
            "vision/iso19794_2.py",
            "vision/iso39794_2.py",
            "vision/finger_record*.py",
        ),
        1200,
    ),
    "chip": Target(
        "chip_targets",
        "drivers.chip",
        (
            "drivers/chip/biometric_template.py",
            "drivers/chip/ef_atr.py",
            "drivers/chip/face_*.py",
            "drivers/chip/lds*.py",
            "drivers/chip/tlv.py",
        ),
        1200,
    ),
    "sod": Target(
        "sod_targets",
        "drivers.chip",
        (
            "drivers/chip/certificates.py",
            "drivers/chip/cms.py",
            "drivers/chip/der.py",
            "drivers/chip/sod.py",
        ),
        2400,
    ),
    "portrait": Target("portrait_targets", "vision", ("vision/jpeg2000_head.py",), 1200),
}


def main() -> None:
    """Fuzz in a child for the given time, then measure what its inputs reach."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("target", choices=TARGETS)
    words.add_argument("--seconds", type=int, default=1800)
    words.add_argument("--corpus", type=Path, help="where the inputs are kept between runs")
    words.add_argument("--child", choices=["fuzz", "replay"], help=argparse.SUPPRESS)
    told = words.parse_args()
    if told.child == "fuzz":
        fuzz(TARGETS[told.target], told.corpus, told.seconds)
    elif told.child == "replay":
        replay(TARGETS[told.target], told.corpus)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            corpus = told.corpus or Path(scratch) / "corpus"
            run(told.target, corpus, told.seconds, Path(scratch))


def run(name: str, corpus: Path, seconds: int, scratch: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    corpus = corpus.resolve()
    me = [__file__, name, "--corpus", corpus, "--seconds", seconds, "--child"]
    call(*me, "fuzz")
    settings = scratch / "settings"
    files = "".join(f"\n    {ROOT / one}" for one in TARGETS[name].files)
    settings.write_text(f"[run]\nbranch = true\ninclude ={files}\n")
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


def fuzz(target: Target, corpus: Path, seconds: int) -> None:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=[target.package]):
        tried = importlib.import_module(target.module)
    for number, seed in enumerate(tried.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={target.longest_bytes}",
        "-timeout=10",
        "-rss_limit_mb=512",
        "-print_final_stats=1",
    ]
    found = f"-artifact_prefix={corpus.parent}/"
    atheris.Setup([sys.argv[0], *limits, found, str(corpus)], tried.one)
    atheris.Fuzz()


def replay(target: Target, corpus: Path) -> None:
    tried = importlib.import_module(target.module)
    for path in sorted(corpus.iterdir()):
        tried.one(path.read_bytes())


if __name__ == "__main__":
    main()
