"""Who saw the person, searched them, contacted them or changed what is about them."""

from collections.abc import Iterator
from typing import Final

from api.archive.base import Asked, Item, Section
from api.auditing.archive import seen_by


def lines(asked: Asked) -> Iterator[Item]:
    yield from seen_by(asked.service, asked.profile_id)


SEEN: Final = Section(
    "consultations",
    "Qui a vu, cherché, contacté ou modifié ce qui vous concerne, quand, et quel modèle classait. Les employeurs et "
    "les partenaires sont nommés ; des agents du réseau, on dit quand et quoi.",
    lines,
)
