"""The questions asked of the text models, with what a right answer is.

Each set is a frozen `QuerySet` made from the publishers' files alone: the same files give the same questions in the
same order, on any machine. Nothing here is read by training: what training must leave out is `held_out_appellations`.

On ROME 4.0 v60 and the publishers' files of 2026: 1,165 held-out appellations of 13,120; 5,132 real titles, of which
1,477 with a description and 599 whose fiche is known; 60 spoken names; 4,134 (close) and 4,566 (broad) appellations
whose ESCO occupation is known, among 13,484 labels of 2,740 ESCO occupations.
"""

import csv
import gzip
import hashlib
import random
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import normalise, without_gender_marks
from models.training.holdout import FIGURES, appellations_of_tenth

SPOKEN_NAMES = Path(__file__).with_name("spoken_names.tsv")
FICHES_SINCE = "2024-03"
"""Month from which France Travail codes its offers in ROME 4.0 (README of `offres`); before it, in ROME v3."""
PARENT_ONLY_SOURCE = "H"
"""Harvested by 23 codes that ROME v3 and 4.0 share. Of its 91 titles that are, word for word, an appellation of a
finer fiche, none has that fiche's code, against .93 in source G: its codes tell the v3 family and no more."""

NEIGHBOUR_KEYS: Mapping[str, str] = {
    letter: "".join(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    for row in ("azertyuiop", "qsdfghjklm", "wxcvbn")
    for at, letter in enumerate(row)
}
"""Letters left and right of each on a French (AZERTY) keyboard."""
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_BRACKETS = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True)
class QuerySet:
    """Texts and what is right for each; all columns have one entry a query."""

    name: str
    texts: tuple[str, ...]
    contexts: tuple[str, ...]
    """Description that comes with each text, "" for none."""
    fiches: tuple[frozenset[int], ...]
    """Right occupation rows; empty where only the v3 family is known."""
    families: tuple[frozenset[str], ...]
    """ROME v3 codes of the right answers."""

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, positions: Iterable[int]) -> "QuerySet":
        """The queries of these positions, in this order."""
        kept = list(positions)
        return replace(
            self,
            texts=tuple(self.texts[at] for at in kept),
            contexts=tuple(self.contexts[at] for at in kept),
            fiches=tuple(self.fiches[at] for at in kept),
            families=tuple(self.families[at] for at in kept),
        )

    def with_fiche(self) -> "QuerySet":
        """The queries whose fiche is known."""
        return self.at(position for position, rows in enumerate(self.fiches) if rows)

    def with_context(self) -> "QuerySet":
        """The queries that come with a description."""
        return self.at(position for position, context in enumerate(self.contexts) if context)

    def titles_alone(self) -> "QuerySet":
        """The same queries, their descriptions taken away."""
        return replace(self, contexts=("",) * len(self))

    def named(self, name: str) -> "QuerySet":
        return replace(self, name=name)

    def sample(self, size: int, seed: int) -> "QuerySet":
        """At most `size` of the queries, in their order."""
        chosen = random.Random(seed).sample(range(len(self)), min(size, len(self)))
        return self.at(sorted(chosen))

    def right_fiches(self, n_occupations: int) -> NDArray[np.bool_]:
        """(queries, n_occupations): True where the fiche is right."""
        right = np.zeros((len(self), n_occupations), dtype=np.bool_)
        for query, rows in enumerate(self.fiches):
            right[query, list(rows)] = True
        return right

    def right_families(self, families: Sequence[str]) -> NDArray[np.bool_]:
        """(queries, len(families)): True where the v3 family is right."""
        return np.array([[family in wanted for family in families] for wanted in self.families], dtype=np.bool_)

    def domains(self, length: int) -> tuple[str, ...]:
        """First letters of each query's first right family: 1 for the *grand domaine*, 3 for the *domaine*."""
        return tuple(min(wanted)[:length] for wanted in self.families)


def held_out_appellations(rome: Rome) -> frozenset[int]:
    """Appellation rows that the held-out encoder has not seen and no index may hold: a tenth of the referential."""
    return appellations_of_tenth(rome, FIGURES)


