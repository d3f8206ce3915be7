"""From records to rows: what is read, what is completed, and what an unknown value becomes."""

import datetime as dt
from typing import Any

import msgspec
import numpy as np
import pytest

from features.bits import CONTRACT_BIT, held_licence_bits, language_bits, licence_bits
from features.communes import CommuneRow, Communes
from features.pairs.base import NO_SKILL
from features.records import (
    Attendance,
    Consents,
    Contract,
    Education,
    EducationDemand,
    Exigence,
    Experience,
    ExperienceDemand,
    Inference,
    LanguageDemand,
    LanguageSkill,
    Licence,
    LicenceDemand,
    Mobility,
    MonthlyHirings,
    Pay,
    Project,
    SkillClaim,
    SkillDemand,
    SkillLevel,
    TravelMode,
    WorkingTime,
)
from features.reference import Reference
from features.travel_time import AROUND_KM, Density, density_of, minutes_for
from matching.catalogue import Rows
from matching.keys import key_number
from matching.keywords import word_number
from matching.lookups import Lookups, day_number
from matching.payload import record_part
from matching.rows.base import RowWriter, appellation_row, resolve_occupation, skill_list, word_numbers
from matching.rows.establishment import project_establishments
from matching.rows.offer import CARD_TEXT, CORE_WEIGHT, PLAIN_WEIGHT, REQUIRED_WEIGHT, OfferCard, project_offers
from matching.rows.profile import DEFAULT_RADIUS_KM, counsellor_number, project_profiles
from matching.rows.session import SessionCard, certification_number, project_sessions
from matching.schema import NO_DAY, OCCUPATION_WIDTH, SCHEMAS, SKILL_WIDTH, WORD_WIDTH, Collection
from matching.solicitation import ContactDays
from models.published import published_models
from tests.matching.conftest import TODAY
from tests.matching.made import BAKER, CARER, GUERET, NURSE, firm, offer, profile, session, training


def columns(rows: Rows, row: int = 0) -> dict[str, Any]:
    return {name: values[row] for name, values in rows.columns.items()}


def of_offer(lookups: Lookups, **fields: Any) -> dict[str, Any]:
    return columns(project_offers([lookups.completion.completed(offer(**fields))], lookups))


def of_profile(lookups: Lookups, **fields: Any) -> dict[str, Any]:
    return columns(project_profiles([lookups.completion.completed(profile(**fields))], lookups))


def code_of(lookups: Lookups, row: Any) -> str | None:
    return None if row < 0 else lookups.reference.rome.codes[int(row)]


def skills_of(lookups: Lookups, code: str) -> tuple[list[str], list[str]]:
    """Codes of the core and of the other skills of an occupation."""
    rome = lookups.reference.rome
    rows, core = rome.skills_of(rome.row_of(code))
    return [rome.skill_codes[row] for row in rows[core]], [rome.skill_codes[row] for row in rows[~core]]


# ---------------------------------------------------------------- offers


