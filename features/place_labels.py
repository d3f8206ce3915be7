"""Where an offer is: INSEE codes, postal codes and board labels ("23 - GUERET", "75 - PARIS 17") read as places."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from features.communes import Communes

_LABEL: Final = re.compile(r"^\s*(\d{2,3}|2[ABab])\s*-\s*(.+?)\s*$")
_NOISE: Final = re.compile(
    r"\(\s*(?:dept\.?|departement|\d{2,5}|2[ab]|france)?\s*\)|\bcedex(?:\s+\d+)?\b", re.IGNORECASE
)
_ARTICLES: Final = ("la", "le", "les", "l")
_WHOLE_DEPARTEMENT: Final = re.compile(r"\(\s*(?:dept\.?|département|departement)\s*\)", re.IGNORECASE)
_INSEE: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_POSTCODE: Final = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place: its commune (and so its département), only its département, or nothing."""

    commune_insee: str | None = None
    departement: str | None = None


def read_place(communes: "Communes", insee: str | None, postcode: str | None, label: str | None) -> Place:
    """The most precise place that an INSEE code, a postal code and a label agree to tell.

    A known INSEE code wins. A postal code shared by several communes is settled by the label. What names several
    communes, or a département only, gives the département. Nothing readable gives an empty Place.
    """
    if insee and (row := communes.get_row(insee)) is not None:
        return Place(communes.insee[row], communes.departements[row])
    name, departement = read_label(label)
    whole_departement = bool(label and _WHOLE_DEPARTEMENT.search(label))
    by_postcode = communes.by_postcode(postcode) if postcode else ()
    if name and not whole_departement:
        named = _by_name(communes, name, departement)
        common = [row for row in named if row in by_postcode] or named
        if len(common) == 1:
            row = _within_city(communes, common[0], by_postcode)
            return Place(communes.insee[row], communes.departements[row])
    precise = [row for row in by_postcode if communes.is_arrondissement[row]] or list(by_postcode)
    if len(precise) == 1 and not whole_departement:
        return Place(communes.insee[precise[0]], communes.departements[precise[0]])
    found = {communes.departements[row] for row in by_postcode}
    if len(found) == 1:
        return Place(departement=found.pop())
    return Place(departement=departement or departement_of(insee) or departement_of(postcode))


def read_label(label: str | None) -> tuple[str, str | None]:
    """The place name and the département of a label: "23 - GUERET" gives ("GUERET", "23"), "Lyon" ("Lyon", None)."""
    text = _NOISE.sub(" ", label or "").strip()
    match = _LABEL.match(text)
    if match is None:
        return text, None
    departement, name = match[1].upper(), match[2].strip()
    return name, departement if re.fullmatch(r"\d{2}|2[AB]|97\d|98\d", departement) else None


def departement_of(code: str | None) -> str | None:
    """The département of an INSEE or postal code by its first characters; None for another form, or for Corsica's
    postal codes, which do not tell 2A from 2B."""
    if not code or not (_INSEE.fullmatch(code) or _POSTCODE.fullmatch(code)) or code.startswith(("00", "20", "99")):
        return None
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _by_name(communes: "Communes", name: str, departement: str | None) -> tuple[int, ...]:
    """Communes of that name; in a known département, also under an article that the board dropped ("72 - Mans")."""
    found = communes.by_name(name, departement)
    if found or departement is None:
        return found
    return next((rows for article in _ARTICLES if (rows := communes.by_name(f"{article} {name}", departement))), ())


def _within_city(communes: "Communes", row: int, by_postcode: tuple[int, ...]) -> int:
    """The arrondissement that a postal code tells, where the label only says Paris, Lyon or Marseille."""
    inside = [other for other in by_postcode if communes.is_arrondissement[other]]
    city = communes.names[row].split()[0]
    if len(inside) == 1 and not communes.is_arrondissement[row] and communes.names[inside[0]].startswith(city):
        return inside[0]
    return row
