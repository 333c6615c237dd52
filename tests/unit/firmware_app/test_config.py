"""kiosk.toml: the example is good, and each kind of mistake is one line that names its key."""

import re
from pathlib import Path
from typing import get_args

import pytest

from firmware_app import config
from firmware_app.domain.languages import LANGUAGES, Tag
from firmware_app.errors import ConfigError
from vision.face_quality import FaceLimits

EXAMPLE = Path(__file__).parents[3] / "kiosk.example.toml"


def written(tmp_path, *changes):
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_good_and_names_every_key():
    loaded = config.load(EXAMPLE)
    text = EXAMPLE.read_text(encoding="utf-8")
    for group in (config.Config, *config.GROUPS):
        for key in group.__struct_fields__:
            assert f"{key} =" in text or f"{key}]" in text, key
    assert loaded.profile == "production"


def test_the_limits_of_a_face_reach_vision_and_stand_at_its_defaults(tmp_path):
    assert config.load(EXAMPLE).face.limits == FaceLimits()
    changed = written(tmp_path, ("eyes_visible = 50", "eyes_visible = 0"))
    assert config.load(changed).face.limits == FaceLimits(eyes_visible=0)
    wrong = written(tmp_path, ("eyes_visible = 50", "eyes_visible = 101"))
    with pytest.raises(ConfigError, match=r"face\.quality\.eyes_visible"):
        config.load(wrong)


def test_paths_are_relative_to_the_file(tmp_path):
    path = written(tmp_path, ('outbox = "/var/lib/border-kiosk/outbox.sqlite3"', 'outbox = "o.db"'))
    assert config.load(path).storage.outbox == tmp_path / "o.db"


def test_the_folder_of_authorities_is_relative_to_the_file_and_may_be_absent(tmp_path):
    told = 'authorities = "/var/lib/border-kiosk/csca"'
    assert config.load(written(tmp_path, (told, 'authorities = "csca"'))).keys.authorities == (
        tmp_path / "csca"
    )
    assert config.load(written(tmp_path, (told, ""))).keys.authorities is None


def test_a_chip_reader_by_name_or_the_first_is_good(tmp_path):
    for url in ("pcsc://", "pcsc://?reader=OMNIKEY", ""):
        path = written(tmp_path, ('chip_reader = ""', f'chip_reader = "{url}"'))
        assert config.load(path).devices.chip_reader == url


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("lane =", "lame =", "lame"),
        ('profile = "production"', 'profile = "prod"', "profile"),
        ('kiosk_id = "uto-hamile-1"', 'kiosk_id = "a kiosk"', "kiosk_id"),
        ("port = 8080", "port = 80800", "port"),
        ("finger_from_years = 12", "finger_from_years = 6", "finger_from_years"),
        ("fingers = [2]", "fingers = [11]", "fingers"),
        ('finger_scanner = "usb://05ba:000a"', 'finger_scanner = "usb"', "finger_scanner"),
        ('camera = "v4l2:///dev/kiosk-camera', 'camera = "serial:///dev/kiosk-camera', "camera"),
        ('"usb://05ba:000a"', '"simulated:///tmp/stage/finger"', "production"),
        ('"v4l2:///dev/kiosk-camera', '"v4l2:///srv/film.avi', "production"),
        ("[law]", "[law", "line"),
        ('kiosk_id = "uto-hamile-1"', 'kiosk_id = "uto-hamile-1\\n"', "kiosk_id"),
        ('code = "HAM"', 'code = "HAM X"', "post.code"),
        ('authority = "UTO"', 'authority = "+#/"', "authority"),
        ('lane = "1"', 'lane = "é"', "lane"),
        ('"en", "fr", "ar"]', '"en", "zz"]', "languages"),
        ("outbox_limit_mb = 512", "outbox_limit_mb = inf", "outbox_limit_mb"),
        ("keep_after_receipt_h = 72", "keep_after_receipt_h = inf", "keep_after_receipt_h"),
        ("resend_after_s = 60", "resend_after_s = inf", "resend_after_s"),
        ('"immigration-act-12"', '"act 12, § 3"', "legal_basis"),
        ('notice_version = "1"', 'notice_version = ""', "notice_version"),
        ("retention_days = 1825", "retention_days = 3000000", "retention_days"),
        ('"/var/lib/border-kiosk/outbox.sqlite3"', '"/var/o\\u0000"', "outbox"),
        ('"v4l2:///dev/kiosk-camera', '"v4l2:///dev/../srv/film.avi', "production"),
        ('"v4l2:///dev/kiosk-camera', '"v4l2:///dev/shm/film.avi', "production"),
        ('"serial:///dev/kiosk-reader', '"serial:///dev/pts/5', "production"),
        ('chip_reader = ""', 'chip_reader = "pcsc://?raeder=ACS"', "devices.chip_reader"),
        ('chip_reader = ""', 'chip_reader = "serial:///dev/x"', "devices.chip_reader"),
        ('chip_reader = ""', 'chip_reader = "simulated:///stage/chip?story=x"', "story"),
        ('chip_reader = ""', 'chip_reader = "simulated:///stage/chip"', "production"),
        ('"/var/lib/border-kiosk/csca"', "7", "authorities"),
    ],
)
def test_each_mistake_is_one_line_that_names_its_key(tmp_path, old, new, named):
    with pytest.raises(ConfigError) as caught:
        config.load(written(tmp_path, (old, new)))
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def by_camera(tmp_path, *changes):
    reader = '"serial:///dev/kiosk-reader?baud=9600"'
    return written(tmp_path, (reader, '"camera:page_camera"'), *changes)


