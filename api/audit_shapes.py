"""The lines of the audit log as the API gives them."""

from typing import Any, Final

import msgspec

from features.audit.actions import LABELS
from features.audit.reading import Kept


class LigneAudit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une ligne du journal d'audit. Les personnes, et ce qui pourrait en désigner une, n'y sont que sous un pseudonyme
    (`p.…`)."""

    numero: int
    date: str
    """Temps universel, à la milliseconde."""
    action: str
    texte: str
    """L'action, en mots."""
    operation: str
    nature: str
    empreinte: str
    """SHA-256 de la ligne."""
    precedente: str
    """SHA-256 de la ligne d'avant."""
    acteur: str | None = None
    """Compte ou client ; absent : personne ne s'est présenté."""
    role: str | None = None
    auNomDe: str | None = None
    """L'établissement, le conseiller ou le flux pour qui l'acteur agit ; pour une personne, son pseudonyme."""
    demo: bool = False
    identifiants: tuple[str, ...] = ()
    personnes: tuple[str, ...] = ()
    statut: int | None = None
    """Statut HTTP ; absent d'un changement, dont la ligne est écrite avec lui."""
    modele: str | None = None
    trace: str | None = None
    precision: str | None = None


def ligne(kept: Kept) -> LigneAudit:
    """A line in its public shape."""
    line = kept.line
    return LigneAudit(
        line.numero,
        line.date,
        line.action.value,
        LABELS[line.action],
        line.operation,
        line.nature,
        kept.hash,
        line.precedente,
        line.acteur,
        line.role,
        line.auNomDe,
        line.demo,
        line.identifiants,
        line.personnes,
        line.statut,
        line.modele,
        line.trace,
        line.precision,
    )


EXAMPLE: Final[dict[str, Any]] = {
    "resultats": [
        {
            "numero": 1843,
            "date": "2026-11-26T09:00:00.123Z",
            "action": "cherche",
            "texte": "a cherché",
            "operation": "POST /v1/profils/recherche",
            "nature": "profils",
            "empreinte": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
            "precedente": "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe",
            "acteur": "compte-7f3a",
            "role": "employeur",
            "auNomDe": "13000548100010",
            "personnes": ["p.4q2mZr0nV1y8cXwK", "p.Zk9d0aXl2mTq7RrY"],
            "statut": 206,
            "modele": "vivier-profils/3",
            "trace": "4bf92f3577b34da6a3ce929d0e0e4736",
        }
    ]
}
