"""The units of systemd/: systemd itself reads them, and says how much each of them could do."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
TIMERS = sorted(path.name for kind in ("timer", "path") for path in UNITS.glob(f"*.{kind}"))
PROGRAMS = (
    *("kiosk", "border-kiosk-publish", "border-kiosk-officer", "cage", "rauc", "systemctl"),
    "../lib/border-kiosk/boot-slots",
    "../lib/border-kiosk/display",
    "../lib/border-kiosk/bin/python3",
    "../lib/border-kiosk/break-glass-port",
    "../lib/border-kiosk/update-waits",
)
DEBIAN_UNITS = Path("/usr/lib/systemd/system")
MOST_EXPOSURE = 15  # tenths: 1.5 of 10
pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze: apt install systemd"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A system with Debian's units, ours, and a file for each program that ours start."""
    folder = tmp_path_factory.mktemp("root")
    shutil.copytree(DEBIAN_UNITS, folder / "usr/lib/systemd/system", symlinks=True)
    for unit in (*SERVICES, *TIMERS):
        shutil.copy(UNITS / unit, folder / "usr/lib/systemd/system")
    for program in PROGRAMS:
        path = folder / "usr/bin" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return folder


def verify(root: Path, unit: str) -> subprocess.CompletedProcess[str]:
    words = ["systemd-analyze", "verify", f"--root={root}", "--recursive-errors=yes", "--man=no"]
    return subprocess.run([*words, unit], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", [*SERVICES, *TIMERS])
def test_systemd_understands_every_line(root, unit):
    done = verify(root, unit)
    assert (done.returncode, done.stderr) == (0, "")


def test_and_would_say_so_where_it_does_not(root):
    broken = root / "usr/lib/systemd/system/border-kiosk-broken.service"
    broken.write_text("[Service]\nExecStart=/usr/bin/not-there\nProtectSistem=strict\n")
    done = verify(root, broken.name)
    assert done.returncode != 0
    assert "ProtectSistem" in done.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_each_service_can_do_little_to_the_machine(unit):
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    words += [f"--threshold={MOST_EXPOSURE}", str(UNITS / unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def settings(unit: str) -> dict[str, list[str]]:
    """Every key of [Service] with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / unit).read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_what_has_the_devices_has_no_network_and_what_has_the_network_has_no_devices():
    kiosk = settings("border-kiosk.service")
    assert kiosk["IPAddressDeny"] == ["any"]
    assert kiosk["IPAddressAllow"] == ["localhost"]
    publisher = settings("border-kiosk-publish.service")
    assert publisher["DeviceAllow"] == ["/dev/tpmrm0 rw"]
    assert "-/var/lib/border-kiosk" in publisher["InaccessiblePaths"][0].split()
    officer = settings("border-kiosk-officer.service")
    assert officer["PrivateDevices"] == ["yes"]


@pytest.mark.parametrize("unit", SERVICES)
def test_nothing_gives_up_for_ever_and_nothing_leaves_a_core(unit):
    said = settings(unit)
    if unit == "border-kiosk-break-glass.service":  # what ended needs another token
        assert said["Restart"] == ["no"]
        assert said["RuntimeMaxSec"] == ["24h"]
    elif said["Type"] != ["oneshot"]:
        assert said["Restart"] == ["always"]
        assert said["StartLimitIntervalSec"] == ["0"]
    assert said["LimitCORE"] == ["1"]


def test_the_traveller_sees_the_page_again_within_three_seconds_of_a_crash():
    assert float(settings("border-kiosk-display.service")["RestartSec"][0]) <= 1


def test_the_set_up_s_screen_leaves_at_once_however_busy_and_that_is_no_failure():
    """A slow start had its end counted as a failure: the system was "degraded" until a restart."""
    said = settings("border-kiosk-setup.service")
    assert said["KillSignal"] == said["SuccessExitStatus"] == ["SIGKILL"]


def test_only_what_settles_files_of_others_is_root_and_it_is_named():
    """A + is outside of the sandbox, which `security` does not count: each one stands here."""
    allowed = {
        "/usr/lib/border-kiosk/break-glass-port open",
        "/usr/lib/border-kiosk/break-glass-port close",
        "/usr/lib/border-kiosk/provision-media bring",
        "/usr/lib/border-kiosk/provision-media return",
        "/usr/bin/systemctl stop border-kiosk-setup.service",
        "/usr/bin/systemd-tmpfiles --create border-kiosk.conf",
        "/usr/lib/border-kiosk/update-media",
        "/usr/lib/border-kiosk/boot-slots restart",
    }
    found = {
        value.lstrip("+-")
        for unit in SERVICES
        for key, values in settings(unit).items()
        if key.startswith("Exec")
        for value in values
        if "+" in value[:2]
    }
    assert found == allowed


def test_a_kiosk_that_waits_for_its_settings_looks_again_and_a_refused_one_does_not():
    said = settings("border-kiosk-first-boot.service")
    assert said["Restart"] == ["on-failure"]
    assert said["RestartPreventExitStatus"] == ["3"]
    assert said["StartLimitIntervalSec"] == ["0"]
    assert "border-kiosk.service" in said["OnSuccess"][0].split()
    assert "border-kiosk.service" in said["Before"][0].split()


def test_the_relays_files_end_as_the_relays_own():
    """Both units that write them run the lines that give them away."""
    lines = (UNITS / "border-kiosk.tmpfiles").read_text().splitlines()
    key = next(line.split() for line in lines if line.startswith("z ") and "tls.key" in line)
    assert key[2:] == ["0600", "border-kiosk-publish", "border-kiosk-publish"]
    for unit in ("border-kiosk-first-boot.service", "border-kiosk-keys.service"):
        assert any("systemd-tmpfiles" in value for value in settings(unit)["ExecStopPost"])


BY_MODULE = {  # kind of device in /proc/devices -> what registers it; None: the kernel itself
    "alsa": "snd",
    "drm": "drm",
    "input": None,
    "ttyACM": "cdc_acm",
    "ttyUSB": "usbserial",
    "usb_device": "usbcore",
    "video4linux": "videodev",
}


def test_what_is_plugged_in_later_is_not_closed_to_a_unit_that_runs():
    """A kind is looked up when the unit starts; what the kernel has not then, stays closed."""
    loaded = (UNITS / "modules-load.d/border-kiosk.conf").read_text().splitlines()
    kinds = {
        value.split()[0].removeprefix("char-")
        for unit in SERVICES
        for value in settings(unit).get("DeviceAllow", [])
        if value.startswith("char-")
    }
    assert kinds == set(BY_MODULE)
    assert {one for one in BY_MODULE.values() if one} <= set(loaded)


@pytest.mark.parametrize(
    ("unit", "rights"),
    [("border-kiosk-first-boot.service", "rw"), ("border-kiosk-stick.service", "r")],
)
def test_who_mounts_a_stick_may_open_it(unit, rights):
    """DevicePolicy= holds for a line with + as well, though it is root and outside of the rest."""
    mounting = {
        path.name for path in (UNITS / "programs").iterdir() if "with_stick" in path.read_text()
    }
    said = settings(unit)
    lines = said.get("ExecStartPre", []) + said.get("ExecStopPost", [])
    assert any(line.split("/")[-1].split()[0] in mounting for line in lines if "+" in line[:2])
    assert f"block-sd {rights}" in said["DeviceAllow"]


def test_a_slow_board_has_all_the_time_of_a_trial_but_its_end():
    """The self-test's patience ends, and so does the service, before the trial does."""
    (command,) = settings("border-kiosk-health.service")["ExecStart"]
    patience_s = float(command.split("--settle ")[1].split()[0])
    (limit,) = settings("border-kiosk-health.service")["TimeoutStartSec"]
    (first, *_) = settings("border-kiosk-health.timer")["OnBootSec"]
    (trial,) = settings("border-kiosk-trial.timer")["OnBootSec"]
    minutes = [int(one.removesuffix("min")) for one in (first, limit, trial)]
    assert 60 * minutes[0] < patience_s <= 60 * (minutes[2] - 3)
    assert patience_s < 60 * (minutes[0] + minutes[1]) <= 60 * minutes[2]


def test_what_the_page_waits_for_goes_first_while_the_machine_starts():
    """And nothing else does: neither what draws the screen nor what talks to others."""
    first = {unit for unit in SERVICES if "StartupCPUWeight" in settings(unit)}
    waited_for = {"border-kiosk-first-boot.service", "border-kiosk-time-floor.service"}
    assert first == waited_for | {"border-kiosk.service"}
