"""Clips by manifest and their routes: what is served, what never is, what is spoken once."""

import http.client
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from firmware_app.ui import espeak
from firmware_app.ui.screen import Row, Screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.sounds import MANIFEST, Clip, Manifest, Sounds, read_manifest
from firmware_app.ui.texts import Texts

SOUND = b"OggS a clip"
NAME = Screen("confirm", "confirm-title", rows=(Row("row-name", "ANNA", "name"),), code="K7-4M2")


def clip(**changes: str) -> Clip:
    words = {"language": "en", "key": "attract-title", "file": "en/a.opus", "text": "Welcome"}
    return Clip(**{"sha256": sha256(SOUND).hexdigest(), "source": "espeak-ng", **words, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/a.opus").write_bytes(SOUND)
    return tmp_path


def written(folder: Path, *clips: Clip) -> Sounds:
    (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(clips=clips)))
    return Sounds(folder)


def test_a_clip_is_found_by_language_and_key(folder: Path) -> None:
    sounds = written(folder, clip())
    assert sounds.clip("en", "attract-title") == (SOUND, "audio/ogg; codecs=opus")
    assert sounds.clip("fr", "attract-title") is None
    assert Sounds().clip("en", "attract-title") is None


@pytest.mark.parametrize("file", ["../secret.opus", "/etc/hostname", "en/none.opus", "en/a.txt"])
def test_a_manifest_cannot_name_a_file_outside_or_of_another_kind(folder: Path, file: str) -> None:
    (folder.parent / "secret.opus").write_bytes(SOUND)
    (folder / "en/a.txt").write_bytes(SOUND)
    assert written(folder, clip(file=file)).clip("en", "attract-title") is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder.parent / "secret.opus").write_bytes(SOUND)
    (folder / "en/b.opus").symlink_to(folder.parent / "secret.opus")
    assert written(folder, clip(file="en/b.opus")).clip("en", "attract-title") is None


def test_changed_bytes_are_not_played(folder: Path) -> None:
    sounds = written(folder, clip())
    (folder / "en/a.opus").write_bytes(b"OggS other words")
    assert sounds.clip("en", "attract-title") is None


def test_a_recording_counts_before_the_machine_and_a_new_manifest_is_taken_up(
    folder: Path,
) -> None:
    sounds = written(folder, clip())
    (folder / "en/r.opus").write_bytes(SOUND * 2)
    recorded = clip(
        file="en/r.opus", sha256=sha256(SOUND * 2).hexdigest(), source="recording", consent="sheet"
    )
    written(folder, recorded, clip())
    (folder / MANIFEST).touch()
    found = sounds.clip("en", "attract-title")
    assert found is not None
    assert found[0] == SOUND * 2


def test_a_manifest_that_does_not_read_is_an_empty_one(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b'{"version": 9}')
    assert read_manifest(folder).clips == ()
    assert Sounds(folder).clip("en", "attract-title") is None


# ---- the routes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load(languages=("en", "bm"))


@pytest.fixture
def served(folder: Path, texts: Texts) -> Iterator[PageServer]:
    sounds = written(folder, clip(), clip(key="page-progress~step-2~steps-6"))
    server = PageServer("127.0.0.1", 0, texts, lambda _: None, lambda: None, sounds)
    server.start()
    yield server
    server.stop()


def ask(server: PageServer, path: str) -> tuple[int, str, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    link.request("GET", path)
    answer = link.getresponse()
    found = (answer.status, answer.getheader("cache-control", ""), answer.read())
    link.close()
    return found


def test_a_clip_is_served_and_never_stored(served: PageServer) -> None:
    assert ask(served, "/sound/en/attract-title") == (200, "no-store", SOUND)
    assert ask(served, "/sound/en/attract-title?percent=40")[2] == SOUND
    assert ask(served, "/sound/en/page-progress?steps=6&step=2")[2] == SOUND


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sound/en/no-such-message", 204),
        ("/sound/so/attract-title", 204),
        ("/sound/en/page-progress?step=3&steps=6", 204),
        ("/sound/xx/attract-title", 404),
        ("/sound/en/..%2F..%2Fetc%2Fpasswd", 404),
        ("/sound/en/%2e%2e", 404),
        ("/sound/en/Attract", 404),
        ("/sound/en/attract-title?a=..", 404),
        ("/sound/en/attract-title?a=1&b=2&c=3&d=4&e=5", 404),
        ("/sound/en/a/b", 404),
        ("/speak/1/0", 404),
        ("/speak/x/0", 404),
        (f"/speak/{'9' * 5000}/0", 404),
    ],
)
def test_what_is_not_there_or_no_message_has_no_sound(
    served: PageServer, path: str, status: int
) -> None:
    served.show(NAME)
    found = ask(served, path)
    assert (found[0], found[2].strip(b"Not Found")) == (status, b"")


def test_the_page_hears_what_the_post_wishes(served: PageServer) -> None:
    assert ask(served, "/sound/settings")[2] == b'{"speech":"ask","headphones":"none"}'


@pytest.mark.skipif(not espeak.has_espeak(), reason="apt install espeak-ng")
def test_a_row_is_spoken_once_for_its_screen_into_headphones_only(served: PageServer) -> None:
    served.show(NAME)
    assert ask(served, "/speak/1/0")[0] == 404
    served.sounds.headphones = "ask"
    status, kept, spoken = ask(served, "/speak/1/0")
    assert (status, kept) == (200, "no-store")
    assert spoken.startswith(b"RIFF")
    assert int.from_bytes(spoken[4:8], "little") == len(spoken) - 8
    assert int.from_bytes(spoken[40:44], "little") == len(spoken) - 44
    assert ask(served, "/speak/1/0")[::2] == (204, b"")
    assert ask(served, "/speak/1/code")[0] == 200
    assert ask(served, "/speak/1/9")[::2] == (204, b"")
    assert ask(served, "/speak/2/0")[::2] == (204, b"")
    served.show(NAME)
    assert ask(served, "/speak/1/0")[::2] == (204, b"")
    assert ask(served, "/speak/2/0")[0] == 200


def test_no_voice_is_pretended(served: PageServer) -> None:
    served.sounds.headphones = "always"
    served.show(Screen("confirm", "confirm-title", "bm", rows=NAME.rows))
    assert ask(served, "/speak/1/0")[::2] == (204, b"")
    for language in ("so", "ha", "bm"):
        with pytest.raises(espeak.VoiceError) as caught:
            espeak.wav("ANNA", language)
        assert "ANNA" not in str(caught.value)


@pytest.mark.skipif(not espeak.has_espeak(), reason="apt install espeak-ng")
def test_markup_and_phonemes_are_said_as_nothing() -> None:
    assert espeak.wav("ANNA [[h@'loU]] <b>", "en") == espeak.wav("ANNA  h@'loU  b ", "en")
