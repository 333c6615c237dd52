"""Who may not answer a kiosk, and who may not speak for one: refused by the real broker and TLS."""

import json
import shutil
import ssl
from datetime import timedelta

import pytest

from mqtt.central.pki import KeyPair
from tests.delivery import certificates
from tests.delivery.own_broker import running
from tests.unit.mqtt.scripted_broker import ScriptedBroker

pytestmark = pytest.mark.slow
LOOPBACK = ("127.0.0.1",)
DAY = timedelta(days=1)


def _refused(chain, name: str, **how) -> str:
    """The publisher says `name`, stays, and has carried nothing; gives what it said."""
    chain.start_owner()
    publisher = chain.start_publisher(**how)
    chain.until(lambda: publisher.lines(name), f"{name}: {publisher.log.read_text()}")
    assert publisher.process.poll() is None
    levels = chain.levels()
    assert (levels.sent, levels.receipted, levels.erased) == (0, 0, 0)
    return json.loads(publisher.lines(name)[0])["what"]


def _server(chain, tmp_path, **flaw) -> KeyPair:
    pair = certificates.make(chain.site, tmp_path / "flawed", "localhost", **flaw)
    certificates.install_server(chain.site, pair)
    return pair


def test_a_broker_whose_certificate_is_for_another_address(chain, tmp_path):
    _server(chain, tmp_path, addresses=("192.0.2.1",))
    with running(chain.site):
        assert "another name" in _refused(chain, "broker_name")


def test_a_broker_whose_certificate_has_expired(chain, tmp_path):
    span = certificates.NOW - 30 * DAY, certificates.NOW - DAY
    _server(chain, tmp_path, addresses=LOOPBACK, span=span)
    with running(chain.site):
        assert "is expired" in _refused(chain, "broker_clock")


def test_a_broker_whose_certificate_is_not_valid_yet(chain, tmp_path):
    span = certificates.NOW + DAY, certificates.NOW + 30 * DAY
    _server(chain, tmp_path, addresses=LOOPBACK, span=span)
    with running(chain.site):
        assert "not valid yet" in _refused(chain, "broker_clock")


def test_a_broker_that_shows_a_clients_certificate(chain):
    certificates.install_server(chain.site, chain.site.kiosk("kiosk-2").tls)
    with running(chain.site):
        _refused(chain, "broker_wrong_ca")


def test_a_broker_that_speaks_tls_1_2_alone(chain):
    with ScriptedBroker(chain.site, newest_tls=ssl.TLSVersion.TLSv1_2) as old:
        _refused(chain, "broker_old_tls", broker=f"127.0.0.1:{old.port}")
        assert old.packets == []


def test_a_broker_whose_certificate_was_revoked(chain, tmp_path):
    pair = _server(chain, tmp_path, addresses=LOOPBACK)
    crl = certificates.revocation_list(chain.site, tmp_path / "crl.pem", pair.public)
    with running(chain.site):
        assert "revoked" in _refused(chain, "broker_revoked", more=("--crl", str(crl)))


def test_a_revocation_list_that_names_others_lets_the_broker_in(chain, tmp_path):
    other = chain.site.kiosk("kiosk-2").tls.public
    crl = certificates.revocation_list(chain.site, tmp_path / "crl.pem", other)
    with running(chain.site):
        chain.start_sink()
        chain.start_owner()
        chain.start_publisher(more=("--crl", str(crl)))
        chain.until_erased()


@pytest.mark.parametrize("flaw", ["revoked", "expired", "for a server"])
def test_a_kiosk_whose_certificate_the_broker_must_refuse(chain, tmp_path, flaw):
    span = (
        (certificates.NOW - 30 * DAY, certificates.NOW - DAY)
        if flaw == "expired"
        else (certificates.NOW - DAY, certificates.NOW + DAY)
    )
    addresses = LOOPBACK if flaw == "for a server" else None
    pair = certificates.make(
        chain.site, tmp_path / "flawed", chain.kiosk, span=span, addresses=addresses
    )
    revoked = [pair.public] if flaw == "revoked" else []
    crl = certificates.revocation_list(chain.site, tmp_path / "crl.pem", *revoked)
    readable = chain.site.broker.configuration.with_name("crl.pem")
    shutil.copy(crl, readable)
    with running(chain.site, f"crlfile {readable}"):
        _refused(chain, "broker_refuses_certificate", tls=pair)


def test_a_kiosk_that_is_not_revoked_passes_a_broker_with_a_revocation_list(chain, tmp_path):
    other = chain.site.kiosk("kiosk-2").tls.public
    crl = certificates.revocation_list(chain.site, tmp_path / "crl.pem", other)
    with running(chain.site, f"crlfile {crl}"):
        chain.start_sink()
        chain.start_owner()
        chain.start_publisher()
        chain.until_erased()


def test_a_broker_without_rights_for_this_kiosk_is_told_and_every_row_stays(chain):
    chain.site.broker.acl.write_text("user nobody\ntopic read nothing\n")
    with running(chain.site):
        chain.start_owner()
        chain.put(3)
        publisher = chain.start_publisher()
        chain.until(lambda: "not_delivered" in chain.names(), "not authorized")
        (notice,) = [one for one in chain.notices if one.name == "not_delivered"]
        assert "0x87" in notice.what
        assert notice.severity == "error"
        assert publisher.process.poll() is None
    assert chain.levels().ready == chain.sent


def test_a_packet_larger_than_the_broker_takes_is_never_sent_and_stops_no_other(chain):
    with running(chain.site, "max_packet_size 20000"):
        chain.start_sink()
        chain.start_owner()
        chain.put(1)  # 40 KB
        chain.put(2, bytes(5_000))
        publisher = chain.start_publisher()
        chain.until(lambda: chain.levels().erased == chain.sent - 1, "all but the large one")
        told = [one for one in chain.notices if one.name == "not_delivered"]
        assert any("packet too large" in one.what and "max_packet_size" in one.mend for one in told)
        assert not publisher.lines("broker_ends_line")


def test_a_broker_with_a_small_receive_maximum_is_never_overrun(chain):
    with running(chain.site, "max_inflight_messages 2"):
        chain.start_sink()
        chain.start_owner()
        chain.put(30, bytes(2_000))
        publisher = chain.start_publisher()
        chain.until_erased()
        assert len(publisher.lines("broker_back")) == 1
