"""Reasons: every criterion has a sentence for whatever it may say, in plain French."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from features.bits import LANGUAGES, OTHER_LANGUAGE_CODE, funding_bits
from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES, Feature
from features.records import Funding, Licence
from features.rome.referential import Relation
from features.training_words import Basics
from matching.explain import firm, job, session
from matching.explain.families import (
    FIRM_FAMILIES,
    JOB_FAMILIES,
    LABELS,
    SESSION_FAMILIES,
    TOLD_TO_EMPLOYERS,
    Family,
)
from matching.explain.firm import FirmFacts, firm_gaps
from matching.explain.gaps import job_gaps, job_obstacles
from matching.explain.job_facts import JobFacts, Reader
from matching.explain.session import SessionFacts, nothing_found, session_gaps, session_obstacles
from matching.explain.wording import (
    counted,
    education,
    enumeration,
    euros,
    kilometres,
    language,
    months,
    percent,
)

NAN = float("nan")


def values(features: Sequence[Feature[Any]], **given: float) -> dict[str, float]:
    """A value for every feature, NaN where none is given."""
    return dict.fromkeys([feature.name for feature in features], NAN) | given


JOB = JobFacts(
    reader=Reader.PERSON,
    values=values(
        JOB_FEATURES,
        closeness=0.9,
        relation=5,
        affinity=1,
        skills=0.5,
        experience=-6,
        education=-1,
        licence=0,
        languages=0,
        pay=0.1,
        distance=0.4,
        freshness=3,
        tension=0.62,
    ),
    project_label="Aide-soignant",
    job_label="Aide-soignant",
    job_inferred=False,
    held_skills=("Faire la toilette",),
    missing_skills=("Distribuer les repas", "Transmettre"),
    core_skills=frozenset({"Faire la toilette", "Transmettre", "Une autre"}),
    required_experience_months=24,
    beginner_accepted=False,
    person_experience_months=18,
    asked_education=4,
    required_education=4,
    person_education=3,
    missing_licences=(Licence.B,),
    barring_licences=(Licence.B,),
    required_languages=("en", "de"),
    missing_languages=("en",),
    pay_max=2200,
    pay_floor=2000,
    distance_km=12.4,
    reach_km=30,
    title_needed=False,
    regulated=False,
)
SILENT_JOB = JobFacts(
    reader=Reader.PERSON,
    values=values(JOB_FEATURES, closeness=0.2),
    project_label="Aide-soignant",
    job_label=None,
    job_inferred=False,
    held_skills=(),
    missing_skills=(),
    core_skills=frozenset(),
    required_experience_months=NAN,
    beginner_accepted=False,
    person_experience_months=NAN,
    asked_education=0,
    required_education=0,
    person_education=0,
    missing_licences=(),
    barring_licences=(),
    required_languages=(),
    missing_languages=(),
    pay_max=NAN,
    pay_floor=NAN,
    distance_km=NAN,
    reach_km=30,
    title_needed=False,
    regulated=False,
)
SESSION = SessionFacts(
    values=values(
        SESSION_FEATURES,
        relation=5,
        gap_covered=0.5,
        entry=0,
        progress=1,
        outcome=0.7,
        start=30,
        doors=12,
        distance=0.3,
        price=1200,
        opened=37,
        opened_tension=0.62,
        training_hours=420,
        to_pay=0,
        seats=3,
        from_home=1,
    ),
    project_label="Aide-soignant",
    training_labels=("Aide-soignant", "Auxiliaire de vie"),
    learned_skills=("Distribuer les repas",),
    n_missing_skills=2,
    entry_level=3,
    exit_level=4,
    person_level=3,
    distance_km=9,
    reach_km=30,
    remote=False,
    opened_labels=("Aide-soignant",),
    placed=True,
    profiled=True,
    experience_enters=False,
    fundings=funding_bits([Funding.REGION]),
    unproven=Basics(0),
)
FIRM = FirmFacts(
    values=values(
        FIRM_FEATURES,
        firm_fit=0.4,
        firm_people=2,
        firm_hirings=3.2,
        firm_tension=0.6,
        firm_contact=90,
        firm_engaged=1,
        distance=0.4,
    ),
    sector_label="Activités hospitalières",
    fitting_labels=("Aide-soignant",),
    distance_km=12,
)

CASES: list[tuple[Sequence[Feature[Any]], Any, Mapping[str, Callable[[Any], str]]]] = [
    (JOB_FEATURES, JOB, job.SENTENCES),
    (
        [feature for feature in JOB_FEATURES if feature.name in TOLD_TO_EMPLOYERS],
        replace(JOB, reader=Reader.EMPLOYER),
        job.SENTENCES,
    ),
    (SESSION_FEATURES, SESSION, session.SENTENCES),
    (FIRM_FEATURES, FIRM, firm.SENTENCES),
]
MEMBERS = [
    pytest.param(feature, facts, sentences, id=f"{type(facts).__name__}-{number}-{feature.name}")
    for number, (features, facts, sentences) in enumerate(CASES)
    for feature in features
]


def assert_plain(text: str) -> None:
    assert text
    assert text[0].isupper() or text[0] in "«+0123456789"
    assert not re.search(r"\b(nan|inf|none|null|the|of|and|with)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize(("feature", "facts", "sentences"), MEMBERS)
def test_every_value_that_a_feature_may_have_is_told(feature: Feature[Any], facts: Any, sentences: Any) -> None:
    """A feature whose documentation says when it is NaN has a sentence for that too."""
    told = [feature.low, feature.high, (feature.low + feature.high) / 2, 0.0, 1.0]
    documentation = sys.modules[feature.compute.__module__].__doc__ or ""
    if "NaN" in documentation:
        told.append(NAN)
    for value in told:
        if feature.low <= value <= feature.high or value != value:
            assert_plain(sentences[feature.name](replace(facts, values=facts.values | {feature.name: value})))


@pytest.mark.parametrize(
    ("features", "families"),
    [(JOB_FEATURES, JOB_FAMILIES), (SESSION_FEATURES, SESSION_FAMILIES), (FIRM_FEATURES, FIRM_FAMILIES)],
)
def test_every_feature_is_of_a_family(features: Sequence[Feature[Any]], families: Mapping[str, Family]) -> None:
    assert {feature.name for feature in features} <= families.keys()


def test_every_family_has_its_name() -> None:
    assert LABELS.keys() == set(Family)
    assert len(set(LABELS.values())) == len(Family)


@pytest.mark.parametrize("feature", JOB_FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("reader", Reader)
def test_a_job_that_says_nothing(feature: Feature[Any], reader: Reader) -> None:
    assert_plain(job.SENTENCES[feature.name](replace(SILENT_JOB, reader=reader)))
    assert job_gaps(replace(SILENT_JOB, reader=reader)) == ()
    assert job_obstacles(replace(SILENT_JOB, reader=reader)) == ()


def told(name: str, **changed: Any) -> str:
    """The sentence of a job feature, some facts changed; `value` is the feature's own value."""
    value = changed.pop("value", JOB.values[name])
    return job.SENTENCES[name](replace(JOB, values=JOB.values | {name: value}, **changed))


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("closeness", {}, "Intitulé et contenu très proches de votre projet"),
        ("closeness", {"value": 0.84}, "Intitulé et contenu proches de votre projet"),
        ("closeness", {"value": 0.1, "reader": Reader.EMPLOYER}, "Projet et demande assez éloignés"),
        ("relation", {}, "C'est le métier que vous visez : « Aide-soignant »"),
        ("relation", {"reader": Reader.EMPLOYER}, "C'est le métier que la personne vise : « Aide-soignant »"),
        (
            "relation",
            {"value": 3, "job_label": "Infirmier", "job_inferred": True},
            "« Infirmier » (déduit du titre) est un métier proche de « Aide-soignant » selon le ROME",
        ),
        (
            "relation",
            {"job_label": None, "value": NAN},
            "Le métier de l'offre n'est pas codé : seul le texte est comparé",
        ),
        ("skills", {}, "Vous maîtrisez 1 des 2 compétences cœur de métier ; il manque : Transmettre"),
        (
            "skills",
            {"core_skills": frozenset()},
            "Vous maîtrisez 1 des 3 compétences attendues ; il manque : Distribuer les repas et Transmettre",
        ),
        (
            "skills",
            {"held_skills": (), "reader": Reader.EMPLOYER},
            "La personne n'a déclaré ni exercé la compétence cœur de métier : Transmettre",
        ),
        (
            "skills",
            {"held_skills": (), "core_skills": frozenset()},
            "Vous n'avez déclaré ni exercé aucune des 2 compétences attendues : Distribuer les repas et Transmettre",
        ),
        (
            "skills",
            {"missing_skills": (), "reader": Reader.EMPLOYER},
            "La personne maîtrise la compétence cœur de métier : Faire la toilette",
        ),
        (
            "skills",
            {"missing_skills": (), "held_skills": ("Peser", "Cuire"), "core_skills": frozenset()},
            "Vous maîtrisez les 2 compétences attendues : Peser et Cuire",
        ),
        (
            "skills",
            {"held_skills": (), "value": NAN, "reader": Reader.EMPLOYER},
            "Compétences attendues : Distribuer les repas et Transmettre (à voir avec la personne)",
        ),
        (
            "skills",
            {"held_skills": (), "value": NAN},
            "Compétences attendues : Distribuer les repas et Transmettre (pas de comparaison possible)",
        ),
        ("skills", {"held_skills": (), "missing_skills": (), "value": NAN}, "L'offre ne précise pas de compétences"),
        ("experience", {}, "Expérience demandée : 2 ans (déclarée dans le métier de votre projet : 1 an et 6 mois)"),
        (
            "experience",
            {"person_experience_months": 0},
            "Expérience demandée : 2 ans (déclarée dans le métier de votre projet : aucune)",
        ),
        (
            "experience",
            {"person_experience_months": NAN, "value": NAN},
            "Expérience demandée : 2 ans (pas de comparaison possible)",
        ),
        ("experience", {"beginner_accepted": True, "person_experience_months": 0}, "Débutant accepté"),
        (
            "experience",
            {"required_experience_months": NAN, "value": NAN},
            "Expérience demandée non précisée (déclarée dans le métier de votre projet : 1 an et 6 mois)",
        ),
        ("education", {}, "Diplôme demandé : bac ou équivalent (niveau déclaré : CAP ou équivalent)"),
        (
            "education",
            {"person_education": 0, "value": NAN},
            "Diplôme demandé : bac ou équivalent (niveau non déclaré)",
        ),
        ("licence", {}, "Permis B demandé, non déclaré"),
        ("licence", {"missing_licences": (), "value": 1}, "Permis demandé détenu"),
        ("licence", {"missing_licences": (), "value": NAN}, "Aucun permis demandé"),
        ("languages", {}, "Langue exigée, non déclarée : anglais"),
        ("languages", {"missing_languages": (), "value": 1}, "Langues exigées déclarées"),
        (
            "languages",
            {"missing_languages": ("en", "de"), "value": NAN},
            "Langue exigée : anglais et allemand (pas de comparaison possible)",
        ),
        ("languages", {"required_languages": (), "missing_languages": (), "value": NAN}, "Aucune langue exigée"),
        ("pay", {}, "Jusqu'à 2\u202f200 € brut par mois, 10 % au-dessus de votre minimum"),
        ("pay", {"pay_floor": 2200}, "Jusqu'à 2\u202f200 € brut par mois, au niveau de votre minimum"),
        ("pay", {"pay_floor": 0, "value": NAN}, "Jusqu'à 2\u202f200 € brut par mois, sans minimum déclaré"),
        ("pay", {"pay_max": NAN, "value": NAN}, "Salaire non précisé par l'offre"),
        ("distance", {}, "À 12 km de chez vous, dans votre rayon de 30 km"),
        ("distance", {"distance_km": 0.2}, "Dans votre commune"),
        ("distance", {"reach_km": 10}, "À 12 km de chez vous, au-delà de votre rayon de 10 km"),
        ("freshness", {"value": 0}, "Publiée aujourd'hui"),
        ("freshness", {"value": 1}, "Publiée hier"),
        ("freshness", {}, "Publiée il y a 3 jours"),
        ("freshness", {"value": 365}, "Publiée il y a plus d'un an"),
        ("tension", {}, "62 % des recrutements de ce métier sont jugés difficiles dans ce bassin"),
    ],
)
def test_a_sentence_about_a_job(name: str, changed: dict[str, Any], expected: str) -> None:
    assert told(name, **changed) == expected


