"""`read_need`: an employer's sentence as a need, item by item, with what was not understood.

The readers take the words they know, in an order that keeps them from each other's: "35h" is no radius, "3 ans" no
price. What is left is the job, read by the tagger, then skills, read by the skill reader; what neither knows is told.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

import re2

from features.adverts.discrimination import Wording, wordings
from features.rome.parts import SkillKind
from features.rome.referential import Rome
from features.text import normalise
from matching.lookups import Lookups
from matching.reading.availability import availability
from matching.reading.contracts import contracts
from matching.reading.hours import working_time
from matching.reading.items import Choice, Item, Json, Text, exigence
from matching.reading.money import pay
from matching.reading.places import places
from matching.reading.posts import accessible, posts, remote
from matching.reading.requirements import certificates, diplomas, experience, languages, licences
from matching.reading.unknown_places import unknown_in_small_letters
from models.tagger import THRESHOLD, Prediction

LONGEST: Final = 2000
"""Characters of a need that is read."""
MOST_ALTERNATIVES: Final = 4
MOST_WORDS: Final = 8
"""Words of a job's title."""
LEAST_SKILL: Final = 0.6
"""Score from which a skill is taken into the need."""

_LEADING: Final = (
    r"bonjour|bonsoir|svp|merci|s.il vous plait|urgent|je|nous|on|notre (?:entreprise|societe|restaurant|boulangerie"
    r"|ehpad)"
    r"|(?:pour )?(?:notre|mon|ma) (?:entreprise|societe|restaurant|boulangerie|magasin|agence|chantier|equipe)"
    r"|(?:re)?cherch\w*|recrut\w*|embauch\w*"
    r"|souhait\w*|voudr\w*|veux|veut|voul\w*|aimer\w*|besoin|ai|avons|a|est|suis|avoir|trouver|engager|prendre|faut|faudrait|il|me"
    r"|profils?"
    r"|actuellement|un\(e\)|une?|des|de|du|le|la|les|poste|emploi|quelqu.un|qui|pour|plusieurs|bon(?:ne)?s?"
    r"|personnes?|sachant"
    r"|capable|h/f|f/h|\(h/f\)|et|ou|avec|sans|dans|en|au|aux|que|ayant|si|sait|savoir|doit|ni|pas|plus|mais|soit|par"
    r"|est"
)
_LEAD: Final = re2.compile(rf"^(?:(?:{_LEADING})(?:[\s,;:.!]+|$)|[dljmn]['’]|[\s,;:.!()*/+-]+)+")
_TRAILING: Final = (
    r"a|au|aux|de|du|d|des|en|et|ou|avec|sans|pour|dans|sur|le|la|les|l|une?|qui|que|qu|ayant|h/f|f/h|hf|svp|merci|si"
    r"|possible"
    r"|pas|ni|niveau|salaire|type|contrat|poste|lieu|pres|vers|autour|secteur|proche|region|ville|rayon|jusqu|est"
    r"|soit|doit"
    r"|avoir|etre|dispo|disponibles?|permis|requis|exigee?|souhaitee?|obligatoire|base"
)
_TAIL: Final = re2.compile(rf"(?:[\s,;:.!()/+'’-]+(?:{_TRAILING})|[\s,;:.!(/+'’-]+|[\s(]+\(?h/f\)?)+$")
_PIECE: Final = re2.compile(r"[^\n,;.!?()]+")
_LONG_FIGURE: Final = re2.compile(r"\d{5,}")
"""A figure that is in no job's title: what is left of it is told as not understood."""
_STOPS: Final = frozenset(
    {
        "a", "ai", "alors", "au", "aux", "avec", "avoir", "avons", "bien", "bon", "bonjour", "bonne", "bonsoir", "ce",
        "cela", "ces", "cet", "cette", "chez", "comme", "d", "dans", "de", "des", "doit", "dont", "du", "elle", "elles",
        "en", "est", "et", "etre", "eu", "faire", "fait", "faut", "h", "f", "hf", "il", "ils", "j", "je", "l", "la",
        "le", "les", "leur", "lui", "m", "ma", "mais", "me", "merci", "mes", "moi", "mon", "n", "ne", "nos", "notre",
        "nous", "on", "ont", "ou", "par", "pas", "peu", "plus", "possible", "poste", "pour", "profil", "qu", "que",
        "quelqu", "quelqu'un", "qui", "quoi", "recherche", "recherchons", "recrute", "recrutons", "s", "sa", "sans",
        "savoir", "se", "ses", "si", "soit", "son", "sont", "souhaite", "suis", "sur", "svp", "t", "tout", "toute",
        "toutes", "tous", "tres", "trouver", "un", "une", "urgent", "va", "vers", "vite", "vos", "votre", "vous", "y",
        "cherche", "cherchons", "besoin", "personne", "personnes", "candidat", "candidate", "candidats", "homme",
        "femme", "serait", "idealement", "plait", "type", "contrat", "salaire", "niveau", "emploi", "travail",
        "obligatoire", "exige", "exigee", "souhaitee", "apprecie", "appreciee", "indispensable", "imperatif", "entre",
        "alentours", "alentour", "requis", "requise", "necessaire", "minimum", "maximum", "ok", "accepte", "acceptee",
        "veux", "veut", "voulons", "voudrais", "dispo", "disponible", "base", "environ", "permis"
    }
)  # fmt: skip
"""Words that say nothing by themselves."""


