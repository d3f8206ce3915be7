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


@contextmanager
def mail_server() -> Iterator[Letters]:
    """A mail server on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    letters = Letters(port=port)
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield letters
    finally:
        controller.stop()
