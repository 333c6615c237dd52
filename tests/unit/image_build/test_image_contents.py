"""The production image holds no simulator and still starts: proven against this source tree."""

import pytest

from image_build import contents, release, wheels
from image_build.steps import BuildError

OURS = contents.modules(release.ROOT)
OUT = contents.left_out(OURS)


def lay(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_nothing_that_simulates_teaches_or_attacks_ships():
    shipped = OURS.keys() - OUT.keys()
    words = (
        "simulated",
        "puppet",
        "synthetic",
        "attack",
        "training",
        "central",
        "demo",
        "small_site",
    )
    assert not [name for name in shipped if any(word in name for word in words)]
    assert not [name for name in shipped if name.startswith("mqtt.contract")]


def test_what_the_appliance_starts_ships_with_all_that_it_imports():
    assert not set(contents.STARTED) & OUT.keys()
    for name in OURS.keys() - OUT.keys():
        assert not set(contents.imports(OURS[name])) & OUT.keys(), name


def test_most_of_the_program_ships():
    assert len(OURS.keys() - OUT.keys()) > 300


def test_what_imports_a_simulator_at_its_top_goes_with_it(tmp_path):
    root = lay(
        tmp_path,
        {
            "drivers/camera/puppet.py": "",
            "firmware_app/engineer/look.py": "from drivers.camera import puppet\n",
            "firmware_app/engineer/lazy.py": "def f():\n    import drivers.camera.puppet\n",
        },
    )
    out = contents.left_out(contents.modules(root))
    assert out["firmware_app.engineer.look"] == "imports drivers.camera.puppet"
    assert "firmware_app.engineer.lazy" not in out


def test_a_simulator_that_the_kiosk_would_pull_in_stops_the_build(tmp_path):
    root = lay(
        tmp_path,
        {
            "drivers/stage.py": "",
            "drivers/help.py": "import drivers.stage\n",
            "firmware_app/compose.py": "from drivers import help\n",
        },
    )
    with pytest.raises(BuildError, match=r"compose.*drivers\.help, which imports drivers\.stage"):
        contents.left_out(contents.modules(root))


def test_the_image_runs_on_what_pyproject_asks_for_and_no_more():
    lock = (release.ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {one.name for one in wheels.runtime_requirements(lock)}
    assert {"numpy", "opencv-python-headless", "paho-mqtt", "cryptography", "msgspec"} <= names
    assert not names & {"setuptools", "pycryptodome", "pytest", "pip", "uv"}
    assert all("--hash=sha256:" in one.text for one in wheels.runtime_requirements(lock))


def test_wheels_may_not_want_a_newer_libc_than_the_images():
    tags = list(wheels.platforms())
    assert tags[0] == "manylinux_2_36_aarch64"
    assert {"manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(tags)


def test_each_program_of_pyproject_that_ships_has_its_word():
    project = (release.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    words = wheels.programs(project, OURS.keys() - OUT.keys())
    assert {"kiosk", "border-kiosk-publish"} <= words.keys()
    assert "kiosk-central" not in words
