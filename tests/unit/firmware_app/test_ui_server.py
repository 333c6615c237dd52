"""The page server over real sockets: who may speak, what a touch is worth, what it forgets."""

import gc
import http.client
import json
import logging
import socket
import statistics
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest

from firmware_app.domain.languages import LANGUAGES
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.ui.server import PageServer, PortTakenError
from firmware_app.ui.texts import MissingTextError, Texts

HELP = Button("help", "button-help", "help", "help")
START = Button("start", "button-start", "primary", "start")
BACK = Button("back", "button-back")
ATTRACT = Screen("attract", "attract-title", cue="attract-cue", buttons=(START,))
FACE = Screen("face", "face-title", cue="face-cue-look-here", buttons=(HELP,), live=True, step=3)
QUESTION = Screen("question", "purpose-of-visit-title", buttons=(START, BACK, HELP))
WIDE = Row("row-name", "X" * 60_000)
JPEG = b"\xff\xd8 a picture \xff\xd9"


@dataclass
class Kiosk:
    """A running page server with what it was told and what it shows."""

    server: PageServer
    touched: SimpleQueue[str]
    pictures: list[bytes | None]
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
        link.request(method, path, body, {"host": self.host, **headers})
        answer = link.getresponse()
        found = (answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        link.close()
        return found

    def touch(self, serial: int, button: str) -> int:
        return self.post(json.dumps({"serial": serial, "button": button}).encode())

    def post(self, body: bytes) -> int:
        return self.ask("POST", "/touch", body, origin=f"http://{self.host}")[0]

    def wait_for_clients(self, count: int, limit_s: float = 5.0) -> bool:
        deadline_s = time.monotonic() + limit_s
        while json.loads(self.ask("GET", "/health")[2])["clients"] != count:
            if time.monotonic() > deadline_s:
                return False
        return True

    def listen(self) -> "Listener":
        link = socket.create_connection(("127.0.0.1", self.server.port), timeout=5)
        self.sockets.append(link)
        link.sendall(f"GET /events HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        return Listener(link)


@dataclass
class Listener:
    """One client of /events."""

    link: socket.socket
    held: bytes = b""

    def until(self, mark: bytes) -> bytes:
        while mark not in self.held:
            data = self.link.recv(65_536)
            assert data, "the stream ended"
            self.held += data
        found, _, self.held = self.held.partition(mark)
        return found

    def screen(self) -> dict[str, object]:
        """The next screen of the stream."""
        self.until(b"event: screen\ndata: ")
        found = json.loads(self.until(b"\n\n"))
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


@pytest.fixture
def kiosk(texts: Texts) -> Iterator[Kiosk]:
    touched: SimpleQueue[str] = SimpleQueue()
    pictures: list[bytes | None] = [None]
    server = PageServer("127.0.0.1", 0, texts, touched.put, lambda: pictures[0])
    server.start()
    kiosk = Kiosk(server, touched, pictures)
    yield kiosk
    for link in kiosk.sockets:
        link.close()
    server.stop()


# ---- the port ------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_said_with_its_mend(kiosk: Kiosk, texts: Texts) -> None:
    second = PageServer("127.0.0.1", kiosk.server.port, texts, lambda _: None, lambda: None)
    with pytest.raises(PortTakenError, match=str(kiosk.server.port)) as caught:
        second.start()
    assert "ss -ltnp" in caught.value.mend


def test_stop_ends_streams_and_frees_the_port(texts: Texts) -> None:
    first = PageServer("127.0.0.1", 0, texts, lambda _: None, lambda: None)
    first.start()
    first.show(ATTRACT)
    with socket.create_connection(("127.0.0.1", first.port), timeout=5) as link:
        link.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{first.port}\r\n\r\n".encode())
        Listener(link).screen()
        first.stop()
        while link.recv(65_536):
            pass
    first.stop()
    second = PageServer("127.0.0.1", first.port, texts, lambda _: None, lambda: None)
    second.start()
    second.stop()


# ---- who may speak, and what every answer says ---------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/static/kiosk.js", 200),
        ("GET", "/static/kiosk.css", 200),
        ("GET", "/health", 200),
        ("GET", "/live.jpg", 204),
        ("GET", "/static/", 404),
        ("GET", "/static/../server.py", 404),
        ("GET", "/static/%2e%2e/server.py", 404),
        ("GET", "/static/kiosk.js/", 404),
        ("GET", "/favicon.ico", 404),
        ("GET", "/touch", 405),
        ("POST", "/", 405),
        ("POST", "/events", 405),
        ("HEAD", "/events", 405),
        ("PUT", "/touch", 405),
        ("DELETE", "/", 405),
        ("OPTIONS", "/touch", 405),
        ("BREW", "/", 405),
    ],
)
def test_each_answer_is_sealed_and_never_kept(
    kiosk: Kiosk, method: str, path: str, status: int
) -> None:
    found, headers, _ = kiosk.ask(method, path, origin=f"http://{kiosk.host}")
    assert found == status
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", ""]
)
def test_a_foreign_host_is_refused(kiosk: Kiosk, host: str) -> None:
    named = host.format(port=kiosk.server.port)
    assert kiosk.ask("GET", "/", host=named)[0] == 421
    assert kiosk.ask("GET", "/events", host=named)[0] == 421


