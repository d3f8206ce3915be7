"""schema.org JobPosting: JSON-LD files, and web pages that carry it in `<script type="application/ld+json">`."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.border.offer import OffreIn
from features.sources.base import Origin, Parsed, Reject, WrongFile
from features.sources.feed import through_border
from features.sources.json_stream import json_elements
from features.sources.reading import LINE_LIMIT, open_bytes
from features.store.kinds import Kind
from features.text import one_line, plain

if TYPE_CHECKING:
    from features.reference import Reference

ORIGIN: Final = Origin(
    title="JobPosting",
    publisher="any board or firm that publishes schema.org markup",
    file_name="*.jsonld, *.json or *.html",
    licence="the publisher's",
)

PAGE_LIMIT: Final = 4 * LINE_LIMIT
"""Bytes of one web page."""

_CONTRACTS: Final = {
    "TEMPORARY": "CDD",
    "CONTRACTOR": "LIB",
    "SEASONAL": "SAI",
}
_PERIODS: Final = {"HOUR": "Horaire", "MONTH": "Mensuel", "YEAR": "Annuel"}
_ID: Final = re.compile(r"[^\s/?#%\\]{1,150}")

Json = Mapping[str, object]


@dataclass(frozen=True)
class JobPostings:
    """Offers in the vocabulary of https://schema.org/JobPosting."""

    name: str = "jobposting"
    origin: Origin = ORIGIN
    kinds: tuple[Kind, ...] = (Kind.OFFER,)
    spoil: tuple[str, str] = ("2025-04-01", "bientôt")

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """One offer a JobPosting, wherever it stands in the document (`@graph`, lists, `mainEntity`)."""
        found = False
        for number, posting in _postings(path):
            found = True
            if isinstance(posting, Reject):
                yield posting
                continue
            data = offer_shape(posting)
            yield through_border(
                number, data, OffreIn, lambda offer: offer.to_record(reference, self.name), f"{self.name}:{data['id']}"
            )
        if not found:
            raise WrongFile(
                f"{path.name}: no schema.org JobPosting found; expected JSON-LD, or HTML with a JSON-LD script"
            )

    def example(self, folder: Path) -> Path:
        path = folder / "page.html"
        script = json.dumps(EXAMPLE, ensure_ascii=False)
        path.write_text(
            f'<html><head><script type="application/ld+json">{script}</script></head><body>Offre</body></html>',
            encoding="utf-8",
        )
        return path


def _postings(path: Path) -> Iterator[tuple[int, Json | Reject]]:
    """(1-based number, posting) of each JobPosting of a file."""
    number = 0
    documents: Iterator[object]
    if _is_html(path):
        documents = iter(_scripts(path))
    else:
        documents = (
            element if isinstance(element, Reject) else element[1] for element in json_elements(path, "@graph")
        )
    for document in documents:
        if isinstance(document, Reject):
            yield document.line, document
            continue
        for posting in _within(document):
            number += 1
            yield number, posting


def _is_html(path: Path) -> bool:
    with open_bytes(path) as stream:
        return stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _scripts(path: Path) -> list[object]:
    with open_bytes(path) as stream:
        page = stream.read(PAGE_LIMIT + 1)
    if len(page) > PAGE_LIMIT:
        raise WrongFile(f"{path.name}: a web page of more than {PAGE_LIMIT} bytes; extract its JSON-LD first")
    reader = _LdJson()
    reader.feed(page.decode("utf-8", "replace"))
    reader.close()
    documents: list[object] = []
    for number, script in enumerate(reader.scripts, start=1):
        try:
            documents.append(json.loads(script, strict=False))
        except (ValueError, RecursionError) as error:
            documents.append(
                Reject.of(number, "script", one_line(script[:200]), f"not JSON ({str(error)[:80]})", "fix the JSON-LD")
            )
    return documents


