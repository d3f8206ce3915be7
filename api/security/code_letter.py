"""The letter that brings somebody the code of their profile."""

import logging
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final

import aiosmtplib
import anyio.to_thread

from api.delivery.email import address_of, mail_server
from api.delivery.render import render
from api.security.accounts import EMAIL_CODE_S, code_to_send
from api.settings import Settings

if TYPE_CHECKING:
    from api.service import Service

log = logging.getLogger(__name__)

SUBJECT: Final = "Votre code pour accéder à votre profil"


async def send_code(service: "Service", profile_id: str) -> None:
    """Send a code to the address of a profile, where it has one and none was sent a moment ago. Says nothing to whoever
    asked; what went wrong is logged without a name or an address."""
    if service.settings.smtp_host is None:
        log.warning("a code could not be sent: no mail server is set (VIVIER_SMTP_HOST)")
        return
    found = await anyio.to_thread.run_sync(code_to_send, service.store, profile_id, limiter=service.access.hashing)
    if found is None:
        return
    code, address = found
    try:
        letter = letter_of(service.settings, code, address)
        async with mail_server(service.settings) as server:
            await server.send_message(letter)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        log.warning("a code could not be sent: %s", type(error).__name__)


def letter_of(settings: Settings, code: str, address: str) -> EmailMessage:
    """The letter. Raises ValueError for an address that is none."""
    letter = EmailMessage()
    letter["Subject"] = SUBJECT
    letter["From"] = settings.mail_from
    letter["To"] = address_of(address)
    letter["Auto-Submitted"] = "auto-generated"
    letter["Content-Language"] = "fr"
    minutes = EMAIL_CODE_S // 60
    letter.set_content(render("code.txt.j2", code=code, minutes=minutes, address=settings.public_url))
    return letter
