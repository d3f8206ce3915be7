"""Addresses that someone gives us to reach what only we can reach (server-side request forgery), however they are
written. Names resolve as a hostile DNS would have it; no network is used."""

import socket
import ssl
from typing import Any

import pytest

from api.delivery import outgoing
from api.delivery.outgoing import Refused, Target, Unreachable, post, target_of

PUBLIC = "93.184.216.34"
ZONE = {
    "exemple.fr": [PUBLIC],
    "xn--exmple-cua.fr": [PUBLIC],
    "a.localtest.me": ["127.0.0.1"],
    "169-254-169-254.nip.io": ["169.254.169.254"],
    "interne.exemple.fr": ["10.1.2.3"],
    "six.exemple.fr": ["fd00::1"],
    "double.exemple.fr": [PUBLIC, "192.168.0.1"],
    "mixte.exemple.fr": [PUBLIC, "::1"],
    "zero.exemple.fr": ["0.0.0.0"],
    "cgnat.exemple.fr": ["100.64.0.1"],
    "mappe.exemple.fr": ["::ffff:10.0.0.1"],
    "nat64.exemple.fr": ["64:ff9b::a00:1"],
    "six-quatre.exemple.fr": ["2002:a00:1::"],
    "isatap.exemple.fr": ["2606:4700::5efe:a00:1"],
    "local.exemple.fr": ["fe80::1%eth0"],
    "diffusion.exemple.fr": ["224.0.0.251"],
    "metadonnees.exemple.fr": ["169.254.169.254"],
    "alibaba.exemple.fr": ["100.100.100.200"],
    "oracle.exemple.fr": ["192.0.0.192"],
    "aws6.exemple.fr": ["fd00:ec2::254"],
    "teredo.exemple.fr": ["2001:0:4136:e378:8000:63bf:f5ff:fffe"],
}


