"""packages.lock: which Debian packages the image holds, by version and hash.

python -m image_build.packages refresh          resolve packages.toml into packages.lock
KIOSK_ARCHIVE='http://snapshot.debian.org/archive/{archive}/20261122T000000Z' ... refresh
"""

import argparse
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from image_build.steps import BuildError, run, step

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "packages.lock"
WISHES: Final = HERE / "packages.toml"
KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DEFAULT_ARCHIVE: Final = "http://deb.debian.org/{archive}"
_SOURCE: Final = re.compile(
    r"^\s*(?:URIs:|deb)\s+(?:\[[^]]*\]\s+)?(https?://\S+)/debian/?\s", re.MULTILINE
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HEAD: Final = (
    "# Every Debian package of the image:"
    " name version architecture size_bytes sha256 use archive path.\n"
    "# Written by `make lock-refresh`; `epoch` is when the newest of the lists was signed.\n"
)
_ESSENTIAL: Final = (
    "?and(?essential,?not(?name(^apt$)))"  # apt calls itself essential; we need none
)
_REFRESH: Final = "Run `make lock-refresh`."


@dataclass(frozen=True, slots=True)
class Package:
    """One .deb; `use` is install, or apart for one whose files are only taken out."""

    name: str
    version: str
    architecture: str
    size_bytes: int
    sha256: str
    use: str
    archive: str
    path: str

    def url(self, base: str) -> str:
        """Where it lies in the archive `base`, a template with {archive}."""
        return f"{base.format(archive=self.archive)}/{quote(self.path)}"

    def line(self) -> str:
        """As in packages.lock."""
        fields = (self.name, self.version, self.architecture, str(self.size_bytes), self.sha256)
        return " ".join((*fields, self.use, self.archive, self.path))


@dataclass(frozen=True, slots=True)
class Lock:
    """What packages.lock says: the packages, and the second that stands for its making."""

    epoch_s: int
    packages: tuple[Package, ...]

    def named(self, name: str) -> Package:
        """Give the package of that name; raises BuildError."""
        for package in self.packages:
            if package.name == name:
                return package
        raise BuildError(f"packages.lock holds no {name}.", _REFRESH)

    def installed(self) -> tuple[Package, ...]:
        """Those that the system is made of."""
        return tuple(package for package in self.packages if package.use == "install")

    def text(self) -> str:
        """As in packages.lock."""
        ordered = sorted(self.packages, key=lambda package: package.name)
        lines = [f"epoch {self.epoch_s}", *(package.line() for package in ordered)]
        return _HEAD + "\n".join(lines) + "\n"


def parse(text: str) -> Lock:
    """Read packages.lock; raises BuildError that names the line."""
    epoch_s, packages = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "epoch" and len(words) == 2 and words[1].isdigit():
            epoch_s = int(words[1])
        else:
            packages.append(_package(number, words))
    if not epoch_s or not packages:
        raise BuildError("packages.lock is empty or has no epoch.", _REFRESH)
    return Lock(epoch_s, tuple(packages))


def _package(number: int, words: list[str]) -> Package:
    if len(words) != 8 or not words[3].isdigit() or not _SHA256.fullmatch(words[4]):
        raise BuildError(f"packages.lock, line {number} is no package.", _REFRESH)
    name, version, architecture, size, sha256, use, archive, path = words
    if use not in {"install", "apart"} or ".." in path:
        raise BuildError(f"packages.lock, line {number}: {use} {path} is not allowed.", _REFRESH)
    return Package(name, version, architecture, int(size), sha256, use, archive, path)


def load() -> Lock:
    """Read packages.lock of this checkout; raises BuildError."""
    return parse(LOCK.read_text(encoding="utf-8"))


def archive_base(environ: Mapping[str, str], sources: Iterable[str] = ()) -> str:
    """Where the archive is: KIOSK_ARCHIVE, else what this machine's apt uses, else Debian's own."""
    told = environ.get("KIOSK_ARCHIVE", "").rstrip("/")
    if told:
        return told if "{archive}" in told else f"{told}/{{archive}}"
    for text in sources:
        found = re.search(
            r"^\s*(?:URIs:|deb)\s+(?:\[[^]]*\]\s+)?(https?://\S+)/debian/?\s", text, re.MULTILINE
        )
        if found:
            return f"{found[1]}/{{archive}}"
    return DEFAULT_ARCHIVE


def machine_sources() -> list[str]:
    """What stands in this machine's apt sources."""
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    return [file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()]


# ---- make lock-refresh ---------------------------------------------------------------------------


class Resolver:
    """An apt of its own in a scratch folder: another architecture, an empty machine."""

    def __init__(self, folder: Path, wishes: Mapping[str, dict[str, object]], base: str) -> None:
        """Lay out the folder; nothing of this machine's apt is read but Debian's keyring."""
        self._folder = folder
        archive = wishes["archive"]
        self._architecture = str(archive["architecture"])
        components = " ".join(str(one) for one in _words(archive["components"]))
        lines = [
            f"deb [signed-by={KEYRING}] {base.format(archive=name)} {suite} {components}"
            for name, suites in (
                ("debian", _words(archive["suites"])),
                ("debian-security", [str(archive["security"])]),
            )
            for suite in suites
        ]
        for name in ("etc/preferences.d", "etc/conf.d", "state/lists/partial", "cache/archives"):
            (folder / name).mkdir(parents=True)
        (folder / "cache/archives/partial").mkdir()
        (folder / "etc/sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "status").touch()
        (folder / "apt.conf").write_text(self._configuration(), encoding="utf-8")

    def _configuration(self) -> str:
        folder, arch = self._folder, self._architecture
        return (
            f'Dir::Etc "{folder}/etc";\nDir::Etc::parts "{folder}/etc/conf.d";\n'
            f'Dir::State "{folder}/state";\nDir::State::status "{folder}/status";\n'
            f'Dir::Cache "{folder}/cache";\nAPT::Architecture "{arch}";\n'
            f'APT::Architectures {{ "{arch}"; }};\nAPT::Install-Recommends "false";\n'
            'Acquire::Languages "none";\nAPT::Sandbox::User "root";\n'
        )

    def _apt(self, *words: str) -> str:
        return run(words, extra={"APT_CONFIG": str(self._folder / "apt.conf")})

    def resolve(self, wanted: list[str], apart: list[str]) -> Lock:
        """Ask the archive; raises BuildError where it cannot be reached or lacks a package."""
        self._apt("apt-get", "--error-on=any", "update")
        told = self._apt("apt-get", "--simulate", "install", _ESSENTIAL, *wanted)
        chosen = dict(re.findall(r"^Inst (\S+) \((\S+) ", told, re.MULTILINE))
        alone = {name: self._candidate(name) for name in apart}
        specs = [f"{name}={version}" for name, version in (chosen | alone).items()]
        stanzas = self._apt("apt-cache", "show", *specs).split("\n\n")
        packages = {
            one.name: one for one in (from_stanza(text, chosen) for text in stanzas if text.strip())
        }
        return Lock(self._signed_at_s(), tuple(packages.values()))

    def _candidate(self, name: str) -> str:
        found = re.search(r"Candidate: (\S+)", self._apt("apt-cache", "policy", name))
        if found is None or found[1] == "(none)":
            raise BuildError(f"the archive has no {name}.", "Look at image_build/packages.toml.")
        return found[1]

    def _signed_at_s(self) -> int:
        lists = (self._folder / "state/lists").glob("*InRelease")
        dates = [
            parsedate_to_datetime(found[1])
            for text in (path.read_text(encoding="utf-8") for path in lists)
            if (found := re.search(r"^Date: (.+)$", text, re.MULTILINE))
        ]
        return int(max(dates).timestamp())


def from_stanza(text: str, chosen: Mapping[str, str]) -> Package:
    """Read one paragraph of `apt-cache show`; what is not in `chosen` is only taken apart."""
    fields = dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", text, re.MULTILINE))
    name, path = fields["Package"], fields["Filename"]
    return Package(
        name=name,
        version=fields["Version"],
        architecture=fields["Architecture"],
        size_bytes=int(fields["Size"]),
        sha256=fields["SHA256"],
        use="install" if name in chosen else "apart",
        archive="debian-security" if path.startswith("pool/updates/") else "debian",
        path=path,
    )


def _words(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def refresh(base: str) -> Lock:
    """Resolve packages.toml against the archive `base` and write packages.lock."""
    wishes = tomllib.loads(WISHES.read_text(encoding="utf-8"))
    wanted = [name for group in wishes["packages"].values() for name in group]
    with tempfile.TemporaryDirectory(prefix="kiosk-lock-") as scratch:
        found = Resolver(Path(scratch), wishes, base).resolve(
            wanted, wishes["taken_apart"]["names"]
        )
    LOCK.write_text(found.text(), encoding="utf-8")
    return found


def main() -> int:
    """Speak with the engineer."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "image_build.packages", description=__doc__, formatter_class=shape
    )
    parser.add_argument("what", choices=["refresh", "show"])
    chosen = parser.parse_args()
    try:
        if chosen.what == "refresh":
            with step("asking the archive"):
                lock = refresh(archive_base(os.environ, machine_sources()))
        else:
            lock = load()
    except BuildError as error:
        print(f"{error}\n  mend: {error.mend}", file=sys.stderr)
        return 1
    size_mb = sum(package.size_bytes for package in lock.packages) / 1e6
    print(f"packages.lock: {len(lock.packages)} packages, {size_mb:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
