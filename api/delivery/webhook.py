"""Webhooks: a digest as signed JSON, posted to an address that the person's own tool listens on.

Vivier-Envoi: <id of the digest>            the same each time it is posted: a receiver drops what it knows
Vivier-Signature: t=<seconds>,v1=<hex>      HMAC-SHA256 of "<seconds>.<body>" with the subscription's key
"""

import asyncio
import contextlib
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from api.delivery.base import House, Outcome, Recipient, Result, Way
from api.delivery.outgoing import Refused, Unreachable, post, target_of
from api.delivery.shapes import envoi_of
from features.records import Channel
from matching.digests.digest import Digest

GONE: Final = 410


class WebhookSender:
    """Posts digests, one at a time."""

    def __init__(self, house: House, clock: Callable[[], float] = time.time) -> None:
        self._house = house
        self._clock = clock

    async def send(self, digest: Digest, recipient: Recipient) -> Result:
        url = recipient.subscription.webhook_url
        if url is None:
            return Result(Outcome.NEVER, "l'abonnement n'a pas d'adresse de webhook")
        body = msgspec.json.encode(envoi_of(digest))
        key = self._house.signer.webhook_key(recipient.subscription.id)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Vivier",
            "Vivier-Envoi": digest.id,
            "Vivier-Signature": signature(key, body, int(self._clock())),
        }
        try:
            target = await asyncio.to_thread(target_of, url, self._house.settings.webhook_private_addresses)
            waits_s = self._house.settings.webhook_timeout_s
            status = await asyncio.to_thread(post, target, body, headers, timeout_s=waits_s)
        except Refused as refused:
            return Result(Outcome.NEVER, str(refused))
        except Unreachable as unreachable:
            return Result(Outcome.LATER, str(unreachable))
        if 200 <= status < 300:
            return Result(Outcome.DONE)
        if 300 <= status < 400:
            return Result(Outcome.NEVER, f"l'adresse renvoie ailleurs (code {status}) : donnez l'adresse définitive")
        if status == GONE:
            return Result(Outcome.NEVER, "l'adresse dit qu'elle n'existe plus (code 410)")
        return Result(Outcome.LATER, f"l'adresse a répondu par le code {status}")


def signature(key: str, body: bytes, at: int) -> str:
    """The value of `Vivier-Signature` for a body posted at a time in seconds."""
    mac = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


@contextlib.asynccontextmanager
async def _opened(house: House) -> AsyncIterator[WebhookSender]:
    yield WebhookSender(house)


WAY: Final = Way(Channel.WEBHOOK, _opened)
