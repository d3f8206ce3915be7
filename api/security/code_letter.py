"""The letter that brings somebody the code of their profile."""

import logging
import ssl
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final

import aiosmtplib
import anyio.to_thread

from api.delivery.email import TIMEOUT_S, address_of
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
        await _hand_over(service.settings, letter_of(service.settings, code, address))
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


async def _hand_over(settings: Settings, letter: EmailMessage) -> None:
    await aiosmtplib.send(
        letter,
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        tls_context=None if settings.smtp_security == "none" else ssl.create_default_context(),
        username=settings.smtp_user,
        password=None if settings.smtp_password is None else settings.smtp_password.get_secret_value(),
        timeout=TIMEOUT_S,
    )
