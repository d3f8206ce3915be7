"""Reading job text over HTTP: titles to occupations, texts to skills, and type-ahead."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.problems import MEDIA_TYPE
from features.rome.referential import Rome
from features.sample.reference import sample_reference
from matching.lookups import Lookups
from models.mentions import Mention
from tests.api.conftest import client_over

Json = dict[str, Any]


class ReaderOfOneWord:
    """Finds the word "devis", wherever it is, as the first skill of ROME."""

    SCORE = 0.75

    def read(self, text: str, title: str, least: float) -> list[Mention]:
        start = text.find("devis")
        return [] if start < 0 or least > self.SCORE else [Mention(start, start + len("devis"), 0, self.SCORE)]


@pytest.fixture(scope="module")
def client(sample_data_dir: Path) -> Iterator[TestClient]:
    with client_over(sample_data_dir) as opened:
        yield opened


@pytest.fixture(scope="module")
def lookups(client: TestClient) -> Lookups:
    found: Lookups = client.app.state.service.engine.lookups  # type: ignore[attr-defined]
    return found


@pytest.fixture
def rome() -> Rome:
    return sample_reference().rome


def predicted(client: TestClient, *titles: str, **options: object) -> list[Json]:
    asked = {"appellations": [{"intitule": title} for title in titles], "options": options}
    answer = client.post("/v1/rome/prediction", json=asked)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found


def codes(prediction: Json) -> list[str]:
    return [each["codeRome"] for each in prediction["metiersRome"]]


def suggested(client: TestClient, q: str, **params: int) -> list[Json]:
    answer = client.get("/v1/rome/suggestions", params={"q": q, **params})
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["resultats"]
    return found


# ---------------------------------------------------------------- titles


def test_a_title_is_answered_in_the_shape_of_romeo(client: TestClient, rome: Rome) -> None:
    asked = {
        "appellations": [{"intitule": "boucher", "contexte": "commerce", "identifiant": "123456"}],
        "options": {"nomAppelant": "essai", "nbResultats": 2, "seuilScorePrediction": 0.0},
    }
    (found,) = client.post("/v1/rome/prediction", json=asked).json()
    assert (found["intitule"], found["contexte"], found["identifiant"]) == ("boucher", "commerce", "123456")
    assert found["reconnu"] is True
    assert found["uuidInference"]
    assert len(found["metiersRome"]) == 2
    best = found["metiersRome"][0]
    assert set(best) == {"codeRome", "libelleRome", "codeAppellation", "libelleAppellation", "scorePrediction"}
    assert (best["codeRome"], best["libelleRome"]) == ("D1101", "Boucher / Bouchère")
    appellation = rome.appellation_row_of(best["codeAppellation"])
    assert rome.appellation_labels[appellation] == best["libelleAppellation"]
    assert rome.codes[int(rome.appellation_occupation[appellation])] == "D1101"


def test_order_and_identifiers_are_kept(client: TestClient) -> None:
    titles = [("maçon", "c"), ("🦄", None), ("boucher", "a"), ("maçon", "c")]
    asked = [{"intitule": title} | ({} if key is None else {"identifiant": key}) for title, key in titles]
    found = client.post("/v1/rome/prediction", json={"appellations": asked}).json()
    assert [(each["intitule"], each["identifiant"]) for each in found] == titles
    assert [codes(each)[:1] for each in found] == [["F1703"], [], ["D1101"], ["F1703"]]
    assert len({each["uuidInference"] for each in found}) == 4


@pytest.mark.parametrize("wanted", [1, 3, 25])
def test_no_more_occupations_than_asked_each_once_best_first(client: TestClient, wanted: int) -> None:
    (found,) = predicted(client, "agent d'entretien", nbResultats=wanted)
    scores = [each["scorePrediction"] for each in found["metiersRome"]]
    assert 0 < len(scores) <= wanted
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(set(codes(found))) == len(scores)


def test_under_the_threshold_nothing_is_listed_nor_recognised(client: TestClient) -> None:
    (every,) = predicted(client, "boucher", nbResultats=5)
    limit = every["metiersRome"][1]["scorePrediction"]
    (some,) = predicted(client, "boucher", nbResultats=5, seuilScorePrediction=limit)
    assert some["metiersRome"] == [each for each in every["metiersRome"] if each["scorePrediction"] >= limit]
    (none,) = predicted(client, "boucher", seuilScorePrediction=1.0)
    assert (none["metiersRome"], none["reconnu"]) == ([], False)


def test_five_occupations_when_no_number_is_asked(client: TestClient) -> None:
    assert len(predicted(client, "conducteur")[0]["metiersRome"]) == 5


@pytest.mark.parametrize("title", ["😀🎉", "!!!", "?", "xqzt vblrk wpfgh", "asdfghjkl", "123"])
def test_what_is_no_job_is_not_recognised(client: TestClient, title: str) -> None:
    assert predicted(client, title)[0]["reconnu"] is False


def test_control_characters_another_language_and_capitals_are_read(client: TestClient) -> None:
    controlled, loud, english, spanish = predicted(
        client, "boul\x00anger\x07 \x1b", "BOULANGER (H/F)", "truck driver", "zapatero"
    )
    assert codes(controlled)[0] == codes(loud)[0] == "D1102"
    assert codes(english)[0] == "N4101"
    assert spanish["intitule"] == "zapatero"


def test_a_context_helps_to_choose(client: TestClient) -> None:
    contexts = ["Montage de films et de vidéos pour la télévision", "Montage de charpentes et de machines à l'atelier"]
    asked = [{"intitule": "monteur", "contexte": context} for context in contexts]
    answers = client.post("/v1/rome/prediction", json={"appellations": asked}).json()
    films, machines = [
        next(each["scorePrediction"] for each in answer["metiersRome"] if each["codeRome"] == "L1507")
        for answer in answers
    ]
    assert films > machines, "the video editor"


@pytest.mark.parametrize("title", ["boucher", "aide-soignant", "infirmière", "chauffeur poids lourd", "nounou"])
def test_stuffing_a_title_moves_the_right_fiche_by_no_more_than_one_rank(client: TestClient, title: str) -> None:
    once, stuffed = predicted(client, title, " ".join([title] * 50)[:1000], nbResultats=5)
    assert abs(codes(stuffed).index(codes(once)[0])) <= 1


def test_a_hundred_titles_are_taken_and_one_more_is_refused(client: TestClient) -> None:
    assert len(predicted(client, *["boucher"] * 100, nbResultats=1)) == 100
    answer = client.post("/v1/rome/prediction", json={"appellations": [{"intitule": "boucher"}] * 101})
    (error,) = refusals(answer)
    assert (error["champ"], error["remede"]) == ("appellations", "Garder 100 éléments au plus")


def refusals(answer: Any) -> list[Json]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["type"] == "/problemes/corps-invalide"
    errors: list[Json] = answer.json()["erreurs"]
    return errors


BOUCHER = {"intitule": "boucher"}


@pytest.mark.parametrize(
    ("body", "field", "value", "remedy"),
    [
        ({"appellations": [{"intitule": ""}]}, "appellations[0].intitule", "", "Renseigner le champ"),
        ({"appellations": [{"intitule": "  "}]}, "appellations[0].intitule", "  ", "Renseigner le champ"),
        ({"appellations": [BOUCHER, {}]}, "appellations[1].intitule", "", "Ajouter le champ"),
        ({}, "appellations", "", "Ajouter le champ"),
        ({"appellations": []}, "appellations", "[]", "Donner au moins 1 élément"),
        ({"appellations": "boucher"}, "appellations", "boucher", "Écrire une liste"),
        ({"appellations": ["boucher"]}, "appellations[0]", "boucher", "Écrire un objet"),
        ({"appellations": [{"intitule": 12}]}, "appellations[0].intitule", "12", "chaîne de caractères"),
        ({"appellations": [BOUCHER | {"identifiant": 7}]}, "appellations[0].identifiant", "7", "chaîne de caractères"),
        ({"appellations": [BOUCHER | {"titre": "x"}]}, "appellations[0].titre", "", "Retirer le champ"),
        ({"appellations": [BOUCHER], "option": {}}, "option", "", "Retirer le champ"),
        ({"appellations": [BOUCHER], "options": {"nbResultats": 0}}, "options.nbResultats", "0", "au moins 1"),
        ({"appellations": [BOUCHER], "options": {"nbResultats": 26}}, "options.nbResultats", "26", "au plus 25"),
        ({"appellations": [BOUCHER], "options": {"nbResultats": 2.5}}, "options.nbResultats", "2.5", "entier"),
        (
            {"appellations": [BOUCHER], "options": {"seuilScorePrediction": 1.5}},
            "options.seuilScorePrediction",
            "1.5",
            "au plus 1",
        ),
        (
            {"appellations": [{"intitule": "x" * 1_000_000}]},
            "appellations[0].intitule",
            "x" * 80,
            "1000 caractères au plus",
        ),
        ([], "(document)", "[]", "Écrire un objet"),
    ],
)
def test_a_wrong_body_is_told_once_with_field_value_and_remedy(
    client: TestClient, body: object, field: str, value: str, remedy: str
) -> None:
    (error,) = refusals(client.post("/v1/rome/prediction", json=body))
    assert (error["champ"], error["valeur"]) == (field, value)
    assert remedy in error["remede"]
    assert error["motif"]


def test_a_body_of_more_than_a_megabyte_is_refused_with_the_limit(client: TestClient) -> None:
    long = {"appellations": [{"intitule": "boucher", "contexte": "x" * 20_000}] * 60}
    answer = client.post("/v1/rome/prediction", json=long)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problemes/corps-trop-gros")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "dépasse 1048576 octets" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"appellations":[{"intitule":"a\x00b"}]}', "application/json", 400),
        (b'{"appellations":[{"intitule":"\\ud800"}]}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"boucher", "text/plain", 415),
    ],
)
@pytest.mark.parametrize("route", ["prediction", "prediction-competences"])
def test_a_body_that_cannot_be_read_is_a_problem(
    client: TestClient, route: str, content: bytes, content_type: str, status: int
) -> None:
    answer = client.post(f"/v1/rome/{route}", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)


# ---------------------------------------------------------------- type-ahead


@pytest.mark.parametrize(
    ("typed", "occupation"),
    [
        ("aide soig", "J1501"),
        ("AIDE-SOIGN", "J1501"),
        ("aide soignnte", "J1501"),
        ("nounou", "K1303"),
        ("toubib", "J1102"),
        ("chauffeur pl", "N4101"),
    ],
)
def test_beginnings_faults_and_everyday_names_are_completed(client: TestClient, typed: str, occupation: str) -> None:
    assert suggested(client, typed)[0]["codeRome"] == occupation


def test_a_suggestion_says_its_codes_and_labels(client: TestClient, rome: Rome) -> None:
    best = suggested(client, "aide soig", limite=1)[0]
    row = rome.appellation_row_of(best["codeAppellation"])
    assert best["libelleAppellation"] == rome.appellation_labels[row] == "Aide-soignant / Aide-soignante"
    assert best["libelleRome"] == "Aide-soignant / Aide-soignante"
    assert 0 < best["score"] <= 1


@pytest.mark.parametrize("typed", ["", "   ", "🦄", "!"])
def test_nothing_typed_suggests_nothing(client: TestClient, typed: str) -> None:
    assert suggested(client, typed) == []


@pytest.mark.parametrize("typed", ["a", "b", "agent", "aide", "chauf", "conducteur", "aide soignnte", "nounou", "vend"])
def test_each_appellation_is_suggested_once_best_first(client: TestClient, typed: str) -> None:
    found = suggested(client, typed, limite=50)
    assert len({each["codeAppellation"] for each in found}) == len(found) > 0
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)


def test_ten_suggestions_unless_another_number_is_asked(client: TestClient) -> None:
    assert len(suggested(client, "agent")) == 10
    assert [len(suggested(client, "agent", limite=limit)) for limit in (1, 7)] == [1, 7]


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({}, "« q » est obligatoire"),
        ({"q": "a", "limite": "0"}, "Donner au moins 1"),
        ({"q": "a", "limite": "51"}, "Donner au plus 50"),
        ({"q": "a", "limite": "dix"}, "« dix »"),
        ({"q": "x" * 201}, "200 caractères au plus"),
        ({"q": "a", "limit": "3"}, "Vouliez-vous dire « limite »"),
    ],
)
def test_wrong_parameters_are_named(client: TestClient, params: dict[str, str], detail: str) -> None:
    answer = client.get("/v1/rome/suggestions", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA_TYPE)
    assert detail in answer.json()["detail"]


# ---------------------------------------------------------------- skills


@pytest.fixture
def scripted(client: TestClient, lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setitem(vars(lookups), "skill_reader", ReaderOfOneWord())
    return client


def skills_of(client: TestClient, *texts: Json) -> list[Json]:
    answer = client.post("/v1/rome/prediction-competences", json={"textes": texts})
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found


def test_places_are_those_of_the_text_as_it_was_sent(scripted: TestClient, rome: Rome) -> None:
    text = " \n\tÉté 🎉 : vos devis, "
    (found,) = skills_of(scripted, {"texte": text, "identifiant": "cv-1"})
    (skill,) = found["competencesRome"]
    assert text[skill["debut"] : skill["fin"]] == skill["extrait"] == "devis"
    assert (skill["codeCompetence"], skill["libelleCompetence"]) == (rome.skill_codes[0], rome.skill_labels[0])
    assert (skill["nature"], skill["scorePrediction"]) == (rome.skill_kinds[0].value, 0.75)


def test_texts_are_answered_in_order_those_without_a_skill_too(scripted: TestClient) -> None:
    found = skills_of(scripted, {"texte": "devis", "identifiant": "b"}, {"texte": "rien"}, {"texte": "  "})
    assert [(each["identifiant"], len(each["competencesRome"])) for each in found] == [("b", 1), (None, 0), (None, 0)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "textes"),
        ({"textes": []}, "textes"),
        ({"textes": [{"texte": ""}]}, "textes[0].texte"),
        ({"textes": [{"texte": "a" * 200_000}]}, "textes[0].texte"),
        ({"textes": [{"texte": ["a"]}]}, "textes[0].texte"),
        ({"textes": [{"texte": "a", "contexte": "b"}]}, "textes[0].contexte"),
        ({"textes": [{"texte": "a"}] * 101}, "textes"),
    ],
)
def test_wrong_texts_are_told_once(scripted: TestClient, body: Json, field: str) -> None:
    (error,) = refusals(scripted.post("/v1/rome/prediction-competences", json=body))
    assert error["champ"] == field
    assert error["motif"]
    assert error["remede"]


def test_a_threshold_may_be_asked_for(scripted: TestClient) -> None:
    for least, expected in ((0.7, 1), (0.8, 0)):
        body = {"textes": [{"texte": "vos devis"}], "options": {"seuilScorePrediction": least}}
        (answer,) = scripted.post("/v1/rome/prediction-competences", json=body).json()
        assert len(answer["competencesRome"]) == expected


OFFER = (
    "  Vous rejoignez notre équipe 🎉.\nVos missions : pétrir la pâte, façonner les pains et assurer la cuisson. "
    "Vous accueillez les clients et tenez la caisse."
)


def test_the_skills_of_an_offer_are_read_where_it_speaks_of_them(client: TestClient, rome: Rome) -> None:
    (found,) = skills_of(client, {"texte": OFFER, "intitule": "Boulanger"})
    skills = found["competencesRome"]
    assert skills
    assert [skill["debut"] for skill in skills] == sorted(skill["debut"] for skill in skills)
    for skill in skills:
        assert 0 <= skill["debut"] < skill["fin"] <= len(OFFER)
        assert OFFER[skill["debut"] : skill["fin"]] == skill["extrait"]
        row = rome.get_skill_row(skill["codeCompetence"])
        assert row is not None
        assert skill["libelleCompetence"] == rome.skill_labels[row]
        assert 0 < skill["scorePrediction"] <= 1


@pytest.mark.parametrize("text", ["😀", "...", "12 000 €", " ", "\x00\x07"])
def test_a_text_without_a_skill_gives_none(client: TestClient, text: str) -> None:
    assert skills_of(client, {"texte": text})[0]["competencesRome"] == []
