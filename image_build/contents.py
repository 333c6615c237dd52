"""Which of the project's modules the production image holds: no simulator, laboratory, centre.

A module that imports one that stays out, when it is itself imported, stays out with it; what the
appliance starts must not be among them. Imports inside functions are the guarded ones (the
registry's factories, the commands of `kiosk`), so they do not count.
"""

import ast
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from image_build.steps import BuildError

PACKAGES: Final = ("firmware_app", "drivers", "vision", "mqtt")
# Modules, by pattern, that no production image holds.
LEFT_OUT: Final = (
    "drivers.*.simulated*",  # peers that answer as devices do
    "drivers.stage",
    "drivers.camera.folder",
    "drivers.camera.puppet",
    "drivers.fingerprint.folder",
    "drivers.fingerprint.synthetic",
    "drivers.document_reader.specimens",
    "drivers.transport.pseudo_cable",
    "drivers.transport.replay",
    "firmware_app.engineer.demo",
    "firmware_app.engineer.small_site",
    "firmware_app.engineer.story",
    "firmware_app.engineer.traveller",
    "firmware_app.engineer.virtual_reader",
    "vision.training*",
    "vision.evaluate.attack_*",
    "vision.models.rebuild",
    "vision.models.*_graph",
    "vision.models.flatbuffer_batch",
    "mqtt.central*",  # the centre's programs and its root's tools
    "mqtt.contract*",  # vectors, signed by keys that everyone may read
    "mqtt.bare_publish",
)
DATA_LEFT_OUT: Final = (
    "drivers/camera/pictures/*",
    "firmware_app/engineer/stories/*",
    "mqtt/contract/*",
)
# What the appliance starts, here or in a process of its own.
STARTED: Final = (
    "firmware_app.__main__",
    "firmware_app.compose",
    "firmware_app.engineer.doctor",
    "firmware_app.engineer.provision",
    "firmware_app.engineer.provision_camera",
    "firmware_app.engineer.selftest",
    "firmware_app.engineer.update_fetch",
    "firmware_app.engineer.update_install",
    "firmware_app.officer.program",
    "mqtt.publisher",
    "drivers.registry",
    "drivers.camera.v4l2",
    "drivers.camera.v4l2_child",
    "drivers.camera.libcamera",
    "drivers.chip.pcsc",
    "drivers.chip.pcsc_child",
    "drivers.document_reader.mrz_serial",
    "drivers.document_reader.wedge_port",
    "drivers.fingerprint.uru4000",
    "drivers.fingerprint.zfm",
)


def modules(root: Path) -> dict[str, Path]:
    """Every module of the project below `root`, by its name."""
    found = {}
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            name = ".".join(file.relative_to(root).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = file
    return found


def imports(file: Path) -> Iterator[str]:
    """What a module imports when it is imported; names of things in modules are among them."""
    yield from _imports(ast.parse(file.read_text(encoding="utf-8")))


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (one.name for one in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            yield from (f"{child.module}.{one.name}" for one in child.names)
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imports(child)


def left_out(all_modules: Mapping[str, Path]) -> dict[str, str]:
    """Modules that stay out, each with the pattern or the import that it goes with.

    Raises BuildError where something that the appliance starts would be among them.
    """
    out = {name: pattern for name in all_modules if (pattern := _pattern(name))}
    needs = {name: set(imports(file)) for name, file in all_modules.items()}
    grown = True
    while grown:
        grown = False
        for name, wanted in needs.items():
            if name not in out and (hit := sorted(wanted & out.keys())):
                out[name], grown = f"imports {hit[0]}", True
    for name in STARTED:
        if name in out:
            what = f"{name}, which the appliance starts, {_chain(name, out)}"
            raise BuildError(what, "Import it inside the function that needs it.")
    return out


def _pattern(name: str) -> str:
    return next((one for one in LEFT_OUT if fnmatchcase(name, one)), "")


def _chain(name: str, out: Mapping[str, str]) -> str:
    why = out[name]
    if not why.startswith("imports "):
        return f"is left out by {why}."
    return f"{why}, which {_chain(why.removeprefix('imports '), out)}"


def strip(root: Path) -> int:
    """Remove from a checkout at `root` what stays out; give how many modules went."""
    gone = left_out(modules(root))
    for name, file in modules(root).items():
        if name in gone:
            file.unlink()
    for pattern in DATA_LEFT_OUT:
        for file in root.glob(pattern):
            if file.is_file():
                file.unlink()
    return len(gone)
