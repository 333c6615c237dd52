"""`kiosk doctor` and `check-config` on the cameras' URLs: mode, who times frames, the mend."""

import shutil
import sys
from pathlib import Path

import pytest

from firmware_app import config
from firmware_app.engineer import doctor
from firmware_app.errors import ConfigError

ROOT = Path(__file__).parents[3]
PEER = ROOT / "tests" / "peers" / "jpeg_stream.py"
CAMERA = "v4l2:///dev/kiosk-camera?width=1280&height=720"


@pytest.fixture
def kiosk(tmp_path):
    """kiosk.toml of a demo kiosk with this camera's URL."""

    def written(url: str) -> Path:
        text = (ROOT / "kiosk.example.toml").read_text(encoding="utf-8")
        assert f'"{CAMERA}"' in text
        path = tmp_path / "kiosk.toml"
        text = text.replace(f'"{CAMERA}"', f'"{url}"').replace('"production"', '"demo"')
        path.write_text(text, encoding="utf-8")
        return path

    return written


def found(path: Path) -> doctor.Finding:
    loaded = config.load(path)
    return doctor._device("camera", loaded.devices.camera, doctor._camera, 10.0)


def test_a_camera_of_libcamera_tells_its_size_and_who_times_its_frames(
    kiosk, tmp_path, monkeypatch
):
    program = tmp_path / "rpicam-vid"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PEER}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "manners").touch()
    monkeypatch.setenv("JPEG_STREAM", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    finding = found(kiosk("libcamera://0?width=320&height=240"))
    assert finding.verdict == "good"
    assert finding.what.startswith("libcamera camera 0 gives 320x240, mean light ")
    assert finding.what.endswith("; frames are timed by the arrival")


def test_a_system_without_the_program_says_what_to_install(kiosk, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("rpicam-vid") is None
    finding = found(kiosk("libcamera://"))
    assert (finding.verdict, "rpicam-apps" in finding.mend) == ("bad", True)


def test_a_camera_that_is_not_plugged_in_is_told_with_what_is_there(kiosk):
    finding = found(kiosk("v4l2:///dev/v4l/by-id/usb-none-video-index0?white_balance=lock"))
    assert finding.verdict == "bad"
    assert "there is no /dev/v4l/by-id/usb-none-video-index0; " in finding.what


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("libcamera://front", "a number from 0 to 3"),
        ("v4l2:///dev/video0?white_balance=warm", "auto, lock, a whole number from 1000"),
        ("v4l2:///dev/video0?shutter=5", "unknown parameter 'shutter'"),
    ],
)
def test_check_config_names_the_fault_of_a_cameras_url(kiosk, url, said):
    with pytest.raises(ConfigError, match=said):
        config.load(kiosk(url))


def test_a_production_kiosk_refuses_a_program_of_ones_own(kiosk):
    path = kiosk("libcamera://?program=/home/kiosk/rpicam-vid")
    text = path.read_text(encoding="utf-8").replace('profile = "demo"', 'profile = "production"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="is simulated"):
        config.load(path)