def held_out_set(rome: Rome, held: Collection[int]) -> QuerySet:
    """Held-out appellations, as the referential writes them ("Ripeur / Ripeuse"), to their fiche."""
    rows = sorted(held)
    occupations = [int(rome.appellation_occupation[row]) for row in rows]
    return _of_fiches("held_out", [rome.appellation_labels[row] for row in rows], occupations, rome)


def noised_held_out_set(rome: Rome, held: Collection[int]) -> QuerySet:
    """Held-out appellations as one person types them: one gender, no brackets, one or two slips."""
    clean = held_out_set(rome, held)
    typed = [_BRACKETS.sub("", forms(label)[_digest(label) % 2]) or label for label in clean.texts]
    return replace(clean, name="held_out_typos", texts=tuple(slipped(text) for text in typed))


def noised(queries: QuerySet) -> QuerySet:
    """The same queries, each with one or two slips."""
    return replace(queries, name=f"{queries.name}_typos", texts=tuple(slipped(text) for text in queries.texts))


def slipped(text: str) -> str:
    """`text` with one or two slips of the finger, always the same for the same text.

    A slip swaps two letters, loses one, doubles one or hits its neighbour on an AZERTY keyboard, inside a word of four
    letters or more and never on its first; a text without such a word stays. (`features.world.wording.slip` is not
    reused: training may make its noise with it, and it knows no neighbouring keys.)
    """
    draw = random.Random(_digest(text))
    for _ in range(draw.choice((1, 2))):
        words = list(_LONG_WORD.finditer(text))
        if not words:
            return text
        word = draw.choice(words)
        at = draw.randrange(word.start() + 1, word.end() - 1)
        text = text[:at] + _slip(text[at], text[at + 1], draw) + text[at + 2 :]
    return text


def any_row(_: Mapping[str, str]) -> bool:
    return True


def offer_set(rome: Rome, offers: Path, kept_row: Callable[[Mapping[str, str]], bool] = any_row) -> QuerySet:
    """Titles of real offers (`offres.csv.gz`) with their description where they have one, coded by France Travail.

    Left out: rows without a code, rows coded because their title is an appellation, and repeats of one (title, code)
    pair, of which the first that has a description is kept. The fiche is known where the code is ROME 4.0's: after
    February 2024 and not through a v3 label, outside source H, or where v3 has no such code. The texts state no
    licence: they stay outside the repository. `kept_row` chooses among the rows of the file.
    """
    kept: dict[tuple[str, str], tuple[str, str, frozenset[int], str]] = {}
    for row in offer_rows(offers):
        code = row["code_rome"]
        if not kept_row(row) or not code or row["source_code_rome"] == "titre=appellation":
            continue
        family = row["code_rome_parent"]
        key = (normalise(without_gender_marks(row["intitule"])), code)
        description = row["description"] if row["avec_texte"] == "1" else ""
        if key in kept and (kept[key][1] or not description):
            continue
        rows = frozenset([rome.row_of(code)]) if _is_fiche(row) else frozenset()
        kept[key] = (row["intitule"], description, rows, family)
    titles, descriptions, fiches, families = zip(*kept.values(), strict=True)
    return QuerySet("offers", titles, descriptions, fiches, tuple(frozenset([family]) for family in families))