def test_what_bars_is_said_the_most_decisive_first() -> None:
    assert job_obstacles(replace(JOB, regulated=True)) == (
        "« Aide-soignant » est un métier réglementé : un titre ou un diplôme peut être exigé",
        "Permis B exigé, non déclaré",
        "Langue exigée, non déclarée : anglais",
        "Diplôme exigé : bac ou équivalent (niveau déclaré : CAP ou équivalent)",
    )


def test_what_is_missing_is_said_the_most_decisive_first_and_what_bars_is_not_said_again() -> None:
    assert job_gaps(JOB) == (
        "Expérience demandée : 2 ans (déclarée dans le métier de votre projet : 1 an et 6 mois)",
        "À montrer ou à acquérir : Distribuer les repas et Transmettre",
    )
    assert job_gaps(replace(JOB, reader=Reader.EMPLOYER))[-1].startswith("Compétences ni déclarées ni exercées : ")
    wished = replace(JOB, barring_licences=(), required_education=3)
    assert job_gaps(wished)[:2] == (
        "Permis B souhaité, non déclaré",
        "Diplôme souhaité : bac ou équivalent (niveau déclaré : CAP ou équivalent)",
    )
    assert not any("Permis" in told or "Diplôme" in told for told in job_obstacles(wished))
    two = replace(JOB, missing_licences=(Licence.B, Licence.CE), person_education=2, required_education=3)
    assert "Permis B exigé, non déclaré" in job_obstacles(two)
    assert "Permis CE souhaité, non déclaré" in job_gaps(two)
    assert "Diplôme exigé : CAP ou équivalent (niveau déclaré : niveau 2)" in job_obstacles(two)
    assert not any("Diplôme" in told for told in job_gaps(two))