def test_localhost_is_this_host(kiosk: Kiosk) -> None:
    assert kiosk.ask("GET", "/", host=f"LocalHost:{kiosk.server.port}")[0] == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "{host}", None]
)
def test_a_touch_from_another_origin_is_refused(kiosk: Kiosk, origin: str | None) -> None:
    kiosk.server.show(ATTRACT)
    body = b'{"serial": 1, "button": "start"}'
    named = (origin or "").format(port=kiosk.server.port, host=kiosk.host)
    headers = {"origin": named} if origin else {}
    assert kiosk.ask("POST", "/touch", body, **headers)[0] == 403
    assert kiosk.touched.empty()


def test_health_says_which_screen_and_which_texts_wait_for_a_reader(kiosk: Kiosk) -> None:
    kiosk.server.show(QUESTION)
    health = json.loads(kiosk.ask("GET", "/health")[2])
    assert health["screen"] == "question"
    assert health["reviews"] == dict.fromkeys(LANGUAGES, "none")


# ---- the stream ----------------------------------------------------------------------------------


def test_a_client_gets_the_screen_of_now_then_each_new_one(kiosk: Kiosk) -> None:
    kiosk.server.show(ATTRACT)
    client = kiosk.listen()
    first = client.screen()
    assert (first["name"], first["title"], first["serial"]) == ("attract", "Welcome", 1)
    kiosk.server.show(Screen("face", "face-title", "ar", cue="face-cue-closer", live=True))
    second = client.screen()
    assert (second["serial"], second["direction"], second["cue"]) == (2, "rtl", "اقترب.")
    assert second["live"] is True


def test_buttons_rows_and_arguments_reach_the_page(kiosk: Kiosk) -> None:
    kiosk.server.show(
        Screen(
            "confirm",
            "confirm-title",
            "fr",
            buttons=(
                Button("back", "button-back", "primary", "left"),
                Button("language-ar", "", text="x"),
            ),
            rows=(Row("row-nationality", "UTO"),),
            step=2,
            steps=6,
            countdown_s=20,
            code="A7",
            challenge="turn_left",
            colour="#5aff78",
        )
    )  # fmt: skip
    got = kiosk.listen().screen()
    assert got["buttons"] == [
        {"id": "back", "label": "Retour", "kind": "primary", "icon": "left",
         "language": "fr", "direction": "ltr"},
        {"id": "language-ar", "label": "x", "kind": "plain", "icon": "language-ar",
         "language": "ar", "direction": "rtl"},
    ]  # fmt: skip
    assert got["rows"] == [
        {"label": "Nationalité", "value": "UTO", "icon": "nationality", "kind": "text", "code": ""}
    ]
    assert (got["step"], got["steps"], got["countdown_s"]) == (2, 6, 20)
    assert (got["code"], got["picture"]) == ("A7", "confirm")
    assert (got["challenge"], got["colour"]) == ("turn_left", "#5aff78")
    words = got["words"]
    assert isinstance(words, dict)
    assert words["progress"].replace("\u2068", "").replace("\u2069", "") == "Étape 2 sur 6"


