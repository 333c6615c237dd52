"""Writes requirements.lock: what the appliance runs on, a mark, what development adds."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
MARK = "# ---- development ----"
HEAD = "# Every package with version and hashes; written by `make lock`, read by bootstrap.sh.\n"


def compile_requirements(*arguments: str) -> str:
    """Resolve pyproject.toml with hashes; the words of the resolver go to standard error."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--python-version=3.11", "--quiet", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def blocks(text: str) -> list[str]:
    """One requirement with its hash lines each."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line[:1].isspace() and found:
            found[-1] += line
        elif line.strip():
            found.append(line)
    return found


def main() -> None:
    """Resolve twice, so that what development needs never moves what the appliance runs."""
    run = blocks(compile_requirements("--extra=build", "--extra=demo"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.write("".join(block.split(" \\")[0] + "\n" for block in run))
        pins.flush()
        dev = ("--extra=build", "--extra=demo", "--extra=dev", f"--constraint={pins.name}")
        every = blocks(compile_requirements(*dev))
    added = [block for block in every if block not in run]
    LOCK.write_text(HEAD + "".join(run) + f"\n{MARK}\n" + "".join(added))
    print(f"{LOCK.name}: {len(run)} packages to run, {len(added)} more to develop")


if __name__ == "__main__":
    main()