def test_what_is_not_known_is_not_said_to_be_missing() -> None:
    unknown = replace(
        JOB,
        values=JOB.values | {"skills": NAN, "experience": NAN, "languages": NAN},
        person_education=0,
        missing_licences=(),
        barring_licences=(),
    )
    assert job_gaps(unknown) == ()
    assert job_obstacles(unknown) == ()


def test_to_an_employer_nothing_declared_and_background_withheld_read_the_same() -> None:
    """Who refused that their background be used has no known values; who declared nothing has zeros."""
    withheld = replace(
        JOB,
        reader=Reader.EMPLOYER,
        values=JOB.values | {"skills": NAN, "experience": NAN, "education": NAN, "languages": NAN},
        held_skills=(),
        person_experience_months=NAN,
        person_education=0,
    )
    nothing = replace(withheld, values=withheld.values | {"experience": -24}, person_experience_months=0)
    for name in TOLD_TO_EMPLOYERS & job.SENTENCES.keys():
        assert job.SENTENCES[name](withheld) == job.SENTENCES[name](nothing)
    assert job_gaps(withheld) == job_gaps(nothing)
    assert job_obstacles(withheld) == job_obstacles(nothing)


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_its_words(relation: Relation) -> None:
    sentences = {told("relation", value=each, job_label="Infirmier") for each in Relation}
    assert len(sentences) == len(Relation)
    assert_plain(session.SENTENCES["relation"](replace(SESSION, values=SESSION.values | {"relation": relation})))


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("relation", {}, "Mène au métier que vous visez : « Aide-soignant »"),
        ("gap_covered", {}, "Apporte 1 des 2 compétences qui vous manquent : Distribuer les repas"),
        (
            "gap_covered",
            {"n_missing_skills": 0},
            "Vous avez déjà les compétences clés de votre projet, déclarées ou exercées",
        ),
        ("gap_covered", {"profiled": False}, "Enseigne 1 compétence sur les 2 de votre projet : Distribuer les repas"),
        (
            "entry",
            {"profiled": False, "person_level": 0},
            "Niveau d'entrée : CAP ou équivalent (non comparé au vôtre : vous avez refusé le profilage)",
        ),
        ("entry", {}, "Niveau d'entrée : CAP ou équivalent (vous l'avez)"),
        ("entry", {"entry_level": 5}, "Niveau d'entrée : bac + 2 (au-dessus du vôtre)"),
        ("entry", {"entry_level": 0}, "Aucun niveau d'entrée précisé"),
        ("progress", {}, "Élève votre niveau à bac ou équivalent"),
        ("outcome", {}, "70 % des sortants en emploi à six mois"),
        ("start", {}, "Débute dans 30 jours"),
        ("doors", {}, "Ouvre sur 12 postes offerts en ce moment à votre portée"),
        ("distance", {}, "À 9 km de chez vous, dans votre rayon de 30 km"),
        ("distance", {"remote": True}, "À distance"),
        (
            "entry",
            {"entry_level": 5, "experience_enters": True},
            "Niveau d'entrée : bac + 2 (votre expérience en tient lieu)",
        ),
        ("opened", {}, "+37 offres accessibles autour de chez vous, surtout comme « Aide-soignant »"),
        ("opened", {"placed": False}, "+37 offres accessibles en France, surtout comme « Aide-soignant »"),
        (
            "opened",
            {"profiled": False},
            "37 offres accessibles autour de chez vous avec cette seule formation, surtout comme « Aide-soignant »",
        ),
        ("training_hours", {}, "Dure 420 heures, environ 12 semaines à temps plein"),
        ("to_pay", {}, "Rien à payer si le financement est accordé (la Région)"),
        ("seats", {}, "3 places restantes"),
        ("from_home", {"remote": True}, "À suivre de chez vous"),
    ],
)
def test_a_sentence_about_a_session(name: str, changed: dict[str, Any], expected: str) -> None:
    assert session.SENTENCES[name](replace(SESSION, **changed)) == expected


