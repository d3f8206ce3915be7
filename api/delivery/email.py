"""E-mail: a letter in HTML and in plain text, handed to a mail server.

The Message-ID is a function of the digest, so that a letter that is handed over twice (the process died between the
server's "250" and our note of it) is recognisably the same one: RFC 5322, section 3.6.4. One click stops it: RFC 2369
and RFC 8058.
"""

import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from dataclasses import asdict
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

import aiosmtplib

from api.delivery.base import ChannelClosed, House, Outcome, Recipient, Result, Way
from api.delivery.render import render
from api.delivery.wording import letter_of, stop_address
from api.settings import Settings
from features.records import Channel
from matching.digests.digest import Digest

_PERMANENT: Final = range(500, 600)
NO_ADDRESS: Final = "aucune adresse de courriel n'est connue"


class MailSender:
    """Hands letters to one mail server, over one connection."""

    def __init__(self, house: House, server: aiosmtplib.SMTP) -> None:
        self._house = house
        self._server = server
        self._timed_out = False

    async def send(self, digest: Digest, recipient: Recipient) -> Result:
        """Hand a letter over. Raises ChannelClosed when the server is gone, refuses us whatever the letter, or took too
        long over two letters in a row."""
        if not recipient.profile.consents.contact_by_email:
            return Result(Outcome.NEVER, "vous n'acceptez plus d'être joint par courriel")
        address = None if recipient.identity is None else recipient.identity.email
        try:
            to = address_of(address)
        except ValueError:
            return Result(Outcome.NEVER, NO_ADDRESS)
        letter = message_of(self._house, digest, recipient, to)
        if not self._server.is_connected:
            await _connect(self._server)
        try:
            await self._server.send_message(letter)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [each.code for each in refused.recipients]
            return _refused(codes[0] if codes else 550)
        except aiosmtplib.SMTPServerDisconnected as error:
            raise ChannelClosed(f"le serveur de courriel a coupé ({error})") from error
        except aiosmtplib.SMTPNotSupported:
            return Result(Outcome.NEVER, "le serveur de courriel n'accepte pas les lettres accentuées de votre adresse")
        except aiosmtplib.SMTPDataError as refused:
            return _refused(refused.code)
        except aiosmtplib.SMTPResponseException as refused:
            raise ChannelClosed(f"le serveur de courriel nous refuse (code {refused.code})") from refused
        except TimeoutError as error:
            self._server.close()
            if self._timed_out:
                raise ChannelClosed("le serveur de courriel ne répond plus à temps") from error
            self._timed_out = True
            return Result(Outcome.LATER, "le serveur de courriel n'a pas répondu à temps")
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ChannelClosed(f"le serveur de courriel ne répond plus ({type(error).__name__})") from error
        self._timed_out = False
        return Result(Outcome.DONE)


def address_of(text: str | None) -> Address:
    """The address that a text is. Raises ValueError for one that is none, or that is missing."""
    if not text or any(character in text for character in "\r\n"):
        raise ValueError(NO_ADDRESS)
    try:
        return Address(addr_spec=text)
    except (MessageError, IndexError) as error:
        raise ValueError(NO_ADDRESS) from error


def message_of(house: House, digest: Digest, recipient: Recipient, to: Address) -> EmailMessage:
    """The letter of a digest."""
    letter = letter_of(house, digest, recipient)
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = house.settings.mail_from
    message["To"] = to
    message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    message["Message-ID"] = message_id(house, digest.id)
    message["List-Id"] = f"<abonnements.{_domain(house)}>"
    message["List-Unsubscribe"] = f"<{stop_address(house, digest.subscription_id)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "fr"
    values = {**asdict(letter), "sections": letter.sections}
    message.set_content(render("digest.txt.j2", **values))
    message.add_alternative(render("digest.html.j2", **values), subtype="html")
    return message


def message_id(house: House, digest_id: str) -> str:
    """The Message-ID of a digest: the same each time it is handed over."""
    return f"<{digest_id}@{_domain(house)}>"


def _domain(house: House) -> str:
    return parseaddr(house.settings.mail_from)[1].rpartition("@")[2]


def _refused(code: int) -> Result:
    if code in _PERMANENT:
        return Result(Outcome.NEVER, f"le serveur de courriel refuse votre adresse (code {code})")
    return Result(Outcome.LATER, f"le serveur de courriel demande d'attendre (code {code})")


async def _connect(server: aiosmtplib.SMTP) -> None:
    try:
        await server.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        server.close()
        raise ChannelClosed(f"le serveur de courriel ne répond pas ({type(error).__name__})") from error


def mail_server(settings: Settings) -> aiosmtplib.SMTP:
    """The mail server of the settings, not connected yet."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        tls_context=None if settings.smtp_security == "none" else ssl.create_default_context(),
        username=settings.smtp_user,
        password=None if settings.smtp_password is None else settings.smtp_password.get_secret_value(),
        timeout=settings.smtp_timeout_s,
    )


@contextlib.asynccontextmanager
async def _opened(house: House) -> AsyncIterator[MailSender]:
    settings = house.settings
    if settings.smtp_host is None:
        raise ChannelClosed("aucun serveur de courriel n'est réglé (VIVIER_SMTP_HOST)")
    server = mail_server(settings)
    await _connect(server)
    try:
        yield MailSender(house, server)
    finally:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await server.quit()
        server.close()


WAY: Final = Way(Channel.EMAIL, _opened)