def offer_rows(offers: Path) -> Iterator[dict[str, str]]:
    """The rows of `offres.csv.gz`, in file order."""
    with gzip.open(offers, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def spoken_set(rome: Rome, path: Path = SPOKEN_NAMES) -> QuerySet:
    """Sixty everyday names of jobs ("nounou", "chauffeur PL") over the 14 grands domaines, by weight of employment.

    Written for this benchmark from knowledge of French, faults and short forms included, by someone who saw neither
    the training tables nor the models' answers. Several codes where a counsellor would accept each.
    """
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    accepted = tuple(frozenset(rome.row_of(code) for code in codes.split(",")) for _, codes in lines)
    families = tuple(frozenset(rome.parents[row] for row in rows) for rows in accepted)
    return QuerySet("spoken", tuple(name for name, _ in lines), ("",) * len(lines), accepted, families)


@dataclass(frozen=True)
class Crosswalk:
    """Appellations whose ESCO occupation is known, and the ESCO labels to find it among."""

    name: str
    queries: tuple[str, ...]
    appellations: NDArray[np.int64]
    """(queries,) appellation row in the referential."""
    right: NDArray[np.int64]
    """(queries,) ESCO occupation, as a number of `occupation_of_label`."""
    labels: tuple[str, ...]
    occupation_of_label: NDArray[np.int64]
    n_occupations: int

    def at(self, positions: Iterable[int], name: str) -> "Crosswalk":
        kept = list(positions)
        return replace(
            self,
            name=name,
            queries=tuple(self.queries[at] for at in kept),
            appellations=self.appellations[kept],
            right=self.right[kept],
        )

    def held_out(self, held: Collection[int]) -> "Crosswalk":
        """The queries that are held-out appellations: no encoder trained without them has seen their crosswalk row."""
        return self.at(
            (at for at, row in enumerate(self.appellations.tolist()) if row in held), f"{self.name}_held_out"
        )

    def sample(self, size: int, seed: int) -> "Crosswalk":
        chosen = random.Random(seed).sample(range(len(self.queries)), min(size, len(self.queries)))
        return self.at(sorted(chosen), self.name)


def crosswalks(rome: Rome, esco: Path) -> tuple[Crosswalk, Crosswalk]:
    """ROME appellations to ESCO occupations: `skos:closeMatch`, then `skos:broadMatch` (ESCO broader than ROME).

    From Pôle emploi's crosswalk of 2022 as the Melo benchmark has it, less the rows that benchmark asks (exact and
    narrow matches), and ESCO's French labels (`esco_fr`; "This service uses the ESCO classification of the European
    Commission"). Appellations whose ESCO occupation is not among the French labels are left out.
    """
    numbers: dict[str, int] = {}
    labels: list[str] = []
    occupation_of_label: list[int] = []
    for row in _rows(esco / "occupations_fr.csv.gz"):
        number = numbers.setdefault(row["conceptUri"], len(numbers))
        written = [row["preferredLabel"], *row["altLabels"].split("|")]
        for label in dict.fromkeys(label.strip() for label in written if label.strip()):
            labels.append(label)
            occupation_of_label.append(number)
    found: dict[str, list[tuple[int, int]]] = {"skos:closeMatch": [], "skos:broadMatch": []}
    for row in _rows(esco / "rome_esco_crosswalk_hors_melo.csv.gz"):
        if row["esco_uri"] in numbers:
            appellation = rome.appellation_row_of(row["rome_ogr_appellation"])
            found[row["relation"]].append((appellation, numbers[row["esco_uri"]]))
    close, broad = (
        Crosswalk(
            name,
            tuple(rome.appellation_labels[appellation] for appellation, _ in pairs),
            np.array([appellation for appellation, _ in pairs], dtype=np.int64),
            np.array([number for _, number in pairs], dtype=np.int64),
            tuple(labels),
            np.array(occupation_of_label, dtype=np.int64),
            len(numbers),
        )
        for name, pairs in (("esco_close", found["skos:closeMatch"]), ("esco_broad", found["skos:broadMatch"]))
    )
    return close, broad


def _is_fiche(row: Mapping[str, str]) -> bool:
    if row["code_rome"] != row["code_rome_parent"]:
        return True
    recent = row["date_creation"][:7] >= FICHES_SINCE
    return recent and row["source_code_rome"] != "libelle_v3" and row["source"] != PARENT_ONLY_SOURCE


def _slip(letter: str, following: str, draw: random.Random) -> str:
    """What is typed in place of two letters that follow each other."""
    kind = draw.randrange(4)
    if kind == 0 and letter != following:
        return following + letter
    if kind == 1:
        return following
    if kind == 2:
        return letter + letter + following
    keys = NEIGHBOUR_KEYS.get(letter.lower(), "")
    return (draw.choice(keys) if keys else "") + following


def _of_fiches(name: str, texts: Sequence[str], occupations: Sequence[int], rome: Rome) -> QuerySet:
    return QuerySet(
        name,
        tuple(texts),
        ("",) * len(texts),
        tuple(frozenset([row]) for row in occupations),
        tuple(frozenset([rome.parents[row]]) for row in occupations),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
