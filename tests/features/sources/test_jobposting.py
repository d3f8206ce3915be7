"""schema.org JobPosting, wherever pages put it."""

import json
from pathlib import Path

import pytest

from features.records import Contract, Offer, WorkingTime
from features.reference import Reference
from features.sources.base import Parsed, Reject, WrongFile
from features.sources.jobposting import EXAMPLE, JobPostings


def offers(path: Path, sample: Reference) -> list[Offer]:
    rows = list(JobPostings().read(path, sample))
    return [row.records[0] for row in rows if isinstance(row, Parsed)]  # type: ignore[misc]


def one(folder: Path, sample: Reference, **changes: object) -> Offer:
    path = folder / "offre.jsonld"
    path.write_text(json.dumps(EXAMPLE | changes), encoding="utf-8")
    (offer,) = offers(path, sample)
    return offer


@pytest.mark.parametrize(
    "document",
    [
        EXAMPLE,
        [EXAMPLE],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, EXAMPLE]},
        {"@type": "WebPage", "mainEntity": EXAMPLE},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": EXAMPLE}]},
        EXAMPLE | {"@type": ["JobPosting", "Thing"]},
    ],
)
def test_documents_and_pages(document: object, tmp_path: Path, sample: Reference) -> None:
    path, page = tmp_path / "offre.json", tmp_path / "page.html"
    path.write_text(json.dumps(document))
    page.write_text(
        "<!doctype html><html><script>var a = '<b>';</script>"
        f"<script type='application/ld+json; charset=utf-8'>{json.dumps(document)}</script></html>"
    )
    assert offers(path, sample) == offers(page, sample)
    assert [offer.id for offer in offers(path, sample)] == ["jobposting:FP-12"]


def test_what_is_read(tmp_path: Path, sample: Reference) -> None:
    offer = one(tmp_path, sample, occupationalCategory=["boulangerie", "D1102 Boulangerie"], directApply=True)
    assert (offer.rome_code, offer.contract, offer.working_time) == ("D1102", Contract.CDD, WorkingTime.FULL)
    assert (offer.pay.min_monthly, offer.pay.max_monthly) == (1900.0, 2100.0)
    assert offer.description == "Pétrir, façonner et cuire.\nCAP apprécié"
    assert offer.apply_url == "https://exemple.fr/emplois/FP-12"


@pytest.mark.parametrize(
    ("salary", "low", "label"),
    [
        ({"currency": "EUR", "value": {"value": 12.6, "unitText": "HOUR"}}, 1911.04, "Horaire de 12.6 Euros"),
        ({"currency": "EUR", "value": 30000, "unitText": "YEAR"}, 2500.0, "Annuel de 30000 Euros"),
        ({"currency": "CHF", "value": {"value": 5000, "unitText": "MONTH"}}, None, None),
        ({"currency": "EUR", "value": {"minValue": 100, "unitText": "DAY"}}, None, "100 à 100 Euros (DAY)"),
        ("à négocier", None, None),
    ],
)
def test_salaries(salary: object, low: float | None, label: str | None, tmp_path: Path, sample: Reference) -> None:
    pay = one(tmp_path, sample, baseSalary=salary).pay
    assert pay.min_monthly == low
    if label is not None:
        assert pay.label == label


def test_identifiers(tmp_path: Path, sample: Reference) -> None:
    assert one(tmp_path, sample, identifier="A12").id == "jobposting:A12"
    by_url = one(tmp_path, sample, identifier=None)
    assert by_url.id == one(tmp_path, sample, identifier={"value": ""}).id
    assert by_url.id != one(tmp_path, sample, identifier=None, url="https://exemple.fr/autre").id
    assert "/" not in one(tmp_path, sample, identifier="https://exemple.fr/12").id


def test_places_and_skills(tmp_path: Path, sample: Reference) -> None:
    place = {"address": {"addressLocality": "GUERET"}, "geo": {"latitude": 46.1, "longitude": 1.8}}
    offer = one(tmp_path, sample, jobLocation=[place], skills="Pétrir, <b>Façonner</b>")
    assert (offer.commune_insee, offer.lat) == ("23096", 46.1)
    assert [skill.label for skill in offer.skills] == ["Pétrir", "Façonner"]


def test_a_broken_script_is_a_reject_and_the_others_are_read(tmp_path: Path, sample: Reference) -> None:
    page = tmp_path / "page.html"
    script = '<script type="application/ld+json">'
    page.write_text(f"<html>{script}{{'a':</script>{script}{json.dumps(EXAMPLE)}</script></html>")
    rows = list(JobPostings().read(page, sample))
    assert [type(row) for row in rows] == [Reject, Parsed]


def test_a_page_without_posting_is_refused(tmp_path: Path, sample: Reference) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Bonjour</body></html>")
    with pytest.raises(WrongFile, match=r"no schema\.org JobPosting found"):
        list(JobPostings().read(page, sample))


def test_deep_nesting_is_not_followed(tmp_path: Path, sample: Reference) -> None:
    document: object = EXAMPLE
    for _ in range(50):
        document = {"@type": "Thing", "about": document}
    path = tmp_path / "deep.json"
    path.write_text(json.dumps(document))
    with pytest.raises(WrongFile):
        list(JobPostings().read(path, sample))
