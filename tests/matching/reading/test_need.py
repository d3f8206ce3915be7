"""Employers' sentences, written by hand, and how each is read."""

import datetime as dt

import pytest

from benchmarks.need_reading import flat, job_is_right
from benchmarks.need_requests import REQUESTS, TODAY, Request
from features.adverts.grounds import Ground
from features.communes import CommuneRow, Communes
from matching.filters.base import parse_date
from matching.lookups import Lookups
from matching.reading.items import MOST_MONTHS, Text
from matching.reading.need import LONGEST, need_of, read_need
from matching.reading.places import places

DAY = dt.date.fromisoformat(TODAY)
LEAST_RIGHT = 0.85
"""Share of jobs that the sample's few occupations must tell."""


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.text[:40] for request in REQUESTS])
def test_a_sentence_is_read_item_by_item(lookups: Lookups, request_: Request) -> None:
    assert flat(read_need(lookups, request_.text, DAY).need) == request_.expected


def test_jobs_are_told_most_of_the_time(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    right = [job_is_right(each, read_need(lookups, each.text, DAY).need.get("romeCode"), rome) for each in REQUESTS]
    assert sum(right) / len(right) >= LEAST_RIGHT


def test_every_item_says_the_words_it_comes_from(lookups: Lookups) -> None:
    for request in REQUESTS:
        reading = read_need(lookups, request.text, DAY)
        assert reading.items, request.text
        for item in reading.items:
            assert 0 <= item.start < item.end <= len(request.text), (request.text, item)
            assert item.label
        for start, end in reading.unread:
            assert request.text[start:end].strip()
        assert need_of(reading.items) == reading.need


def test_words_that_mean_nothing_are_told_and_make_no_need(lookups: Lookups) -> None:
    text = "boulanger à Guéret, avec un zorglub turbo"
    reading = read_need(lookups, text, DAY)
    assert [text[start:end] for start, end in reading.unread] == ["zorglub turbo"]


def test_alternatives_of_the_job_are_offered(lookups: Lookups) -> None:
    reading = read_need(lookups, "soudeur à Saint-Nazaire", DAY)
    job = next(item for item in reading.items if item.field == "romeCode")
    assert len(job.choices) >= 2
    assert all(choice.value != job.value for choice in job.choices)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\n\n", "🙂", "à", "km km km", "'" * 50, "permis permis permis"])
def test_odd_words_are_read_without_fault(lookups: Lookups, text: str) -> None:
    read_need(lookups, text, DAY)


FIGURES = ("0", "1,5", "99", "999", "9999", "9999999999", "9 999 999 999", "9" * 400, "9,99999", "9" * 20 + ",5")
SAID_OF_FIGURES = (
    "boulanger dispo dans {} jours", "boulanger dispo dans {} semaines", "boulanger dispo d'ici {} mois",
    "boulanger, {} ans d'expérience", "boulanger, expérience {} ans", "boulanger, {} à {} mois d'expérience",
    "boulanger en CDD de {} ans", "boulanger en CDD de {} mois", "boulanger en CDD pour {} jours",
    "boulanger à {} km de Guéret", "boulanger à {} minutes de Guéret", "boulanger, {} € net par mois",
    "boulanger, {} k€ par an", "boulanger, {} heures par semaine", "boulanger à {} %", "{} boulangers",
    "boulanger, {} postes", "boulanger le {}/12/{}", "boulanger le 31/12/{}", "boulanger fin décembre {}",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID_OF_FIGURES)
def test_any_figure_is_read_as_a_need_that_searches_take_or_not_at_all(lookups: Lookups, said: str) -> None:
    for figure in FIGURES:
        text = said.replace("{}", figure)
        need = read_need(lookups, text, DAY).need
        assert need.get("experienceMois", 0) <= MOST_MONTHS, text
        assert need.get("dureeContratMois", 0) <= MOST_MONTHS, text
        if "disponibleAvant" in need.get("criteres", {}):
            parse_date("disponibleAvant", need["criteres"]["disponibleAvant"])


def test_a_figure_beyond_all_sense_is_told_as_not_understood(lookups: Lookups) -> None:
    for text in ("boulanger dispo dans 9999999999 jours", f"boulanger, {'9' * 400} ans d'expérience"):
        unread = [text[start:end] for start, end in read_need(lookups, text, DAY).unread]
        assert any("999999" in words for words in unread), unread


def test_a_long_text_is_read_up_to_a_limit(lookups: Lookups) -> None:
    reading = read_need(lookups, "boulanger " + "à " * 5000, DAY)
    assert all(item.end <= LONGEST for item in reading.items)


def namesakes() -> Communes:
    return Communes.build(
        [
            CommuneRow("93066", "Saint-Denis", "93", "11", ("93200",), 48.93, 2.35, 150_000),
            CommuneRow("97411", "Saint-Denis", "974", "04", ("97400",), -20.9, 55.4, 155_000),
            CommuneRow("11339", "Saint-Denis", "11", "76", ("11310",), 43.36, 2.22, 500),
            CommuneRow("37261", "Tours", "37", "24", ("37000",), 47.39, 0.69, 138_000),
            CommuneRow("80225", "Creuse", "80", "32", ("80480",), 49.8, 2.1, 200),
        ]
    )


def place_of(text: str):  # type: ignore[no-untyped-def]
    return next((item for item in places(Text(text), namesakes()) if item.field.startswith("lieuTravail")), None)


def test_namesakes_are_offered_and_settled_by_a_departement() -> None:
    doubtful = place_of("serveur à Saint-Denis")
    assert doubtful is not None
    assert doubtful.value == "97411"
    assert [choice.value for choice in doubtful.choices] == ["93066", "11339"]
    assert doubtful.note is not None
    for text in ("serveur à Saint-Denis (93)", "serveur à St Denis 93", "serveur à Saint-Denis en Seine-Saint-Denis"):
        settled = place_of(text)
        assert settled is not None
        assert (settled.value, settled.choices, settled.note) == ("93066", (), None)


def test_a_departement_is_no_village_of_its_name() -> None:
    found = place_of("couvreur en Creuse")
    assert found is not None
    assert (found.field, found.value) == ("lieuTravail.departement", "23")


def test_a_radius_without_a_place_asks_for_one() -> None:
    items = list(places(Text("serveur à 20 km"), namesakes()))
    assert [(item.field, item.used) for item in items] == [("criteres.distance", False)]


SAID: tuple[tuple[str, dict[str, object], list[str]], ...] = (
    ("serveur, pas le dimanche", {"dureeTravailLibelle": None}, []),
    ("serveur, repos dimanche lundi", {"dureeTravailLibelle": None}, []),
    ("serveur le dimanche", {"dureeTravailLibelle": "Travail le week-end"}, []),
    ("boulanger, apprentis s'abstenir", {"alternance": None, "intitule": "Boulanger"}, []),
    ("boulanger, pas d'apprenti", {"alternance": None}, []),
    ("chauffeur permis Z", {"permis": None, "intitule": "Chauffeur"}, ["permis Z"]),
    ("serveur, permis d'exploitation exigé", {"permis": None}, []),
    ("chauffeur, permis à Guéret", {"permis": [{"libelle": "B", "exigence": "E"}]}, []),
    ("chauffeur permis C1", {"permis": [{"libelle": "C1", "exigence": "E"}]}, []),
    ("serveur max 2200 euros brut", {"salaire": {"maxMensuel": 2200.0}}, []),
    ("serveur 2200 € brut maximum", {"salaire": {"maxMensuel": 2200.0}}, []),
    ("serveur jusqu'à 2200 euros brut", {"salaire": {"maxMensuel": 2200.0}}, []),
    ("serveur à partir de 2000 euros brut", {"salaire": {"minMensuel": 2000.0}}, []),
    ("boulanger dans un fournil de trois personnes", {"nombrePostes": None, "intitule": "Boulanger"}, []),
    ("besoin de 3 personnes pour le ménage", {"nombrePostes": 3}, []),
    ("-3 postes de serveur", {"nombrePostes": None, "intitule": "Serveur"}, ["-3 postes"]),
    ("2 à 3 soudeurs à Saint-Nazaire", {"nombrePostes": 2, "intitule": "Soudeurs"}, []),
    ("boulanger le matin", {"dureeTravailLibelle": "Horaires du matin"}, []),
    ("serveur à Limoges", {"intitule": "Serveur", "lieuTravail": None}, ["à Limoges"]),
    ("AIDE À DOMICILE À GUÉRET", {"intitule": "AIDE À DOMICILE", "lieuTravail": {"commune": "23096"}}, []),
    ("je veux quelqu'un", {"intitule": None}, []),
    ("serveur à 30 minutes de Nice", {"intitule": "Serveur", "criteres": None}, ["à 30 minutes de Nice"]),
    ("serveur à 30 km de Nice", {"intitule": "Serveur", "criteres": None}, ["Nice"]),
    ("serveur à Saint-Denis (93)", {"lieuTravail": {"departement": "93"}}, ["Saint-Denis"]),
    ("serveur saint denis 93", {"lieuTravail": {"departement": "93"}, "intitule": "Serveur"}, ["saint denis"]),
    ("serveur à Guéret 35 heures", {"lieuTravail": {"commune": "23096"}, "dureeHebdomadaireHeures": 35.0}, []),
)


@pytest.mark.parametrize(("text", "expected", "unread"), SAID, ids=[text for text, _, _ in SAID])
def test_what_is_said_is_not_read_as_its_contrary(
    lookups: Lookups, text: str, expected: dict[str, object], unread: list[str]
) -> None:
    reading = read_need(lookups, text, DAY)
    assert {name: reading.need.get(name) for name in expected} == expected
    assert [text[start:end] for start, end in reading.unread] == unread
    assert set(reading.reasons) <= set(reading.unread)


@pytest.mark.parametrize(
    ("text", "passage", "ground", "title"),
    [
        ("serveuse, femme de préférence", "femme de préférence", Ground.SEX, "Serveuse"),
        ("serveuse 25-35 ans", "25-35 ans", Ground.AGE, "Serveuse"),
        ("jeune vendeuse à Guéret", "jeune vendeuse", Ground.AGE, "Jeune vendeuse"),
    ],
)
def test_discriminating_words_are_told_and_ask_for_nothing(
    lookups: Lookups, text: str, passage: str, ground: Ground, title: str
) -> None:
    reading = read_need(lookups, text, DAY)
    assert [(each.passage, each.ground) for each in reading.discriminating] == [(passage, ground)]
    assert reading.need["intitule"] == title
    assert set(reading.need) <= {"intitule", "romeCode", "lieuTravail"}


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("aide-soignante à Paris 12e, CDI, permis B, 2 ans", 24),
        ("boulanger, 5 ans, permis B", 60),
        ("boulanger en CDD, 2 ans", None),
        ("serveuse, 25 ans", None),
        ("vendeur pour une mission de nuit, 2 ans", None),
    ],
)
def test_few_years_between_commas_are_of_experience(lookups: Lookups, text: str, months: int | None) -> None:
    assert read_need(lookups, text, DAY).need.get("experienceMois") == months, text
