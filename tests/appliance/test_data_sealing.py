"""The data partition's key: sealed by systemd-repart with a software TPM, opened by no other."""

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from image_build import data_test

PROGRAM = Path(data_test.__file__).parent / "rootfs_files/usr/lib/border-kiosk/data-partition"
CRYPTSETUP = Path("/lib/systemd/systemd-cryptsetup")


@contextmanager
def chip(folder: Path) -> Iterator[str]:
    """A TPM of its own, as systemd's libraries name it."""
    folder.mkdir(exist_ok=True)
    place = folder / "s"
    words = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}"]
    words += ["--server", f"type=unixio,path={place}", "--ctrl", f"type=unixio,path={place}.ctrl"]
    process = subprocess.Popen([*words, "--flags", "not-need-init,startup-clear"])
    try:
        until_s = time.monotonic() + 30
        while not place.exists() and process.poll() is None and time.monotonic() < until_s:
            threading.Event().wait(0.02)
        yield f"swtpm:path={place}"
    finally:
        process.kill()
        process.wait()
        for left in (place, Path(f"{place}.ctrl")):
            left.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """What systemd-repart puts at the data partition's place, with the words of the program."""
    if os.geteuid() != 0 or not shutil.which("swtpm") or not shutil.which("systemd-repart"):
        pytest.skip("needs root, swtpm, systemd-repart")
    at = tmp_path_factory.mktemp("sealed")
    recipe = (PROGRAM.parent / "repart.d/50-data.conf").read_text()
    (at / "repart.d").mkdir()
    (at / "repart.d/50-data.conf").write_text(f"{recipe}Encrypt=tpm2\n")
    words = ["--empty=create", "--size=384M", f"--definitions={at}/repart.d", "--dry-run=no"]
    with chip(at / "own") as device:
        words += [f"--tpm2-device={device}", "--tpm2-pcrs=", at / "card.img"]
        # without a device mapper it ends when the key is sealed, before a file system is made
        made = subprocess.run(["systemd-repart", *words], capture_output=True, check=False)
    with (at / "card.img").open("rb") as card:
        card.seek(1 << 20)
        closed = card.read(32 << 20)
    if not closed.startswith(b"LUKS"):
        pytest.skip(f"no loop device here: {made.stderr[-200:].decode()}")
    (at / "data.img").write_bytes(closed + bytes(32 << 20))
    return at


def copied(at: Path, name: str) -> str:
    """A copy of the TPM that sealed the key: its power cuts count, so no two tests share one."""
    shutil.copytree(at / "own", at / name)
    return name


def opens(at: Path, folder: str, last: bytes = b"") -> bool:
    """The TPM with its state in that folder gives the key; `last`: told to it before the cut."""
    name = f"kiosk-test-{os.getpid()}"
    with chip(at / folder) as device:
        words = [CRYPTSETUP, "attach", name, at / "data.img", "-"]
        done = subprocess.run(
            [*words, f"tpm2-device={device},headless=true,tries=1"],
            env={"SYSTEMD_LOG_LEVEL": "debug", "TSS2_LOG": "all+NONE"},
            capture_output=True,
            text=True,
            check=False,
        )
        if last:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(device.partition("path=")[2])
                line.sendall(last)
                line.recv(10)
    if done.returncode == 0:  # a machine that has a device mapper
        subprocess.run([CRYPTSETUP, "detach", name], check=True)
    return "Completed TPM2 key unsealing" in done.stderr


def test_its_own_tpm_opens_it_and_no_other_does(sealed):
    own = copied(sealed, "opened")
    assert opens(sealed, own)
    assert not opens(sealed, "another")
    assert opens(sealed, own)


def test_power_cuts_do_not_lock_the_tpm_out(sealed):
    """Without the order that the program gives it, four are enough for this one."""
    order = re.search(r"printf '(.*?)' >\"\$tpm\"", PROGRAM.read_text())[1]
    shutdown = bytes(int(one, 8) for one in order.split("\\")[1:])
    assert shutdown == bytes.fromhex("80010000000c000001450000")
    cut = copied(sealed, "cut")
    assert [opens(sealed, cut, shutdown) for _ in range(6)] == [True] * 6
    assert not all(opens(sealed, cut) for _ in range(6))


def test_one_key_bound_to_no_pcr_is_in_its_header(sealed):
    words = ["cryptsetup", "luksDump", sealed / "data.img"]
    dump = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    said = " ".join(dump.split())
    for fact in ("Version: 2", "cipher: aes-xts-plain64", "systemd-tpm2", "tpm2-hash-pcrs: n/a"):
        assert fact in said
    assert dump.count(": luks2\n") == 1
