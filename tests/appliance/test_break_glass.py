"""Break-glass as it runs: the real server, real clients on the loopback, tokens of a real root."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from contextlib import suppress
from ctypes.util import find_library
from datetime import timedelta
from pathlib import Path

import pytest

from firmware_app.__main__ import main
from firmware_app.clock import utc_now
from firmware_app.services import break_glass as glass
from firmware_app.services.break_glass import GlassAlarm, GlassWatch, Record
from mqtt import break_glass as tokens
from mqtt.break_glass import Token
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.keys_rooms import RootRoom
from mqtt.central.mosquitto import free_port
from mqtt.keys import public_pem
from tests.peers import under_filter
from tests.peers.own_kiosk import write_kiosk_file

USER, HOST, LIMIT_S = 800, "127.0.0.1", 60.0
IN_NAMESPACE = """
set -eu
mount --make-rprivate /
mount --bind {users} /etc/passwd
exec setpriv --reuid {user} --regid {user} --clear-groups {reads} --no-new-privs {program}
"""
# This checkout and its Python may lie where the kiosk's user cannot look (/root): he may read all.
READS = "--inh-caps +dac_read_search --ambient-caps +dac_read_search"
SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "border-kiosk-break-glass.service"
IN_NETWORK = """
set -u
mount --make-rprivate /
mount --bind {at}/users /etc/passwd
mount -t tmpfs tmpfs /run
mkdir /run/border-kiosk-break-glass
cp {at}/seconds /run/border-kiosk-break-glass
nft -f {systemd}/nftables.conf || exit 1
echo --
{systemd}/programs/break-glass-port open
nft list set inet border_kiosk break_glass
echo --
{systemd}/programs/break-glass-port close
nft list set inet border_kiosk break_glass
"""
needs_nft = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nft"))),
    reason="wants root for a network of its own, and nftables",
)
needs_server = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "dropbear", "dbclient"))),
    reason="wants root for a mount namespace, and dropbear-bin",
)


class Site:
    """A kiosk's files, its programme's root, an engineer with a key, and a stranger with one."""

    def __init__(self, folder, name="uto-1"):
        self.folder = folder
        self.root = RootRoom(folder / "root")
        ceremony.make_root(self.root, None)
        self.signer = ceremony.open_root(self.root, None)
        device = folder / "device"
        device.mkdir()
        paths = {"root": "root.pem", "bundles": "bundles", "tls": "tls"}
        differs = {f"keys.{key}": str(device / one) for key, one in paths.items()}
        self.config = write_kiosk_file(
            device, {"kiosk_id": name, "storage.outbox": str(device / "outbox.sqlite3"), **differs}
        )
        (device / "root.pem").write_bytes(public_pem(self.signer.public_key()))
        self.room = folder / "glass"
        self.room.mkdir(mode=0o700)
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.port = free_port()

    def ssh_key(self, name):
        path = self.folder / name
        words = ["dropbearkey", "-t", "ed25519", "-f", str(path)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        line = next(one for one in done.stdout.splitlines() if one.startswith("ssh-"))
        path.with_suffix(".pub").write_text(line + "\n")
        return path

    def token(self, seconds=3600.0, number=1, **differs):
        now = utc_now()
        line = (self.folder / "engineer.pub").read_text().split()
        fields = {
            "kiosk": "uto-1",
            "ssh_key": " ".join(line[:2]),
            "number": number,
            "not_before": now - timedelta(seconds=60),
            "not_after": now + timedelta(seconds=seconds),
            "reason": "reader dead",
        }
        return tokens.sign_token(Token(**fields | differs), self.signer)

    def take(self, data):
        (self.stick / "uto-1.breakglass").write_bytes(data)
        places = ["--from", str(self.stick), "--config", str(self.config)]
        return main(["break-glass", "take", *places, "--room", str(self.room)])

    def serve(self):
        """The unit's own line, as the kiosk's user, with the one user that the server knows.

        And with the system calls that the unit leaves it, where the kernel can say so here.
        """
        users = self.folder / "users"
        users.write_text(f"root:x:0:0::/:/bin/sh\nengineer:x:{USER}:{USER}::{self.room}:/bin/sh\n")
        for path in (self.room, self.config.parent):
            subprocess.run(["chown", "-R", f"{USER}:{USER}", str(path)], check=True)
        words = f"{sys.executable} -m firmware_app break-glass serve --config {self.config}"
        words += f" --room {self.room} --listen {HOST}:{self.port}"
        if shutil.which("systemd-analyze") and find_library("seccomp"):
            calls = ",".join(sorted(under_filter.allowed(UNIT)))
            words = f"{sys.executable} {under_filter.__file__} {calls} {words}"
        script = IN_NAMESPACE.format(users=users, user=USER, reads=READS, program=words)
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", script],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
                stderr=log,
            )

    def client(self, key, *said):
        words = ["dbclient", "-y", "-y", "-T", "-i", str(self.folder / key)]
        return [*words, "-p", str(self.port), f"engineer@{HOST}", *said]

    def say(self, key, *said, given=b""):
        words = self.client(key, *said)
        return subprocess.run(words, input=given, capture_output=True, check=False, timeout=LIMIT_S)

    def wait(self, done):
        at_end_s = time.monotonic() + LIMIT_S
        while not done():
            assert time.monotonic() < at_end_s, (self.folder / "log").read_text()
            threading.Event().wait(0.1)

    def is_open(self):
        return b"doctor" in self.say("engineer", "help").stdout


@pytest.fixture
def site():
    """Not in pytest's own folder, which another user may not enter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        found = Site(path)
        found.ssh_key("engineer")
        found.ssh_key("stranger")
        yield found