def test_a_client_that_comes_before_the_first_screen_waits_for_it(kiosk: Kiosk) -> None:
    client = kiosk.listen()
    client.until(b"retry: ")
    kiosk.server.show(ATTRACT)
    assert client.screen()["name"] == "attract"


def test_many_screens_leave_only_the_newest_for_a_client(kiosk: Kiosk) -> None:
    client = kiosk.listen()
    client.until(b"retry: ")
    for number in range(1, 301):
        kiosk.server.show(Screen("warning", "warning-title", countdown_s=number))
    while (got := client.screen())["serial"] != 300:
        pass
    assert got["countdown_s"] == 300


def test_a_silent_stream_has_a_heartbeat(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_app.ui.web.HEARTBEAT_S", 0.05)
    client = kiosk.listen()
    client.until(b"event: heartbeat\ndata: \n\n")
    client.until(b"event: heartbeat\ndata: \n\n")


def test_clients_are_few_and_leave_their_place(kiosk: Kiosk) -> None:
    kiosk.server.show(ATTRACT)
    clients = [kiosk.listen() for _ in range(4)]
    for client in clients:
        client.screen()
    assert kiosk.ask("GET", "/events")[0] == 503
    for client in clients:
        client.link.close()
    assert kiosk.wait_for_clients(0)
    assert kiosk.listen().screen()["name"] == "attract"


def test_a_missing_text_is_told_to_the_caller_and_the_old_screen_stays(kiosk: Kiosk) -> None:
    kiosk.server.show(ATTRACT)
    with pytest.raises(MissingTextError, match="no-such-title"):
        kiosk.server.show(Screen("face", "no-such-title"))
    assert kiosk.listen().screen()["serial"] == 1
    assert kiosk.touch(1, "start") == 204


# ---- touches -------------------------------------------------------------------------------------


def test_a_double_touch_counts_once(kiosk: Kiosk) -> None:
    kiosk.server.show(ATTRACT)
    assert [kiosk.touch(1, "start"), kiosk.touch(1, "start")] == [204, 409]
    assert kiosk.touched.get(timeout=1) == "start"
    assert kiosk.touched.empty()


def test_of_many_fingers_at_once_one_counts(kiosk: Kiosk) -> None:
    kiosk.server.show(QUESTION)
    found: SimpleQueue[int] = SimpleQueue()
    fingers = [
        threading.Thread(target=lambda button=button: found.put(kiosk.touch(1, button)))
        for button in ("start", "back", "help") * 4
    ]
    for finger in fingers:
        finger.start()
    for finger in fingers:
        finger.join()
    answers = sorted(found.get(timeout=1) for _ in fingers)
    assert answers == [204] + [409] * 11
    assert kiosk.touched.qsize() == 1


@pytest.mark.parametrize(
    ("serial", "button"), [(1, "start"), (3, "start"), (2, "yes"), (2, ""), (-1, "start")]
)
def test_a_touch_for_another_screen_or_button_is_stale(
    kiosk: Kiosk, serial: int, button: str
) -> None:
    kiosk.server.show(ATTRACT)
    kiosk.server.show(QUESTION)
    assert kiosk.touch(serial, button) == 409
    assert kiosk.touched.empty()
    assert kiosk.touch(2, "start") == 204


def test_a_touch_survives_a_new_cue_but_not_a_new_question(kiosk: Kiosk) -> None:
    kiosk.server.show(FACE)
    for cue in ("face-cue-closer", "face-cue-hold-still"):
        kiosk.server.show(Screen("face", "face-title", cue=cue, buttons=(HELP,), live=True, step=3))
    assert kiosk.touch(1, "help") == 204
    kiosk.server.show(QUESTION)
    kiosk.server.show(Screen("question", "intended-stay-title", buttons=QUESTION.buttons))
    assert kiosk.touch(4, "start") == 409


def test_a_double_touch_counts_once_even_when_the_same_screen_is_shown_again(kiosk: Kiosk) -> None:
    kiosk.server.show(FACE)
    assert kiosk.touch(1, "help") == 204
    kiosk.server.show(FACE)
    assert kiosk.touch(1, "help") == 409
    assert kiosk.touch(2, "help") == 204


def test_no_touch_counts_before_the_first_screen(kiosk: Kiosk) -> None:
    assert kiosk.touch(0, "start") == 409
    assert kiosk.touch(1, "start") == 409


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1]",
        b"null",
        b'{"serial": "1", "button": "start"}',
        b'{"serial": 1.5, "button": "start"}',
        b'{"serial": 1, "button": 7}',
        b'{"serial": 1}',
        b'{"serial": 1, "button": "start", "more": 1}',
        b'{"serial": 1, "button": "\xff"}',
        b'{"serial": 1, "button": "start"}' + b" " * 600,
        b"[" * 500,
    ],
)
def test_what_is_no_touch_is_refused_and_changes_nothing(kiosk: Kiosk, body: bytes) -> None:
    kiosk.server.show(ATTRACT)
    assert kiosk.post(body) == 400
    assert kiosk.touched.empty()
    assert kiosk.touch(1, "start") == 204


