"""LHÉO XML: the training offers of the Carif-Oref and of Mon Compte Formation (https://lheo.gouv.fr, versions 2 and 3).

A `<formation>` gives a training; each `<session>` of its `<action>`s gives a session. Namespaces are not looked at,
since each publisher has its own. XML entities and document types are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from features.border.training import FormationIn, SessionIn
from features.place_labels import read_place
from features.records import Record
from features.sources.base import Origin, Parsed, Reject, WrongFile
from features.sources.feed import through_border
from features.sources.reading import LINE_LIMIT, Bounded, open_bytes
from features.store.kinds import Kind
from features.text import normalise, plain

if TYPE_CHECKING:
    from features.reference import Reference

ORIGIN: Final = Origin(
    title="LHÉO, offers of training",
    publisher="Carif-Oref, Réseau des Carif-Oref, Mon Compte Formation (EDOF)",
    file_name="*.xml whose root is <lheo>",
    licence="the publisher's; Licence Ouverte for the regional open data",
)

_ATTENDANCE: Final = {"0": "presentiel", "1": "distance", "2": "mixte"}
"""Table dict-FOAD of LHÉO."""

_LEVELS: Final[dict[str, int | None]] = {
    **dict.fromkeys(("0", "1", "2", "3")),
    **{str(3 + level): level + 2 for level in range(1, 6)},
    **{str(10 + level): level for level in range(1, 9)},
}
"""Table dict-niveaux: not told or none in particular (0 to 3), the former levels V to I (4 to 8), then the levels of
the national framework (11 to 18)."""

_FUNDINGS: Final = {"2": "REGION", "4": "FRANCE_TRAVAIL", "10": "AUTOFINANCEMENT", "16": "OPCO", "17": "OPCO"}
"""Table dict-financeurs, for the funders that `Funding` has."""

_WORDS: Final = (("POEI", "POEI"), ("POEC", "POEC"), ("AFPR", "AFPR"))


@dataclass(frozen=True)
class Lheo:
    """Trainings and their sessions."""

    name: str = "lheo"
    origin: Origin = ORIGIN
    kinds: tuple[Kind, ...] = (Kind.TRAINING, Kind.SESSION)
    spoil: tuple[str, str] = ("20250901", "septembre")

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """A training with its good sessions an element; a bad session is a reject of its own."""
        found = False
        for number, formation in _formations(path):
            found = True
            yield from self._training(number, formation, reference)
        if not found:
            raise WrongFile(f"{path.name}: no <formation> element found; expected <lheo><offres><formation>…")

    def _training(self, number: int, formation: Element, reference: "Reference") -> Iterator[Parsed | Reject]:
        key = formation.get("numero") or _text(formation, "identifiant-module")
        training_id = f"{self.name}:{_slug(key)}" if key else None
        taken = through_border(
            number,
            _formation_shape(formation, training_id),
            FormationIn,
            lambda model: model.to_record(reference),
            training_id,
        )
        if isinstance(taken, Reject):
            yield taken
            return
        sessions: list[Record] = []
        for data in _session_shapes(formation, str(training_id), reference):
            read = through_border(number, data, SessionIn, lambda model: model.to_record(reference), str(data["id"]))
            if isinstance(read, Reject):
                yield read
            else:
                sessions.extend(read.records)
        yield Parsed(number, (*taken.records, *sessions))

    def example(self, folder: Path) -> Path:
        path = folder / "offres.xml"
        path.write_text(EXAMPLE, encoding="utf-8")
        return path


class _Metered:
    """Counts the bytes since the last element, so that none may grow without end."""

    def __init__(self, stream: Bounded, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.bytes += len(data)
        if self.bytes > LINE_LIMIT:
            raise WrongFile(f"{self._path.name}: an element is longer than {LINE_LIMIT} bytes")
        return data


def _formations(path: Path) -> Iterator[tuple[int, Element]]:
    """(1-based number, element) of each `<formation>`, dropped from memory once read."""
    with open_bytes(path) as stream:
        metered = _Metered(stream, path)
        open_elements: list[Element] = []
        number = 0
        try:
            for event, element in iterparse(metered, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    element.tag = element.tag.rpartition("}")[2]
                    open_elements.append(element)
                    continue
                open_elements.pop()
                if element.tag == "formation":
                    number += 1
                    yield number, element
                    metered.bytes = 0
                    if open_elements:
                        open_elements[-1].remove(element)
        except DefusedXmlException as error:
            raise WrongFile(f"{path.name}: document types and entities are refused ({type(error).__name__})") from error
        except WrongFile:
            raise
        except (ParseError, LookupError, ValueError) as error:  # ValueError: an encoding that expat does not read
            raise WrongFile(f"{path.name} is not XML that can be read ({error}); fetch it again") from error


def _formation_shape(formation: Element, training_id: str | None) -> dict[str, object]:
    """A `<formation>` in the shape of `FormationIn`."""
    provider = formation.find("organisme-formation-responsable")
    actions = formation.findall("action")
    conditions = dict.fromkeys(filter(None, (_text(action, "conditions-specifiques") for action in actions)))
    objective = "\n".join(
        filter(
            None, (_text(formation, name) for name in ("objectif-formation", "resultats-attendus", "contenu-formation"))
        )
    )
    return {
        "id": training_id,
        "intitule": _text(formation, "intitule-formation"),
        "objectif": plain(objective),
        "codeRNCP": _certification(formation),
        "codesROME": list(dict.fromkeys(_texts(formation, "domaine-formation/code-ROME"))),
        "niveauSortie": _coded(_LEVELS, _text(formation, "code-niveau-sortie")),
        "niveauEntree": _coded(_LEVELS, _text(formation, "code-niveau-entree")),
        "prerequis": "\n".join(conditions),
        "dureeHeures": next(filter(None, (_text(action, "nombre-heures-total") for action in actions)), None),
        "organisme": _text(provider, "nom-organisme") or _text(provider, "raison-sociale"),
        "siret": _text(provider, "SIRET-organisme-formation/SIRET") or _text(provider, "SIRET-organisme-formation"),
    }


def _certification(formation: Element) -> str | None:
    for prefix in ("RNCP", "RS"):
        code = next(iter(_texts(formation, f"certification/code-{prefix}")), None)
        if code is not None:
            return code.upper() if code.upper().startswith(prefix) else f"{prefix}{code}"
    return None


def _session_shapes(formation: Element, training_id: str, reference: "Reference") -> Iterator[dict[str, object]]:
    """Each session in the shape of `SessionIn`, with what its action says of place, attendance and funding."""
    cpf = any(_texts(formation, "certification/code-CPF"))
    for a, action in enumerate(formation.findall("action"), start=1):
        address = action.find("lieu-de-formation/coordonnees/adresse")
        place = read_place(
            reference.communes,
            _text(address, "code-INSEE-commune"),
            _text(address, "codepostal"),
            _text(address, "ville"),
        )
        fundings = [
            _FUNDINGS[code] for code in _texts(action, "organisme-financeur/code-financeur") if code in _FUNDINGS
        ]
        words = (_text(action, "detail-conditions-prise-en-charge") or "").upper()
        fundings += [funding for word, funding in _WORDS if word in words]
        for s, session in enumerate(action.findall("session"), start=1):
            key = session.get("numero") or f"{formation.get('numero')}-{action.get('numero') or a}-{s}"
            yield {
                "id": f"{training_id.partition(':')[0]}:{_slug(key)}",
                "formation": training_id,
                "dateDebut": _day(_text(session, "periode/debut")),
                "dateFin": _day(_text(session, "periode/fin")),
                "lieu": {
                    "commune": place.commune_insee,
                    "latitude": _text(address, "geolocalisation/latitude"),
                    "longitude": _text(address, "geolocalisation/longitude"),
                },
                "modalite": _coded(_ATTENDANCE, _text(action, "modalites-enseignement") or "0"),
                "places": _places(action),
                "financements": list(dict.fromkeys([*(["CPF"] if cpf else []), *fundings])),
                "prixEuros": _text(action, "prix-total-TTC"),
                "accessible": _accessible(_text(action, "acces-handicapes")),
            }


def _coded(table: Mapping[str, object], code: str | None) -> object:
    """What a code of a LHÉO table means; an unknown code as it is, for the border to refuse."""
    return None if code is None else table.get(code, code)


def _places(action: Element) -> int | None:
    counts = [int(text) for text in _texts(action, "organisme-financeur/nb-places-financees") if text.isdigit()]
    return sum(counts) if counts else None


def _accessible(text: str | None) -> bool | None:
    words = normalise(text or "").split()
    return None if not words else words[0] not in {"non", "pas", "aucun", "0"}


def _day(text: str | None) -> str | None:
    """A LHÉO date (AAAAMMJJ) as ISO 8601; another form as it is, for the border to refuse."""
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text or "")
    return "-".join(match.groups()) if match is not None else text


def _slug(key: str) -> str:
    return re.sub(r"[\s/?#%\\]+", "_", key.strip())


def _text(element: Element | None, path: str) -> str | None:
    found = None if element is None else element.find(path)
    return None if found is None else (found.text or "").strip() or None


def _texts(element: Element, path: str) -> list[str]:
    return [text for found in element.findall(path) if (text := (found.text or "").strip())]


EXAMPLE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<lheo xmlns="http://lheo.gouv.fr/2.3"><offres>
<formation numero="F1">
  <domaine-formation><code-FORMACODE>21538</code-FORMACODE><code-ROME>D1102</code-ROME></domaine-formation>
  <intitule-formation>CAP Boulanger</intitule-formation>
  <objectif-formation>Fabriquer des pains et des viennoiseries.</objectif-formation>
  <certification><code-RNCP>37537</code-RNCP></certification>
  <code-niveau-entree>1</code-niveau-entree>
  <code-niveau-sortie>13</code-niveau-sortie>
  <action numero="A1">
    <modalites-enseignement>2</modalites-enseignement>
    <conditions-specifiques>Aucun prérequis</conditions-specifiques>
    <lieu-de-formation><coordonnees><adresse>
      <codepostal>33000</codepostal><ville>Bordeaux</ville><code-INSEE-commune>33063</code-INSEE-commune>
    </adresse></coordonnees></lieu-de-formation>
    <session numero="S1"><periode><debut>20250901</debut><fin>20260630</fin></periode></session>
    <session numero="S2"><periode><debut>20260105</debut><fin>20261030</fin></periode></session>
    <acces-handicapes>Accessible aux fauteuils roulants</acces-handicapes>
    <prix-total-TTC>5200</prix-total-TTC>
    <nombre-heures-total>420</nombre-heures-total>
    <organisme-financeur>
      <code-financeur>2</code-financeur><nb-places-financees>12</nb-places-financees>
    </organisme-financeur>
  </action>
  <organisme-formation-responsable>
    <SIRET-organisme-formation><SIRET>99000000400015</SIRET></SIRET-organisme-formation>
    <nom-organisme>Centre du Port</nom-organisme>
  </organisme-formation-responsable>
</formation>
</offres></lheo>
"""