@pytest.fixture
def leaving(site):
    """Takes a server that is ended with the test, by closing its door."""
    servers = []
    yield lambda server: servers.append(server) or server
    (site.room / "standing.json").unlink(missing_ok=True)
    for server in servers:
        with suppress(subprocess.TimeoutExpired):
            server.wait(LIMIT_S)
        server.kill()
        server.wait()


@pytest.fixture
def door(site, leaving):
    """An open door for the engineer."""
    assert site.take(site.token()) == 0
    server = leaving(site.serve())
    site.wait(site.is_open)
    return site, server


@needs_server
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_right_key_gets_the_list_and_nothing_else(door):
    site, server = door
    status = site.say("engineer", "outbox", "status", "--json")
    assert b"FileNotFound" not in status.stderr
    keys = site.say("engineer", "provision", "status", "--json")
    assert json.loads(keys.stdout)["name"] == "done"
    for said in ("sh", "doctor; id", "doctor --config /etc/passwd"):
        done = site.say("engineer", said)
        assert done.returncode == 126, said
        assert b"uid=" not in done.stdout
        assert b"root:" not in done.stdout
    assert b"outbox export" in site.say("engineer").stdout  # a login without a word: the list
    through = [*site.client("engineer")[:-1], "-B", f"{HOST}:{site.port}", f"engineer@{HOST}"]
    tunnel = subprocess.run(through, input=b"", capture_output=True, check=False, timeout=LIMIT_S)
    assert b"SSH-2.0" not in tunnel.stdout  # what an open tunnel to the server itself would say
    stranger = site.say("stranger", "help")
    assert stranger.returncode != 0
    assert stranger.stdout == b""
    words = [*site.client("engineer")[:-1], f"root@{HOST}", "help"]
    other = subprocess.run(words, capture_output=True, check=False, timeout=LIMIT_S)
    assert other.stdout == b""
    site.say("engineer", "end")
    site.wait(lambda: server.poll() is not None)
    assert server.returncode == 0
    assert not site.is_open()
    assert not (site.room / ".ssh" / "authorized_keys").exists()
    assert site.take((site.stick / "uto-1.breakglass").read_bytes()) == 3  # good once


@needs_server
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_after_its_end_nobody_gets_in_and_who_was_in_is_out(site, leaving):
    assert site.take(site.token(seconds=15.0)) == 0
    server = leaving(site.serve())
    site.wait(lambda: site.is_open() or server.poll() is not None)
    words = site.client("engineer", "provision", "take")  # waits for a file that never ends
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, stdin=subprocess.PIPE, **quiet) as inside:
        try:
            site.wait(lambda: server.poll() is not None)
            site.wait(lambda: inside.poll() is not None)
        finally:
            inside.kill()
    assert not site.is_open()
    assert glass.look(site.room) is None


@needs_server
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client")
def test_the_stick_tells_an_ordinary_ssh_client_whom_it_meets(door):
    site, _server = door
    key = site.folder / "openssh"
    convert = ["dropbearconvert", "dropbear", "openssh", str(site.folder / "engineer"), str(key)]
    subprocess.run(convert, capture_output=True, check=True)
    key.chmod(0o600)
    known = site.folder / "known"
    known.write_bytes((site.room / "known_hosts").read_bytes())
    words = ["ssh", "-F", "none", "-i", str(key), "-o", f"UserKnownHostsFile={known}"]
    words += ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-p", str(site.port)]
    words += [f"engineer@{HOST}"]
    done = subprocess.run([*words, "help"], capture_output=True, check=False, timeout=LIMIT_S)
    assert b"doctor" in done.stdout, done.stderr
    exported = subprocess.run(
        [*words, "outbox", "export"], capture_output=True, check=False, timeout=LIMIT_S
    )
    with tarfile.open(fileobj=io.BytesIO(exported.stdout)) as tar:
        assert all(name.startswith("uto-1") for name in tar.getnames())
    known.write_text((site.folder / "stranger.pub").read_text().join(("* ", "")))
    done = subprocess.run([*words, "help"], capture_output=True, check=False, timeout=LIMIT_S)
    assert done.returncode == 255
    assert done.stdout == b""


