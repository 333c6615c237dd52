"""The system: Debian's part, the program, our units and settings, in one read-only squashfs."""

import os
import shutil
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from image_build import debian, modules
from image_build.steps import BuildError, run

LAID_OVER: Final = Path(__file__).parent / "rootfs_files"
COMPRESSION: Final = ("-comp", "zstd", "-Xcompression-level", "15", "-b", "64K")
# Needed to set Debian up, never to run: their files go, and the SBOM does not name them.
REMOVED: Final = (
    "adduser",
    "cpio",
    "debconf",
    "dpkg",
    "init-system-helpers",
    "initramfs-tools",
    "initramfs-tools-core",
    "klibc-utils",
    "libdebconfclient0",
    "libfile-find-rule-perl",
    "libklibc",
    "libnumber-compare-perl",
    "libperl5.36",
    "libtext-glob-perl",
    "linux-base",
    "logsave",
    "perl",
    "perl-base",
    "perl-modules-5.36",
    "usrmerge",
)
# Each makes units at each start out of what an image does not have, or must not be told.
GENERATORS: Final = (
    *("cryptsetup", "getty", "gpt-auto", "hibernate-resume", "integritysetup", "rc-local", "run"),
    *("system-update", "sysv", "veritysetup"),
)
PRUNED: Final = (
    "boot/*",
    "etc/fstab.*",
    "etc/.pwd.lock",
    "etc/*-",
    "etc/apt",
    "etc/cron.*",
    "etc/dpkg",
    "etc/hostname",
    "etc/initramfs-tools",
    "etc/kernel",
    "etc/logrotate.d",
    "etc/resolv.conf",
    "initrd.img*",
    "root/.*",
    "tmp/*",
    "usr/lib/init",
    "usr/lib/tmpfiles.d/systemd-nologin.conf",
    "etc/modules-load.d/modules.conf",
    *(f"usr/lib/systemd/system-generators/systemd-{name}-generator" for name in GENERATORS),
    "usr/share/bash-completion",
    "usr/share/bug",
    "usr/share/initramfs-tools",
    "usr/share/lintian",
    "usr/share/perl*",
    "usr/share/zsh",
    "var/cache/*",
    "var/lib/apt",
    "var/lib/dpkg",
    "var/lib/initramfs-tools",
    "var/lib/ucf",
    "var/log/*",
    "var/tmp/*",
    "vmlinuz*",
)
# GStreamer's plugins that the page's sounds need: what is not there is neither read at each start,
# nor fed with anybody's bytes.
PLUGINS: Final = "usr/lib/aarch64-linux-gnu/gstreamer-1.0"
PLAYING: Final = frozenset(
    f"libgst{name}.so"
    for name in (
        *("alsa", "app", "audioconvert", "audioresample", "autodetect", "coreelements", "gio"),
        *("interleave", "ogg", "opus", "playback", "typefindfunctions", "volume", "vorbis"),
        "wavparse",
    )
)
# Folder or ending below systemd/ -> folder of the system.
UNIT_FOLDERS: Final = {
    "system": "usr/lib/systemd/system",
    "system-preset": "usr/lib/systemd/system-preset",
    "network": "usr/lib/systemd/network",
    "journald.conf.d": "usr/lib/systemd/journald.conf.d",
    "system.conf.d": "usr/lib/systemd/system.conf.d",
    "logind.conf.d": "usr/lib/systemd/logind.conf.d",
    "resolved.conf.d": "usr/lib/systemd/resolved.conf.d",
    "timesyncd.conf.d": "usr/lib/systemd/timesyncd.conf.d",
    "sysusers.d": "usr/lib/sysusers.d",
    "tmpfiles.d": "usr/lib/tmpfiles.d",
    "sysctl.d": "usr/lib/sysctl.d",
    "modprobe.d": "usr/lib/modprobe.d",
    "modules-load.d": "usr/lib/modules-load.d",
    "repart.d": "usr/lib/repart.d",
    "rules.d": "usr/lib/udev/rules.d",
    "dbus": "usr/share/dbus-1/system.d",
    "rauc": "etc/rauc",
    "programs": "usr/lib/border-kiosk",
}
UNIT_ENDINGS: Final = {
    **dict.fromkeys(
        (".service", ".socket", ".timer", ".target", ".path", ".mount", ".slice", ".automount"),
        UNIT_FOLDERS["system"],
    ),
    ".preset": UNIT_FOLDERS["system-preset"],
    ".network": UNIT_FOLDERS["network"],
    ".link": UNIT_FOLDERS["network"],
    ".rules": UNIT_FOLDERS["rules.d"],
    ".sysusers": UNIT_FOLDERS["sysusers.d"],
    ".tmpfiles": UNIT_FOLDERS["tmpfiles.d"],
    ".nft": "etc",
}
MOUNTED_ON: Final = (
    "data",
    "boot",
    "var/lib/border-kiosk",
    "var/lib/border-kiosk-publish",
    "var/lib/border-kiosk-officer",
    "var/lib/border-kiosk-update",
    "var/lib/rauc",
)
# Nobody signs in at a kiosk, on any screen or line; and it runs no other machine's programs.
MASKED: Final = (
    "getty@.service",
    "autovt@.service",
    "serial-getty@.service",
    "console-getty.service",
    "container-getty@.service",
    "debug-shell.service",
    "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount",
    # what a start does for nobody here: sessions, their list, file systems that nothing looks at
    "systemd-logind.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-initctl.socket",
    "systemd-fsckd.socket",
    "systemd-repart.service",
    "systemd-user-sessions.service",
    "systemd-network-generator.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
)