def test_a_post_without_a_reader_may_have_its_page_camera_read(tmp_path):
    assert config.load(by_camera(tmp_path)).devices.read_by_camera
    assert not config.load(EXAMPLE).devices.read_by_camera


def test_a_page_camera_that_reads_must_be_there_and_be_real_in_production(tmp_path):
    page = '"v4l2:///dev/v4l/by-path/NAME-video-index0?width=1920&height=1080"'
    for instead, named in (('""', "no devices.page_camera"), ('"folder:///a"', "production")):
        with pytest.raises(ConfigError, match=named):
            config.load(by_camera(tmp_path, (page, instead)))
    with pytest.raises(ConfigError, match="document_reader"):
        config.load(written(tmp_path, ('"serial:///dev/kiosk-reader?', '"camera:camera?')))


def test_every_language_of_the_page_may_be_chosen():
    assert get_args(Tag) == tuple(LANGUAGES)


def test_a_demo_may_be_simulated(tmp_path):
    path = written(
        tmp_path,
        ('profile = "production"', 'profile = "demo"'),
        ('"usb://05ba:000a"', '"simulated:///tmp/stage/finger"'),
    )
    assert config.load(path).devices.finger_scanner.startswith("simulated:")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (EXAMPLE.read_text(encoding="utf-8").encode("utf-16"), "line 1 is not UTF-8 text"),
        (b"# good\nlane = '\xe9'\n", "line 2 is not UTF-8 text"),
        (b"", "missing required field"),
        (b"a" * 10, "Expected '=' after a key"),
        (b"a = " + b"[" * 100_000, "too long to be meant"),
        (b"a = " + b"9" * 5_000, "too long to be meant"),
        (b"#" * 1_000_001, "more than 1000000 bytes"),
    ],
    ids=["utf-16", "latin-1", "empty", "no toml", "deep", "long number", "huge"],
)
def test_what_is_no_toml_is_one_line_without_pythons_words(tmp_path, content, says):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=says) as caught:
        config.load(path)
    assert "\n" not in str(caught.value)
    assert not re.search("codec|decode byte|recursion|digits for", str(caught.value))
    assert caught.value.mend.endswith(".")


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes())
    assert config.load(path).profile == "production"


@pytest.mark.parametrize("nowhere", ["", "nothing.toml", "kiosk.toml/below"])
def test_a_file_that_cannot_be_read_is_one_line_with_its_mend(tmp_path, nowhere):
    (tmp_path / "kiosk.toml").touch()
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / nowhere)
    assert "--config" in caught.value.mend


def test_without_the_record_of_a_field_test_no_kiosk_goes_unsupervised(tmp_path):
    alone = ("supervised = true ", "supervised = false ")
    with pytest.raises(ConfigError, match=r"supervised is false without liveness\.field_test"):
        config.load(written(tmp_path, alone))
    named = ("# field_test =", "field_test =")
    with pytest.raises(ConfigError, match="No such file"):
        config.load(written(tmp_path, alone, named))
    (tmp_path / "pad-field-test.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="no record of a field test"):
        config.load(written(tmp_path, alone, named))


def test_a_post_says_which_ways_and_means_its_travellers_have(tmp_path):
    post = config.load(EXAMPLE).post
    assert (post.directions, post.transport, post.group_size_max) == (("ENTRY",), (), 5)
    asks = written(
        tmp_path,
        ('direction = "ENTRY" ', 'direction = "ask" '),
        ("transport = []", 'transport = ["car", "on-foot"]'),
    )
    post = config.load(asks).post
    assert (post.directions, post.transport) == (("ENTRY", "EXIT"), ("car", "on-foot"))
    for wrong in ('["car", "car"]', '["rocket"]'):
        with pytest.raises(ConfigError, match=r"transport|post"):
            config.load(written(tmp_path, ("transport = []", f"transport = {wrong}")))