_NO_JOB_WITHIN: Final = re2.compile(
    r"\d{2} ans\b|\bage|(?:de preference|uniquement|exclusivement|seulement|s.abstenir)$"
)
"""Discriminating words that name no job: they are kept out of its title."""


@dataclass(frozen=True)
class NeedReading:
    """What was read of a text."""

    items: tuple[Item, ...]
    """In the order of the words."""
    occupations: tuple[Prediction, ...]
    """What the job may be, the likeliest first; empty where no words tell one."""
    need: Json
    """The body that a search for people takes."""
    unread: tuple[tuple[int, int], ...]
    """Places of the words that were not understood."""
    reasons: Mapping[tuple[int, int], str]
    """Of those that look like something the need takes: why they are not, in French."""
    discriminating: tuple[Wording, ...]
    """Words that an offer may not say; none of them goes into the need as a criterion."""


def read_need(lookups: Lookups, words: str, today: dt.date) -> NeedReading:
    """The need that `words` say, at most `LONGEST` characters of them. Empty words give an empty need."""
    text = Text(words[:LONGEST])
    discriminating = tuple(wordings(text.given))
    for wording in discriminating:
        if _NO_JOB_WITHIN.search(text.plain[wording.start : wording.end]):
            text.take(wording.start, wording.end)
    readers: tuple[Callable[[], Iterator[Item]], ...] = (
        lambda: posts(text),
        lambda: certificates(text),
        lambda: licences(text),
        lambda: experience(text),
        lambda: contracts(text),
        lambda: pay(text),
        lambda: working_time(text),
        lambda: availability(text, today),
        lambda: remote(text),
        lambda: accessible(text),
        lambda: diplomas(text),
        lambda: places(text, lookups.reference.communes),
        lambda: languages(text),
    )
    items = list(chain.from_iterable(read() for read in readers))
    unknown_in_small_letters(text, _words_of_jobs(lookups.reference.rome))
    title, predictions = _title(lookups, text)
    if title is not None:
        items.insert(0, title)
        code = _code(lookups, title, predictions)
        if code is not None:
            items.append(code)
    items += _skills(lookups, text, "" if title is None else str(title.value))
    ordered = tuple(sorted(items, key=lambda item: (item.start, item.end)))
    unread = tuple(sorted({*_unread(text), *text.refused}))
    return NeedReading(ordered, tuple(predictions), need_of(ordered), unread, text.refused, discriminating)


@lru_cache(maxsize=2)
def _words_of_jobs(rome: Rome) -> frozenset[str]:
    """The words, normalised, that name jobs and skills."""
    labels = chain(rome.appellation_labels, rome.skill_labels)
    return frozenset(word for label in labels for word in normalise(label).split()) | _STOPS


def need_of(items: tuple[Item, ...]) -> Json:
    """The body that items make, first values first; those that are not used, or ask for nothing, are left out."""
    need: Json = {}
    for item in items:
        if item.value is None or not item.used:
            continue
        head, _, rest = item.field.partition(".")
        if head in ("competences", "formations", "langues", "permis", "qualitesProfessionnelles"):
            need.setdefault(head, []).append(item.value)
        elif rest:
            need.setdefault(head, {}).setdefault(rest, item.value)
        elif head == "dureeTravailLibelle" and head in need:
            need[head] += f", {str(item.value).lower()}"
        else:
            need.setdefault(head, item.value)
    return need


