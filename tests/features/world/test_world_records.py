"""What a reader of the generated world may rely on: closed references, known codes, plausible shares, varied words."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from features.records import Contract, Exigence, Licence, Record
from features.store import Kind
from features.store.kinds import DERIVED
from features.world import ORDER, Sizes, World, WorldFacts
from features.world.names import is_siret
from features.world.relations import counsellors_of
from features.world.vacancies import OWN_SOURCE, PARTNER_SOURCE

Records = Mapping[Kind, list[Any]]
TODAY = dt.date(2026, 11, 23)


def ids(records: list[Any]) -> set[str]:
    return {record.id for record in records}


def test_every_kind_is_there_in_the_asked_number(records: Mapping[Kind, list[Record]], world: World) -> None:
    assert set(ORDER) == set(Kind) - DERIVED == set(records)
    for kind in ORDER:
        assert len(ids(records[kind])) == len(records[kind]) > 0
    for kind in (Kind.PROFILE, Kind.IDENTITY, Kind.OFFER, Kind.TRAINING, Kind.ESTABLISHMENT, Kind.EVENT):
        assert len(records[kind]) == world.expected(kind)


def test_every_reference_is_closed(records: Records, facts: WorldFacts) -> None:
    profiles, offers, firms = (ids(records[kind]) for kind in (Kind.PROFILE, Kind.OFFER, Kind.ESTABLISHMENT))
    sessions = ids(records[Kind.SESSION])
    assert ids(records[Kind.IDENTITY]) == profiles
    assert ids(records[Kind.PROTECTED]) <= profiles
    assert {offer.siret for offer in records[Kind.OFFER]} <= firms | {None}
    assert {session.training_id for session in records[Kind.SESSION]} == ids(records[Kind.TRAINING])
    for event in records[Kind.EVENT]:
        assert event.profile_id in profiles
        assert event.offer_id in offers or event.session_id in sessions
        assert event.siret is None or event.siret in firms
    assert {contact.siret for contact in records[Kind.CONTACT]} <= firms
    assert {subscription.profile_id for subscription in records[Kind.SUBSCRIPTION]} <= profiles
    for pool in records[Kind.TALENT_POOL]:
        assert set(pool.profile_ids) <= profiles
        assert pool.profile_ids
    total = int(counsellors_of(facts, len(profiles)).sum())
    known = {f"conseiller-{number:04d}" for number in range(1, total + 1)}
    assert {profile.counsellor_id for profile in records[Kind.PROFILE]} <= known
    assert {contact.counsellor_id for contact in records[Kind.CONTACT]} <= known


def test_every_code_is_known(records: Records, facts: WorldFacts) -> None:
    reference = facts.reference
    rome, communes, certifications = reference.rome, reference.communes, reference.certifications
    for profile in records[Kind.PROFILE]:
        communes.row_of(profile.commune_insee)
        assert profile.projects
        for project in profile.projects:
            row = rome.row_of(project.rome_code)
            if project.appellation_code is not None:
                assert rome.appellation_occupation[rome.appellation_row_of(project.appellation_code)] == row
        for experience in profile.experiences:
            assert experience.rome_code is None or rome.contains(experience.rome_code)
            assert experience.naf is None or experience.naf in reference.naf.labels
        for claim in profile.skills:
            rome.skill_row_of(claim.code)
        for education in profile.education:
            assert education.rncp is None or certifications.row_of(education.rncp) >= 0
    for offer in records[Kind.OFFER]:
        assert offer.rome_code is None or rome.contains(offer.rome_code)
        assert offer.commune_insee is None or communes.row_of(offer.commune_insee) >= 0
        for skill in offer.skills:
            assert skill.code is None or rome.skill_row_of(skill.code) >= 0
    for training in records[Kind.TRAINING]:
        assert training.rome_codes
        assert all(rome.contains(code) for code in training.rome_codes)
        assert training.rncp is None or certifications.active[certifications.row_of(training.rncp)]
    for pool in records[Kind.TALENT_POOL]:
        assert all(rome.contains(code) for code in pool.rome_codes)


def test_people_live_where_the_population_does(records: Records, facts: WorldFacts) -> None:
    communes, places = facts.reference.communes, facts.places
    areas = Counter(int(places.area_of[communes.row_of(profile.commune_insee)]) for profile in records[Kind.PROFILE])
    observed = np.array([areas[area] for area in range(places.n_areas)]) / len(records[Kind.PROFILE])
    tolerance = 4 * np.sqrt(places.area_share / len(records[Kind.PROFILE])) + 0.002
    assert (np.abs(observed - places.area_share) <= tolerance).all()
    whole_city = {"75056", "69123", "13055"} & {profile.commune_insee for profile in records[Kind.PROFILE]}
    assert not whole_city


def test_offers_follow_the_demand_for_each_occupation(facts: WorldFacts) -> None:
    sizes = Sizes(profiles=0, offers=12_000, trainings=0, establishments=500)
    rome = facts.reference.rome
    offers = World(facts, sizes, 3, TODAY).records(Kind.OFFER)
    counts = Counter(offer.rome_code for offer in offers if offer.rome_code is not None)  # type: ignore[attr-defined]
    share = np.array([counts[code] for code in rome.codes]) / counts.total()
    expected = facts.demand.occupation_share
    assert (np.abs(share - expected) <= 4.5 * np.sqrt(expected / counts.total()) + 0.001).all()


def test_a_firm_recruits_what_its_activity_recruits_in_its_own_area(records: Records, facts: WorldFacts) -> None:
    reference, places = facts.reference, facts.places
    firms = {firm.id: firm for firm in records[Kind.ESTABLISHMENT]}
    named = [offer for offer in records[Kind.OFFER] if offer.siret is not None]
    assert len(named) > 0.4 * len(records[Kind.OFFER])
    for offer in named:
        firm = firms[offer.siret]
        assert offer.naf == firm.naf
        assert offer.firm_name == firm.name
        if offer.rome_code is not None:
            assert firm.naf in {naf for naf, _ in reference.naf.nafs_for(offer.rome_code)}
        if offer.commune_insee is not None:
            rows = [reference.communes.row_of(insee) for insee in (offer.commune_insee, firm.commune_insee)]
            assert places.area_of[rows[0]] == places.area_of[rows[1]]


def test_firms_are_fictitious_and_sole_traders_have_no_name(records: Records) -> None:
    firms = records[Kind.ESTABLISHMENT]
    assert all(is_siret(firm.id) and firm.id.startswith("0000") for firm in firms)
    unnamed = [firm for firm in firms if firm.name is None]
    assert unnamed
    assert all(firm.headcount_max is None or firm.headcount_max <= 2 for firm in unnamed)
    months = {hiring.month for firm in firms for hiring in firm.hirings}
    assert len(months) == 24
    assert max(months) == "2026-10"
    assert min(months) == "2024-11"
    assert any(firm.engaged for firm in firms)
    assert any(firm.opt_out for firm in firms)


def test_careers_are_in_order_and_walk_on_mobility_links(records: Records, facts: WorldFacts) -> None:
    rome = facts.reference.rome
    moves = linked = 0
    for profile in records[Kind.PROFILE]:
        ends = [experience.ended_on or TODAY for experience in profile.experiences]
        assert ends == sorted(ends, reverse=True)
        assert all(experience.ended_on is not None for experience in profile.experiences[1:])
        assert all(experience.months >= 1 for experience in profile.experiences)
        codes = [experience.rome_code for experience in profile.experiences]
        for later, earlier in itertools.pairwise(codes):
            if later is None or earlier is None or later == earlier:
                continue
            moves += 1
            near = (*rome.mobility_of(rome.row_of(earlier))[0], *rome.mobility_of(rome.row_of(later))[0])
            linked += rome.row_of(later) in near or rome.row_of(earlier) in near
    assert moves > 100
    assert linked / moves > 0.7


def test_shares_are_those_that_the_guide_says(records: Records) -> None:
    profiles = records[Kind.PROFILE]
    share = {
        "visible": sum(profile.consents.visible_to_employers for profile in profiles) / len(profiles),
        "profiling": sum(profile.consents.profiling for profile in profiles) / len(profiles),
        "by_email": sum(profile.consents.contact_by_email for profile in profiles) / len(profiles),
        "car": sum(Licence.B in profile.licences for profile in profiles) / len(profiles),
    }
    expected = {"visible": 0.70, "profiling": 0.80, "by_email": 0.60, "car": 0.75}
    assert share == pytest.approx(expected, abs=0.06)
    offers = records[Kind.OFFER]
    assert sum(offer.rome_code is None for offer in offers) / len(offers) == pytest.approx(0.05, abs=0.03)


def test_no_profile_says_who_it_is(records: Records) -> None:
    names = {identity.id: identity for identity in records[Kind.IDENTITY]}
    for profile in records[Kind.PROFILE]:
        identity = names[profile.id]
        assert identity.email.endswith("@exemple.invalid")
        assert identity.phone is None or identity.phone.startswith("06 39 98 ")
        assert identity.last_name not in (profile.summary or "")
        assert 17 <= (TODAY - identity.birth_date).days / 365.25 <= 68


def test_some_offers_relay_another_one(records: Records) -> None:
    own = {
        (offer.commune_insee, offer.siret, offer.description)
        for offer in records[Kind.OFFER]
        if offer.source.name == OWN_SOURCE
    }
    relayed = [offer for offer in records[Kind.OFFER] if offer.source.name == PARTNER_SOURCE]
    assert 0.01 < len(relayed) / len(records[Kind.OFFER]) < 0.05
    for offer in relayed:
        text = offer.description.rpartition(" Annonce relayée")[0]
        assert (offer.commune_insee, offer.siret, text) in own


def test_offers_are_fresh_and_their_terms_hold_together(records: Records) -> None:
    for offer in records[Kind.OFFER]:
        assert 0 <= (TODAY - offer.published_on).days < 60
        assert offer.updated_on is None or offer.published_on <= offer.updated_on <= TODAY
        assert (offer.contract_months is not None) == (
            offer.contract in (Contract.CDD, Contract.INTERIM, Contract.SEASONAL)
        )
        pay = offer.pay
        assert pay.min_monthly is None or pay.min_monthly >= 1800
        assert pay.max_monthly is None or pay.max_monthly > pay.min_monthly
        for demand in offer.licences:
            if demand.exigence is Exigence.REQUIRED:
                assert f"Permis {demand.licence.value} exigé" in offer.description


def test_words_are_varied_and_whole(records: Records) -> None:
    offers = records[Kind.OFFER]
    titles = [offer.title for offer in offers]
    assert len(set(titles)) > 0.5 * len(titles)
    assert len({offer.description for offer in offers}) > 0.95 * len(offers)
    assert {"upper", "lower", "mixed"} == {
        "upper" if title.isupper() else "lower" if title.islower() else "mixed" for title in titles
    }
    summaries = [profile.summary for profile in records[Kind.PROFILE] if profile.summary is not None]
    assert len(set(summaries)) > 0.9 * len(summaries)
    for text in [*titles, *summaries, *(offer.description for offer in offers)]:
        assert "{" not in text
        assert "None" not in text
        assert "  " not in text
        assert text == text.strip()


def test_events_come_in_order_and_never_after_today(records: Records) -> None:
    published = {offer.id: offer.published_on for offer in records[Kind.OFFER]}
    assert {event.kind for event in records[Kind.EVENT]} >= {"affichee", "ouverte", "ecartee", "candidature"}
    for event in records[Kind.EVENT]:
        assert event.at.tzinfo is not None
        assert event.at.date() <= TODAY
        assert (event.rank is not None) == (event.kind == "affichee")
        assert (event.reason is not None) == (event.kind == "ecartee")
        if event.offer_id is not None:
            assert event.at.date() >= published[event.offer_id]


def test_sessions_have_their_dates_and_seats(records: Records) -> None:
    starts = [session.starts_on for session in records[Kind.SESSION]]
    assert max(starts) <= TODAY + dt.timedelta(days=285)
    assert sum(start > TODAY for start in starts) > 0.75 * len(starts)
    for session in records[Kind.SESSION]:
        assert session.ends_on > session.starts_on
        assert 0 <= session.seats_left <= session.seats
        assert session.fundings