def test_what_bars_a_session() -> None:
    assert session_obstacles(SESSION) == ()
    assert session_obstacles(replace(SESSION, entry_level=5)) == (
        "Niveau d'entrée demandé : bac + 2 (déclaré : CAP ou équivalent)",
    )
    assert session_obstacles(replace(SESSION, entry_level=5, person_level=0)) == ()
    assert session_obstacles(replace(SESSION, entry_level=5, experience_enters=True)) == ()


def test_basics_that_nothing_shows_are_to_be_checked() -> None:
    assert session_gaps(SESSION) == ()
    asked = replace(SESSION, unproven=Basics.READING | Basics.DIGITAL)
    assert session_gaps(asked) == ("À vérifier avant d'entrer : lire, écrire et compter et se servir d'un ordinateur",)


@pytest.mark.parametrize(
    ("fundings", "price", "left", "expected"),
    [
        ([Funding.CPF], 1200, NAN, "1\u202f200 €, payables avec votre compte personnel de formation (CPF)"),
        ([Funding.CPF], NAN, NAN, "Payable avec votre compte personnel de formation, prix non publié"),
        ([Funding.SELF], 1200, 1200, "1\u202f200 € à votre charge"),
        ([], 1200, NAN, "1\u202f200 €, financement non précisé"),
        ([], NAN, NAN, "Prix non publié"),
        ([], 0, 0, "Gratuite"),
    ],
)
def test_what_is_left_to_pay_is_said(fundings: list[Funding], price: float, left: float, expected: str) -> None:
    facts = replace(SESSION, values=SESSION.values | {"price": price, "to_pay": left}, fundings=funding_bits(fundings))
    assert session.SENTENCES["to_pay"](facts) == expected


