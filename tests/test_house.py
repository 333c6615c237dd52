"""The house rules: style, types, arrows, words, sizes, and that docs/WALK.md names what exists."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PACKAGES = ("firmware_app", "drivers", "vision", "mqtt")
TOP = {
    *PACKAGES,
    "systemd",
    "image_build",
    "tests",
    "docs",
    "pyproject.toml",
    "requirements.lock",
    "kiosk.example.toml",
    "README.md",
    "Makefile",
    "LICENSE",
    "NOTICE",
    "CHANGELOG.md",
    ".gitignore",
    ".ci",
}
LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60


def tracked(*patterns):
    done = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).exists()]


def product_files():
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def run(*command):
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_top_level_holds_exactly_what_the_design_says():
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert top == TOP


def test_systemd_holds_no_python():
    assert tracked("systemd/*.py") == []


@pytest.mark.parametrize("what", [("check", "."), ("format", "--check", ".")])
def test_ruff(what):
    code, words = run(BIN / "ruff", *what)
    assert code == 0, words


@pytest.mark.timeout(300)
def test_mypy_strict():
    code, words = run(BIN / "mypy")
    assert code == 0, words


@pytest.mark.timeout(120)
def test_arrows():
    code, words = run(BIN / "lint-imports", "--no-cache")
    assert code == 0, words


def test_spelling():
    files = tracked("*.py", "*.md", "*.toml", "*.sh", "*.css", "*.js", "*.html", "*.ftl")
    skip = {"ar.ftl", "fr.ftl"}
    code, words = run(BIN / "codespell", *(path for path in files if path.name not in skip))
    assert code == 0, words


def test_every_file_says_what_it_is_for_in_its_first_line():
    for path in tracked("*.py"):
        first = path.read_text(encoding="utf-8").splitlines()[:1]
        assert first, path
        assert first[0].startswith('"""') or first[0].startswith("#!"), path
        assert len(first[0]) > 20, path


def test_files_and_functions_stay_short():
    for path in product_files():
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST_FILE_LINES, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno
                assert length <= LONGEST_FUNCTION_LINES, f"{path}: {node.name}"


def test_each_name_in_the_walk_exists():
    walk = (ROOT / "docs/WALK.md").read_text(encoding="utf-8")
    names = re.findall(rf"`((?:{'|'.join(PACKAGES)})[.\w]*)`", walk)
    assert len(names) > 30
    for name in names:
        assert _resolves(name), f"docs/WALK.md names {name}"


def _resolves(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(found, part):
                slots = getattr(found, "__annotations__", {})
                return part in slots
            found = getattr(found, part)
        return True
    return False


def test_the_lock_pins_every_dependency_with_a_hash():
    blocks = re.split(r"\n(?=[a-z])", (ROOT / "requirements.lock").read_text())
    pins = {}
    for block in blocks[1:]:
        name, version = re.match(r"([\w.-]+)==(\S+)", block).groups()
        assert "--hash=sha256:" in block, name
        pins[name] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for wanted in project["dependencies"]:
        name = re.match(r"[\w.-]+", wanted).group().lower().replace("_", "-").replace(".", "-")
        assert name in pins, name
    assert pins["numpy"].startswith("1."), "numpy 2 lets tflite-runtime import and then fail"


def test_no_door_to_mocks_clocks_or_test_switches():
    words = re.compile(r"unittest\.mock|monkeypatch|PYTEST|is_testing|if\s+simulated")
    for path in product_files():
        assert not words.search(path.read_text(encoding="utf-8")), path
    banned = re.compile(r"unittest" + r"\.mock|Magic" + r"Mock")
    for path in tracked("tests/*.py"):
        assert not banned.search(path.read_text(encoding="utf-8")), path


def test_documents_link_to_what_is_there():
    for page in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"
