"""Webhooks do not lead into our own network: private addresses, names that change their mind, redirections."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from api.delivery import outgoing
from api.delivery.outgoing import Refused, Target, Unreachable, is_public, post, target_of


class Listener(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and remembers what came."""

    seen: list[tuple[str, bytes, str | None]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body, self.headers["Host"]))
        status = int(self.path.strip("/").split("?")[0] or 204)
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/204")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[ThreadingHTTPServer]:
    Listener.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


PRIVATE = (
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "fec0::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_our_own_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/x", "https://2130706433/", "https://localhost/"])
def test_a_private_address_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        target_of(url)


@pytest.mark.parametrize(
    "url", ["http://exemple.fr/", "ftp://exemple.fr/", "https://a:b@exemple.fr/", "https:///x", "file:///etc/passwd"]
)
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url)


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", answers)
    with pytest.raises(Refused, match="n'est pas sur l'internet public"):
        target_of("https://exemple.fr/crochet")


def test_the_address_that_was_judged_is_the_one_that_is_called(
    listener: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups = []
    port = listener.server_address[1]

    def once(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(lookups) == 1 else "10.0.0.1", port))]

    with monkeypatch.context() as patched:
        patched.setattr(outgoing.socket, "getaddrinfo", once)
        target = target_of(f"http://outil.exemple:{port}/204?a=1", private_allowed=True)
    assert target == Target("outil.exemple", "127.0.0.1", port, "/204?a=1", secure=False)
    assert post(target, b"{}", {"Content-Type": "application/json"}) == 204
    assert lookups == ["outil.exemple"]
    assert Listener.seen == [("/204?a=1", b"{}", f"outil.exemple:{port}")]


def test_a_path_with_accents_is_percent_encoded(listener: ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{listener.server_address[1]}/204?é=à la %20"
    assert post(target_of(url, private_allowed=True), b"{}", {}) == 204
    assert [path for path, _, _ in Listener.seen] == ["/204?%C3%A9=%C3%A0%20la%20%20"]


@pytest.mark.parametrize("url", ["https://exemple.fr:port/", "https://[exemple/"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="mal écrite"):
        target_of(url)


def test_a_request_that_cannot_be_written_is_not_sent(listener: ThreadingHTTPServer) -> None:
    with pytest.raises(Unreachable, match="ne répond pas"):
        post(Target("exemple.fr", "127.0.0.1", listener.server_address[1], "/é", secure=False), b"", {})


@pytest.mark.parametrize("secure", [False, True])
def test_a_server_that_drips_its_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch, secure: bool) -> None:
    monkeypatch.setattr(outgoing, "CUT_OFF_AFTER", 0.3 / outgoing.TIMEOUT_S)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            if secure:  # the head of a record of 16 KiB, of which a byte at a time follows
                connection.sendall(b"\x16\x03\x03\x3f\xff")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        try:
            with pytest.raises(Unreachable, match="ne répond pas"):
                post(Target("exemple.fr", "127.0.0.1", server.getsockname()[1], "/", secure=secure), b"", {})
        finally:
            over.set()
            thread.join()


def test_a_redirection_is_not_followed(listener: ThreadingHTTPServer) -> None:
    target = target_of(f"http://127.0.0.1:{listener.server_address[1]}/302", private_allowed=True)
    assert post(target, b"{}", {}) == 302
    assert [path for path, _, _ in Listener.seen] == ["/302"]


def test_nobody_there_is_told(listener: ThreadingHTTPServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="ne répond pas"):
        post(Target("exemple.fr", "127.0.0.1", port, "/", secure=False), b"", {})
    with pytest.raises(Unreachable, match="ne répond pas"):
        post(Target("exemple.fr", "127.0.0.1", listener.server_address[1], "/", secure=True), b"", {})