@needs_server
def test_the_office_makes_what_the_kiosk_takes_by_root_and_by_deputy(site, capsys):
    site_words = ["--kiosk", "uto-1", "--key", str(site.folder / "engineer.pub")]
    site_words += ["--reason", "reader dead", "--out", str(site.stick / "uto-1.breakglass")]
    deputy, grant = site.folder / "deputy.key", site.folder / "deputy.grant"
    root = ["--root", str(site.root.folder)]
    assert main(["break-glass", "deputy", "--key", str(deputy)]) == 0
    public = ["--key", f"{deputy}.pub.pem", "--kiosks", "uto-", "--out", str(grant)]
    assert main(["break-glass", "deputy", *public, *root]) == 0
    by = ["--deputy", str(deputy), "--grant", str(grant)]
    assert main(["break-glass", "make", *site_words, *by, "--hours", "2"]) == 0
    assert main(["break-glass", "show", str(site.stick / "uto-1.breakglass"), "--json"]) == 0
    assert '"signed_by": "deputy"' in capsys.readouterr().out
    place = ["--config", str(site.config), "--room", str(site.room)]
    assert main(["break-glass", "take", "--from", str(site.stick), *place]) == 0
    standing = glass.look(site.room)
    assert 7000 < standing.left_s <= 7200
    assert (site.room / ".ssh" / "authorized_keys").read_text().startswith("restrict ssh-ed25519 ")
    assert int((site.room / "seconds").read_text()) <= 7200
    assert main(["break-glass", "make", *site_words, *by, "--hours", "25"]) == 3
    assert main(["break-glass", "make", *site_words[2:], "--kiosk", "xyz-1", *by]) == 3
    assert main(["break-glass", "make", *site_words]) == 3


@needs_server
def test_the_centre_hears_of_each_once_also_after_a_restart(site):
    watch = GlassWatch(site.config.with_name("break-glass.json"), site.room)
    heard = []
    assert watch.news(heard.append) == ""
    assert site.take(site.token()) == 0
    assert [watch.news(heard.append) for _ in range(3)] == ["maintenance"] * 3
    assert heard == [GlassAlarm.TAKEN]
    shutil.rmtree(site.room)  # the power went
    assert [watch.news(heard.append) for _ in range(3)] == [""] * 3
    assert heard == [GlassAlarm.TAKEN, GlassAlarm.ENDED]
    assert glass.read_record(watch.path).told_ended == 1
    assert site.take(site.token()) == 3
    assert site.take(site.token(number=2)) == 0


@needs_nft
@pytest.mark.parametrize(
    ("seconds", "opened"), [("3600", True), ("86401", False), ("1; x", False), ("", False)]
)
def test_the_port_is_open_for_as_long_as_the_token_stands_and_no_longer(tmp_path, seconds, opened):
    """The kernel's own packet filter, in a network of its own."""
    (tmp_path / "seconds").write_text(seconds)
    named = re.findall(r'"([a-z-]+)"', (SYSTEMD / "nftables.conf").read_text())
    users = ["root", *sorted(set(named) - {"root"})]
    lines = [f"{name}:x:{800 * bool(at) + at}:0::/:/bin/sh" for at, name in enumerate(users)]
    (tmp_path / "users").write_text("\n".join(lines))
    script = IN_NETWORK.format(at=tmp_path, systemd=SYSTEMD)
    words = ["unshare", "--mount", "--net", "sh", "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if "unshare failed" in done.stderr or "Operation not supported" in done.stderr:
        pytest.skip("no packet filter here")
    sets = done.stdout.split("--")
    assert ("2222 " in sets[1] and "expires" in sets[1]) == opened, done.stderr
    assert "2222" not in sets[2]


def test_a_card_that_says_nothing_sensible_is_an_empty_record(tmp_path):
    path = tmp_path / "break-glass.json"
    for text in ("", "[]", '{"number": 1, "what": 2}', "\xff"):
        path.write_text(text)
        assert glass.read_record(path) == Record()