def test_an_empty_list_says_the_nearest_that_fills_it() -> None:
    assert nothing_found(("debutAvant",), (("debutAvant", 12), ("financement", 3))) == (
        "Aucune formation avec ces filtres. Sans le filtre « début au plus tard », il y en aurait 12 ; sans le filtre "
        "« financement », 3."
    )
    assert "sans aucun filtre, il y en aurait 4." in nothing_found(("modalite", "financement"), (), whole=4)
    assert nothing_found((), (), reach_km=20, wider=(30, 2)).endswith(
        "votre rayon de 20 km ; 2 formations à moins de 30 km."
    )
    assert_plain(nothing_found((), (), reach_km=100))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("firm_fit", 0.4, "Environ 40 % de ses embauches devraient aller aux métiers visés (Aide-soignant)"),
        ("firm_people", 1, "1 personne à présenter, à portée de l'entreprise"),
        ("firm_hirings", 3.2, "3 embauches attendues en tout d'ici six mois"),
        ("firm_hirings", NAN, "Embauches passées inconnues"),
        ("firm_contact", NAN, "Jamais contactée"),
        ("firm_contact", 0, "Contactée aujourd'hui"),
        ("firm_contact", 1, "Dernier contact il y a 1 jour"),
        ("firm_engaged", 0, "Pas encore engagée"),
        ("distance", 0.4, "À 12 km du centre de la recherche"),
    ],
)
def test_a_sentence_about_a_firm(name: str, value: float, expected: str) -> None:
    assert firm.SENTENCES[name](replace(FIRM, values=FIRM.values | {name: value})) == expected


