"""`kiosk sounds` and `kiosk locales`: clips made, recordings taken, what is told of both."""

import json
import os
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_app.__main__ import main
from firmware_app.engineer import sounds_make
from firmware_app.ui import espeak
from firmware_app.ui.sounds import Sounds, read_clip, read_manifest
from firmware_app.ui.texts import LOCALES, Texts

Say = Callable[..., str]
CONSENT = "signed sheet 4, in the post's file"
speaks = pytest.mark.skipif(
    not espeak.has_espeak() or not shutil.which("opusenc"),
    reason="apt install espeak-ng opus-tools",
)


@pytest.fixture
def few(tmp_path: Path) -> Texts:
    """Two languages with four messages."""
    folder = tmp_path / "locales"
    folder.mkdir()
    words = "a-title = {} {{ $percent }} %. {}.\nb-title = {}\n"
    (folder / "en.ftl").write_text(words.format("Read", "Wait", "Welcome"), encoding="utf-8")
    (folder / "bm.ftl").write_text(words.format("Kalan", "Makɔnɔ", "I ni sɛ"), encoding="utf-8")
    return Texts.load(folder, ("en", "bm"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer letters and numbers than a post has."""
    monkeypatch.setattr(sounds_make, "CHARACTERS", "a7")
    monkeypatch.setattr(sounds_make, "RANGES", {"percent": (0, 50)})


def say(*words: str | Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert main([str(word) for word in words]) == code
    return capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_a_message_with_a_number_has_a_clip_for_each_and_one_without(few: Texts) -> None:
    wanted = {one.key: one.text for one in sounds_make.wanted(few, "en", {})}
    assert wanted == {
        "own-name": "English",
        "character-a": "A",
        "character-7": "7",
        "a-title": "Wait.",
        "a-title~percent-0": "Read 0 %. Wait.",
        "a-title~percent-50": "Read 50 %. Wait.",
        "b-title": "Welcome",
    }


def test_parts_are_never_more_than_their_whole() -> None:
    texts = Texts.load(languages=("en",))
    keys = {one.key for one in sounds_make.wanted(texts, "en", {"days": 30, "authority": "UTO"})}
    assert "page-progress~step-2~steps-6" in keys
    assert "page-progress~step-7~steps-6" not in keys
    assert "notice-more-point-how-long~days-30" in keys
    assert len(keys) < 500


@speaks
@pytest.mark.usefixtures("quick")
def test_clips_are_made_once_and_again_where_words_changed(few: Texts, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    assert sounds_make.make(folder, few, {}) == (7, 0)
    clip = read_manifest(folder).by_key()["en", "b-title"]
    made = read_clip(folder, clip)
    assert made is not None
    assert made.startswith(b"OggS")
    assert Sounds(folder).clip("en", "b-title") is not None
    assert sounds_make.make(folder, few, {}) == (0, 7)
    (tmp_path / "locales/en.ftl").write_text("b-title = Hello\n", encoding="utf-8")
    changed = Texts.load(tmp_path / "locales", ("en",))
    assert sounds_make.coverage(folder, changed, {})[0].old == ("b-title",)
    assert sounds_make.make(folder, changed, {}) == (1, 3)
    assert sounds_make.coverage(folder, changed, {})[0].old == ()


@speaks
def test_what_no_machine_speaks_is_missing_until_it_is_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, recordings = tmp_path / "sounds", tmp_path / "recorded"
    recordings.mkdir()
    with wave.open(str(recordings / "attract-title.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22_050)
        sound.writeframes(b"\0\1" * 8_000)
    take = ("sounds", "take", recordings, "--language", "bm", "--out", folder)
    answer = json.loads(say(*take, "--consent", CONSENT, "--json", capsys=capsys))
    assert answer == {"language": "bm", "taken": ["attract-title"]}
    clip = read_manifest(folder).by_key()["bm", "attract-title"]
    assert (clip.source, clip.consent, clip.review, clip.text) == (
        "recording",
        CONSENT,
        "none",
        Texts.load(languages=("bm",)).say("bm", "attract-title"),
    )
    shown = json.loads(say("sounds", "show", "--out", folder, "--json", capsys=capsys))
    bambara = next(one for one in shown if one["language"] == "bm")
    assert (bambara["recorded"], bambara["machine"], bambara["voice"]) == (1, 0, "recordings")
    assert "attract-cue" in bambara["missing"]
    (folder / clip.file).write_bytes(b"OggS other")
    assert "damaged" in say("sounds", "show", "--out", folder, capsys=capsys, code=5)


def test_a_recording_of_no_message_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "welcome.wav").write_bytes(b"RIFF")
    take = ["sounds", "take", str(tmp_path), "--language", "so", "--out", str(tmp_path / "out")]
    assert main([*take, "--consent", CONSENT]) != 0
    told = capsys.readouterr().err
    assert "welcome.wav" in told
    assert "kiosk sounds script --language so" in told


def test_the_script_for_a_speaker_names_every_file(capsys: pytest.CaptureFixture[str]) -> None:
    lines = say("sounds", "script", "--language", "ha", capsys=capsys).splitlines()
    assert "attract-title\tBarka da zuwa" in lines
    assert all(line.count("\t") == 1 for line in lines)


def test_locales_tells_messages_and_reviews(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(say("locales", "show", "--json", capsys=capsys))
    assert [one["language"] for one in told] == list(Texts.load().languages())
    assert len({one["messages"] for one in told}) == 1
    assert {one["reviewed"] for one in told} == {0}
    assert "attract-title" in say("locales", "show", "--language", "bm", capsys=capsys)


def test_locales_lint_is_good_for_ours_and_fails_for_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "0 faults" in say("locales", "lint", capsys=capsys)
    shutil.copytree(LOCALES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "tr.ftl").write_text("button-end = Bitir\n", encoding="utf-8")
    lint = ("locales", "lint", "--folder", tmp_path, "--json")
    faults = json.loads(say(*lint, capsys=capsys, code=5))
    assert {one["language"] for one in faults if one["weight"] == "fault"} == {"tr"}


@speaks
def test_words_are_never_arguments_of_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in between keeps what espeak-ng is started with: its voice and speed, no word."""
    real = shutil.which("espeak-ng")
    between = tmp_path / "espeak-ng"
    between.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\nexec {real} "$@"\n')
    between.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    spoken = espeak.wav("NOBODY SHOULD READ THIS", "en")
    assert spoken.startswith(b"RIFF")
    assert (tmp_path / "arguments").read_text().split()[:2] == ["-v", "en-gb"]
    assert "NOBODY" not in (tmp_path / "arguments").read_text()