class _LdJson(HTMLParser):
    """Collects the texts of the JSON-LD scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
            self._inside = kind == "application/ld+json"
            if self._inside:
                self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def _within(value: object, depth: int = 0) -> Iterator[Json]:
    """The JobPostings of a JSON-LD document, at most eight levels down."""
    if depth > 8:
        return
    if isinstance(value, list):
        for item in value:
            yield from _within(item, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "JobPosting" in (kinds if isinstance(kinds, list) else [kinds]) or kinds == "http://schema.org/JobPosting":
            yield value
        else:
            for item in value.values():
                if isinstance(item, list | dict):
                    yield from _within(item, depth + 1)


def offer_shape(posting: Json) -> dict[str, object]:
    """A JobPosting in the shape of `OffreIn`; what it does not say is absent."""
    contracts = [str(kind).upper() for kind in _list(posting.get("employmentType"))]
    hours = {"FULL_TIME": True, "PART_TIME": False}
    times = {hours[kind] for kind in contracts if kind in hours}
    address = _object(_first(_object(_first(posting.get("jobLocation"))).get("address")))
    geo = _object(_object(_first(posting.get("jobLocation"))).get("geo"))
    country = address.get("addressCountry")
    shape: dict[str, object] = {
        "id": _identifier(posting),
        "intitule": _text(posting.get("title")),
        "description": plain(_text(posting.get("description")) or ""),
        "dateCreation": _text(posting.get("datePosted")),
        "dateExpiration": _text(posting.get("validThrough")),
        "lieuTravail": {
            "libelle": _text(address.get("addressLocality")) or _text(address.get("addressRegion")) or _text(country),
            "codePostal": _text(address.get("postalCode")),
            "latitude": geo.get("latitude"),
            "longitude": geo.get("longitude"),
        },
        "entreprise": {"nom": _text(_object(posting.get("hiringOrganization")).get("name"))},
        "typeContratLibelle": next(
            (_CONTRACTS.get(kind, kind) for kind in contracts if kind in _CONTRACTS or _is_french_contract(kind)), None
        ),
        "alternance": "APPRENTICESHIP" in contracts or None,
        "tempsPlein": times.pop() if len(times) == 1 else None,
        "salaire": {"libelle": _pay_label(posting.get("baseSalary"))},
        "experienceMois": _experience(posting),
        "experienceExige": "E" if _experience(posting) else None,
        "competences": [{"libelle": label} for label in _labels(posting.get("skills"))],
        "nombrePostes": posting.get("totalJobOpenings"),
        "romeCode": _rome_code(posting.get("occupationalCategory")),
        "origineOffre": {"urlOrigine": _text(posting.get("url"))},
        "urlPostuler": _text(posting.get("url")) if posting.get("directApply") is True else None,
    }
    return shape


def _is_french_contract(kind: str) -> bool:
    return kind in {"CDI", "CDD", "MIS", "SAI", "INTERIM", "LIB", "FRA"}


def _identifier(posting: Json) -> str:
    """The publisher's identifier, else a fingerprint of the posting's address or of its content."""
    identifier = posting.get("identifier")
    value = _text(_object(identifier).get("value")) if isinstance(identifier, dict) else _text(identifier)
    if value and _ID.fullmatch(value):
        return value
    basis = value or _text(posting.get("url")) or json.dumps(posting, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(basis.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _pay_label(salary: object) -> str | None:
    """A `MonetaryAmount` in euros as the label that French boards write."""
    amount = _object(salary)
    value = amount.get("value")
    if str(amount.get("currency", "EUR")).upper() != "EUR":
        return None if value is None else f"{_number(value)} {amount.get('currency')}"
    low, high, unit = value, value, amount.get("unitText")
    if isinstance(value, dict):
        low = value.get("minValue", value.get("value"))
        high = value.get("maxValue", low)
        unit = value.get("unitText", unit)
    period = _PERIODS.get(str(unit).upper())
    if low is None and high is None:
        return None
    if period is None:
        return f"{_number(low)} à {_number(high)} Euros ({unit})"
    return f"{period} de {_number(low)} Euros" + ("" if high in (None, low) else f" à {_number(high)} Euros")


def _number(value: object) -> str:
    text = str(value).replace(" ", "").replace("\u00a0", "")
    return text.replace(",", ".") if re.fullmatch(r"\d+(?:[.,]\d{1,2})?", text) else text[:30]


def _experience(posting: Json) -> int | None:
    months = _object(posting.get("experienceRequirements")).get("monthsOfExperience")
    try:
        return None if months is None else int(float(str(months)))
    except (ValueError, OverflowError):
        return None


def _rome_code(category: object) -> str | None:
    """A ROME code among occupational categories (ESCO, SOC and plain words are other publishers' vocabularies)."""
    texts = (_text(item.get("codeValue") if isinstance(item, dict) else item) for item in _list(category))
    codes = (re.match(r"[A-N]\d{4}\b", text) for text in texts if text is not None)
    return next((code[0] for code in codes if code is not None), None)


def _labels(value: object) -> list[str]:
    """Skill labels: a list, or a text of labels separated by commas or line ends."""
    if isinstance(value, str):
        return [label for part in re.split(r"[,;\n•]", plain(value)) if (label := one_line(part)) and len(label) <= 200]
    labels = (_text(item) or _text(_object(item).get("name")) for item in _list(value))
    return [label for label in labels if label is not None]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: object) -> object:
    return (value[0] if value else None) if isinstance(value, list) else value


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """A text or a number as text, trimmed; None for anything else, or blank."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


EXAMPLE: Final[dict[str, object]] = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "identifier": {"@type": "PropertyValue", "name": "Fournil du Port", "value": "FP-12"},
    "title": "Boulanger (H/F)",
    "description": "<p>Pétrir, façonner et cuire.</p><ul><li>CAP apprécié</li></ul>",
    "datePosted": "2025-04-01",
    "validThrough": "2025-06-01T00:00",
    "employmentType": ["FULL_TIME", "TEMPORARY"],
    "hiringOrganization": {"@type": "Organization", "name": "Fournil du Port"},
    "jobLocation": {
        "@type": "Place",
        "address": {
            "@type": "PostalAddress",
            "addressLocality": "Bordeaux",
            "postalCode": "33000",
            "addressCountry": "FR",
        },
    },
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {"@type": "QuantitativeValue", "minValue": 1900, "maxValue": 2100, "unitText": "MONTH"},
    },
    "experienceRequirements": {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 12},
    "url": "https://exemple.fr/emplois/FP-12",
}