def _title(lookups: Lookups, text: Text) -> tuple[Item | None, list[Prediction]]:
    """The words that name the job, and what it may be: of the pieces that are left, the one the tagger knows best."""
    best: tuple[float, int, int, list[Prediction]] | None = None
    for number, (start, end) in enumerate(_pieces(text)):
        predictions = _tagged(lookups, text.given[start:end])
        score = (predictions[0].score if predictions else 0.0) - 0.08 * number
        if best is None or score > best[0]:
            best = score, start, end, predictions
    if best is None:
        return None, []
    _, start, end, predictions = best
    text.take(start, end)
    title = text.given[start:end]
    return Item("intitule", title[0].upper() + title[1:], title[0].upper() + title[1:], start, end), predictions


def _tagged(lookups: Lookups, title: str) -> list[Prediction]:
    """What a title may mean, in the plural too: of the two readings the surer."""
    alone = _singular(title)
    titles = [lookups.neutral(each) for each in ([title, alone] if alone != title else [title])]
    read = lookups.tagger.tag(titles, k=MOST_ALTERNATIVES)
    return max(read, key=lambda predictions: predictions[0].score if predictions else 0.0)


def _singular(title: str) -> str:
    """« serveurs expérimentés » -> « serveur expérimenté »."""
    return " ".join(
        word[:-1] if len(word) > 4 and word[-1] == "s" and word[-2:] not in ("ss", "us", "is") else word
        for word in title.split()
    )


def _pieces(text: Text) -> Iterator[tuple[int, int]]:
    """Pieces of what is left that may name a job, without the words that lead to it or trail after it."""
    masked = _LONG_FIGURE.sub(lambda figure: "\n" * len(figure[0]), text.masked())
    for piece in _PIECE.finditer(masked):
        start, end = piece.span()
        found = _LEAD.search(masked[start:end])
        start += found.end() if found else 0
        found = _TAIL.search(masked[start:end])
        end = start + found.start() if found else end
        words = masked[start:end].split()
        if any(len(word) > 2 and word not in _STOPS for word in words):
            if len(words) > MOST_WORDS:
                end = start + len(" ".join(words[:MOST_WORDS]))
            yield start, end


def _code(lookups: Lookups, title: Item, predictions: list[Prediction]) -> Item | None:
    rome = lookups.reference.rome
    if not predictions or predictions[0].score < THRESHOLD:
        return None
    first, *others = predictions
    choices = tuple(Choice(rome.codes[each.occupation], rome.labels[each.occupation]) for each in others)
    note = None if first.score >= 0.5 else "Métier deviné : vérifiez-le parmi ceux proposés."
    return Item(
        "romeCode", rome.codes[first.occupation], rome.labels[first.occupation], title.start, title.end, choices, note
    )


def _skills(lookups: Lookups, text: Text, title: str) -> Iterator[Item]:
    """Skills and soft skills that the words left speak of."""
    rome = lookups.reference.rome
    for mention in lookups.skill_reader.read(text.given, title, least=LEAST_SKILL):
        if not text.free(mention.start, mention.end):
            continue
        label = rome.skill_labels[mention.skill]
        text.take(mention.start, mention.end)
        if rome.skill_kinds[mention.skill] is SkillKind.SOFT:
            yield Item("qualitesProfessionnelles", {"libelle": label}, label, mention.start, mention.end)
            continue
        code = exigence(text, mention.start, mention.end, usual="S") or "S"
        value = {"code": rome.skill_codes[mention.skill], "libelle": label, "exigence": code}
        shown = f"{label} ({'exigé' if code == 'E' else 'souhaité'})"
        yield Item("competences", value, shown, mention.start, mention.end)


def _unread(text: Text) -> Iterator[tuple[int, int]]:
    """Runs of words that nobody read, those that say nothing by themselves left out."""
    masked = text.masked()
    for piece in _PIECE.finditer(masked):
        words = [match.span() for match in re2.finditer(r"[a-z0-9œæ+#%€]+", piece[0])]
        telling = [(start, end) for start, end in words if piece[0][start:end] not in _STOPS and end - start > 1]
        if telling:
            yield piece.start() + telling[0][0], piece.start() + telling[-1][1]
