"""The person's own page: what is prepared is there, at `/v1/profils/{id}/envois`."""

from typing import Final

from api.delivery.base import Way
from features.records import Channel

WAY: Final = Way(Channel.PAGE, None)
