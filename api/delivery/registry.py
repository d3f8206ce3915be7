"""The channels: one file each, one line here."""

from typing import Final

from api.delivery import atom, email, page, webhook
from api.delivery.base import Way
from features.records import Channel

WAYS: Final[dict[Channel, Way]] = {way.channel: way for way in (email.WAY, webhook.WAY, atom.WAY, page.WAY)}
