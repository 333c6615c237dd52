"""The throw-away site: complete, private, same when made twice; its broker starts or says why."""

import shutil
import socket
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from mqtt.central.errors import BrokerMissingError, PortTakenError, SiteError
from mqtt.central.mosquitto import free_port, start
from mqtt.central.registry import Registry
from mqtt.central.settings import CentralSettings
from mqtt.central.site import MEMBERS, init_site, start_broker
from mqtt.keys import load_private_key, load_public_key, thumbprint


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site-made") / "site"
    init_site(folder, "kiosk-1")
    return init_site(folder, "kiosk-2")


@pytest.fixture
def site(made, tmp_path):
    shutil.copytree(made.folder, tmp_path / "site")
    return init_site(tmp_path / "site", "kiosk-1", port=free_port())


def everything(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_call_changes_nothing(made):
    before = everything(made.folder)
    assert len(before) > 15
    init_site(made.folder, "kiosk-2")
    assert everything(made.folder) == before


def test_only_its_owner_reads_it(made):
    folders = [made.folder, *(path for path in made.folder.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made.folder.rglob("*.*")}
    assert modes == {0o600}


def test_the_name_on_the_wire_stands_in_the_certificate(made):
    pairs = [(made.kiosk(name).tls, name) for name in ("kiosk-1", "kiosk-2")]
    pairs += [(made.member(name), name) for name in MEMBERS]
    for pair, name in pairs:
        certificate = x509.load_pem_x509_certificate(pair.public.read_bytes())
        assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == name


def test_keys_are_such_as_the_wire_takes(made):
    for pair in (made.recipient, made.receipts, made.kiosk("kiosk-1").signing):
        private = load_private_key(pair.private)
        assert thumbprint(private.public_key()) == thumbprint(load_public_key(pair.public))


def test_the_registry_knows_the_kiosks_by_their_keys(made):
    registry = Registry.load(made.registry)
    assert sorted(registry.keys) == ["kiosk-1", "kiosk-2"]
    (key,) = registry.keys["kiosk-2"]
    assert thumbprint(key) == thumbprint(load_public_key(made.kiosk("kiosk-2").signing.public))


def test_central_toml_finds_everything_after_the_folder_moved(made, tmp_path):
    shutil.copytree(made.folder, tmp_path / "moved")
    settings = CentralSettings.load(tmp_path / "moved" / "centre" / "central.toml")
    assert settings.database.parent == tmp_path / "moved" / "centre"
    assert "kiosk-1" in settings.registry().keys


@pytest.mark.parametrize("kiosk", ["", "a/b", "+", "kiosk_1", "x" * 41, MEMBERS[0]])
def test_an_id_that_no_topic_takes_is_refused(tmp_path, kiosk):
    with pytest.raises(SiteError, match="A kiosk id"):
        init_site(tmp_path / "site", kiosk)
    assert not (tmp_path / "site").exists()


def test_a_folder_that_cannot_be_written_says_the_mend(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SiteError) as caught:
        init_site(tmp_path / "file" / "site", "kiosk-1")
    assert caught.value.mend


def test_the_broker_accepts_connections_and_ends_with_the_block(site):
    with start_broker(site) as broker:
        assert broker.address == f"127.0.0.1:{site.port}"
        context = ssl.create_default_context(cafile=site.authority.public)
        member = site.member()
        context.load_cert_chain(member.public, member.private)
        with (
            socket.create_connection(("127.0.0.1", site.port)) as line,
            context.wrap_socket(line, server_hostname="localhost") as tls,
        ):
            assert tls.version() == "TLSv1.3"
    assert broker.process.poll() is not None


def test_a_taken_port_is_named(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", site.port))
        other.listen()
        with pytest.raises(PortTakenError, match=str(site.port)):
            start_broker(site)


def test_a_missing_mosquitto_names_its_package(site, tmp_path):
    with pytest.raises(BrokerMissingError) as caught:
        start(site.broker, site.port, search_path=str(tmp_path))
    assert "apt-get install mosquitto" in caught.value.mend