def unpack(tar: Path, root: Path) -> None:
    """Lay Debian's part into an empty folder `root`, with the owners of its files."""
    if os.geteuid() != 0:
        raise BuildError("files of several owners need root.", "Run it as root: sudo make image.")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    run(
        [
            "tar",
            "--extract",
            "--numeric-owner",
            "--exclude=./dev/*",
            "--file",
            tar,
            "--directory",
            root,
        ]
    )


def reduce(root: Path) -> None:
    """Take away what only setting up needed, caches, papers, and drivers of other machines."""
    plugins = {path for path in (root / PLUGINS).glob("*.so") if path.name not in PLAYING}
    for path in {*debian.files_of(root, REMOVED), *plugins}:
        path.unlink()
    for pattern in PRUNED:
        for path in _matching(root, pattern):
            _remove(path)
    for path in (root / "usr/share/doc").rglob("*"):
        if path.name != "copyright" and (path.is_file() or path.is_symlink()):
            path.unlink()
    _drop_empty(root / "usr/share/doc")
    for folder in (root / "usr").rglob("__pycache__"):
        if not any(folder.iterdir()):
            folder.rmdir()


def reduce_modules(root: Path) -> str:
    """Leave the drivers that a kiosk may meet (drivers.toml); give the kernel's release."""
    folder = next((root / "usr/lib/modules").iterdir())
    needs = modules.parse_dep((folder / "modules.dep").read_text(encoding="utf-8"))
    for path in needs.keys() - modules.kept(needs, modules.wishes()):
        (folder / path).unlink()
    _drop_empty(folder / "kernel")
    run(["chroot", root, "/sbin/depmod", folder.name])
    return folder.name


def place_of(path: Path) -> str:
    """Where a file of systemd/ belongs in the system; raises BuildError where that is not known.

    `path` is relative to systemd/. Folders of drop-ins (`x.service.d/`) are kept.
    """
    first = path.parts[0]
    if len(path.parts) > 1 and first in UNIT_FOLDERS:
        return f"{UNIT_FOLDERS[first]}/{'/'.join(path.parts[1:])}"
    unit = Path(first.removesuffix(".d")) if len(path.parts) > 1 else path
    if path.name == "nftables.conf":
        return "etc/nftables.conf"
    if unit.suffix in UNIT_ENDINGS:
        name = str(path)
        if unit.suffix in {".sysusers", ".tmpfiles"}:
            name = f"{path.stem}.conf"
        return f"{UNIT_ENDINGS[unit.suffix]}/{name}"
    what = f"nobody knows where systemd/{path} belongs in the system."
    raise BuildError(what, "Name its folder or ending in image_build/rootfs.py.")


