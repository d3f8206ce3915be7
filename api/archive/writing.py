"""An archive as JSON, written as it is read: a person's whole history never stands in memory."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from api.archive.base import Asked, Item, Section

RIGHTS = (
    "Vous pouvez corriger ces données (PUT sur votre profil), retirer chacun de vos accords (consentements), refuser "
    "le profilage, et faire effacer tout ce qui vous concerne (DELETE sur votre profil). Aucune décision n'est prise "
    "automatiquement : vos listes proposent, une personne décide. Réclamations : CNIL, cnil.fr/plaintes."
)


def live_items(asked: Asked, sections: Sequence[Section]) -> dict[str, list[Item]]:
    """The items of the sections that read the engine; for the thread that answers questions."""
    return {section.name: list(section.read(asked)) for section in sections if section.live}


def archive(asked: Asked, sections: Sequence[Section], live: Mapping[str, Sequence[Item]]) -> Iterator[bytes]:
    """The JSON, in pieces."""
    encode = msgspec.json.Encoder().encode
    head = {"personne": asked.profile_id, "etabliLe": asked.now.isoformat(timespec="seconds"), "vosDroits": RIGHTS}
    yield encode(head)[:-1]
    for section in sections:
        yield b',%b:{"quoi":%b,"elements":[' % (encode(section.name), encode(section.about))
        items = iter(live[section.name]) if section.live else section.read(asked)
        for number, item in enumerate(items):
            yield (b"," if number else b"") + encode(item)
        yield b"]}"
    yield b"}"
