"""Certificates for the programme's own servers and sink members; `kiosk-central keys issue`."""

import argparse
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mqtt.central.command import EXIT_OK, Commands, command, say
from mqtt.central.keys_rooms import MEMBERS, CentreRoom, KeysError
from mqtt.central.pki import KeyPair, Subject, name, new_key, server_names, sign_leaf, write_private
from mqtt.topics import is_kiosk_id

DAYS = 2 * 365
MEMBER = f"{MEMBERS}1"
_CENTRAL = f"""\
# What kiosk-central reads; paths start from this folder. docs/central-guide.md explains each line.
broker = "127.0.0.1:8883"
ca = "ca.pem"
cert = "{MEMBER}.pem"
key = "{MEMBER}.key"
registry = "registry.toml"
receipt_key = "receipts.key"
database = "central.sqlite3"
"""


def issue(room: CentreRoom, stem: str, *hosts: str, days: int = DAYS) -> KeyPair:
    """A new key and a chain for a server of those names, or, without names, for the client `stem`.

    Raises KeysError where there is no issuing key, or the name does not fit or is another key's.
    """
    if not is_kiosk_id(stem):
        raise KeysError("a name of a file and a client is letters, digits and hyphens, at most 40.")
    pair = KeyPair(room.folder / f"{stem}.key", room.folder / f"{stem}.pem")
    if _is_anothers(pair):
        raise KeysError(f"{stem} is the name of another key of the centre: choose another --name.")
    if not room.issuing.exists():
        raise KeysError(f"{room.folder} has no issuing key.")
    key = new_key(pair.private)
    subject = Subject(name(hosts[0] if hosts else stem), key.public_key())
    names = server_names(*hosts) if hosts else None
    certificate = sign_leaf(subject, room.issuing, days, names)
    write_private(
        pair.public, certificate.public_bytes(Encoding.PEM) + room.issuing.public.read_bytes()
    )
    return pair


def _is_anothers(pair: KeyPair) -> bool:
    """The files are there and are not a server's or client's, which may be issued anew."""
    bare = pair.public.with_suffix(".pub.pem")
    if pair.private.name.startswith("recipient-") or bare.exists():
        return True
    if not pair.public.exists():
        return False
    try:
        found = x509.load_pem_x509_certificate(pair.public.read_bytes())
        constraints = found.extensions.get_extension_for_class(x509.BasicConstraints)
    except (ValueError, x509.ExtensionNotFound):
        return True
    return constraints.value.ca


def equip(room: CentreRoom) -> Path:
    """The first member's certificate and a central.toml, where there is none; gives its path."""
    path = room.folder / "central.toml"
    if not path.exists():
        issue(room, MEMBER)
        write_private(path, _CENTRAL.encode())
    return path


def add(kinds: "Commands[argparse.ArgumentParser]") -> None:
    """`keys issue`."""
    what = "a certificate for the broker or another server, or for a member of the sink"
    words = command(kinds, "issue", _issue, what)
    words.epilog = "example: kiosk-central keys issue centre --server broker.example --name broker"
    words.add_argument("centre", type=Path, help="the folder of central.toml and its keys")
    how = words.add_mutually_exclusive_group(required=True)
    how.add_argument("--server", action="append", metavar="HOST", help="more than once")
    how.add_argument("--member", metavar="NAME", help="of the sink, such as centre-2")
    words.add_argument("--name", default="server", help="of a server's files; default: server")


def _issue(args: argparse.Namespace) -> int:
    room = CentreRoom(args.centre)
    if args.member and not args.member.startswith(MEMBERS):
        raise KeysError(f"a member's name begins with {MEMBERS}, and no kiosk's does.")
    pair = issue(room, args.member) if args.member else issue(room, args.name, *args.server)
    say(f"{pair.public} and {pair.private}, good for {DAYS} days.")
    return EXIT_OK
