"""The words of `kiosk provision`: make, show, take, status."""

import argparse
from pathlib import Path

from firmware_app.engineer import provision_rest as rest
from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import port, seconds
from firmware_app.services.provision_state import Places, look

POST_WORDS = ("locode", "code", "authority", "lane", "direction", "mode")
CONFIG = Path("/var/lib/border-kiosk/kiosk.toml")
PUBLISHER = Path("/var/lib/border-kiosk-publish/publish.toml")
CAMERA = "v4l2:///dev/kiosk-camera?width=1280&height=720"


def add_provision(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add
) -> None:
    """`kiosk provision`; docs/field-guide.md has the steps."""
    example = "kiosk provision status"
    group = add(commands, "provision", "a kiosk's first settings and keys", example, _status)
    kinds = group.add_subparsers(dest="what", required=True, metavar="WHAT")
    _add_make(kinds, add)
    shown = add(
        kinds,
        "show",
        "what a provision.toml would do, without its token",
        "kiosk provision show provision.toml",
        _show,
        ("json",),
    )
    shown.add_argument("file", type=Path)
    _add_take(kinds, add)
    told = add(
        kinds,
        "status",
        "how far it is; exit code 0: done, 6: waits, 3: refused",
        "kiosk provision status --json | jq .name",
        _status,
        ("json",),
    )
    _add_places(told)
    drawn = add(
        kinds,
        "screen",
        "show how far it is on the kiosk's own page, in pictures, until it is told to stop",
        "kiosk provision screen --port 8080",
        _screen,
    )
    drawn.add_argument("--port", type=port, default=8080, help="default: 8080")
    _add_places(drawn)


def _add_make(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    made = add(
        kinds,
        "make",
        "write provision.toml (and QR symbols) for one kiosk, on the engineer's laptop",
        "kiosk provision make --post hamile.toml --lane 2 --token BKE1:... "
        "--broker broker.example:8883 --root root.pem --out provision.toml --qr provision.png",
        _make,
        ("json",),
    )
    made.add_argument(
        "--post",
        type=Path,
        metavar="FILE",
        help="TOML: the tables of kiosk.toml that are this post's ([post], [devices], [law], ...)",
    )
    for word in POST_WORDS:
        made.add_argument(f"--{word}", help=f"{word} of [post]; wins over the file's")
    made.add_argument("--token", required=True, help="of `kiosk-central keys enrol`; - reads it")
    made.add_argument("--broker", required=True, metavar="HOST:PORT", help="where events go")
    made.add_argument(
        "--centre", default="", metavar="URL", help="of the enrolment desk; default: the token's"
    )
    made.add_argument(
        "--root", type=Path, metavar="FILE", help="root.pem: refuse a token of another root"
    )
    made.add_argument(
        "--valid-h", type=float, default=72.0, metavar="HOURS", help="default: 72, as the token"
    )
    made.add_argument("--out", type=Path, default=Path("provision.toml"), metavar="FILE")
    made.add_argument("--qr", type=Path, metavar="FILE.png", help="QR symbols for the camera, too")


def _add_take(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    taken = add(
        kinds,
        "take",
        "at the kiosk: settings, keys, enrolment; goes on where it was cut off",
        "kiosk provision take --stick /media/stick",
        _take,
        ("json",),
    )
    taken.add_argument(
        "--from",
        dest="places",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="a provision.toml, or a folder that may hold one; it is wiped when it was taken",
    )
    taken.add_argument(
        "--stick",
        type=Path,
        metavar="FOLDER",
        help="the same, and where request and answer travel when there is no link",
    )
    taken.add_argument(
        "--camera", nargs="?", const=CAMERA, default="", metavar="URL", help="look for QR symbols"
    )
    taken.add_argument("--seconds", type=seconds, default=30.0, help="for the camera, default: 30")
    _add_places(taken)


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=CONFIG, help=f"default: {CONFIG}")
    parser.add_argument("--publisher", type=Path, default=PUBLISHER, help=f"default: {PUBLISHER}")


def _make(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import provision  # noqa: PLC0415 - `kiosk version` need not load it

    said = {word: getattr(chosen, word) for word in POST_WORDS}
    wanted = provision.Wanted(
        file=chosen.post,
        post={word: one for word, one in said.items() if one is not None},
        token=chosen.token,
        centre=chosen.centre,
        broker=chosen.broker,
        root=chosen.root,
        valid_h=chosen.valid_h,
    )
    return provision.make(wanted, chosen.out, chosen.qr, as_json=chosen.json)


def _show(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import provision  # noqa: PLC0415

    return provision.show(chosen.file, as_json=chosen.json)


def _take(chosen: argparse.Namespace) -> int:
    places = Places(chosen.config, chosen.publisher)
    sources = rest.Sources(tuple(chosen.places), chosen.stick, chosen.camera, chosen.seconds)
    state = rest.at_rest(places, sources)
    if state is not None:
        return rest.told(state, as_json=chosen.json)
    from firmware_app.engineer import provision  # noqa: PLC0415 - the kiosk's start waits for this

    return provision.take(places, sources, as_json=chosen.json)


def _status(chosen: argparse.Namespace) -> int:
    return rest.told(look(Places(chosen.config, chosen.publisher)), as_json=chosen.json)


def _screen(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import provision_screen  # noqa: PLC0415

    return provision_screen.show(chosen.config, chosen.publisher, chosen.port)
