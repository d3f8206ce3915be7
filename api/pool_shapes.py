"""What the routes of talent pools answer, besides profiles."""

from typing import Any

import msgspec

from matching.pools import Member


class Mouvement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une entrée ou une sortie, constatée à une actualisation."""

    date: str
    mouvement: str
    """`entree` or `sortie`."""
    profil: str | None = None
    """Absent of people who are no longer visible to employers."""


class Mouvements(msgspec.Struct, frozen=True):
    """Les mouvements d'un vivier, les plus récents d'abord."""

    resultats: list[Mouvement]


class Actualisation(msgspec.Struct, frozen=True):
    """Ce qu'une actualisation a trouvé."""

    date: str
    presents: int
    entres: tuple[str, ...]
    """The first of those who came in; `/mouvements` has all, page by page."""
    autresEntres: int
    """How many came in besides."""
    sortis: int
    """How many left: who withdrew is not named."""
    texte: str


HEADER = (
    "Identifiant",
    "Origine",
    "Métiers visés",
    "Compétences",
    "Diplômes",
    "Permis",
    "Langues",
    "Département",
    "Disponible le",
)


def cells(member: Member) -> tuple[str, ...]:
    """A line of the export: what employers see of a person, and nothing else."""
    seen: dict[str, Any] = msgspec.json.decode(member.shown)
    return (
        member.id,
        "à la main" if member.by_hand else "règle",
        ", ".join(each.get("libelle") or each["codeROME"] for each in seen.get("projets", ())),
        ", ".join(each.get("libelle") or each["code"] for each in seen.get("competences", ())),
        ", ".join(
            each.get("libelle") or f"niveau {each['niveau']}"
            for each in seen.get("diplomes", ())
            if "libelle" in each or "niveau" in each
        ),
        ", ".join(seen.get("permis", ())),
        ", ".join(each["code"] for each in seen.get("langues", ())),
        seen.get("departement") or "",
        seen.get("disponibleLe") or "",
    )
