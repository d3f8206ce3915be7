"""What the person, or who follows them, declared: the profile, the identity, the RQTH."""

from collections.abc import Iterator

from api.archive.base import Asked, Item, Section
from features.border.registry import BORDERS
from features.store import RECORD_TYPES, Kind


def _section(kind: Kind, name: str, about: str) -> Section:
    def read(asked: Asked) -> Iterator[Item]:
        record = asked.service.store.get(RECORD_TYPES[kind], asked.profile_id)
        if record is not None:
            yield {**asked.written(kind, [asked.profile_id]).get(asked.profile_id, {}), **BORDERS[kind].out(record)}

    return Section(name, about, read, frozenset({kind.value}))


PROFILE = _section(Kind.PROFILE, "profil", "Votre profil, tel que vous ou votre conseiller l'avez donné.")
IDENTITY = _section(
    Kind.IDENTITY,
    "identite",
    "Votre identité. Elle sert à vous joindre, jamais à vous classer ; elle est chiffrée dans nos fichiers.",
)
PROTECTED = _section(
    Kind.PROTECTED,
    "statutProtege",
    "La reconnaissance de travailleur handicapé, si vous l'avez déclarée. Elle ne sert qu'un filtre que vous activez.",
)
