"""Posting to an address that someone gave us, without becoming their way into our own network.

The name is looked up once; if any of its addresses is private, loopback, link-local or otherwise not of the public
internet, nothing is sent. The connection goes to the very address that was judged, so that a name which changes its
mind in between changes nothing. Redirections are not followed, and the answer is not read beyond its status.
(OWASP, *Server-Side Request Forgery Prevention*.)
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

TIMEOUT_S: Final = 10.0
DEADLINE_S: Final = 30.0
"""From the connection to the answer, however little at a time comes of it."""
_KEPT: Final = "/%:@!$&'()*+,;=~?"
"""What a path or a query may hold as it is (RFC 3986); all else is percent-encoded."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

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
    except ValueError as error:
        raise Refused("l'adresse est mal écrite") from error
    secure = parts.scheme == "https"
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise Refused("l'adresse n'est pas une adresse https")
    if not secure and not private_allowed:
        raise Refused("l'adresse n'est pas en https")
    port = named_port or (443 if secure else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"le nom « {parts.hostname} » est introuvable") from error
    addresses = [str(each[4][0]) for each in found]
    if not private_allowed and not all(is_public(ipaddress.ip_address(each.split("%")[0])) for each in addresses):
        raise Refused(f"« {parts.hostname} » n'est pas sur l'internet public")
    path = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return Target(parts.hostname, addresses[0], port, path, secure)


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also the IPv4 address that an IPv6 one wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(target: Target, body: bytes, headers: Mapping[str, str], trust: ssl.SSLContext | None = None) -> int:
    """The status of the answer to a POST. Raises Unreachable. `trust`: other certificates than the system's."""
    context = trust or ssl.create_default_context()
    try:
        connection = socket.create_connection((target.address, target.port), timeout=TIMEOUT_S)
        deadline = threading.Timer(DEADLINE_S, lambda: _cut(connection))
        deadline.daemon = True
        deadline.start()
        try:
            if target.secure:
                connection = context.wrap_socket(connection, server_hostname=target.host, do_handshake_on_connect=False)
                connection.do_handshake()
            client = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_S)
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
