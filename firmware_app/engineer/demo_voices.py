"""Lets espeak-ng speak the demo's clips, in the background and once; without it there are none."""

from pathlib import Path

from firmware_app.engineer.report import progress
from firmware_app.engineer.small_site import BIN, SmallSite
from firmware_app.ui import espeak

FOLDER = "sounds"


def begin(site: SmallSite) -> None:
    """Start making what the site's folder of clips lacks; the kiosk takes them up as they come."""
    folder = site.folder / FOLDER
    if not espeak.has_espeak():
        progress("No espeak-ng here, so nothing is read aloud: apt install espeak-ng opus-tools.")
        return
    progress(f"Voices are made in the background into {folder}; a message is silent until then.")
    make: list[str | Path] = [BIN / "kiosk", "sounds", "make", "--out", folder]
    site.family.start("sounds", ["nice", "-n", "10", *make, "--config", site.config_file])
