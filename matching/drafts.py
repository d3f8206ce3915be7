"""From a need noted at a firm to the offer that it would make: what the models and a few plain words tell of it.

Nothing is made up: what the text does not say stays out, and the counsellor is told what to ask.
"""

from dataclasses import dataclass
from typing import Final

import re2

from features.records import Contract, Establishment, WorkingTime
from features.text import normalise
from matching.lookups import Lookups

_CONTRACTS: Final = (
    (re2.compile(r"\b(?:cdi|duree indeterminee)\b"), Contract.CDI),
    (re2.compile(r"\b(?:cdd|duree determinee|remplacement|contrat court)\b"), Contract.CDD),
    (re2.compile(r"\b(?:interim|interimaires?)\b"), Contract.INTERIM),
    (re2.compile(r"\b(?:saisonniers?|saisonnieres?|pour la saison|saison)\b"), Contract.SEASONAL),
)
_WORK_STUDY: Final = re2.compile(r"\b(?:alternan(?:ce|ts?|tes?)|apprentis?|apprentissage|professionnalisation)\b")
_PART_TIME: Final = re2.compile(r"\b(?:temps partiel|mi temps)\b")
_FULL_TIME: Final = re2.compile(r"\b(?:temps plein|temps complet|35 ?h(?:eures)?|39 ?h(?:eures)?)\b")
_MONTHS: Final = re2.compile(r"\b(\d{1,2}) mois\b")
_BEGINNER: Final = re2.compile(r"\b(?:debutants? acceptes?|debutantes? acceptees?|sans experience|debutants?)\b")
_EXPERIENCED: Final = re2.compile(r"\b(?:avec (?:de l )?experience|experimentes?|experimentees?|confirmes?)\b")
_LICENCE: Final = re2.compile(r"\bpermis (b|c|ce|d|be)\b")
_NUMBERS: Final = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "douze": 12, "quinze": 15, "vingt": 20,
}  # fmt: skip
_NUMBER_FIRST: Final = re2.compile(
    r"^(?:(?:ils?|elle|on|l entreprise)? ?"
    r"(?:(?:cherche|recherche|recrute|embauche)(?:nt)?|besoin d[e ]*|veut|veulent) )?"
    r"(\d{1,3}|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt) ([a-z]+)"
)
_NOT_A_TRADE: Final = frozenset(
    {"mois", "ans", "an", "jours", "jour", "semaines", "semaine", "heures", "h", "km", "euros"}
)
MOST_POSTS: Final = 500


@dataclass(frozen=True)
class Draft:
    """An offer as far as it can be read."""

    words: str
    """The need as it was noted."""
    rome_code: str | None
    rome_label: str | None
    appellation_code: str | None
    appellation_label: str | None
    score: float | None
    """How sure the occupation is, 0 to 1."""
    skills: tuple[tuple[str, str], ...]
    """(OGR code, label)."""
    contract: Contract | None
    contract_months: int | None
    apprenticeship: bool
    working_time: WorkingTime | None
    beginner: bool | None
    """True: beginners are welcome; False: experience is asked for; None: the text does not say."""
    licence: str | None
    posts: int
    to_ask: tuple[str, ...]
    """What the text does not say, in French."""


def draft_of(need: str, firm: Establishment | None, lookups: Lookups) -> Draft:
    """The draft of one need; `firm`: where it was noted, None where it is not known."""
    rome = lookups.reference.rome
    inferred = lookups.completion.read(need)
    label = appellation = None
    if inferred is not None:
        label = rome.labels[rome.resolve(inferred.rome_code)[0]]
        if inferred.appellation_code is not None:
            appellation = rome.appellation_labels[rome.appellation_codes.index(inferred.appellation_code)]
    mentions = lookups.skill_reader.read(need, title=appellation or "")
    skills = dict.fromkeys((rome.skill_codes[each.skill], rome.skill_labels[each.skill]) for each in mentions)
    plain = normalise(need)
    contract = next((found for pattern, found in _CONTRACTS if pattern.search(plain)), None)
    months = _MONTHS.search(plain)
    part, full = _PART_TIME.search(plain) is not None, _FULL_TIME.search(plain) is not None
    time = WorkingTime.PART if part and not full else WorkingTime.FULL if full and not part else None
    beginner = True if _BEGINNER.search(plain) else False if _EXPERIENCED.search(plain) else None
    licence = _LICENCE.search(plain)
    apprenticeship = _WORK_STUDY.search(plain) is not None
    return Draft(
        words=need,
        rome_code=None if inferred is None else inferred.rome_code,
        rome_label=label,
        appellation_code=None if inferred is None else inferred.appellation_code,
        appellation_label=appellation,
        score=None if inferred is None else inferred.score,
        skills=tuple(skills),
        contract=contract,
        contract_months=int(months[1]) if months is not None and contract is Contract.CDD else None,
        apprenticeship=apprenticeship,
        working_time=time,
        beginner=beginner,
        licence=None if licence is None else licence[1].upper(),
        posts=_posts(plain),
        to_ask=_to_ask(inferred is None, contract is None and not apprenticeship, time is None, beginner is None, firm),
    )


def _posts(plain: str) -> int:
    """The number that the need begins with, where it counts people; 1 otherwise."""
    found = _NUMBER_FIRST.search(plain)
    if found is None or found[2] in _NOT_A_TRADE:
        return 1
    number = _NUMBERS.get(found[1]) or int(found[1])
    return min(max(number, 1), MOST_POSTS)


def _to_ask(
    occupation: bool, contract: bool, time: bool, experience: bool, firm: Establishment | None
) -> tuple[str, ...]:
    asked = (
        (occupation, "Quel est le métier ? Il n'a pas été reconnu dans le besoin noté"),
        (contract, "Quel contrat ?"),
        (time, "À temps plein ou à temps partiel ?"),
        (experience, "Un débutant conviendrait-il ?"),
        (firm is None or firm.commune_insee is None, "Où est le poste ?"),
        (True, "Quel salaire, et à partir de quand ?"),
    )
    return tuple([question for is_missing, question in asked if is_missing])
