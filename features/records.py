"""The domain records: what Vivier knows about people, jobs, trainings and firms.

Records are frozen and already valid: validation happens once, at the border
(`features/border`), and nothing inside checks twice. They serialise to JSON with msgspec;
a field left at its default is omitted, so that two records that say the same thing have
the same bytes.

Conventions
-----------
* ids are opaque strings given by the publisher (`siret` for establishments);
* `None` means "not known", never zero or "all"; an empty tuple means "none declared";
* money is gross euros a month for full time; distances are kilometres; durations say their unit;
* `rome_code` is a ROME 4.0 code, or a v3 code kept as the publisher wrote it: `Rome.resolve` reads both;
* skills are named by their OGR code in the ROME referential.

What is *not* in `Profile`, on purpose: name, contact, address, sex, birth date (see `Identity`)
and RQTH (see `ProtectedStatus`). No index, score or explanation ever loads those two.
"""

import datetime as dt
from enum import StrEnum

import msgspec


class Contract(StrEnum):
    """Contract types, with the codes of the *Offres d'emploi v2* referential."""

    CDI = "CDI"
    CDD = "CDD"
    INTERIM = "MIS"
    SEASONAL = "SAI"
    SELF_EMPLOYED = "LIB"
    FRANCHISE = "FRA"
    COMMERCIAL = "CCE"
    TAKEOVER = "REP"
    CDI_INTERIM = "DIN"
    INSERTION_CDD = "DDI"
    INSERTION_INTERIM = "TTI"
    TREMPLIN_CDD = "DDT"


class WorkingTime(StrEnum):
    FULL = "temps_plein"
    PART = "temps_partiel"


class ExperienceDemand(StrEnum):
    """`experienceExige` of *Offres d'emploi v2*: D débutant accepté, S souhaitée, E exigée."""

    BEGINNER = "D"
    WISHED = "S"
    REQUIRED = "E"


class Exigence(StrEnum):
    """Whether an offer's skill, language, licence or training is required (E) or wished (S)."""

    REQUIRED = "E"
    WISHED = "S"


class SkillLevel(StrEnum):
    BEGINNER = "debutant"
    INTERMEDIATE = "intermediaire"
    ADVANCED = "avance"
    EXPERT = "expert"


class LanguageLevel(StrEnum):
    """Common European Framework of Reference for Languages."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


class Licence(StrEnum):
    """Driving licence categories (Code de la route, art. R221-4)."""

    AM = "AM"
    A1 = "A1"
    A2 = "A2"
    A = "A"
    B1 = "B1"
    B = "B"
    BE = "BE"
    C1 = "C1"
    C1E = "C1E"
    C = "C"
    CE = "CE"
    D1 = "D1"
    D1E = "D1E"
    D = "D"
    DE = "DE"


class TravelMode(StrEnum):
    CAR = "voiture"
    TRANSIT = "transports"
    BIKE = "velo"
    WALK = "marche"


class Attendance(StrEnum):
    ON_SITE = "presentiel"
    REMOTE = "distance"
    MIXED = "mixte"


class Funding(StrEnum):
    CPF = "CPF"
    REGION = "REGION"
    FRANCE_TRAVAIL = "FRANCE_TRAVAIL"
    POEI = "POEI"
    POEC = "POEC"
    AFPR = "AFPR"
    OPCO = "OPCO"
    SELF = "AUTOFINANCEMENT"


class EventKind(StrEnum):
    SHOWN = "affichee"
    OPENED = "ouverte"
    SAVED = "sauvegardee"
    DISMISSED = "ecartee"
    APPLIED = "candidature"
    INTERVIEWED = "entretien"
    HIRED = "embauche"
    TRAINING_ENTERED = "entree_formation"
    TRAINING_FINISHED = "sortie_formation"


class DismissReason(StrEnum):
    TOO_FAR = "trop_loin"
    ALREADY_SEEN = "deja_vu"
    NOT_MY_JOB = "pas_mon_metier"
    PAY = "salaire"
    HOURS = "horaires"
    CONTRACT = "contrat"
    OTHER = "autre"


class ContactChannel(StrEnum):
    VISIT = "visite"
    PHONE = "telephone"
    EMAIL = "courriel"
    EVENT = "evenement"


class ContactOutcome(StrEnum):
    NO_ANSWER = "sans_reponse"
    NOT_NOW = "pas_maintenant"
    NEED = "besoin"
    REFUSED = "refus"
    CALL_BACK = "a_rappeler"


class Frequency(StrEnum):
    INSTANT = "instantanee"
    DAILY = "quotidienne"
    WEEKLY = "hebdomadaire"


class Channel(StrEnum):
    EMAIL = "courriel"
    ATOM = "atom"
    WEBHOOK = "webhook"
    PAGE = "page"


class DigestContent(StrEnum):
    OFFERS = "offres"
    TRAININGS = "formations"
    BOTH = "offres_et_formations"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all records: immutable, keyword-only, compared by value."""