def test_a_body_that_never_comes_is_refused(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_app.ui.server.TOUCH_LIMIT_S", 0.1)
    with socket.create_connection(("127.0.0.1", kiosk.server.port), timeout=5) as link:
        link.sendall(
            f"POST /touch HTTP/1.1\r\nHost: {kiosk.host}\r\nOrigin: http://{kiosk.host}\r\n"
            "Content-Length: 30\r\n\r\n{".encode()
        )
        assert link.recv(4096).startswith(b"HTTP/1.1 400")


# ---- the live picture ----------------------------------------------------------------------------


def test_the_live_picture_is_there_only_while_the_screen_is_live(kiosk: Kiosk) -> None:
    kiosk.pictures[0] = JPEG
    kiosk.server.show(ATTRACT)
    assert kiosk.ask("GET", "/live.jpg")[::2] == (204, b"")
    kiosk.server.show(FACE)
    status, headers, body = kiosk.ask("GET", "/live.jpg?n=")
    assert (status, headers["content-type"], body) == (200, "image/jpeg", JPEG)
    kiosk.server.show(ATTRACT)
    assert kiosk.ask("GET", "/live.jpg")[::2] == (204, b"")


def test_a_picture_that_was_seen_is_not_sent_again(kiosk: Kiosk) -> None:
    kiosk.pictures[0] = JPEG
    kiosk.server.show(FACE)
    seen = kiosk.ask("GET", "/live.jpg")[1]["etag"]
    newer = threading.Timer(0.2, lambda: kiosk.pictures.__setitem__(0, JPEG + b"!"))
    newer.start()
    asked_at_s = time.monotonic()
    status, _, body = kiosk.ask("GET", f"/live.jpg?n={seen}")
    newer.join()
    assert (status, body) == (200, JPEG + b"!")
    assert time.monotonic() - asked_at_s > 0.15


def test_pictures_come_without_the_40_ms_of_a_delayed_acknowledgement(kiosk: Kiosk) -> None:
    kiosk.pictures[0] = JPEG * 2_000
    kiosk.server.show(FACE)
    link = http.client.HTTPConnection("127.0.0.1", kiosk.server.port, timeout=5)
    waits_s = []
    for _ in range(21):
        asked_at_s = time.monotonic()
        link.request("GET", "/live.jpg", headers={"host": kiosk.host})
        assert len(link.getresponse().read()) == 2_000 * len(JPEG)
        waits_s.append(time.monotonic() - asked_at_s)
    link.close()
    assert statistics.median(waits_s) < 0.03


def test_a_camera_without_a_picture_is_no_error(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_app.ui.server.PICTURE_WAIT_S", 0.05)
    kiosk.server.show(FACE)
    assert kiosk.ask("GET", "/live.jpg")[0] == 204


def test_a_wait_that_the_next_screen_ends_is_no_error(kiosk: Kiosk) -> None:
    kiosk.server.show(FACE)
    leave = threading.Timer(0.1, kiosk.server.show, [ATTRACT])
    kiosk.pictures[0] = JPEG
    seen = kiosk.ask("GET", "/live.jpg")[1]["etag"]
    leave.start()
    assert kiosk.ask("GET", f"/live.jpg?n={seen}")[0] == 204
    leave.join()


# ---- what it forgets, and does not tell ----------------------------------------------------------


def held(secret: str) -> list[object]:
    """Every text or bytes around the secret that something in this process still holds."""
    gc.collect()
    return [
        thing
        for holder in gc.get_objects()
        for thing in gc.get_referents(holder)
        if (isinstance(thing, bytes) and secret.encode() in thing)
        or (isinstance(thing, str) and thing != secret and secret in thing)
    ]


def test_rows_leave_the_process_with_their_screen(kiosk: Kiosk) -> None:
    secret = f"CANARY{time.monotonic_ns()}"
    client = kiosk.listen()
    kiosk.server.show(Screen("confirm", "confirm-title", rows=(Row("row-name", secret),)))
    client.screen()
    assert held(secret), "the scan must see what is held"
    kiosk.server.show(ATTRACT)
    client.screen()
    assert kiosk.ask("GET", "/health")[0] == 200
    assert held(secret) == []


def test_nothing_of_the_traveller_is_logged_or_shown_by_repr(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = kiosk.listen()
    kiosk.server.show(
        Screen("confirm", "confirm-title", rows=(Row("row-name", "CANARY"),), buttons=(START,))
    )
    client.screen()
    kiosk.touch(1, "start")
    kiosk.post(b'{"serial": "CANARY"}')
    kiosk.ask("GET", "/CANARY")
    assert "CANARY" not in caplog.text
    assert "CANARY" not in repr(kiosk.server)


def test_a_stop_that_was_quicker_than_the_start_ends_it(texts: Texts) -> None:
    server = PageServer("127.0.0.1", 0, texts, lambda _: None, lambda: None)
    server.stop()
    server.start()
    assert server._thread is not None
    server._thread.join(30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), 5)


@pytest.mark.slow
def test_a_client_that_reads_nothing_is_dropped_and_holds_little(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_app.ui.web.STALLED_MS", 1_500)
    server = PageServer("127.0.0.1", 0, texts, lambda _: None, lambda: None)
    server.start()
    kiosk = Kiosk(server, SimpleQueue(), [None])
    deaf = kiosk.listen()
    assert kiosk.wait_for_clients(1)
    tracemalloc.start()
    for number in range(400):
        server.show(Screen("confirm", "confirm-title", rows=(WIDE,), countdown_s=number))
        kiosk.ask("GET", "/health")  # one turn of the loop, so that the stream runs into the wall
    held_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held_bytes < 10 * len(WIDE.value), "the deaf client has a queue"
    assert kiosk.wait_for_clients(0, limit_s=15), "the deaf client keeps its place"
    deaf.link.close()
    server.stop()
