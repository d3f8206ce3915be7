"""A mail server that keeps what it is given, on this machine."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller


@dataclass
class Sink:
    """What was handed over, in order; `answer` is what the server says to a message."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: str = "250 OK"
    refused: dict[str, str] = field(default_factory=dict)
    """Recipient -> what the server says to it."""
    sender: str = "250 OK"
    """What the server says to whoever writes."""
    stuck: set[str] = field(default_factory=set)
    """Recipients to whom it never answers."""
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.stuck:
            await asyncio.Event().wait()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.recipients.extend(envelope.rcpt_tos)
        return self.answer


class _Listening(Controller):
    """On a port that the system chooses: the library asks the one that it was given, 0, whether it listens."""

    @property
    def chosen_port(self) -> int:
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    def _trigger_server(self) -> None:
        with socket.create_connection(("127.0.0.1", self.chosen_port), timeout=60) as connection:
            connection.recv(1024)


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    controller = _Listening(made, hostname="127.0.0.1", port=0, ready_timeout=60, enable_SMTPUTF8=False)
    controller.start()
    made.port = controller.chosen_port
    yield made
    controller.stop()