class Inference(Record, frozen=True, kw_only=True):
    """An occupation read off a text that came without a code. It stands beside what is declared, never in its place."""

    rome_code: str
    appellation_code: str | None = None
    score: float
    """0 to 1: the probability that the family of the occupation (its v3 code) is right."""
    model: str
    """The models and the referential that read it."""


# ---------------------------------------------------------------- people


class Project(Record, frozen=True, kw_only=True):
    """One target occupation with the conditions under which the person wants it: a ROME code, or words at least."""

    rome_code: str | None = None
    appellation_code: str | None = None
    label: str | None = None
    """The person's own words for the job, when they differ from the appellation."""
    inferred: Inference | None = None
    """Read off `label`, where there is no `rome_code`."""
    commune_insee: str | None = None
    """Where to look from, when not from home."""
    radius_km: float | None = None
    """Overrides the profile's mobility for this project."""
    contracts: tuple[Contract, ...] = ()
    """Empty: any contract."""
    working_time: WorkingTime | None = None
    pay_floor_monthly: float | None = None
    start_date: dt.date | None = None


class SkillClaim(Record, frozen=True, kw_only=True):
    code: str
    level: SkillLevel | None = None


class Experience(Record, frozen=True, kw_only=True):
    months: int
    title: str | None = None
    rome_code: str | None = None
    appellation_code: str | None = None
    inferred: Inference | None = None
    """Read off `title`, where there is no `rome_code`."""
    naf: str | None = None
    ended_on: dt.date | None = None
    """None: still in the job, or not known."""


class Education(Record, frozen=True, kw_only=True):
    level: int | None = None
    """French national framework: 3 CAP, 4 baccalauréat, 5 BTS/BUT2, 6 licence, 7 master, 8 doctorat."""
    rncp: str | None = None
    label: str | None = None
    year: int | None = None


class LanguageSkill(Record, frozen=True, kw_only=True):
    language: str
    """ISO 639-1 code, lower case."""
    level: LanguageLevel | None = None


class Mobility(Record, frozen=True, kw_only=True):
    """How far the person travels; km wins when both are declared."""

    km: float | None = None
    minutes: float | None = None
    modes: tuple[TravelMode, ...] = ()


class Consents(Record, frozen=True, kw_only=True):
    """All off until the person says yes (GDPR art. 7; Code du travail L. 5312-1)."""

    visible_to_employers: bool = False
    profiling: bool = False
    contact_by_email: bool = False


class Profile(Record, frozen=True, kw_only=True):
    id: str
    projects: tuple[Project, ...]
    skills: tuple[SkillClaim, ...] = ()
    experiences: tuple[Experience, ...] = ()
    education: tuple[Education, ...] = ()
    languages: tuple[LanguageSkill, ...] = ()
    licences: tuple[Licence, ...] = ()
    commune_insee: str | None = None
    mobility: Mobility = Mobility()
    available_from: dt.date | None = None
    """None: available now."""
    consents: Consents = Consents()
    summary: str | None = None
    counsellor_id: str | None = None
    updated_on: dt.date | None = None


class Identity(Record, frozen=True, kw_only=True):
    """Who a profile is. Stored apart; read only to contact the person, never indexed or ranked."""

    id: str
    """Same id as the profile."""
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    birth_date: dt.date | None = None
    sex: str | None = None