@pytest.fixture(autouse=True)
def hostile_dns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Numeric forms are read as the system reads them; names come from `ZONE`. Returns what was asked."""
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        if host in ZONE:
            return [
                (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
                for each in ZONE[host]
            ]
        return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    return asked


ATTEMPTS = [
    # the plain ones
    "https://127.0.0.1/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.0.1/", "https://169.254.169.254/",
    "https://0.0.0.0/", "https://0/", "https://255.255.255.255/", "https://[::1]/", "https://[::]/", "https://localhost/",
    # other writings of an IPv4 address: decimal, octal, hexadecimal, short, overflowing, mixed
    "https://2130706433/", "https://0177.0.0.1/", "https://017700000001/", "https://0x7f.0.0.1/", "https://0x7f000001/",
    "https://127.1/", "https://127.0.1/", "https://0x7f.1/", "https://4294967296/", "https://127.0.0.1.0x0/",
    "https://1572395042/", "https://0X7F.0.0.1/", "https://127.0.0.1./", "https://127.0.0.01/",
    # IPv6 around IPv4, and its private ranges
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[3fff::1]/",
    "https://[2001:db8::1]/", "https://[2606:4700::5efe:7f00:1]/", "https://[2606:4700::200:5efe:a00:1]/",
    # names of somebody's network
    "https://localhost./", "https://LOCALHOST/", "https://a.localhost/", "https://intranet/", "https://db/",
    "https://metadata.google.internal/", "https://imprimante.local/", "https://routeur.home.arpa/", "https://x.onion/",
    # names that lead inside
    *(f"https://{name}/" for name in ZONE if name not in ("exemple.fr", "xn--exmple-cua.fr")),
    # full-width and other figures and dots that become ASCII
    "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://１２７.0.0.1/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "https://exemple｡local/",
    # who is the host? user, fragment, backslash, tab, line end
    "https://exemple.fr@127.0.0.1/", "https://exemple.fr:443@127.0.0.1/", "https://a:b@exemple.fr/", "https://@exemple.fr/",
    "https://127.0.0.1#@exemple.fr/", "https://127.0.0.1?@exemple.fr/", "https://exemple.fr\\@127.0.0.1/",
    "https://127.0.0.1\\.exemple.fr/", "https://exemple.fr\t@127.0.0.1/", "https://exem\nple.fr/", "https://exemple.fr\r\nHost:x/",
    "https://127.0.0.1%2f@exemple.fr/", "https://exemple.fr%00.local/", "https://exemple.fr /", "https:///127.0.0.1/",
    "https:127.0.0.1/", "//127.0.0.1/", "https://[127.0.0.1]/", "https://[::1/", "https://exemple..fr/", "https://-exemple.fr/",
    # other doors
    "https://exemple.fr:22/", "https://exemple.fr:25/", "https://exemple.fr:80/", "https://exemple.fr:6379/",
    "https://exemple.fr:5432/", "https://exemple.fr:8000/", "https://exemple.fr:0/", "https://exemple.fr:99999/", "https://exemple.fr:-1/",
    # other languages
    "http://exemple.fr/", "ftp://exemple.fr/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/stats",
    "javascript:alert(1)", "data:text/plain,x", "unix:///run/x.sock", "HTTPS+unix://x/", "", "exemple.fr",
]  # fmt: skip


def test_there_are_more_than_fifty() -> None:
    assert len(set(ATTEMPTS)) >= 100


@pytest.mark.parametrize("url", ATTEMPTS)
def test_nothing_inside_is_reached(url: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://exemple.fr/crochet", Target("exemple.fr", PUBLIC, 443, "/crochet", True)),
        ("https://EXEMPLE.FR", Target("exemple.fr", PUBLIC, 443, "/", True)),
        ("https://exemple.fr./x?y=1#z", Target("exemple.fr", PUBLIC, 443, "/x?y=1", True)),
        ("https://exemple.fr:8443/x", Target("exemple.fr", PUBLIC, 8443, "/x", True)),
        ("https://exämple.fr/", Target("xn--exmple-cua.fr", PUBLIC, 443, "/", True)),
        (f"https://{PUBLIC}/", Target(PUBLIC, PUBLIC, 443, "/", True)),
        ("https://exemple.fr/?to=http://127.0.0.1/", Target("exemple.fr", PUBLIC, 443, "/?to=http://127.0.0.1/", True)),
    ],
)
def test_a_tool_on_the_internet_is(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url", ["https://db/", "https://metadata.google.internal/", "https://a.localhost/", "https://0x7f.1/"]
)
def test_nobody_is_even_asked_about_names_that_are_not_public(url: str, hostile_dns: list[str]) -> None:
    with pytest.raises(Refused):
        target_of(url)
    assert hostile_dns == []


def test_a_name_that_changes_its_mind_changes_nothing(monkeypatch: pytest.MonkeyPatch, hostile_dns: list[str]) -> None:
    """DNS rebinding: public when it is judged, ours from then on."""
    monkeypatch.setitem(ZONE, "tourne.exemple.fr", [PUBLIC])
    target = target_of("https://tourne.exemple.fr/x")
    monkeypatch.setitem(ZONE, "tourne.exemple.fr", ["127.0.0.1"])
    called = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        post(target, b"{}", {})
    assert called == [(PUBLIC, 443)]
    assert hostile_dns == ["tourne.exemple.fr"], "looked up once"
    with pytest.raises(Refused):
        target_of("https://tourne.exemple.fr/x")


def test_the_certificate_must_be_of_the_name_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes over the address alone does not get what is posted."""
    asked: list[str | None] = []

    class Context(ssl.SSLContext):
        def wrap_socket(self, sock: socket.socket, *_: Any, server_hostname: Any = None, **__: Any) -> Any:
            asked.append(server_hostname)
            raise ssl.SSLCertVerificationError

    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(outgoing.socket, "create_connection", lambda *_, **__: ours)
    with theirs, pytest.raises(Unreachable):
        post(target_of("https://exemple.fr/"), b"{}", {}, trust=context)
    assert asked == ["exemple.fr"]


def test_an_endless_answer_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that never ends is cut at the reader's limit; a body is not read at all."""
    import threading

    sent = []

    def flood(server: socket.socket, head: bytes, more: bytes) -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            try:
                connection.sendall(head)
                sent.extend(connection.send(more) for _ in range(20_000))
            except OSError:
                return

    for head, more, status in (
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096, 200),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"x" * 4096, None),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 512, None),
    ):
        sent.clear()
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=flood, args=(server, head, more))
            thread.start()
            target = Target("exemple.fr", "127.0.0.1", server.getsockname()[1], "/", secure=False)
            if status is None:
                with pytest.raises(Unreachable):
                    post(target, b"{}", {})
            else:
                assert post(target, b"{}", {}) == status
            thread.join()
        assert sum(sent) < 20_000 * 4096 / 4, "it stopped long before the end"