def test_an_offer_says_what_it_says(lookups: Lookups) -> None:
    found = of_offer(
        lookups,
        contract=Contract.CDD,
        apprenticeship=True,
        working_time=WorkingTime.PART,
        experience=ExperienceDemand.WISHED,
        experience_months=6,
        education=(
            EducationDemand(level=5, exigence=Exigence.REQUIRED),
            EducationDemand(level=4, exigence=Exigence.REQUIRED),
        ),
        licences=(LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED), LicenceDemand(licence=Licence.C)),
        languages=(LanguageDemand(language="en", exigence=Exigence.REQUIRED), LanguageDemand(language="de")),
        weekly_hours=24.5,
        pay=Pay(min_monthly=1900, max_monthly=2100),
        posts=3,
        expires_on=dt.date(2026, 10, 1),
        open_to_rqth=True,
    )
    assert code_of(lookups, found["occupation"]) == CARER
    assert lookups.reference.communes.insee[found["commune"]] == GUERET
    assert lookups.departements[found["departement"]] == "23"
    assert found["contract"] == CONTRACT_BIT[Contract.CDD]
    assert (found["apprenticeship"], found["open_to_rqth"], found["inferred"]) == (True, True, False)
    assert (found["working_time"], found["experience_demand"], found["experience_months"]) == (2, 2, 6)
    assert (found["education_required"], found["education_wished"]) == (4, 0)  # several diplomas are alternatives
    assert found["licences_required"] == licence_bits([Licence.B])
    assert found["licences_wished"] == licence_bits([Licence.C])
    assert found["languages_required"] == language_bits(["en"])
    assert (found["pay_min"], found["pay_max"], found["posts"]) == (1900, 2100, 3)
    assert found["weekly_hours"] == np.float32(24.5)
    assert found["published_day"] == day_number(TODAY)
    assert found["expires_day"] == day_number(dt.date(2026, 10, 1))


def test_an_offer_that_says_little(lookups: Lookups) -> None:
    found = of_offer(lookups, title="zzz qqq", rome_code=None, commune_insee=None)
    assert (found["occupation"], found["commune"], found["departement"]) == (-1, -1, -1)
    assert (found["contract"], found["working_time"], found["experience_demand"]) == (0, 0, 0)
    assert (found["education_required"], found["licences_required"], found["languages_required"]) == (0, 0, 0)
    assert np.isnan([found[name] for name in ("pay_min", "pay_max", "experience_months", "weekly_hours")]).all()
    assert (found["expires_day"], found["posts"]) == (NO_DAY, 1)
    assert (found["skills"] == NO_SKILL).all()
    assert not found["skill_weights"].any()


def test_one_figure_of_pay_is_the_most_it_pays(lookups: Lookups) -> None:
    assert of_offer(lookups, pay=Pay(min_monthly=1900))["pay_max"] == 1900


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"commune_insee": None, "lat": 46.171, "lon": 1.871}, GUERET),
        ({"commune_insee": "99999", "lat": 46.171, "lon": 1.871}, GUERET),
        ({"commune_insee": GUERET, "lat": 48.85, "lon": 2.35}, GUERET),
        ({"commune_insee": "99999"}, None),
    ],
)
def test_a_place_is_its_code_or_the_nearest_to_its_point(
    lookups: Lookups, fields: dict[str, Any], place: str | None
) -> None:
    row = of_offer(lookups, **fields)["commune"]
    assert (lookups.reference.communes.insee[row] if row >= 0 else None) == place


def test_a_departement_alone_is_kept(lookups: Lookups) -> None:
    found = of_offer(lookups, commune_insee=None, departement="23")
    assert (found["commune"], lookups.departements[found["departement"]]) == (-1, "23")
    assert of_offer(lookups, commune_insee=None, departement="999")["departement"] == -1


def test_an_occupation_is_read_off_the_title_and_marked(lookups: Lookups) -> None:
    found = of_offer(lookups, rome_code=None, title="AIDE SOIGNANTE de nuit (H/F)")
    assert (code_of(lookups, found["occupation"]), found["inferred"]) == (CARER, True)
    unknown = of_offer(lookups, rome_code="Z9999", title="Boulanger")
    assert (code_of(lookups, unknown["occupation"]), unknown["inferred"]) == (BAKER, True)


def test_what_came_in_before_the_models_is_read_when_it_is_indexed(lookups: Lookups) -> None:
    found = columns(project_offers([offer(rome_code=None, title="Boulanger (H/F)")], lookups))
    assert (code_of(lookups, found["occupation"]), found["inferred"]) == (BAKER, True)