class ProtectedStatus(Record, frozen=True, kw_only=True):
    """RQTH, kept apart: serves only a filter that the person switched on, and no score."""

    id: str
    """Same id as the profile."""
    rqth: bool = False
    use_in_filters: bool = False


# ---------------------------------------------------------------- offers


class SkillDemand(Record, frozen=True, kw_only=True):
    label: str
    code: str | None = None
    exigence: Exigence = Exigence.WISHED


class LanguageDemand(Record, frozen=True, kw_only=True):
    language: str
    exigence: Exigence = Exigence.WISHED


class LicenceDemand(Record, frozen=True, kw_only=True):
    licence: Licence
    exigence: Exigence = Exigence.WISHED


class EducationDemand(Record, frozen=True, kw_only=True):
    level: int | None = None
    label: str | None = None
    exigence: Exigence = Exigence.WISHED


class Pay(Record, frozen=True, kw_only=True):
    """Gross euros a month for full time, derived from `label`, which is kept as published."""

    min_monthly: float | None = None
    max_monthly: float | None = None
    label: str | None = None


class OfferSource(Record, frozen=True, kw_only=True):
    name: str
    id: str
    url: str | None = None


class Offer(Record, frozen=True, kw_only=True):
    id: str
    title: str
    description: str = ""
    source: OfferSource
    rome_code: str | None = None
    appellation_code: str | None = None
    inferred: Inference | None = None
    """Read off the title and the description, where there is no `rome_code`."""
    commune_insee: str | None = None
    departement: str | None = None
    """Known for some offers whose commune is not."""
    lat: float | None = None
    lon: float | None = None
    place_label: str | None = None
    contract: Contract | None = None
    contract_months: float | None = None
    apprenticeship: bool = False
    working_time: WorkingTime | None = None
    weekly_hours: float | None = None
    experience: ExperienceDemand | None = None
    experience_months: int | None = None
    skills: tuple[SkillDemand, ...] = ()
    soft_skills: tuple[str, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    licences: tuple[LicenceDemand, ...] = ()
    education: tuple[EducationDemand, ...] = ()
    pay: Pay = Pay()
    posts: int = 1
    siret: str | None = None
    firm_name: str | None = None
    naf: str | None = None
    published_on: dt.date
    updated_on: dt.date | None = None
    expires_on: dt.date | None = None
    open_to_rqth: bool = False
    """`accesTravailleurHandicape`."""
    apply_url: str | None = None


def occupation_code(job: Project | Experience | Offer) -> str | None:
    """The ROME code that was inferred where the declared one is missing or no longer known, else the declared one."""
    return job.rome_code if job.inferred is None else job.inferred.rome_code


# ---------------------------------------------------------------- trainings


class Training(Record, frozen=True, kw_only=True):
    id: str
    title: str
    objective: str = ""
    rncp: str | None = None
    """RNCP or RS number with its prefix, e.g. RNCP35830."""
    rome_codes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    level: int | None = None
    """Level reached, same scale as `Education.level`."""
    entry_level: int | None = None
    entry_requirements: str | None = None
    duration_hours: float | None = None
    organisation: str | None = None
    siret: str | None = None
    outcome_rate: float | None = None
    """Share of leavers in work six months later, 0..1, as published."""


class TrainingSession(Record, frozen=True, kw_only=True):
    id: str
    training_id: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    commune_insee: str | None = None
    lat: float | None = None
    lon: float | None = None
    attendance: Attendance = Attendance.ON_SITE
    seats: int | None = None
    seats_left: int | None = None
    fundings: tuple[Funding, ...] = ()
    price_eur: float | None = None
    accessible: bool | None = None
    """Open to people with disabilities; None when the provider does not say."""


# ---------------------------------------------------------------- firms


class MonthlyHirings(Record, frozen=True, kw_only=True):
    month: str
    """YYYY-MM."""
    count: int


class Establishment(Record, frozen=True, kw_only=True):
    id: str
    """The SIRET, 14 digits."""
    naf: str
    """NAF rev. 2 without dot, e.g. 1071C."""
    name: str | None = None
    """Legal or trade name; always None for a sole trader."""
    headcount_min: int | None = None
    headcount_max: int | None = None
    """None with a minimum: no upper bound."""
    commune_insee: str | None = None
    lat: float | None = None
    lon: float | None = None
    hirings: tuple[MonthlyHirings, ...] = ()
    engaged: bool = False
    opt_out: bool = False
    created_on: dt.date | None = None


class Contact(Record, frozen=True, kw_only=True):
    """A counsellor's exchange with a firm."""

    id: str
    counsellor_id: str
    siret: str
    at: dt.datetime
    channel: ContactChannel
    outcome: ContactOutcome | None = None
    note: str | None = None
    needs: tuple[str, ...] = ()
    """What the firm looks for, one need each, in the words that were noted."""
    call_back_on: dt.date | None = None
    """The day to call again; done once a later contact with the firm is noted."""


# ---------------------------------------------------------------- what happened, what was asked


class Event(Record, frozen=True, kw_only=True):
    id: str
    kind: EventKind
    at: dt.datetime
    profile_id: str
    offer_id: str | None = None
    session_id: str | None = None
    siret: str | None = None
    rank: int | None = None
    """Position at which the item was shown, from 0."""
    reason: DismissReason | None = None
    rome_code: str | None = None
    """Of an offer put aside: its occupation when it was, so that "not my job" outlives the offer."""
    commune_insee: str | None = None
    """Of an offer put aside: its place when it was, so that "too far" outlives the offer."""


class Subscription(Record, frozen=True, kw_only=True):
    id: str
    profile_id: str
    content: DigestContent = DigestContent.BOTH
    frequency: Frequency = Frequency.DAILY
    channel: Channel = Channel.PAGE
    size: int = 10
    criteria: tuple[tuple[str, str], ...] = ()
    """Offer-search parameters, as (name, value), in the names of the public API."""
    active: bool = True
    project_codes: tuple[str, ...] = ()
    """ROME codes of the projects it is about; empty: all of the person's."""
    paused_until: dt.date | None = None
    """Nothing is sent before that day."""
    webhook_url: str | None = None
    """Where the digests of `Channel.WEBHOOK` are posted."""
    feed_version: int = 0
    """Part of the feed's secret address: another number makes the old address worthless."""
    by_default: bool = False
    """Made by the service for an established project, not asked for by the person."""


class TalentPool(Record, frozen=True, kw_only=True):
    """A *vivier*: a named, shared set of profiles for a sector or a need."""

    id: str
    name: str
    owner_id: str
    rome_codes: tuple[str, ...] = ()
    commune_insee: str | None = None
    radius_km: float | None = None
    profile_ids: tuple[str, ...] = ()
    """Put in by hand."""
    member_ids: tuple[str, ...] = ()
    """The team with whom the owner shares it."""
    criteria: tuple[tuple[str, str], ...] = ()
    """Profile-search parameters, as (name, value), in the names of the public API: who meets them all is in it too."""


class PoolMove(Record, frozen=True, kw_only=True):
    """Somebody who came into a pool or left it, as a refresh found."""

    profile_id: str
    at: dt.datetime
    entered: bool


class TalentPoolState(Record, frozen=True, kw_only=True):
    """Who was in a pool at its last refresh, and who came and left before."""

    id: str
    """Same id as the pool."""
    refreshed_at: dt.datetime
    present_ids: tuple[str, ...] = ()
    moves: tuple[PoolMove, ...] = ()
    """The newest first."""


class Sequel(StrEnum):
    """What an employer did with a person who accepted to be put in touch."""

    INTERVIEW = "entretien"
    HIRED = "embauche"
    NONE = "sans_suite"


class ContactRequest(Record, frozen=True, kw_only=True):
    """An employer's wish to be put in touch with a person, whom it does not know by name."""

    id: str
    """The firm's SIRET, a hyphen, and something drawn."""
    siret: str
    profile_id: str
    offer_id: str | None = None
    need: str | None = None
    """The job in words, where there is no offer."""
    message: str
    sent_at: dt.datetime
    lapses_at: dt.datetime
    accepted: bool | None = None
    """None: the person has not answered."""
    answered_at: dt.datetime | None = None
    sequel: Sequel | None = None
    sequel_at: dt.datetime | None = None
