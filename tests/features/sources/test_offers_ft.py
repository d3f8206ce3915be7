"""*Offres d'emploi v2*: what is kept of an offer, and what must not be."""

import gzip
import json
from pathlib import Path

import msgspec

from features.records import Contract, Offer
from features.reference import Reference
from features.sources.base import Parsed, Reject
from features.sources.offers_ft import EXAMPLES, OffersFt

BASE = EXAMPLES[1]


def read(path: Path, sample: Reference) -> list[Parsed | Reject]:
    return list(OffersFt().read(path, sample))


def one(folder: Path, sample: Reference, **changes: object) -> Offer | Reject:
    path = folder / "offre.json"
    path.write_text(json.dumps([BASE | changes]))
    (row,) = read(path, sample)
    if isinstance(row, Reject):
        return row
    (offer,) = row.records
    assert isinstance(offer, Offer)
    return offer


def test_the_three_forms_and_gzip_give_the_same_offers(tmp_path: Path, sample: Reference) -> None:
    answer, listed, lines, squeezed = (tmp_path / name for name in ("a.json", "l.json", "n.ndjson", "a.json.gz"))
    answer.write_text(json.dumps({"resultats": EXAMPLES, "filtresPossibles": []}))
    listed.write_text(json.dumps(EXAMPLES))
    lines.write_text("\n".join(map(json.dumps, EXAMPLES)))
    squeezed.write_bytes(gzip.compress(answer.read_bytes()))
    first, *others = (
        [row.records for row in read(path, sample) if isinstance(row, Parsed)]
        for path in (answer, listed, lines, squeezed)
    )
    assert len(first) == 2
    assert all(other == first for other in others)


def test_contacts_are_not_kept(tmp_path: Path, sample: Reference) -> None:
    offer = one(
        tmp_path, sample, contact={"nom": "Mme Secrète", "courriel": "s@exemple.fr"}, agence={"courriel": "s@x"}
    )
    assert b"Secr" not in msgspec.json.encode(offer)
    assert b"s@" not in msgspec.json.encode(offer)


def test_fields_that_the_schema_may_gain_are_passed_over(tmp_path: Path, sample: Reference) -> None:
    assert isinstance(one(tmp_path, sample, nouveauChamp={"a": 1}, contexteTravail={"horaires": ["Nuit"]}), Offer)


def test_nulls_count_as_absent(tmp_path: Path, sample: Reference) -> None:
    offer = one(tmp_path, sample, romeCode=None, salaire={"libelle": None}, competences=None, nombrePostes=None)
    assert isinstance(offer, Offer)
    assert (offer.rome_code, offer.posts) == (None, 1)


def test_an_unreadable_rome_code_is_a_reject_with_its_remedy(tmp_path: Path, sample: Reference) -> None:
    reject = one(tmp_path, sample, romeCode="XX")
    assert isinstance(reject, Reject)
    assert (reject.field, reject.value, reject.id) == ("romeCode", "XX", "offres-ft:100AAAB")
    assert "ROME" in reject.remedy


def test_the_appellation_tells_the_occupation(tmp_path: Path, sample: Reference) -> None:
    rome = sample.rome
    offer = one(tmp_path, sample, appellationlibelle=rome.appellation_labels[3].upper())
    assert isinstance(offer, Offer)
    assert offer.appellation_code == rome.appellation_codes[3]
    assert offer.rome_code == rome.codes[int(rome.appellation_occupation[3])]


def test_labels_fill_what_codes_do_not_say(tmp_path: Path, sample: Reference) -> None:
    offer = one(
        tmp_path,
        sample,
        typeContrat="MIS",
        typeContratLibelle="Intérim - 3 Mois",
        natureContrat="Contrat apprentissage",
        description="<p>Faire du pain</p>",
        experienceExige="S",
        experienceLibelle="2 An(s)",
    )
    assert isinstance(offer, Offer)
    assert (offer.contract, offer.contract_months, offer.apprenticeship) == (Contract.INTERIM, 3.0, True)
    assert (offer.description, offer.experience, offer.experience_months) == ("Faire du pain", "S", 24)


def test_an_old_insee_code_falls_back_on_the_postal_code(tmp_path: Path, sample: Reference) -> None:
    offer = one(tmp_path, sample, lieuTravail={"commune": "23999", "libelle": "23 - GUERET"})
    assert isinstance(offer, Offer)
    assert offer.commune_insee == "23096"
