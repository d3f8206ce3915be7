"""What goes out comes back in as the same record, for every kind of the registry."""

import datetime as dt
import json

import pytest

from features.border.registry import BORDERS
from features.records import (
    Attendance,
    Channel,
    Consents,
    Contact,
    ContactChannel,
    ContactOutcome,
    Contract,
    DigestContent,
    DismissReason,
    Education,
    EducationDemand,
    Establishment,
    Event,
    EventKind,
    Exigence,
    Experience,
    ExperienceDemand,
    Frequency,
    Funding,
    Identity,
    LanguageDemand,
    LanguageLevel,
    LanguageSkill,
    Licence,
    LicenceDemand,
    Mobility,
    MonthlyHirings,
    Offer,
    OfferSource,
    Pay,
    Profile,
    Project,
    ProtectedStatus,
    Record,
    SkillClaim,
    SkillDemand,
    SkillLevel,
    Subscription,
    TalentPool,
    Training,
    TrainingSession,
    TravelMode,
    WorkingTime,
)
from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import KIND_OF, Kind
from features.store.kinds import DERIVED

DAY = dt.date(2025, 4, 1)
NOON = dt.datetime(2025, 4, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


def records(reference: Reference) -> list[Record]:
    rome = reference.rome
    appellation, skill = rome.appellation_codes[0], rome.skill_codes[0]
    return [
        Profile(
            id="P-1",
            projects=(
                Project(
                    rome_code="D1102",
                    appellation_code=appellation,
                    label="boulanger bio",
                    commune_insee="33063",
                    radius_km=12.5,
                    contracts=(Contract.CDI, Contract.INTERIM),
                    working_time=WorkingTime.PART,
                    pay_floor_monthly=1900.0,
                    start_date=DAY,
                ),
            ),
            skills=(SkillClaim(code=skill, level=SkillLevel.EXPERT),),
            experiences=(Experience(months=24, title="Boulanger", rome_code="D1102", naf="1071C", ended_on=DAY),),
            education=(Education(level=3, rncp="RNCP37537", label="CAP", year=2010),),
            languages=(LanguageSkill(language="en", level=LanguageLevel.B1),),
            licences=(Licence.B,),
            commune_insee="33063",
            mobility=Mobility(km=30, minutes=40, modes=(TravelMode.BIKE,)),
            available_from=DAY,
            consents=Consents(visible_to_employers=True, profiling=True, contact_by_email=True),
            summary="Passionné de levain.",
            counsellor_id="C-1",
            updated_on=DAY,
        ),
        Profile(id="P-2", projects=(Project(rome_code="D1102"),)),
        Identity(
            id="P-1",
            first_name="A",
            last_name="B",
            email="a@exemple.fr",
            phone="0102030405",
            address="1 rue X",
            birth_date=DAY,
            sex="F",
        ),
        ProtectedStatus(id="P-1", rqth=True, use_in_filters=True),
        Offer(
            id="O-1",
            title="Boulanger",
            description="Pétrir.",
            source=OfferSource(name="board", id="1", url="https://exemple.fr/1"),
            rome_code="D1102",
            appellation_code=appellation,
            commune_insee="33063",
            departement="33",
            lat=44.8,
            lon=-0.6,
            place_label="33 - Bordeaux",
            contract=Contract.CDD,
            contract_months=6,
            apprenticeship=True,
            working_time=WorkingTime.PART,
            weekly_hours=24,
            experience=ExperienceDemand.REQUIRED,
            experience_months=12,
            skills=(SkillDemand(label="Pétrir", code=skill, exigence=Exigence.REQUIRED),),
            soft_skills=("Rigueur",),
            languages=(LanguageDemand(language="sgn", exigence=Exigence.REQUIRED),),
            licences=(LicenceDemand(licence=Licence.CE),),
            education=(EducationDemand(level=3, label="boulangerie", exigence=Exigence.REQUIRED),),
            pay=Pay(min_monthly=1900, max_monthly=2100, label="selon profil"),
            posts=3,
            siret="99000000100011",
            firm_name="Fournil",
            naf="1071C",
            published_on=DAY,
            updated_on=DAY,
            expires_on=DAY,
            open_to_rqth=True,
            apply_url="https://exemple.fr/postuler",
        ),
        Offer(id="O-2", title="Maçon", source=OfferSource(name="api", id="O-2"), published_on=DAY),
        Training(
            id="F-1",
            title="CAP Boulanger",
            objective="Faire du pain",
            rncp="RNCP37537",
            rome_codes=("D1102",),
            skills=(skill,),
            level=3,
            entry_level=2,
            entry_requirements="aucun",
            duration_hours=420,
            organisation="Centre",
            siret="99000000100011",
            outcome_rate=0.7,
        ),
        TrainingSession(
            id="S-1",
            training_id="F-1",
            starts_on=DAY,
            ends_on=DAY,
            commune_insee="33063",
            lat=44.8,
            lon=-0.6,
            attendance=Attendance.MIXED,
            seats=12,
            seats_left=0,
            fundings=(Funding.CPF, Funding.POEI),
            price_eur=0,
            accessible=False,
        ),
        Establishment(
            id="99000000100011",
            naf="1071C",
            name="FOURNIL",
            headcount_min=0,
            headcount_max=2,
            commune_insee="33063",
            lat=44.8,
            lon=-0.6,
            hirings=(MonthlyHirings(month="2025-01", count=0),),
            engaged=True,
            opt_out=True,
            created_on=DAY,
        ),
        Event(
            id="E-1",
            kind=EventKind.DISMISSED,
            at=NOON,
            profile_id="P-1",
            offer_id="O-1",
            session_id="S-1",
            siret="99000000100011",
            rank=0,
            reason=DismissReason.TOO_FAR,
        ),
        Contact(
            id="K-1",
            counsellor_id="C-1",
            siret="99000000100011",
            at=NOON,
            channel=ContactChannel.PHONE,
            outcome=ContactOutcome.NEED,
            note="Rappeler",
        ),
        Subscription(
            id="A-1",
            profile_id="P-1",
            content=DigestContent.OFFERS,
            frequency=Frequency.WEEKLY,
            channel=Channel.ATOM,
            size=20,
            criteria=(("codeROME", "D1102"), ("distance", "20")),
            active=False,
        ),
        TalentPool(
            id="V-1",
            name="Boulangers",
            owner_id="C-1",
            rome_codes=("D1102",),
            commune_insee="33063",
            radius_km=30,
            profile_ids=("P-1",),
            member_ids=("C-2",),
            criteria=(("codeROME", "D1102"),),
        ),
    ]


def test_every_kind_comes_back_as_it_went_out(reference: Reference) -> None:
    met = set()
    for record in records(reference):
        border = BORDERS[KIND_OF[type(record)]]
        text = json.dumps(border.out(record), ensure_ascii=False)
        assert border.to_record(border.model.model_validate_json(text), reference) == record
        assert border.to_record(border.model.model_validate(json.loads(text)), reference) == record
        met.add(border.kind)
    assert met == set(BORDERS) == set(Kind) - DERIVED


def test_paths_are_unique_words_of_a_url() -> None:
    paths = [border.path for border in BORDERS.values()]
    assert len(set(paths)) == len(paths)
    assert all(path == path.lower() and path.replace("-", "").isalpha() for path in paths)


def test_profiles_take_no_identity() -> None:
    names = set(BORDERS[Kind.PROFILE].model.model_fields)
    assert not names & {"nom", "prenom", "adresse", "sexe", "dateNaissance", "courriel", "telephone", "rqth"}
