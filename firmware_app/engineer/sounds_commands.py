"""The words of `kiosk sounds`: make clips, say what is to be recorded, take it, look at all."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from firmware_app import config as configuration
from firmware_app.domain.languages import LANGUAGES
from firmware_app.engineer import sounds_make
from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import check_folder, emit, table
from firmware_app.engineer.sounds_make import Coverage, Values
from firmware_app.errors import ConfigError, SetupError
from firmware_app.services.questions import questions_and_texts
from firmware_app.ui.sounds import Clip
from firmware_app.ui.texts import Texts

FOLDER = Path("sounds")
DAMAGED_EXIT_CODE = 5


def add_sounds(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk sounds make`, `script`, `take` and `show`."""
    example = "kiosk sounds make --out /var/lib/border-kiosk/sounds --config kiosk.toml"
    sounds = add(commands, "sounds", "the spoken clips of the page; docs/sound.md", example, _show)
    kinds = sounds.add_subparsers(dest="what", required=True, metavar="WHAT")
    makes = add(
        kinds,
        "make",
        "let espeak-ng say every message that the folder lacks; recordings stay as they are",
        example,
        _make,
        ("json",),
    )
    shows = add(
        kinds,
        "show",
        "each language of a folder: clips, missing, old and damaged ones",
        "kiosk sounds show --out /var/lib/border-kiosk/sounds",
        _show,
        ("json",),
    )
    scripts = add(
        kinds,
        "script",
        "what a speaker reads out, one message a line: the name of the file, a tab, the words",
        "kiosk sounds script --language bm > to_record.tsv",
        _script,
    )
    takes = add(
        kinds,
        "take",
        "take a speaker's recordings: WAV, FLAC or Ogg, each named as in `kiosk sounds script`",
        "kiosk sounds take recorded/ --language bm --out /var/lib/border-kiosk/sounds"
        ' --consent "signed sheet 4 of the post\'s file"',
        _take,
        ("json",),
    )
    _add_options(makes, shows, scripts, takes)


def _add_options(
    makes: argparse.ArgumentParser,
    shows: argparse.ArgumentParser,
    scripts: argparse.ArgumentParser,
    takes: argparse.ArgumentParser,
) -> None:
    for one in (makes, shows, takes):
        one.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="default: sounds")
    for one in (makes, shows):
        one.add_argument("--languages", nargs="+", choices=tuple(LANGUAGES), help="default: all")
    for one in (scripts, takes):
        one.add_argument(
            "--language", dest="languages", nargs=1, choices=tuple(LANGUAGES), required=True
        )
    for one in (makes, shows, scripts, takes):
        one.add_argument(
            "--config", type=Path, help="a kiosk.toml: its languages, notice, questions"
        )
    takes.add_argument("recordings", type=Path, metavar="FOLDER")
    takes.add_argument(
        "--consent", required=True, help="how the speaker agreed, and where that paper is; no name"
    )
    takes.add_argument("--review", default="none", help="which native reader heard them")


def _make(chosen: argparse.Namespace) -> int:
    check_folder(chosen.out)
    texts, values = _of_post(chosen)
    made, kept = sounds_make.make(chosen.out, texts, values)
    found = sounds_make.coverage(chosen.out, texts, values)
    words = f"{made} clips made, {kept} kept, in {chosen.out}.\n{_words(found)}"
    document = {"made": made, "kept": kept, "languages": [_document(one) for one in found]}
    emit(document, words, as_json=chosen.json)
    return 0


def _show(chosen: argparse.Namespace) -> int:
    found = sounds_make.coverage(chosen.out, *_of_post(chosen))
    emit([_document(one) for one in found], _words(found), as_json=chosen.json)
    return DAMAGED_EXIT_CODE if any(one.damaged for one in found) else 0


def _script(chosen: argparse.Namespace) -> int:
    texts, values = _of_post(chosen)
    for one in sounds_make.wanted(texts, chosen.languages[0], values):
        print(f"{one.key}\t{one.text}")
    return 0


def _take(chosen: argparse.Namespace) -> int:
    if not chosen.recordings.is_dir():
        raise SetupError(f"{chosen.recordings} is no folder.", "Name the folder of recordings.")
    check_folder(chosen.out)
    (language,) = chosen.languages
    said = (chosen.consent, chosen.review)
    of = Clip(language, "", "", "", "recording", "", *said)
    taken = sounds_make.take(chosen.out, chosen.recordings, *_of_post(chosen), of)
    words = f"{len(taken)} recordings of {language} taken into {chosen.out}."
    emit({"language": language, "taken": taken}, words, as_json=chosen.json)
    return 0


def _of_post(chosen: argparse.Namespace) -> tuple[Texts, Values]:
    """The texts to look at, and the values of the post's own notice."""
    if chosen.config is None:
        return Texts.load(languages=chosen.languages or ()), {}
    config = configuration.load(chosen.config)
    if strange := set(chosen.languages or ()) - set(config.page.languages):
        raise ConfigError(f"{chosen.config} has no {', '.join(sorted(strange))} under [page].")
    return texts_of(config).only(chosen.languages or config.page.languages), values_of(config)


def texts_of(config: configuration.Config) -> Texts:
    """Every text of this post, its own questions included; raises ConfigError."""
    texts = Texts.load(languages=config.page.languages, region=config.post.locode[:2])
    return questions_and_texts(config, texts)[1]


def values_of(config: configuration.Config) -> dict[str, str | int]:
    """What the notice of this post says, as the screens give it to the messages."""
    return {"authority": config.post.authority, "days": config.law.retention_days}


def _document(one: Coverage) -> dict[str, object]:
    return asdict(one) | {"voice": one.voice}


def _words(found: Sequence[Coverage]) -> str:
    rows: list[tuple[str, ...]] = [
        ("language", "wanted", "espeak-ng", "recorded", "missing", "old", "damaged", "voice")
    ]
    for one in found:
        counts = (one.wanted, one.machine, one.recorded)
        faults = (one.missing, one.old, one.damaged)
        numbers = (*map(str, counts), *(str(len(each)) for each in faults))
        rows.append((one.language, *numbers, one.voice))
    return table(rows)
