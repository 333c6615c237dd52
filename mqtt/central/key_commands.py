"""The words of the key officer: `kiosk-central keys init`, `rotate`, `enrol`, `revoke` and more."""

import argparse
import json
import signal
import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from mqtt.broker import Address
from mqtt.bundles import (
    KEYS,
    bundle_from_draft,
    draft_bytes,
    fingerprint,
    kid_text,
    make_bundle,
    month_ends,
    read_keys,
)
from mqtt.central import issue
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.clock import utc_now
from mqtt.central.command import EXIT_OK, Commands, Run, command, say, whole_number, with_json
from mqtt.central.keys_desk import CLIENT_DAYS, Desk
from mqtt.central.keys_escrow import Share, join, read_share
from mqtt.central.keys_rooms import MEMBERS, CentreRoom, KeysError, RootRoom
from mqtt.central.keys_server import DeskServer
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.pki import write_private
from mqtt.central.registry import Registry
from mqtt.enrol import REQUEST_LIMIT_BYTES, new_token
from mqtt.errors import BundleError, EnrolError
from mqtt.files import locked, write_durably
from mqtt.notice import tell_stderr

HOURS_MOST, DAYS_MOST = 31 * 24, 825


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`keys` and what follows it; docs/keys.md is the ceremony."""
    what = "the programme's keys: root, months, kiosks, escrow"
    keys = command(commands, "keys", _status, what, "status centre")
    kinds = keys.add_subparsers(required=True, metavar="WHAT")
    _add_init(kinds)
    _add_rotate(kinds)
    _add_sign(kinds)
    _add_enrol(kinds)
    issue.add(kinds)
    revoke = _word(
        kinds,
        "revoke",
        _revoke,
        "believe no key of a kiosk any more, and put its certificates on the broker's list",
        'centre --kiosk uto-hamile-1 --why "stolen on 3 March"',
    )
    revoke.add_argument("--kiosk", required=True, metavar="ID", help="whose keys")
    revoke.add_argument("--why", required=True, metavar="TEXT", help="for the registry")
    escrow = _word(
        kinds,
        "escrow",
        _escrow,
        "put the escrow key together from the shares of its two holders, or make a new one",
        "--share a.txt --share b.txt --out escrow.key",
        centre=False,
    )
    escrow.add_argument(
        "--share", action="append", type=Path, default=[], metavar="FILE", help="twice"
    )
    how = escrow.add_mutually_exclusive_group(required=True)
    how.add_argument("--out", type=Path, metavar="FILE", help="the key; destroy it after use")
    how.add_argument("--new", type=Path, metavar="CENTRE", help="a new escrow for this centre")
    _add_holders(escrow)
    with_json(_word(kinds, "status", _status, "months, ends, kiosks to renew", "centre"))


def _add_init(kinds: "Commands[argparse.ArgumentParser]") -> None:
    init = _word(
        kinds,
        "init",
        _init,
        "make the offline root, the escrow for two holders, the centre's keys, the first bundle",
        "centre --root /media/root --holder-1 /media/a --holder-2 /media/b",
    )
    _add_root(init)
    _add_holders(init)


def _add_holders(parser: argparse.ArgumentParser) -> None:
    for number in (1, 2):
        parser.add_argument(
            f"--holder-{number}",
            type=Path,
            metavar="DIR",
            help=f"for a new escrow: the medium of holder {number}, who takes it away",
        )


def _add_rotate(kinds: "Commands[argparse.ArgumentParser]") -> None:
    rotate = _word(
        kinds,
        "rotate",
        _rotate,
        "make the next month's recipient key, and the bundle that names it",
        "centre --draft /media/stick/keys.draft",
    )
    how = rotate.add_mutually_exclusive_group(required=True)
    how.add_argument("--draft", type=Path, metavar="FILE", help="what the offline root shall sign")
    how.add_argument("--take", type=Path, metavar="FILE", help="what `keys sign` made of it")
    how.add_argument("--root", type=Path, metavar="DIR", help="the root is at hand: all in one")
    how.add_argument(
        "--destroy", action="store_true", help="only remove private keys whose time is over"
    )
    rotate.add_argument(
        "--replace", action="store_true", help="the present key is lost or stolen: end it today"
    )
    _add_passphrase(rotate)


def _add_sign(kinds: "Commands[argparse.ArgumentParser]") -> None:
    sign = _word(
        kinds,
        "sign",
        _sign,
        "on the offline machine: sign a draft of `keys rotate`, or a list",
        "/media/stick/keys.draft --root /media/root --out /media/stick/keys.bundle",
        centre=False,
    )
    sign.add_argument("file", type=Path, help="the draft, or the content of a list")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="the bundle")
    sign.add_argument("--list", metavar="NAME", help="sign FILE as the list of this name")
    sign.add_argument("--version", type=int, metavar="N", help="of the list; must rise")
    _add_root(sign)


def _add_enrol(kinds: "Commands[argparse.ArgumentParser]") -> None:
    enrol = _word(
        kinds,
        "enrol",
        _enrol,
        "make a one-time token for a kiosk, answer a request file, or serve requests by HTTPS",
        "centre --kiosk uto-hamile-1 --url https://centre.example:8443",
    )
    how = enrol.add_mutually_exclusive_group(required=True)
    how.add_argument("--kiosk", metavar="ID", help="print a token for this kiosk")
    how.add_argument("--request", type=Path, metavar="FILE", help="answer what a stick brought")
    how.add_argument("--serve", metavar="HOST:PORT", help="answer by HTTPS until Ctrl-C")
    enrol.add_argument(
        "--name", metavar="HOST", help="of the desk in its certificate; default: that of --serve"
    )
    enrol.add_argument(
        "--hours",
        type=partial(whole_number, most=HOURS_MOST),
        default=72,
        help="a token's life, default: 72",
    )
    enrol.add_argument("--url", default="", help="of the desk, to stand in the token")
    enrol.add_argument("--out", type=Path, metavar="FILE", help="the answer to --request")
    enrol.add_argument(
        "--days",
        type=partial(whole_number, most=DAYS_MOST),
        default=CLIENT_DAYS,
        help=f"of a certificate, default: {CLIENT_DAYS}",
    )


def _word(
    kinds: "Commands[argparse.ArgumentParser]",
    name: str,
    run: Run,
    what: str,
    example: str,
    *,
    centre: bool = True,
) -> argparse.ArgumentParser:
    parser = command(kinds, name, run, what, example)
    parser.epilog = f"example: kiosk-central keys {name} {example}"
    if centre:
        parser.add_argument("centre", type=Path, help="the folder of central.toml and its keys")
    return parser


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", type=Path, required=True, metavar="DIR", help="of the root: a stick, else offline"
    )
    _add_passphrase(parser)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line locks the root's key"
    )


def _init(args: argparse.Namespace) -> int:
    root, room, now = RootRoom(args.root), CentreRoom(args.centre), utc_now()
    passphrase = _passphrase(args)
    if args.root.resolve() == args.centre.resolve():
        raise KeysError("the root does not lie in the centre's folder: name another --root.")
    if not root.root.private.exists():
        ceremony.make_root(root, passphrase, partial(_give, _holders(args)))
        if passphrase is None:
            say("the root's key has NO passphrase: whoever holds its medium is the root.")
            say("  to lock it: begin again on an empty medium with --passphrase-file FILE.")
    bundle = ceremony.make_centre(room, root, passphrase, now)
    say(f"root: {args.root}, fingerprint {fingerprint(ceremony.root_key(room))}")
    say(f"centre: {args.centre}, bundle of keys version {bundle.version}")
    say(f"the sink: kiosk-central serve --config {issue.equip(room)}")
    say("next: take the root's medium out and lock it away; then `kiosk-central keys enrol`.")
    return EXIT_OK


def _holders(args: argparse.Namespace) -> tuple[Path, Path]:
    if args.holder_1 is None or args.holder_2 is None:
        raise KeysError("a new escrow needs --holder-1 and --holder-2, two persons' media.")
    holders: tuple[Path, Path] = args.holder_1, args.holder_2
    if holders[0].resolve() == holders[1].resolve():
        raise KeysError("both shares on one medium open everything: name two persons' media.")
    for number, folder in enumerate(holders, start=1):
        path = folder / f"escrow-share-{number}.txt"
        if path.exists():
            raise KeysError(f"{path} is a share of an escrow already: use another medium.")
    return holders


def _give(holders: tuple[Path, Path], shares: tuple[Share, Share]) -> None:
    for folder, share in zip(holders, shares, strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"escrow-share-{share.holder}.txt"
        write_private(path, share.text().encode())
        say(f"escrow share {share.holder} of 2: {path}, which its holder takes away")


def _rotate(args: argparse.Namespace) -> int:
    room, now = CentreRoom(args.centre), utc_now()
    if args.destroy:
        gone = ceremony.destroy(room, now)
        say(f"{len(gone)} private keys destroyed. {' '.join(gone)}".strip())
        return EXIT_OK
    if args.take is not None:
        return _taken(room, args.take.read_bytes(), now)
    with locked(room.folder / ".rotate.lock"):
        return _drafted(room, args, now)


def _drafted(room: CentreRoom, args: argparse.Namespace, now: datetime) -> int:
    draft = ceremony.draft(room, now, replace=args.replace)
    if args.draft is not None:
        write_durably(args.draft, draft_bytes(draft))
        say(f"{args.draft}: version {draft.version}, not signed; carry it to the offline root.")
        return EXIT_OK
    signer = ceremony.open_root(RootRoom(args.root), _passphrase(args))
    return _taken(room, make_bundle(draft, signer), now)


def _taken(room: CentreRoom, data: bytes, now: datetime) -> int:
    bundle = ceremony.take(room, data, now)
    say(f"{room.bundle}: version {bundle.version}, until {bundle.expires_at:%Y-%m-%d}.")
    say("next: `kiosk-central command send CENTRE --all update-list keys` brings it to the kiosks.")
    return EXIT_OK


def _sign(args: argparse.Namespace) -> int:
    content = args.file.read_bytes()
    try:
        if args.list:
            if args.version is None:
                raise KeysError("a list has a --version that rises.")
            bundle = ceremony.bundle_of(args.list, args.version, content, utc_now())
        else:
            bundle = bundle_from_draft(content)
        data = make_bundle(bundle, ceremony.open_root(RootRoom(args.root), _passphrase(args)))
    except (BundleError, ValueError) as error:
        raise KeysError(f"{args.file}: {error}") from None
    write_durably(args.out, data)
    say(f"{args.out}: {bundle.name} version {bundle.version}, until {bundle.expires_at:%Y-%m-%d}.")
    if bundle.name == KEYS:
        for one in read_keys(bundle.content).recipients:
            span = f"{one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}"
            say(f"  {one.use} {kid_text(one.key)} {span}")
    return EXIT_OK


def _enrol(args: argparse.Namespace) -> int:
    room = CentreRoom(args.centre)
    desk = Desk(room, args.days)
    try:
        if args.kiosk:
            return _token(room, args)
        if args.serve:
            return _serve(desk, args.serve, args.name)
        if args.out is None:
            raise KeysError("--request goes with --out, the file of the answer.")
        with args.request.open("rb") as file:
            request = file.read(REQUEST_LIMIT_BYTES + 1)
        args.out.write_bytes(desk.answer(request, utc_now()))
    except EnrolError as error:
        raise KeysError(str(error)) from None
    say(f"{args.out}: carry it back to the kiosk, then `kiosk keys enrol --answer FILE`.")
    return EXIT_OK


def _token(room: CentreRoom, args: argparse.Namespace) -> int:
    if args.kiosk.startswith(MEMBERS):
        raise KeysError(f"names that begin with {MEMBERS} are the sink's: choose another kiosk id.")
    token = new_token(args.kiosk, ceremony.root_key(room), args.url)
    end = TokenBook(room.tokens).open(token, utc_now(), timedelta(hours=args.hours))
    say(token.text())
    say(f"for {args.kiosk}, once, until {end:%Y-%m-%d %H:%M} UTC; as a line or as a QR code.")
    return EXIT_OK


def _serve(desk: Desk, where: str, known_as: str | None) -> int:
    address = Address.parse(where)
    pair = issue.issue(desk.room, "enrol-server", known_as or address.host)
    server = DeskServer(desk, pair, address.host, address.port, tell_stderr)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    say(f"enrolment desk: https://{address.host}:{server.start()}")
    stopping.wait()
    server.stop()
    return EXIT_OK


def _revoke(args: argparse.Namespace) -> int:
    room = CentreRoom(args.centre)
    Desk(room).revoke(args.kiosk, args.why, utc_now())
    count = len(Registry.load(room.registry).revoked())
    say(f"{args.kiosk} is revoked; {count} certificates on {room.revoked}.")
    say(
        "next: restart the broker (SIGHUP keeps it out at its next connection); sinks know already."
    )
    return EXIT_OK


def _escrow(args: argparse.Namespace) -> int:
    if args.new is not None:
        ceremony.new_escrow(CentreRoom(args.new), partial(_give, _holders(args)))
        say("next: `kiosk-central keys rotate`; the old shares still open what came before.")
        return EXIT_OK
    key = join(read_share(path.read_bytes().decode(errors="replace")) for path in args.share)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(args.out, pem)
    say(f"{args.out}: the escrow key {kid_text(key.public_key())}; destroy it after use.")
    return EXIT_OK


def _status(args: argparse.Namespace) -> int:
    room, now = CentreRoom(args.centre), utc_now()
    bundle, keys = ceremony.present(room)
    entries = Registry.load(room.registry).entries
    facts = {
        "root": fingerprint(ceremony.root_key(room)),
        "bundle": {"version": bundle.version, "until": f"{bundle.expires_at:%Y-%m-%d}"},
        "months_end": f"{month_ends(keys):%Y-%m-%d}",
        "recipients": [
            {
                "use": one.use,
                "key_id": kid_text(one.key),
                "from": f"{one.not_before:%Y-%m-%d}",
                "until": f"{one.not_after:%Y-%m-%d}",
                "destroy": f"{one.destroy_after:%Y-%m-%d}" if one.destroy_after else None,
            }
            for one in keys.recipients
        ],
        "kiosks": len(entries),
        "revoked": sorted(name for name, one in entries.items() if one.revoked_at),
        "expired": sorted(
            name
            for name, one in entries.items()
            if one.certificates and all(cert.not_after <= now for cert in one.certificates)
        ),
    }
    say(json.dumps(facts, indent=2) if args.json else _text(facts))
    return EXIT_OK


def _text(facts: dict[str, object]) -> str:
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in facts.items())


def _passphrase(args: argparse.Namespace) -> bytes | None:
    if args.passphrase_file is None:
        return None
    first: bytes = args.passphrase_file.read_bytes().split(b"\n")[0].strip()
    if not first:
        raise KeysError(f"{args.passphrase_file}: its first line is empty.")
    return first
