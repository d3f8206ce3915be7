"""Who saw a person, for the archive that the person may ask for (GDPR, article 15)."""

from collections.abc import Iterator
from typing import Final

from api.service import Service
from features.audit.actions import LABELS, Action
from features.audit.line import Line
from features.audit.reading import about

NAMED: Final = frozenset({"employeur", "partenaire"})
"""Roles of recipients, which are named. Of staff at work it is told when and what, not who (CJEU, C-579/21)."""
WHO: Final = {
    "demandeur": "Une autre personne",
    "employeur": "Un employeur",
    "conseiller": "Un conseiller",
    "partenaire": "Un partenaire",
    "auditeur": "Un auditeur",
    "administrateur": "Un administrateur",
    "pilote": "Un pilote du réseau",
    "service": "Un automate du réseau",
    "commande": "L'exploitant du service",
}
NOBODY: Final = "Quelqu'un qui ne s'est pas connecté"
OTHERS: Final = {
    Action.SEEN: "a consulté une donnée qui vous concerne",
    Action.LISTED: "vous a vu dans une liste",
    Action.SEARCHED: "vous a vu dans une recherche",
    Action.EXPORTED: "a exporté une liste où vous êtes",
    Action.CREATED: "a créé une donnée qui vous concerne",
    Action.CHANGED: "a modifié une donnée qui vous concerne",
    Action.DELETED: "a supprimé une donnée qui vous concerne",
    Action.CONTACTED: "vous a écrit",
    Action.ANSWERED: "a répondu à une mise en relation avec vous",
    Action.REFUSED: "a demandé une donnée qui vous concerne, sans l'obtenir",
    Action.FAILED: "a fait une demande à votre sujet, qui n'a pas abouti",
}
OWN: Final = {
    Action.SEEN: "avez consulté vos données",
    Action.LISTED: "avez affiché une liste",
    Action.SEARCHED: "avez cherché",
    Action.EXPORTED: "avez exporté vos données",
    Action.CREATED: "avez créé une donnée",
    Action.CHANGED: "avez modifié vos données",
    Action.DELETED: "avez supprimé une donnée",
    Action.ANSWERED: "avez répondu à une mise en relation",
    Action.SIGNED_IN: "vous êtes connecté",
    Action.REFUSED: "avez demandé ce qui n'est pas à vous ou n'existe pas",
    Action.FAILED: "avez fait une demande qui n'a pas abouti",
}
FOR_YOU: Final = "a fait une recherche pour vous"


def seen_by(service: Service, profile_id: str) -> Iterator[dict[str, object]]:
    """Every line that is about a person, the oldest first: when, who by role, what, which address, ranked by what."""
    person = service.audit.chain.key.person(profile_id)
    for line in about(service.store, person):
        told: dict[str, object | None] = {
            "date": line.date,
            "texte": _sentence(line, person),
            "role": line.role,
            "auNomDe": line.auNomDe if line.role in NAMED else None,
            "operation": line.operation,
            "statut": line.statut,
            "modele": line.modele,
            "trace": line.trace,
        }
        yield {name: value for name, value in told.items() if value is not None}


def _sentence(line: Line, person: str) -> str:
    if line.auNomDe == person:
        return f"Vous {OWN.get(line.action, 'avez agi')}."
    who = WHO.get(line.role or "", NOBODY)
    if line.role in NAMED and line.auNomDe is not None:
        who = f"{who} ({line.auNomDe})"
    if line.action is Action.SEARCHED and line.operation.startswith(
        ("GET /v1/profils/{id}/", "POST /v1/profils/{id}/")
    ):
        return f"{who} {FOR_YOU}."
    return f"{who} {OTHERS.get(line.action, LABELS[line.action])}."
