"""A TPM for a guest: swtpm on this machine, the kernel's own TPM driver and resource manager in it.

Debian's arm64 kernel has no driver for the TPM that QEMU can plug into `-M virt` (CONFIG_TCG_TIS),
only for those on SPI, of which QEMU has none. So the kernel's vtpm proxy, brought like a camera,
stands for the bus; its commands go over a virtio port to swtpm. All above the bus is the image's.
"""

import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from image_build.guest_card import Plugged
from image_build.guest_devices import module_files

MODULES: Final = ("virtio_console", "tpm_vtpm_proxy")
# include/uapi/linux/vtpm_proxy.h: VTPM_PROXY_IOC_NEW_DEV for a TPM 2.0, and the driver's own
# TPM2_CC_SET_LOCALITY, which swtpm need not see.
_BRIDGE: Final = """\
import fcntl, glob, os, struct, time
asked = bytearray(struct.pack("=5I", 1, 0, 0, 0, 0))
fcntl.ioctl(os.open("/dev/vtpmx", os.O_RDWR), 0xC014A100, asked, True)
near = struct.unpack("=5I", asked)[2]
while not (names := glob.glob("/sys/class/virtio-ports/*/name")):
    time.sleep(0.1)
far = os.open("/dev/" + names[0].split("/")[-2], os.O_RDWR)
while True:
    command, answer = os.read(near, 4096), b""
    if command[6:10] == bytes.fromhex("20001000"):
        answer = bytes.fromhex("80010000000a00000000")
    else:
        os.write(far, command)
    while len(answer) < 6 or len(answer) < int.from_bytes(answer[2:6], "big"):
        answer += os.read(far, 4096)
    os.write(near, answer)
"""
_UNIT: Final = """\
[Unit]
Description=The far end of the test's TPM
DefaultDependencies=no
[Service]
ExecStartPre=/bin/sleep {late_s}
{loads}
ExecStart=/usr/lib/border-kiosk/bin/python3 /run/kiosk-test/tpm.py
"""


class Bench:
    """What a TPM takes in a guest, unpacked once."""

    def __init__(self, kernel_package: Path, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._modules = module_files(kernel_package, folder / "kernel", *MODULES)

    @contextmanager
    def plugged(self, name: str, words: Sequence[str], told: str, late_s: int) -> Iterator[Plugged]:
        """The TPM of that name (its seeds and counters stay), there `late_s` after the start."""
        state, line = self._folder / name, self._folder / f"{name}.socket"
        state.mkdir(exist_ok=True)
        line.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as ear:
            ear.bind(str(line))
            ear.listen()
            chip = subprocess.Popen(
                [
                    *("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}"),
                    *("--server", f"type=unixio,fd={ear.fileno()}"),
                    *("--flags", "not-need-init,startup-clear"),
                ],
                pass_fds=[ear.fileno()],
            )
        try:
            yield Plugged([*words, *_port(line)], self._brought(late_s), told)
        finally:
            chip.terminate()
            chip.wait()

    def _brought(self, late_s: int) -> list[Path]:
        bridge, unit = self._folder / "tpm.py", self._folder / "kiosk-test-tpm.service"
        loads = [f"ExecStartPre=-/sbin/insmod /run/kiosk-test/{one.name}" for one in self._modules]
        bridge.write_text(_BRIDGE, encoding="ascii")
        unit.write_text(_UNIT.format(late_s=late_s, loads="\n".join(loads)), encoding="ascii")
        return [*self._modules, bridge, unit]


def _port(line: Path) -> list[str]:
    return [
        *("-device", "virtio-serial-pci", "-chardev", f"socket,id=tpm,path={line}"),
        *("-device", "virtserialport,chardev=tpm,name=tpm"),
    ]
