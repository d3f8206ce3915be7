"""What an offer leaves unsaid, says vaguely or says in jargon: each with what would serve the reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import re2

from features.adverts.passages import apart
from features.records import Offer
from features.text import folded, without_gender_marks

SHORT: Final = 150
"""Characters of a description under which it says little."""


@dataclass(frozen=True)
class Lack:
    """Something that an offer does not say."""

    item: str
    """As the API gives it: the name of the field, or `description`."""
    text: str
    """In French: why it matters, what to write."""


@dataclass(frozen=True)
class Vagueness:
    """A passage that says little, or says it in words that candidates do not share."""

    start: int
    end: int
    passage: str
    rewriting: str


_VAGUE: Final[tuple[tuple[str, str], ...]] = (
    (
        r"\b(?:salaire|remuneration)s? (?:selon (?:le |votre )?(?:profil|experience|competences|convention|grille)\b"
        r"(?: et"
        r" (?:experience|competences|profil))?|a (?:negocier|definir|convenir)|attracti(?:f|ve)|motivante?|negociable)",
        "Donner une fourchette : « de 1 900 € à 2 150 € brut par mois ».",
    ),
    (r"\bselon (?:votre )?profil\b", "Donner la fourchette, et ce qui place à l'intérieur."),
    (
        r"\b(?:horaires?|planning)s? (?:variables?|flexibles?|a definir)\b",
        "Donner les jours, les heures et le délai de prévenance.",
    ),
    (
        r"\b(?:diverses? taches?|taches? diverses?|missions? diverses?|polyvalence demandee)\b",
        "Nommer trois tâches du quotidien.",
    ),
    (
        r"\b(?:motivee?s? et dynamiques?|dynamiques? et motivee?s?|force de proposition|multi.?taches?|proactif"
        r"|proactive)\b",
        "Dire ce que la personne aura à faire : une qualité se montre dans une tâche.",
    ),
    (r"\b(?:etc\.{0,3}|\.\.\.)$", "Finir la liste, ou l'ouvrir par « notamment »."),
)
_JARGON: Final[tuple[tuple[str, str], ...]] = (
    (r"\b(?:rock.?star|ninja|guru|wonder ?(?:woman|man)|super.?heros?|licorne|couteau suisse)\b", "le nom du métier"),
    (r"\bstart.?up nation\b|\bmindset\b", "« état d'esprit »"),
    (r"\bfull.?remote\b", "« télétravail complet »"),
    (r"\bremote\b", "« télétravail »"),
    (r"\bonboarding\b", "« accueil et intégration »"),
    (r"\breporting\b", "« compte rendu »"),
    (r"\bfeed.?backs?\b", "« retours »"),
    (r"\b(?:asap|a\.s\.a\.p\.?)\b", "« dès que possible »"),
    (r"\bkick.?off\b", "« lancement »"),
    (r"\bteam.?building\b", "« activités d'équipe »"),
    (r"\bsoft.?skills?\b", "« qualités »"),
    (r"\bhard.?skills?\b", "« savoir-faire techniques »"),
    (r"\bchallenges?\b|\bchallenger\b", "« objectifs »"),
    (r"\bpackage\b", "« salaire et avantages »"),
    (r"\bcorporate\b", "« d'entreprise »"),
    (r"\bdeadlines?\b", "« échéances »"),
    (r"\bbusiness (?:developer|development|model)\b", "« développement commercial »"),
    (r"\bpick.?and.?pack\b", "« prélèvement et emballage »"),
    (r"\bphoning\b", "« appels téléphoniques »"),
    (r"\bmerch(?:andising)?\b", "« mise en rayon »"),
    (r"\bback.?office\b", "« traitement administratif »"),
    (r"\bfront.?office\b", "« accueil »"),
    (r"\bteam.?(?:leader|player)\b", "« chef d'équipe » ou « esprit d'équipe »"),
)

_PATTERNS: Final[tuple[tuple[Any, str], ...]] = tuple(
    (re2.compile(pattern), rewriting) for pattern, rewriting in (*_VAGUE, *((p, f"Écrire {r}.") for p, r in _JARGON))
)
_BOTH_GENDERS: Final = re2.compile(
    r"[a-zé]\s?/\s?[a-zé]|\(\s?e\s?\)|\(ne\)|\(se\)|\(euse\)|\(rice\)|\(trice\)|\(ere\)|\(ière\)|[.·•]e\b|[.·•](?:ne"
    r"|rice|euse|ere|trice|se|le)\b"
    r"|\b(?:homme|femme)s? ?/ ?(?:homme|femme)s?|\btous genres\b"
)
_EITHER: Final = re2.compile(
    r"^(?:\w*(?:iste|aire|logue|graphe|ecte|ique|pathe|atre|able|ite|ede|yste|otte|arde|naute|cadre|chef|guide|pilote"
    r"|membre"
    r"|interprete|peintre|garde|maitre|juriste|comptable|cadre))\b"
)


def vague_passages(text: str) -> list[Vagueness]:
    """Passages of a text that say little, in order, none overlapping another."""
    return apart(_found(text))


def lacks(offer: Offer) -> list[Lack]:
    """What an offer or a need does not say, what candidates look for first foremost."""
    found: list[Lack] = []
    if offer.pay.min_monthly is None and offer.pay.max_monthly is None:
        found.append(
            Lack(
                "salaire",
                "Aucun salaire lisible. C'est ce que les candidats cherchent d'abord : donner une fourchette.",
            )
        )
    if offer.commune_insee is None and offer.lat is None and offer.departement is None:
        found.append(Lack("lieuTravail", "Aucun lieu de travail : sans commune, personne ne sait s'il peut venir."))
    if offer.contract is None:
        found.append(Lack("typeContrat", "Le type de contrat n'est pas dit : CDI, CDD, mission…"))
    elif offer.contract.value in ("CDD", "MIS", "SAI") and offer.contract_months is None:
        found.append(Lack("dureeContratMois", "La durée du contrat n'est pas dite."))
    if offer.working_time is None and offer.weekly_hours is None:
        found.append(Lack("tempsPlein", "Ni temps plein, ni temps partiel, ni heures : donner les heures par semaine."))
    if not offer.skills and len(offer.description) < SHORT:
        found.append(
            Lack(
                "competences",
                "Aucune compétence demandée : en nommer trois, et dire lesquelles s'apprennent sur place.",
            )
        )
    if len(offer.description) < SHORT:
        found.append(
            Lack(
                "description",
                "La description est très courte : dire les tâches d'une journée, l'équipe et les horaires.",
            )
        )
    if offer.experience is None:
        found.append(
            Lack("experienceExige", "L'expérience attendue n'est pas dite : « débutants acceptés » élargit beaucoup.")
        )
    if not names_both_genders(offer.title):
        found.append(
            Lack(
                "intitule",
                "Le titre n'est écrit qu'à un genre : ajouter « (H/F) », ou l'écrire au masculin et au féminin.",
            )
        )
    return found


def names_both_genders(title: str) -> bool:
    """Whether a title is for women and men: marked "(H/F)", written in both genders, or a word that has one form."""
    if not title.strip() or without_gender_marks(title) != title.strip():
        return True
    plain = folded(title).strip()
    return bool(_BOTH_GENDERS.search(plain)) or bool(_EITHER.search(plain))


def _found(text: str) -> Iterator[Vagueness]:
    plain = folded(text)
    for pattern, rewriting in _PATTERNS:
        for match in pattern.finditer(plain):
            start, end = match.span()
            yield Vagueness(start, end, text[start:end], rewriting)
