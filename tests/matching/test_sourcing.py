"""People for the offers of the small world, each checked against what they said."""

from dataclasses import replace

import msgspec
import pytest

from features.bits import held_licence_bits, licence_bits
from features.records import Consents, Exigence, Experience, Identity, Offer, OfferSource, Profile, SkillClaim
from matching.answer import Window
from matching.demand import Demand
from matching.diagnosis.diagnose import diagnose
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.pay_steps import PAY_STEP
from matching.schema import Collection
from matching.sourcing import BAND_KM, NOBODY, profiles_for_demand, profiles_for_offer
from tests.matching.conftest import TODAY, House, every, km, whole
from tests.matching.made import profile, write
from tests.matching.test_subscriptions import ROUNDING_KM, accepts


def still_open(offer: Offer) -> Offer:
    """Sourcing goes on for an offer that is closed to applications, and takes what it pays down to a step."""
    most = offer.pay.max_monthly
    stepped = None if most is None else PAY_STEP * (most // PAY_STEP)
    return msgspec.structs.replace(offer, expires_on=None, pay=msgspec.structs.replace(offer.pay, max_monthly=stepped))


def suits(person: Profile, offer: Offer, house: House, slack_km: float) -> bool:
    """Whether a person accepts an offer for one of their projects; an offer that says no place is near everyone."""
    placed = offer.commune_insee is not None
    slack = slack_km if placed else float("inf")
    return any(accepts(person, project, still_open(offer), house, slack) for project in person.projects)


def test_nobody_is_shown_against_their_word_and_nobody_twice(
    engine: Engine, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    shown = 0
    for key, offer in list(offers.items())[:800]:
        found = whole(lambda window: profiles_for_offer(engine, key, {}, window))  # noqa: B023
        shown += len(found)
        assert len({match.id for match in found}) == len(found)
        canonical = offers[town.store.canonical_offers([key]).get(key, key)]
        for match in found:
            person = profiles[match.id]
            assert match.record == person
            assert person.consents.visible_to_employers
            assert suits(person, canonical, town, ROUNDING_KM), (person, offer)
    assert shown > 300


def test_nobody_of_the_same_occupation_is_missed(
    engine: Engine, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    expected = 0
    for key, offer in list(offers.items())[:500]:
        if town.store.canonical_offers([key]).get(key, key) != key:
            continue
        found = {match.id for match in whole(lambda window: profiles_for_offer(engine, key, {}, window))}  # noqa: B023
        for person in profiles.values():
            if person.consents.visible_to_employers and any(
                project.rome_code == offer.rome_code
                and (project.commune_insee or person.commune_insee) is not None
                and accepts(person, project, still_open(offer), town, -ROUNDING_KM)
                for project in person.projects
            ):
                expected += 1
                assert person.id in found
    assert expected > 50


def test_no_identity_travels_with_a_match(engine: Engine, town: House, offers: dict[str, Offer]) -> None:
    people = every(town.store, Identity)
    for key in list(offers)[:300]:
        for match in profiles_for_offer(engine, key, {}, Window()).matches:
            person = people[match.id]
            sent = msgspec.json.encode([match.id, match.record, match.reasons, match.gaps]).decode()
            for told in (person.email, person.phone, person.address, person.last_name):
                assert told is None or told not in sent


def demand_of(offer: Offer, **parameters: str) -> Demand:
    return Demand(still_open(offer), parameters)


def test_a_demand_that_says_what_an_offer_says_gets_the_same_people(engine: Engine, offers: dict[str, Offer]) -> None:
    """The offer that is typed and the one that is published are read in the same way."""
    compared = 0
    for key, offer in list(offers.items())[:200]:
        if key not in engine.catalogue(Collection.OFFERS):
            continue
        published = whole(lambda window: profiles_for_offer(engine, key, {}, window))  # noqa: B023
        typed = whole(lambda window: profiles_for_demand(engine, demand_of(offer), window))  # noqa: B023
        assert {match.id for match in published} == {match.id for match in typed}
        scores = {match.id: match.score for match in typed}
        assert all(match.score == pytest.approx(scores[match.id], abs=1e-3) for match in published)
        compared += len(typed)
    assert compared > 50


def test_criteria_on_people_narrow(engine: Engine, profiles: dict[str, Profile], offers: dict[str, Offer]) -> None:
    told = {"permis": "B", "experienceMois": "1", "disponibleAvant": TODAY.isoformat()}
    kept = 0
    for key in list(offers)[:400]:
        free = {match.id for match in profiles_for_offer(engine, key, {}, Window(0, 149)).matches}
        for match in profiles_for_offer(engine, key, told, Window(0, 149)).matches:
            kept += 1
            assert match.id in free
            assert held_licence_bits(match.record.licences) & licence_bits(["B"])  # type: ignore[list-item]
            assert match.record.experiences
            assert match.record.available_from is None or match.record.available_from <= TODAY
    assert kept > 10


PLACE = "23096"
TYPED = Offer(
    id="demande",
    title="Aide-soignant / Aide-soignante",
    source=OfferSource(name="demande", id="demande"),
    rome_code="J1501",
    commune_insee=PLACE,
    published_on=TODAY,
)


def test_a_demand_without_a_place_asks_everywhere(engine: Engine, town: House) -> None:
    here = profiles_for_demand(engine, Demand(TYPED), Window(0, 149))
    anywhere = profiles_for_demand(engine, Demand(msgspec.structs.replace(TYPED, commune_insee=None)), Window(0, 149))
    assert anywhere.total > here.total
    assert all(match.distance_km is None for match in anywhere.matches)
    assert all(
        match.distance_km
        == pytest.approx(
            min(
                km(town.reference, project.commune_insee or match.record.commune_insee, PLACE)
                for project in match.record.projects
            ),
            abs=BAND_KM,
        )
        or len(match.record.projects) > 1
        for match in here.matches
    )


def test_a_demand_whose_occupation_is_not_read_says_so(engine: Engine) -> None:
    unread = msgspec.structs.replace(TYPED, rome_code=None, title="zzz qqq xxx")
    answer = profiles_for_demand(engine, Demand(unread), Window())
    assert answer.notice is not None
    assert "« zzz qqq xxx »" in answer.notice
    read = msgspec.structs.replace(TYPED, rome_code=None)
    assert profiles_for_demand(engine, Demand(read), Window()).total > 0


def test_a_whole_domain_lets_in_those_who_aim_at_its_other_occupations(local: Engine) -> None:
    """J15 has aides-soignants, nurses and more; D11 is another domain."""
    codes = [code for code in local.lookups.reference.rome.codes if code[:3] == TYPED.rome_code[:3]]  # type: ignore[index]
    for code in (*codes, "D1102"):
        write(local, profile(f"aims-{code}", code))
    near = profiles_for_demand(local, Demand(TYPED), Window(0, 149))
    whole_domain = profiles_for_demand(local, Demand(TYPED, open_domain=True), Window(0, 149))
    assert {match.id for match in near.matches} < {match.id for match in whole_domain.matches}
    assert {match.id for match in whole_domain.matches} == {f"aims-{code}" for code in codes}
    assert whole_domain.matches[0].id == "aims-J1501"
    loosened = {each.names for each in diagnose(local, Demand(TYPED)).alone}
    assert ("metier",) in loosened
    assert ("metier",) not in {each.names for each in diagnose(local, Demand(TYPED, open_domain=True)).alone}


def test_an_answer_without_anybody_says_so(engine: Engine) -> None:
    impossible = replace(Demand(TYPED), parameters={"disponibleAvant": "1990-01-01", "experienceMois": "600"})
    answer = profiles_for_demand(engine, impossible, Window())
    assert (answer.total, answer.matches, answer.facets, answer.notice) == (0, (), (), NOBODY)


def test_languages_and_licences_that_are_required(engine: Engine, profiles: dict[str, Profile]) -> None:
    from features.records import Licence, LicenceDemand

    lorry = msgspec.structs.replace(
        TYPED, commune_insee=None, licences=(LicenceDemand(licence=Licence.CE, exigence=Exigence.REQUIRED),)
    )
    for match in profiles_for_demand(engine, Demand(lorry), Window(0, 149)).matches:
        assert held_licence_bits(match.record.licences) & licence_bits([Licence.CE])


def test_errors(engine: Engine, offers: dict[str, Offer]) -> None:
    known = next(iter(offers))
    with pytest.raises(NotFound, match="« nowhere »"):
        profiles_for_offer(engine, "nowhere", {}, Window())
    with pytest.raises(UnknownParameter, match="experienceMois"):
        profiles_for_offer(engine, known, {"experienceMoi": "1"}, Window())
    with pytest.raises(BadParameter, match="« -1 »"):
        profiles_for_demand(engine, Demand(TYPED, {"experienceMois": "-1"}), Window())


def test_asking_with_one_radius_after_another_tells_no_more_than_the_bands(engine: Engine) -> None:
    """Who bisects the radius around a place finds the steps that they are told anyway."""
    anywhere = msgspec.structs.replace(TYPED, commune_insee=None)

    def found(radius: str) -> int:
        return profiles_for_demand(engine, Demand(anywhere, {"commune": PLACE, "distance": radius}), Window()).total

    steps = {band: {found(f"{band + inside}") for inside in (0, 0.1, 2.4, 2.6, 4.9)} for band in range(10, 600, 35)}
    assert all(len(counts) == 1 for counts in steps.values())
    assert len({min(counts) for counts in steps.values()}) > 3


def test_an_employer_is_told_distances_in_bands_and_may_not_search_closer(engine: Engine) -> None:
    answer = profiles_for_demand(engine, Demand(TYPED), Window(0, 149))
    assert all(match.distance_km is not None and match.distance_km % BAND_KM == 0 for match in answer.matches)
    assert all("accepté" not in reason.text for match in answer.matches for reason in match.reasons)
    with pytest.raises(BadParameter, match="10 à 1000"):
        profiles_for_demand(engine, Demand(TYPED, {"commune": PLACE, "distance": "0"}), Window())


def test_people_already_seen_are_left_out(engine: Engine) -> None:
    everyone = [match.id for match in profiles_for_demand(engine, Demand(TYPED), Window(0, 149)).matches]
    seen = everyone[::2]
    others = profiles_for_demand(engine, Demand(TYPED, {"exclure": ",".join(seen)}), Window(0, 149))
    assert [match.id for match in others.matches] == everyone[1::2]
    assert others.total == len(everyone) - len(seen)


@pytest.mark.parametrize(
    ("minutes", "mode", "least"),
    [("14", "voiture", 15), ("51", "velo", 52), ("170", "marche", 174)],  # 10 km x 1.3 / 55, / 15 and / 4.5, x 60
)
def test_an_employer_may_not_search_closer_by_minutes_either(
    engine: Engine, minutes: str, mode: str, least: int
) -> None:
    def ask(given: str) -> None:
        parameters = {"commune": PLACE, "tempsTrajet": given, "mode": mode}
        profiles_for_demand(engine, Demand(TYPED, parameters), Window())

    with pytest.raises(BadParameter, match=f"au moins {least} minutes .* Guéret, soit 10 km") as refused:
        ask(minutes)
    assert (refused.value.name, refused.value.value) == ("tempsTrajet", minutes)
    ask(str(least))


def test_an_occupation_read_off_the_title_is_named(engine: Engine) -> None:
    answer = profiles_for_demand(engine, Demand(msgspec.structs.replace(TYPED, rome_code=None)), Window())
    assert answer.notice is not None
    assert "Métier reconnu : « Aide-soignant / Aide-soignante »" in answer.notice


def test_a_refusal_of_profiling_holds_on_the_employers_side_too(local: Engine) -> None:
    skills = tuple(SkillClaim(code=code) for code in list(local.lookups.reference.rome.skill_codes)[:5])
    refused = Consents(visible_to_employers=True)
    plain = msgspec.structs.replace(profile("plain"), consents=refused, skills=(), experiences=())
    rich = msgspec.structs.replace(
        profile("rich"), consents=refused, skills=skills, experiences=(Experience(months=90, rome_code="J1501"),)
    )
    write(local, plain, rich)
    scores = {match.id: match.score for match in profiles_for_demand(local, Demand(TYPED), Window()).matches}
    assert scores["plain"] == scores["rich"]


def test_an_offer_known_by_its_departement_finds_the_people_of_it(local: Engine) -> None:
    somewhere = msgspec.structs.replace(TYPED, commune_insee=None, departement="23")
    elsewhere = msgspec.structs.replace(TYPED, commune_insee=None, departement="974")
    write(local, profile("p"))
    assert [match.id for match in profiles_for_demand(local, Demand(somewhere), Window()).matches] == ["p"]
    assert profiles_for_demand(local, Demand(elsewhere), Window()).total == 0
