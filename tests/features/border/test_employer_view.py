"""The employer's view is a list of fields: a profile full of secrets gives none of them away."""

import datetime as dt
from typing import Any

import msgspec

from features.border.employer_view import profile_for_employer
from features.records import Consents, Education, Experience, Profile, Project, SkillClaim
from features.sample.reference import sample_reference

SECRET = Profile(
    id="p1",
    projects=(
        Project(
            rome_code="J1501", appellation_code="10891", label="SECRET", commune_insee="23096", pay_floor_monthly=2345
        ),
        Project(rome_code="J1501"),
    ),
    skills=(SkillClaim(code="107740"), SkillClaim(code="0")),
    experiences=(
        Experience(months=30, title="SECRET serveuse", rome_code="J1501", naf="8710A", ended_on=dt.date(1999, 1, 2)),
        Experience(months=3, title="SECRET"),
    ),
    education=(Education(level=4, rncp="RNCP35830", label="SECRET", year=1981), Education(level=3, rncp="RNCP1")),
    commune_insee="23096",
    consents=Consents(visible_to_employers=True),
    summary="SECRET",
    counsellor_id="SECRET",
    updated_on=dt.date(1999, 1, 2),
)


def seen_of(profile: Profile) -> Any:
    return msgspec.json.decode(msgspec.json.encode(profile_for_employer(profile, sample_reference())))


def test_no_secret_comes_through() -> None:
    text = msgspec.json.encode(profile_for_employer(SECRET, sample_reference())).decode()
    for secret in ("SECRET", "23096", "2345", "1999", "1981"):
        assert secret not in text


def test_what_is_shown_has_the_labels_of_the_referentials() -> None:
    seen = seen_of(SECRET)
    assert seen["projets"][0] == {
        "codeROME": "J1501",
        "libelle": "Aide-soignant / Aide-soignante",
        "appellation": "Aide-soignant / Aide-soignante",
    }
    assert seen["competences"][0]["libelle"].startswith("Réaliser")
    assert seen["competences"][1] == {"code": "0"}
    assert seen["experiences"] == [
        {"mois": 30, "codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante"},
        {"mois": 3},
    ]
    assert seen["diplomes"] == [
        {"niveau": 4, "codeRNCP": "RNCP35830", "libelle": "Diplôme d'État d'aide-soignant (DEAS)"},
        {"niveau": 3, "codeRNCP": "RNCP1"},
    ]
    assert seen["departement"] == "23"


def test_a_profile_without_anything_is_seen_too() -> None:
    bare = Profile(id="p2", projects=(Project(rome_code="Z9999"),), commune_insee="99999")
    assert seen_of(bare) == {
        "id": "p2",
        "projets": [{"codeROME": "Z9999"}],
    }