def test_what_weakens_a_visit() -> None:
    assert firm_gaps(FIRM) == ()
    weak = replace(FIRM, values=FIRM.values | {"firm_people": 0, "firm_hirings": 0.4})
    assert len(firm_gaps(weak)) == 2
    assert firm_gaps(replace(FIRM, values=FIRM.values | {"firm_hirings": NAN})) == ()


@pytest.mark.parametrize(
    ("write", "given", "expected"),
    [
        (months, 1, "1 mois"),
        (months, 12, "1 an"),
        (months, 15, "1 an et 3 mois"),
        (months, 24.4, "2 ans"),
        (months, 40, "3 ans"),
        (euros, 1999.6, "2\u202f000 €"),
        (euros, 900, "900 €"),
        (kilometres, 3.25, "3,2 km"),
        (kilometres, 12.5, "12 km"),
        (kilometres, 9.02, "9 km"),
        (percent, 0.005, "0 %"),
        (percent, 1, "100 %"),
        (enumeration, ["a"], "a"),
        (enumeration, ["a", "b"], "a et b"),
        (enumeration, ["a", "b", "c"], "a, b et c"),
        (enumeration, ["a", "b", "c", "d"], "a, b, c et 1 autre"),
        (enumeration, list("abcdef"), "a, b, c et 3 autres"),
        (education, 5, "bac + 2"),
        (education, 2, "niveau 2"),
    ],
)
def test_how_it_is_written(write: Callable[[Any], str], given: Any, expected: str) -> None:
    assert write(given) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 offre"), (1.4, "1 offre"), (1.6, "2 offres"), (12, "12 offres")]
)
def test_counts(number: float, expected: str) -> None:
    assert counted(number, "offre", "offres") == expected


def test_every_language_has_a_french_name() -> None:
    names = [language(code) for code in (*LANGUAGES, OTHER_LANGUAGE_CODE)]
    assert len(set(names)) == len(names)
    assert all(len(name) > 3 for name in names if name != "lao")
    assert language("xx") == "xx"
