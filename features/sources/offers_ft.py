"""*Offres d'emploi v2* JSON: a search answer, a list of offers, or NDJSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.border.offer import OffreIn
from features.sources.base import Origin, Parsed, Reject
from features.sources.feed import through_border
from features.sources.json_stream import json_elements
from features.store.kinds import Kind

if TYPE_CHECKING:
    from features.reference import Reference

ORIGIN: Final = Origin(
    title="Offres d'emploi v2",
    publisher="France Travail",
    file_name="answer of GET /partenaire/offresdemploi/v2/offres/search (JSON)",
    licence="France Travail io, terms of use of the API",
)


@dataclass(frozen=True)
class OffersFt:
    """Offers of France Travail, or of any partner that writes the same schema."""

    name: str = "offres-ft"
    origin: Origin = ORIGIN
    kinds: tuple[Kind, ...] = (Kind.OFFER,)
    spoil: tuple[str, str] = ("2025-04-02", "bientôt")

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """One offer an element of `resultats`, of the list, or a line. Contacts and agencies are not kept."""
        for element in json_elements(path, list_key="resultats"):
            yield element if isinstance(element, Reject) else self._offer(*element, reference)

    def _offer(self, line: int, data: dict[str, object], reference: "Reference") -> Parsed | Reject:
        origin = data.get("origineOffre")
        if isinstance(origin, dict):
            data = data | {"origineOffre": {"urlOrigine": origin.get("urlOrigine")}}
        return through_border(
            line, data, OffreIn, lambda offer: offer.to_record(reference, self.name), f"{self.name}:{data.get('id')}"
        )

    def example(self, folder: Path) -> Path:
        path = folder / "offres.json"
        path.write_text(json.dumps({"resultats": EXAMPLES}, ensure_ascii=False), encoding="utf-8")
        return path


EXAMPLES: Final[list[dict[str, object]]] = [
    {
        "id": "100AAAA",
        "intitule": "Boulanger / Boulangère (H/F)",
        "description": "Pétrissage, façonnage et cuisson de pains de tradition.",
        "dateCreation": "2025-04-01T08:00:00.000Z",
        "dateActualisation": "2025-04-03T08:00:00.000Z",
        "lieuTravail": {"libelle": "33 - Bordeaux", "codePostal": "33000", "commune": "33063"},
        "romeCode": "D1102",
        "romeLibelle": "Boulangerie - viennoiserie",
        "entreprise": {"nom": "Fournil du Port", "logo": "https://exemple.fr/logo.png"},
        "typeContrat": "CDD",
        "typeContratLibelle": "CDD - 6 Mois",
        "natureContrat": "Contrat travail",
        "experienceExige": "E",
        "experienceLibelle": "2 An(s)",
        "competences": [{"code": "100066", "libelle": "Pétrir la pâte", "exigence": "E"}],
        "permis": [{"libelle": "B - Véhicule léger", "exigence": "S"}],
        "langues": [{"libelle": "Anglais", "exigence": "S"}],
        "salaire": {"libelle": "Mensuel de 1900.0 Euros à 2100.0 Euros sur 12.0 mois"},
        "dureeTravailLibelle": "35H Travail le matin",
        "dureeTravailLibelleConverti": "Temps plein",
        "alternance": False,
        "nombrePostes": 2,
        "accessibleTH": True,
        "codeNAF": "10.71C",
        "origineOffre": {"origine": "1", "urlOrigine": "https://exemple.fr/offre/100AAAA"},
        "contact": {"nom": "ne doit pas être gardé"},
    },
    {
        "id": "100AAAB",
        "intitule": "Aide-soignant / Aide-soignante",
        "dateCreation": "2025-04-02",
        "lieuTravail": {"libelle": "23 - GUERET"},
        "typeContrat": "CDI",
        "salaire": {},
    },
]
