"""The program: locked wheels for arm64 and the project's own modules, in a venv without pip."""

import hashlib
import re
import shutil
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import contents
from image_build.steps import BuildError, run, step

LOCALES: Final = "firmware_app/ui/locales"
HOME: Final = Path("usr/lib/border-kiosk")
SITE: Final = HOME / "lib/python3.11/site-packages"
MARK: Final = "# ---- development ----"
NEWEST_GLIBC: Final = 36  # Bookworm's
# In the lock's first part for `make run`, and not for the appliance (pyproject.toml: build, demo).
NOT_SHIPPED: Final = frozenset({"setuptools", "pycryptodome"})
_VENV: Final = (
    "home = /usr/bin\n"
    "include-system-site-packages = true\n"  # pyscard is Debian's, and nothing else lies there
    "version = 3.11\n"
)
_SCRIPT: Final = """#!/{home}/bin/python3
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One pinned package of requirements.lock with its lines."""

    name: str
    text: str


def runtime_requirements(lock: str) -> list[Requirement]:
    """Give what the appliance runs on: the lock's first part without what only `make run` needs."""
    head = lock.split(MARK, maxsplit=1)[0]
    blocks = re.split(r"\n(?=[a-z0-9])", head)
    found = [(re.match(r"([\w.-]+)==", block), block) for block in blocks]
    return [
        Requirement(name[1], block.strip())
        for name, block in found
        if name is not None and name[1] not in NOT_SHIPPED
    ]


def platforms() -> Iterator[str]:
    """Wheel tags that Bookworm on arm64 can run, best first."""
    yield from (f"manylinux_2_{minor}_aarch64" for minor in range(NEWEST_GLIBC, 16, -1))
    yield from ("manylinux2014_aarch64", "linux_aarch64")


def fetch(requirements: Iterable[Requirement], cache: Path) -> Path:
    """Give a folder with the arm64 wheels of `requirements`, checked against their hashes."""
    text = "\n".join(one.text for one in requirements) + "\n"
    folder = cache / f"wheels-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if folder.exists():
        return folder
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / "requirements.txt").write_text(text, encoding="utf-8")
    with step("fetching wheels for arm64"):
        run(
            [
                *_pip("download"),
                *("--require-hashes", "--no-deps"),
                *_cross(),
                *("--dest", part, "--requirement", part / "requirements.txt"),
            ]
        )
    part.rename(folder)
    return folder


def own_wheel(checkout: Path, into: Path) -> Path:
    """Build the project's wheel from `checkout`, whose left-out modules are removed first."""
    contents.strip(checkout)
    run([*_pip("wheel"), "--no-deps", "--no-build-isolation", "--wheel-dir", into, checkout])
    return next(into.glob("border_kiosk-*.whl"))


def programs(project: str, shipped: Collection[str]) -> dict[str, str]:
    """The words that a person or a unit types, from pyproject.toml; only of modules that ship."""
    scripts: dict[str, str] = tomllib.loads(project)["project"]["scripts"]
    return {name: place for name, place in scripts.items() if place.split(":")[0] in shipped}


def install(wheels: Iterable[Path], root: Path, checkout: Path, commit: str) -> None:
    """Lay the venv into `root`; it starts with the system's Python and holds no pip."""
    site = root / SITE
    site.mkdir(parents=True)
    words = ["--no-deps", "--no-index", "--no-compile", *_cross(), "--target"]
    run([*_pip("install"), *words, site, *wheels])
    shutil.rmtree(site / "bin", ignore_errors=True)
    for direct in site.glob("*.dist-info/direct_url.json"):  # names this machine's folder
        direct.unlink()
    for record in site.glob("*.dist-info/RECORD"):  # lists the same; nothing is uninstalled here
        record.unlink()
    (site / "firmware_app/commit.txt").write_text(f"{commit}\n", encoding="utf-8")
    _prune(site, frozenset(one.stem for one in (checkout / LOCALES).glob("*.ftl")))
    project = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    _lay_programs(root, programs(project, contents.modules(site).keys()))
    _compile(site)


def _cross() -> list[str]:
    tags = [word for tag in platforms() for word in ("--platform", tag)]
    return ["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", *tags]


def _lay_programs(root: Path, words: Mapping[str, str]) -> None:
    home = root / HOME
    (home / "pyvenv.cfg").write_text(_VENV, encoding="utf-8")
    (home / "bin").mkdir()
    (home / "bin/python3").symlink_to("/usr/bin/python3.11")
    for name, place in words.items():
        module, function = place.split(":")
        script = home / "bin" / name
        script.write_text(
            _SCRIPT.format(home=HOME, module=module, function=function), encoding="utf-8"
        )
        script.chmod(0o755)
        (root / "usr/bin" / name).symlink_to(f"/{HOME}/bin/{name}")


def _prune(site: Path, languages: frozenset[str]) -> None:
    """Leave what no traveller meets: other languages' tables, tests and sources of the wheels."""
    keep = languages | {"en", "root"}
    for table in (site / "babel/locale-data").glob("*.dat"):
        if table.stem.split("_")[0] not in keep:
            table.unlink()
    for name in ("numpy/**/tests", "numpy/core/include", "numpy/f2py", "**/__pycache__"):
        for folder in site.glob(name):
            shutil.rmtree(folder)


def _compile(site: Path) -> None:
    """Compile all once: a read-only system would otherwise compile at each start."""
    words = ["-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    run([sys.executable, *words, "-s", site, "-p", f"/{SITE}", site], extra={"PYTHONHASHSEED": "0"})


def _pip(what: str) -> list[str]:
    if sys.version_info[:2] != (3, 11):
        raise BuildError("the image's Python is 3.11.", "Run it with .venv/bin/python.")
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", what, "--quiet"]