def test_a_v3_code_means_the_fiche_nearest_to_the_title(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    split = [code for code in set(rome.parents) if not rome.contains(code) and len(rome.resolve(code)) > 1]
    split += [code for code in set(rome.parents) if rome.contains(code) and len(rome.resolve(code)) > 1]
    checked = 0
    for code in sorted(split)[:12]:
        for row in rome.resolve(code):
            title = rome.labels[row]
            recent = resolve_occupation(lookups, code, title)
            assert recent == (rome.row_of(code) if rome.contains(code) else row)
            before = of_offer(lookups, rome_code=code, title=title, published_on=dt.date(2023, 5, 1))["occupation"]
            assert before == row, (code, title)
            checked += 1
    assert checked > 5
    assert resolve_occupation(lookups, None, "Boulanger") == -1
    assert resolve_occupation(lookups, "Z9999", "Boulanger") == -1


def test_skills_that_are_listed_weigh_by_what_is_asked(lookups: Lookups) -> None:
    core, plain = skills_of(lookups, CARER)
    demands = (
        SkillDemand(label="x", code=plain[0]),
        SkillDemand(label="x", code=core[0]),
        SkillDemand(label="x", code=plain[1], exigence=Exigence.REQUIRED),
        SkillDemand(label="not in ROME"),
        SkillDemand(label="x", code="0"),
    )
    found = of_offer(lookups, skills=demands)
    rome = lookups.reference.rome
    kept = [rome.skill_codes[row] for row in found["skills"] if row != NO_SKILL]
    assert kept == [plain[1], core[0], plain[0]]
    np.testing.assert_allclose(found["skill_weights"][:4], [REQUIRED_WEIGHT, CORE_WEIGHT, PLAIN_WEIGHT, 0], atol=1e-3)


def test_an_offer_without_skills_wants_the_core_ones(lookups: Lookups) -> None:
    core, _ = skills_of(lookups, CARER)
    found = of_offer(lookups)
    kept = {lookups.reference.rome.skill_codes[row] for row in found["skills"] if row != NO_SKILL}
    assert kept == set(core)
    assert np.count_nonzero(found["skill_weights"]) == len(core)


def test_words_of_an_offer_are_those_of_title_firm_and_skills(lookups: Lookups) -> None:
    found = of_offer(lookups, title="Aide-soignant", firm_name="Les Tilleuls", skills=(SkillDemand(label="Éthique"),))
    for word in ("aide", "soignant", "tilleuls", "ethique"):
        assert word_number(word) in found["words"]
    assert word_number("description") not in found["words"]


def test_a_card_carries_a_short_text_and_the_other_sources(lookups: Lookups) -> None:
    from features.records import OfferSource

    long = offer(description="mot " * 1000)
    also = {"o1": (OfferSource(name="other", id="9"),)}
    rows = project_offers([long], lookups, also)
    card = msgspec.json.decode(record_part(rows.payloads[0]), type=OfferCard)
    assert len(card.offer.description) <= CARD_TEXT
    assert card.offer.description.endswith("…")
    assert card.also == also["o1"]


# ---------------------------------------------------------------- profiles


def test_a_profile_gives_a_row_a_project(lookups: Lookups) -> None:
    rows = project_profiles(
        [
            profile(projects=(Project(rome_code=CARER), Project(rome_code="Z9999"), Project(rome_code=BAKER))),
            profile("p2", rome_code="Z9999"),
            profile("p3"),
        ],
        lookups,
    )
    assert rows.ids == ("p1", "p1", "p3")
    assert [code_of(lookups, row) for row in rows.columns["occupation"]] == [CARER, BAKER, CARER]
    assert rows.payloads[0] == rows.payloads[1]


def test_what_a_person_says(lookups: Lookups) -> None:
    found = of_profile(
        lookups,
        projects=(
            Project(
                rome_code=CARER,
                commune_insee="75056",
                contracts=(Contract.CDI, Contract.CDD),
                working_time=WorkingTime.FULL,
                pay_floor_monthly=1800,
                start_date=dt.date(2026, 11, 1),
            ),
        ),
        available_from=dt.date(2026, 10, 1),
        education=(Education(level=3), Education(), Education(level=5)),
        licences=(Licence.CE,),
        languages=(LanguageSkill(language="en"),),
        counsellor_id="k1",
    )
    assert lookups.reference.communes.insee[found["commune"]] == "75056"
    assert found["contracts"] == CONTRACT_BIT[Contract.CDI] | CONTRACT_BIT[Contract.CDD]
    assert (found["working_time"], found["pay_floor"], found["education_level"]) == (1, 1800, 5)
    assert found["available_day"] == day_number(dt.date(2026, 11, 1))
    assert found["licences"] == held_licence_bits([Licence.CE])
    assert found["languages"] == language_bits(["en"])
    assert found["counsellor"] == counsellor_number("k1") >= 0
    assert len({counsellor_number(f"k{number}") for number in range(5000)}) == 5000
    assert (found["visible"], found["profiling"]) == (True, True)


def test_a_person_who_says_little(lookups: Lookups) -> None:
    found = columns(
        project_profiles([msgspec.structs.replace(profile(), consents=Consents(), commune_insee=None)], lookups)
    )
    assert (found["commune"], found["contracts"], found["working_time"], found["education_level"]) == (-1, 0, 0, 0)
    assert np.isnan(found["pay_floor"])
    assert (found["available_day"], found["counsellor"]) == (NO_DAY, -1)
    assert (found["visible"], found["profiling"]) == (False, False)
    assert found["radius_km"] == DEFAULT_RADIUS_KM


@pytest.mark.parametrize(
    ("project", "mobility", "reach"),
    [
        ({"radius_km": 7.0}, Mobility(km=50), 7),
        ({"radius_km": 0.0}, Mobility(km=50), 0),
        ({}, Mobility(km=50, minutes=10), 50),
        ({}, Mobility(minutes=26), 26 / 60 * 45 / 1.3),
        ({}, Mobility(), DEFAULT_RADIUS_KM),
    ],
)
def test_how_far_a_person_goes(lookups: Lookups, project: dict[str, Any], mobility: Mobility, reach: float) -> None:
    found = of_profile(lookups, projects=(Project(rome_code=CARER, **project),), mobility=mobility)
    assert found["radius_km"] == pytest.approx(reach)


def test_experience_counts_in_the_occupation_and_its_family(lookups: Lookups) -> None:
    past = (
        Experience(months=10, rome_code=CARER),
        Experience(months=20, title="Aide-soignante en EHPAD"),
        Experience(months=40, rome_code=BAKER),
        Experience(months=80),
    )
    assert of_profile(lookups, experiences=past)["experience_months"] == 30
    assert of_profile(lookups, experiences=past, rome_code=BAKER)["experience_months"] == 40


def test_the_best_known_skills_are_kept(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    claims = [SkillClaim(code=code, level=SkillLevel.BEGINNER) for code in rome.skill_codes[:40]]
    claims[35] = SkillClaim(code=rome.skill_codes[35], level=SkillLevel.EXPERT)
    found = of_profile(lookups, skills=(*claims, SkillClaim(code="0")))
    assert found["skills"].tolist() == [35, *range(SKILL_WIDTH - 1)]


# ---------------------------------------------------------------- sessions and firms


def test_a_session_says_what_its_training_teaches(lookups: Lookups) -> None:
    taught = training(
        rncp="RNCP40692", rome_codes=(CARER, "Z9999", NURSE, CARER), level=4, entry_level=3, outcome_rate=0.8
    )
    rows = project_sessions([session(attendance=Attendance.MIXED, accessible=False)], lookups, {"t1": taught})
    found = columns(rows)
    codes = [code_of(lookups, row) for row in found["occupations"]]
    assert codes == [CARER, NURSE] + [None] * (OCCUPATION_WIDTH - 2)
    assert (found["level"], found["entry_level"], found["certification"]) == (4, 3, 40692)
    assert (found["seats_left"], found["accessible"], found["fundings"]) == (-1, 0, 0)
    assert found["outcome_rate"] == pytest.approx(0.8)
    core, _ = skills_of(lookups, CARER)
    assert {lookups.reference.rome.skill_codes[row] for row in found["skills"] if row != NO_SKILL} == set(core)
    assert msgspec.json.decode(record_part(rows.payloads[0]), type=SessionCard).training == taught


def test_a_session_without_its_training_has_no_row(lookups: Lookups) -> None:
    assert len(project_sessions([session()], lookups, {})) == 0


@pytest.mark.parametrize(
    ("code", "number"), [("RNCP37715", 37715), ("RS1234", -1234), (None, 0), ("37715", 0), ("RNCP", 0), ("rncp1", 0)]
)
def test_a_certification_is_a_number(code: str | None, number: int) -> None:
    assert certification_number(code) == number


def test_a_firm(lookups: Lookups) -> None:
    firms = [
        firm(headcount_min=10, headcount_max=19, hirings=(MonthlyHirings(month="2026-08", count=2),), engaged=True),
        firm("2", naf="0000Z", opt_out=True),
        firm("3", headcount_min=0, headcount_max=0),
    ]
    rows = project_establishments(firms, lookups, {"2": ContactDays(20000)}, TODAY)
    assert rows.columns["naf"].tolist() == [lookups.naf_rows["8610Z"], -1, lookups.naf_rows["8610Z"]]
    assert rows.columns["headcount_min"].tolist() == [10, -1, 0]
    assert rows.columns["last_contact_day"].tolist() == [NO_DAY, 20000, NO_DAY]
    assert rows.columns["engaged"].tolist() == [True, False, False]
    assert rows.columns["opt_out"].tolist() == [False, True, False]
    expected = rows.columns["expected_hirings"]
    assert 6 < expected[0] < 20  # two last month, and nothing known before
    assert 0 < expected[2] < 1 < expected[0]
    assert (rows.columns["hirings_shape"] > 0).all()
    assert rows.vectors.shape == (3, 0)


# ---------------------------------------------------------------- what projectors share


@pytest.mark.parametrize("collection", Collection)
def test_nothing_gives_no_row_with_every_column(lookups: Lookups, collection: Collection) -> None:
    rows = RowWriter(collection, lookups).rows()
    assert len(rows) == 0
    for column in SCHEMAS[collection]:
        assert rows.columns[column.name].dtype == np.dtype(column.dtype)
        assert rows.columns[column.name].shape == ((0, column.width) if column.width else (0,))


def test_a_column_that_is_not_in_the_schema_is_refused(lookups: Lookups) -> None:
    with pytest.raises(KeyError, match="sex"):
        RowWriter(Collection.PROFILES, lookups).add("p", {"sex": 1}, b"", (), ())


def test_a_vector_mixes_texts_and_occupations_by_weight(lookups: Lookups) -> None:
    writer = RowWriter(Collection.OFFERS, lookups)
    writer.add("a", {}, b"", [("soudeur", 1.0), (None, 5.0), ("", 5.0)], [(3, 2.0)])
    writer.add("b", {}, b"", [], [])
    vectors = writer.rows().vectors
    expected = lookups.encoder.encode(["soudeur"])[0] + 2 * lookups.occupation_vectors[3]
    np.testing.assert_allclose(vectors[0], expected / np.linalg.norm(expected), atol=1e-5)
    assert not vectors[1].any()


def test_lists_are_cut_to_their_width_and_padded() -> None:
    assert skill_list([5, 5, 2]) == [5, 2] + [NO_SKILL] * (SKILL_WIDTH - 2)
    assert skill_list(range(50)) == list(range(SKILL_WIDTH))
    words = word_numbers(["un deux deux", None, "Été"])
    assert words[:4] == [word_number("un"), word_number("deux"), word_number("ete"), 0]
    assert len(word_numbers([" ".join(map(str, range(100)))])) == WORD_WIDTH


def test_no_word_has_the_number_of_padding() -> None:
    assert all(0 < word_number(str(number)) < 2**32 for number in range(1000))


# ---------------------------------------------------------------- reference tables


def test_distances_are_symmetric_and_unknown_places_far(lookups: Lookups) -> None:
    n = len(lookups.reference.communes)
    table = np.stack([lookups.distances_from(row) for row in range(n)])
    assert table.shape == (n, n + 1)
    np.testing.assert_allclose(table[:, :n], table[:, :n].T, atol=0.05)
    assert np.isnan(table[:, n]).all()
    assert (np.diag(table) < 0.01).all()
    assert np.isnan(lookups.distances_between(-1, np.array([0, 1]))).all()
    np.testing.assert_array_equal(lookups.distances_between(2, np.array([2, -1])), table[2, [2, n]])


@pytest.mark.parametrize("radius_km", [0.0, 5.0, 30.0, 120.0, 1000.0, 20_000.0])
def test_communes_within_a_radius_are_those_that_their_distances_say(lookups: Lookups, radius_km: float) -> None:
    for row in range(len(lookups.reference.communes)):
        np.testing.assert_array_equal(
            lookups.communes_within(row, radius_km), lookups.distances_from(row) <= radius_km, strict=True
        )


def test_tension_is_that_of_the_place_or_the_nation(lookups: Lookups) -> None:
    rome, communes, tension = lookups.reference.rome, lookups.reference.communes, lookups.reference.tension
    row, place = rome.row_of(CARER), communes.row_of(GUERET)
    here, nowhere, unknown = lookups.tension_at(np.array([row, row, -1]), np.array([place, -1, place]))
    assert here == pytest.approx(tension.share_difficult(CARER, communes.employment_areas[place]))
    assert nowhere == pytest.approx(tension.share_difficult(CARER, None))
    assert np.isnan(unknown)


def test_what_a_sector_hires_is_a_share(lookups: Lookups) -> None:
    shares = lookups.naf_share
    assert shares.shape == (len(lookups.reference.naf.naf_codes) + 1, lookups.reference.rome.n_occupations)
    assert (shares >= 0).all()
    assert (shares <= 1 + 1e-6).all()
    assert not shares[-1].any()
    hospital = shares[lookups.naf_rows["8610Z"]]
    assert hospital[lookups.reference.rome.row_of(CARER)] > 0.05
    assert hospital[lookups.reference.rome.row_of(BAKER)] < 0.01


def test_a_commune_without_a_point_is_at_an_unknown_distance_but_from_itself(reference: Reference) -> None:
    rows = [CommuneRow("01001", "A", "01", "84", lat=46.0, lon=5.0), CommuneRow("01002", "B", "01", "84")]
    other = Reference(reference.rome, Communes.build(rows), reference.certifications, reference.tension, reference.naf)
    lookups = Lookups(other, published_models())
    assert np.flatnonzero(~np.isnan(lookups.distances_from(1))).tolist() == [1]
    assert lookups.distances_from(1)[1] == 0
    assert np.isnan(lookups.distances_from(0)[1])
    assert np.flatnonzero(lookups.communes_within(1, 30.0)).tolist() == [1]
    assert np.flatnonzero(lookups.communes_within(0, 30.0)).tolist() == [0]
    assert lookups.nearest_commune(46.1, 5.0) == 0
    assert lookups.nearest_commune(40.0, 0.0) is None


# ---------------------------------------------------------------- what rankers read beside


def appellations_of(lookups: Lookups, code: str) -> list[str]:
    rome = lookups.reference.rome
    return [rome.appellation_codes[row] for row in rome.appellations_of(rome.row_of(code))]


def test_an_appellation_is_the_declared_one_else_the_one_read(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    first, second, *_ = appellations_of(lookups, CARER)
    guessed = Inference(rome_code=CARER, appellation_code=second, score=0.9, model=lookups.tagger.version)
    assert of_offer(lookups, appellation_code=first)["appellation"] == rome.appellation_row_of(first)
    assert appellation_row(lookups, offer(inferred=guessed)) == rome.appellation_row_of(second)
    assert appellation_row(lookups, offer(appellation_code=first, inferred=guessed)) == rome.appellation_row_of(first)
    assert of_offer(lookups)["appellation"] == of_offer(lookups, appellation_code="999")["appellation"] == -1
    found = of_profile(lookups, projects=(Project(rome_code=CARER, appellation_code=first),))
    assert found["appellation"] == rome.appellation_row_of(first)


def test_a_firm_is_the_number_of_its_siret(lookups: Lookups) -> None:
    assert of_offer(lookups, siret="12345678901234")["firm"] == key_number("12345678901234")
    assert of_offer(lookups)["firm"] == -1


def test_the_pace_is_that_of_the_fastest_mode_where_one_lives(lookups: Lookups) -> None:
    by_car = of_profile(lookups)["minutes_per_km"]
    row = lookups.reference.communes.get_row(GUERET)
    assert row is not None
    density = density_of(lookups.people_around(row, AROUND_KM))
    assert by_car == np.float16(minutes_for(1, TravelMode.CAR, density))
    slow, fast = Mobility(modes=(TravelMode.WALK, TravelMode.BIKE)), Mobility(modes=(TravelMode.WALK, TravelMode.CAR))
    assert of_profile(lookups, mobility=slow)["minutes_per_km"] == np.float16(minutes_for(1, TravelMode.BIKE, density))
    assert of_profile(lookups, mobility=fast)["minutes_per_km"] == by_car
    anywhere = of_profile(lookups, commune_insee=None)["minutes_per_km"]
    assert anywhere == np.float16(minutes_for(1, TravelMode.CAR, Density.MIXED))


def test_past_work_is_told_by_family_the_longest_first(lookups: Lookups) -> None:
    none = of_profile(lookups, experiences=())
    assert (none["past_families"] == -1).all()
    assert not none["past_months"].any()
    rome = lookups.reference.rome
    baker = next(row for row, code in enumerate(rome.codes) if code == BAKER)
    other = next(row for row in range(rome.n_occupations) if rome.family_of[row] != rome.family_of[baker])
    past = (
        Experience(rome_code=BAKER, months=10),
        Experience(rome_code=rome.codes[other], months=15),
        Experience(rome_code=BAKER, months=20),
    )
    told = of_profile(lookups, experiences=past)
    assert told["past_families"].tolist() == [rome.family_of[baker], rome.family_of[other], -1, -1]
    assert told["past_months"].tolist() == [30, 15, 0, 0]


def test_nobody_has_done_anything_yet(lookups: Lookups) -> None:
    person, job = of_profile(lookups), of_offer(lookups)
    assert (person["interest_families"] == -1).all()
    assert (job["shown"], job["shown_day"]) == (0, 0)
    assert np.isnan(job["responsiveness"])


def test_a_session_says_its_price(lookups: Lookups) -> None:
    taught = {"t1": training()}
    for price in (1200.0, 0.0):
        assert project_sessions([session(price_eur=price)], lookups, taught).columns["price"].tolist() == [price]
    assert np.isnan(project_sessions([session()], lookups, taught).columns["price"]).all()


def test_the_core_skills_of_every_occupation_stand_in_one_table(lookups: Lookups) -> None:
    rome, table = lookups.reference.rome, lookups.core_skills
    assert (table[-1] == NO_SKILL).all()
    codes = [rome.skill_codes[row] for row in table[rome.row_of(CARER)] if row != NO_SKILL]
    assert codes == skills_of(lookups, CARER)[0]