def install_units(systemd: Path, root: Path) -> list[str]:
    """Copy all of systemd/ to where it belongs; give where."""
    placed = []
    for file in sorted(path for path in systemd.rglob("*") if path.is_file()):
        if file.suffix == ".md":
            continue
        place = place_of(file.relative_to(systemd))
        _copy(file, root / place)
        if place.startswith("usr/lib/border-kiosk/"):
            (root / place).chmod(0o755)
        placed.append(place)
    return placed


def settle(root: Path) -> None:
    """Lay our settings over Debian's, make the users, choose what starts."""
    for file in sorted(path for path in LAID_OVER.rglob("*") if path.is_file()):
        _copy(file, root / file.relative_to(LAID_OVER))
    for place in (
        "data",
        "boot",
        "var/lib/border-kiosk",
        "var/lib/border-kiosk-publish",
        "var/lib/border-kiosk-officer",
        "var/lib/border-kiosk-update",
        "var/lib/rauc",
    ):
        (root / place).mkdir(parents=True, exist_ok=True)
    (root / "etc/machine-id").write_bytes(b"")
    (root / "etc/hostname").write_text("border-kiosk\n", encoding="utf-8")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="utf-8")
    (root / "etc/resolv.conf").symlink_to("/run/systemd/resolve/stub-resolv.conf")
    (root / "etc/tmp.mount").unlink(missing_ok=True)
    tmp_mount = root / "usr/share/systemd/tmp.mount"
    if tmp_mount.exists():
        shutil.copyfile(tmp_mount, root / "usr/lib/systemd/system/tmp.mount")
    run(["systemd-sysusers", f"--root={root}"])
    for name in MASKED:
        link = root / "etc/systemd/system" / name
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    run(["systemctl", f"--root={root}", "preset-all"])
    for link in (root / "etc/systemd/system").glob("*.wants/*"):
        if not _unit_exists(root, link.name):  # of a package whose files were removed
            link.unlink()
    for name in ("etc/.pwd.lock", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-"):
        (root / name).unlink(missing_ok=True)


def _unit_exists(root: Path, name: str) -> bool:
    stem, _, rest = name.partition("@")
    template = f"{stem}@.{rest.rpartition('.')[2]}" if rest else name
    masked = (root / "etc/systemd/system" / template).is_symlink()
    return not masked and (root / "usr/lib/systemd/system" / template).exists()


def squash(root: Path, image: Path, epoch_s: int) -> None:
    """Write the squashfs; the same tree and `epoch_s` give the same bytes."""
    _clamp(root, epoch_s)
    image.unlink(missing_ok=True)
    words = ["-noappend", "-no-xattrs", "-no-progress", "-quiet", "-no-exports"]
    run(["mksquashfs", root, image, *words, *COMPRESSION, "-mkfs-time", str(epoch_s)])


def _clamp(root: Path, epoch_s: int) -> None:
    """No file is younger than the commit: what a build touched carries its time."""
    floor = root / "usr/lib/clock-epoch"  # systemd never lets the clock be before this file
    done = [root / folder / ".updated" for folder in ("etc", "var")]  # what /usr asks for was made
    for file in (floor, *done):
        file.touch()
        os.utime(file, (epoch_s, epoch_s))
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.lstat().st_mtime > epoch_s:
                os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)
    os.utime(root, (epoch_s, epoch_s))


def _copy(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)
    place.chmod(0o755 if os.access(file, os.X_OK) else 0o644)


def _matching(root: Path, pattern: str) -> list[Path]:
    """As `root.glob`, for links too that point to nothing here."""
    folder, _, name = pattern.rpartition("/")
    place = root / folder
    return (
        [path for path in place.iterdir() if fnmatchcase(path.name, name)] if place.is_dir() else []
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _drop_empty(folder: Path) -> None:
    for path in sorted(_folders(folder), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()


def _folders(folder: Path) -> Iterable[Path]:
    return [path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()]
