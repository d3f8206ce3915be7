"""Posting to an address that someone gave us, without becoming their way into our own network.

The name is looked up once; if any of its addresses is private, loopback, link-local or otherwise not of the public
internet, nothing is sent. The connection goes to the very address that was judged, so that a name which changes its
mind in between changes nothing. Redirections are not followed, and the answer is not read beyond its status.
(OWASP, *Server-Side Request Forgery Prevention*.)
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

TIMEOUT_S: Final = 10.0
CUT_OFF_AFTER: Final = 3
"""Times the timeout, from the connection to the answer, however little at a time comes of it."""
_KEPT: Final = "/%:@!$&'()*+,;=~?"
"""What a path or a query may hold as it is (RFC 3986); all else is percent-encoded."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_BESIDES: Final = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001::/23", "3fff::/20"))
)
"""Of no use to anybody's tool, and not told by every Python: protocol assignments (Teredo with them), relays, local
translation, documentation (IANA special-purpose registries)."""
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""Third quarter of an IPv6 address whose last quarter is an IPv4 address (RFC 5214)."""
PORTS: Final = frozenset({443, 8443})
"""Others are doors of other services: mail, databases, consoles."""
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*\.[a-z0-9-]{2,63}")
_PRIVATE_NAMES: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "onion"}
)
"""Last parts of names that only some network knows (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`)."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The address is not one that we post to; the message says why, in French."""


class Unreachable(Exception):
    """Nobody answered, or not in time."""


@dataclass(frozen=True)
class Target:
    """Where a request goes: the name that was asked for, and the one address that it stands for."""

    host: str
    address: str
    port: int
    path: str
    secure: bool


def target_of(url: str, private_allowed: bool = False) -> Target:
    """The target of a URL, its name looked up and judged. Raises Refused, and Unreachable for a name nobody knows.

    `private_allowed` lets addresses of a private network and plain HTTP through, for trials on one machine.
    """
    try:
        parts = urlsplit(url)
        named_port = parts.port
        host = _host_of(parts.hostname or "")
    except ValueError as error:
        raise Refused("l'adresse est mal écrite") from error
    if any(character < " " or character in "\\\x7f" for character in url):
        raise Refused("l'adresse est mal écrite")  # one reader skips it, the next ends the name there
    secure = parts.scheme == "https"
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc:
        raise Refused("l'adresse n'est pas une adresse https")
    if not secure and not private_allowed:
        raise Refused("l'adresse n'est pas en https")
    port = named_port if named_port is not None else 443 if secure else 80
    if not private_allowed:
        _check_name(host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"le nom « {host} » est introuvable") from error
    addresses = [str(each[4][0]) for each in found]
    if not private_allowed and not all(is_public(ipaddress.ip_address(each.split("%")[0])) for each in addresses):
        raise Refused(f"« {host} » n'est pas sur l'internet public")
    if not private_allowed and port not in PORTS:
        raise Refused(f"le port {port} n'est pas admis (443 ou 8443)")
    path = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return Target(host, addresses[0], port, path, secure)


def _host_of(name: str) -> str:
    """A name in the one form that is looked up, sent and checked: ASCII, lower case, no dot at the end. Raises
    ValueError for one that has none."""
    if ":" in name or name.isascii():
        return name.rstrip(".")
    try:
        return name.encode("idna").decode().lower().rstrip(".")
    except UnicodeError as error:
        raise ValueError(str(error)) from error


def _check_name(host: str) -> None:
    """Raises Refused for a name that is none of the public internet, before anybody is asked about it."""
    try:
        ipaddress.ip_address(host.split("%")[0])
        return  # judged like the addresses of a name
    except ValueError:
        pass
    last = host.rpartition(".")[2]
    if not _HOST.fullmatch(host) or last in _PRIVATE_NAMES or last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        raise Refused(f"« {host} » n'est pas un nom de l'internet public")


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also the IPv4 address that an IPv6 one wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = _last_quarter(address)
        if wrapped is not None:
            return is_public(wrapped)
    if isinstance(address, ipaddress.IPv6Address):
        if int(address) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(_last_quarter(address)):
            return False
        if address.is_site_local:
            return False
    if any(address in network for network in _BESIDES):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _last_quarter(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    trust: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
) -> int:
    """The status of the answer to a POST. Raises Unreachable. `trust`: other certificates than the system's."""
    context = trust or ssl.create_default_context()
    try:
        connection = socket.create_connection((target.address, target.port), timeout=timeout_s)
        deadline = threading.Timer(CUT_OFF_AFTER * timeout_s, lambda: _cut(connection))
        deadline.daemon = True
        deadline.start()
        try:
            if target.secure:
                connection = context.wrap_socket(connection, server_hostname=target.host, do_handshake_on_connect=False)
                connection.do_handshake()
            client = http.client.HTTPConnection(target.host, target.port, timeout=timeout_s)
            client.sock = connection
            client.request("POST", target.path, body=body, headers=dict(headers))
            return client.getresponse().status
        finally:
            deadline.cancel()
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"« {target.host} » ne répond pas ({type(error).__name__})") from error


def _cut(connection: socket.socket) -> None:
    """End a connection under whoever reads from it, TLS or not."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
