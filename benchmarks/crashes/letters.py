"""A mail server of this process, which notes whom each letter went to and which letter it was."""

import email
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Letters:
    """What was handed over: (Message-ID, recipient), and how often."""

    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        identity = str(email.message_from_bytes(envelope.content)["Message-ID"])
        self.taken.update((identity, recipient) for recipient in envelope.rcpt_tos)
        return "250 OK"

    @property
    def again(self) -> int:
        """Letters that came once more, with the same identity."""
        return self.taken.total() - len(self.taken)


class _Listening(Controller):
    """On a port that the system chooses: the library asks the one that it was given, 0, whether it listens."""

    @property
    def chosen_port(self) -> int:
        port: int = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return port

    def _trigger_server(self) -> None:
        with socket.create_connection(("127.0.0.1", self.chosen_port), timeout=60) as connection:
            connection.recv(1024)


@contextmanager
def mail_server() -> Iterator[Letters]:
    """A mail server on a port of this machine."""
    letters = Letters()
    controller = _Listening(letters, hostname="127.0.0.1", port=0, ready_timeout=60)
    controller.start()
    letters.port = controller.chosen_port
    try:
        yield letters
    finally:
        controller.stop()
