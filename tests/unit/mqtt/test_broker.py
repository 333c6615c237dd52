"""The broker's address, our TLS files, and what each trouble says to the engineer."""

import socket
import ssl

import pytest

from mqtt.broker import (
    Address,
    BrokerSetupError,
    CertificateFileError,
    TlsFiles,
    closed_early,
    diagnose,
    refused,
)
from mqtt.central.site import init_site
from mqtt.publisher import EXIT_CONFIGURATION, main

HERE = Address("broker.example", 8883)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8883", "127.0.0.1", 8883), ("[::1]:1", "::1", 1), ("a.b:65535", "a.b", 65535)],
)
def test_an_address_is_host_and_port(text, host, port):
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize("text", ["", "host", "host:", ":1883", "host:0", "host:65536", "host:x"])
def test_another_address_is_refused(text):
    with pytest.raises(BrokerSetupError, match="HOST:PORT"):
        Address.parse(text)


def unverified(code, words):
    error = ssl.SSLCertVerificationError(1, words)
    error.verify_code, error.verify_message = code, words
    return error


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "broker_down"),
        (socket.gaierror(-2, "Name or service not known"), "broker_unknown"),
        (TimeoutError("timed out"), "broker_unreachable"),
        (OSError(113, "No route to host"), "broker_unreachable"),
        (unverified(19, "self-signed certificate in certificate chain"), "broker_wrong_ca"),
        (unverified(20, "unable to get local issuer certificate"), "broker_wrong_ca"),
        (unverified(9, "certificate is not yet valid"), "broker_clock"),
        (unverified(10, "certificate has expired"), "broker_clock"),
        (unverified(62, "Hostname mismatch"), "broker_name"),
        (unverified(64, "IP address mismatch"), "broker_name"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA]"), "broker_refuses_certificate"),
        (ssl.SSLError(1, "[SSL: UNEXPECTED_EOF]"), "broker_closed"),
    ],
)
def test_each_trouble_has_its_name_place_and_mend(error, name):
    trouble = diagnose(error, HERE)
    assert trouble.name == name
    assert "broker.example:8883" in trouble.what
    assert trouble.mend.endswith(".")


def test_a_refusal_gives_the_brokers_own_words():
    assert "not authorized" in refused(HERE, 0x87).what
    assert closed_early(HERE, "Unspecified error").name == "broker_closed"


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    return init_site(tmp_path_factory.mktemp("broker") / "site", "kiosk-1")


def test_the_files_of_a_site_make_a_context_of_tls_1_3(site):
    pair = site.kiosk("kiosk-1").tls
    files = TlsFiles(site.authority.public, pair.public, pair.private)
    assert files.common_name() == "kiosk-1"
    assert files.context().minimum_version is ssl.TLSVersion.TLSv1_3


def words(site, **other):
    pair = site.kiosk("kiosk-1").tls
    given = {
        "relay": "/nowhere/relay.sock",
        "broker": "127.0.0.1:1",
        "ca": str(site.authority.public),
        "cert": str(pair.public),
        "key": str(pair.private),
        "kiosk": "kiosk-1",
        **other,
    }
    return [word for name, text in given.items() if text for word in (f"--{name}", text)]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"broker": "nowhere"}, "HOST:PORT"),
        ({"kiosk": "kiosk-2"}, "the certificate is for 'kiosk-1'"),
        ({"kiosk": "a/b"}, "a kiosk id"),
        ({"ca": "/nowhere/ca.pem"}, "No such file"),
        ({"relay": ""}, "relay"),
        ({"config": "/nowhere/publish.toml"}, "No such file"),
    ],
)
def test_hopeless_settings_end_with_one_line_and_78(site, capsys, other, says):
    assert main(words(site, **other)) == EXIT_CONFIGURATION
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says in err
    assert '"mend"' in err


def test_a_key_of_another_certificate_is_found(site):
    pair, other = site.kiosk("kiosk-1").tls, site.member()
    files = TlsFiles(site.authority.public, pair.public, other.private)
    with pytest.raises(CertificateFileError):
        files.common_name()
    with pytest.raises(CertificateFileError):
        files.context()


def test_a_file_with_an_unknown_word_names_it(site, tmp_path, capsys):
    config = tmp_path / "publish.toml"
    config.write_text('colour = "red"\n')
    assert main([*words(site), "--config", str(config)]) == EXIT_CONFIGURATION
    assert "colour" in capsys.readouterr().err
