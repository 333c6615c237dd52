"""`kiosk csca show`: what the store of authorities holds, and what opening it costs."""

from collections import Counter
from pathlib import Path

from firmware_app.engineer import csca
from firmware_app.engineer.report import emit
from vision.evaluate.usage import peak_memory_kib, timed


def show(folder: Path, *, as_json: bool) -> int:
    """Open the store as the kiosk does at its start, then name what is in it. Raises SetupError."""
    before_kib = peak_memory_kib()
    with timed() as spent:
        store = csca.opened(folder)
    grown_mb = (peak_memory_kib() - before_kib) / 1024
    states = dict(sorted(Counter(one.country for one in store.each()).items()))
    document = {
        "certificates": len(store),
        "states": states,
        "load_ms": round(spent.wall_ms, 1),
        "load_cpu_ms": round(spent.cpu_ms, 1),
        "load_mb": round(grown_mb, 1),
    }
    words = (
        f"{len(store)} certificates of {len(states)} states: "
        f"{', '.join(f'{state} {count}' for state, count in states.items())}\n"
        f"opened in {spent.wall_ms:.0f} ms (processor {spent.cpu_ms:.0f} ms), {grown_mb:.1f} MB"
    )
    if not len(store):
        words = f"nothing was imported into {folder} yet: `kiosk csca import` does it."
    emit(document, words, as_json=as_json)
    return 0
