"""The kernel's modules, as pure sets: which the image keeps, in which order some are loaded."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from image_build.steps import BuildError

WISHES: Final = Path(__file__).parent / "drivers.toml"
# Path of a module below its release -> what it needs; the last of those is loaded first.
Needs = Mapping[str, list[str]]


def wishes() -> tuple[str, ...]:
    """The patterns of drivers.toml."""
    groups = tomllib.loads(WISHES.read_text(encoding="utf-8")).values()
    return tuple(pattern for group in groups for pattern in group)


def parse_dep(text: str) -> dict[str, list[str]]:
    """Read modules.dep."""
    lines = (line.partition(":") for line in text.splitlines())
    return {path: needs.split() for path, _, needs in lines}


def module_name(path: str) -> str:
    """`kernel/drivers/md/dm-verity.ko` is the module dm_verity."""
    return Path(path).name.split(".ko")[0].replace("-", "_")


def kept(needs: Needs, patterns: Iterable[str]) -> set[str]:
    """Give the modules that a pattern names, and all that those need."""
    wanted = {
        path
        for pattern in patterns
        for path in needs
        if fnmatchcase(path.removeprefix("kernel/"), pattern)
    }
    return wanted | {one for path in wanted for one in needs[path]}


def load_order(wanted: Iterable[str], needs: Needs, builtin: Collection[str]) -> list[str]:
    """Paths to load, each after what it needs; what is in the kernel itself is not among them.

    `wanted` and `builtin` are names. Raises BuildError where the kernel has no such module.
    """
    paths = {module_name(path): path for path in needs}
    order: list[str] = []
    for name in wanted:
        if name in builtin:
            continue
        if name not in paths:
            mend = "Look at image_build/boards/ and image_build/drivers.toml."
            raise BuildError(f"the kernel has no module {name}.", mend)
        path = paths[name]
        order += [one for one in (*reversed(needs[path]), path) if one not in order]
    return order
