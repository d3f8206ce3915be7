"""Job names and pairs of texts that the open nomenclatures hold beside ROME: ROME v3, ESCO, RNCP, everyday names.

Everything is read in place from the folder of publishers' files that `vivier import open-data` reads too; a file that
is not there is an error, because a model trained on less must not pass for the same.
"""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.text import normalise

SOURCES: Mapping[str, str] = {
    "rome_v3/appellations_rome_v3_2023.csv.gz": "ROME v3 (France Travail), Licence Ouverte",
    "rome_v3/rome_v3_libelles.csv.gz": "ROME v3 (France Travail), Licence Ouverte",
    "esco_fr/occupations_fr.csv.gz": "ESCO (Commission européenne), CC BY 4.0",
    "esco_fr/skills_fr.csv.gz": "ESCO (Commission européenne), CC BY 4.0",
    "esco_fr/rome_esco_crosswalk_hors_melo.csv.gz": "passerelle ROME-ESCO (France Travail, portail ESCO)",
    "esco_fr/competences_fr_vers_esco_moitie.csv.gz": "passerelle Competent-ESCO (VDAB, portail ESCO)",
    "formation/rncp_fiches.csv.gz": "RNCP (France compétences), Licence Ouverte",
    "formation/rncp_rome.csv.gz": "RNCP (France compétences), Licence Ouverte",
    "mots_cles_offres_formations/mots_cles_par_item.jsonl.gz": "La bonne alternance, MIT",
    "bmo/bmo2025_fap2021_vers_rome_approx.csv.gz": "Besoins en main-d'œuvre 2025 (France Travail), Licence Ouverte",
    "communes/communes.csv.gz": "communes (INSEE, La Poste), Licence Ouverte",
}
LONGEST_TITLE = 150
MOST_OCCUPATIONS = 4
"""ROME codes of a certification beyond which its title says little of any."""
MAJORITY = 0.6
"""Share of an ESCO occupation's close matches that must go to one fiche for its labels to name that fiche."""
_EMPTY_KEYWORDS = frozenset({"alternance", "apprentissage", "contrat d'apprentissage", "emploi"})


@dataclass(frozen=True)
class EscoMatch:
    """One row of the ROME-ESCO crosswalk."""

    esco: str
    appellation_code: str
    rome_code: str
    close: bool


class OpenNames:
    """The nomenclatures of one folder of publishers' files, read when asked."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError that names the files of `SOURCES` which `folder` lacks."""
        missing = [name for name in SOURCES if not (folder / name).is_file()]
        if missing:
            raise FileNotFoundError(f"{folder} lacks {', '.join(missing)}")
        self._folder = folder

    @cached_property
    def esco(self) -> dict[str, list[str]]:
        """French labels of each ESCO occupation (URI), the preferred ones first."""
        labels = {}
        for row in self._rows("esco_fr/occupations_fr.csv.gz"):
            written = [*_parts(row["preferredLabel"]), *row["altLabels"].split("|")]
            labels[row["conceptUri"]] = list(dict.fromkeys(label.strip() for label in written if label.strip()))
        return labels

    @cached_property
    def esco_matches(self) -> list[EscoMatch]:
        """The crosswalk, exact and narrow matches excepted (the Melo benchmark asks those)."""
        return [
            EscoMatch(
                row["esco_uri"], row["rome_ogr_appellation"], row["code_rome_v4"], row["relation"] == "skos:closeMatch"
            )
            for row in self._rows("esco_fr/rome_esco_crosswalk_hors_melo.csv.gz")
        ]

    def esco_names(self, hidden: frozenset[str] = frozenset()) -> list[tuple[str, str, str]]:
        """(ESCO URI, ROME code, label) of ESCO occupations most of whose close matches are one fiche.

        `hidden` are OGR codes of appellations whose matches must not be counted.
        """
        votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for match in self.esco_matches:
            if match.close and match.appellation_code not in hidden:
                votes[match.esco][match.rome_code] += 1
        found = []
        for uri, codes in votes.items():
            code, count = codes.most_common(1)[0]
            if count >= MAJORITY * codes.total():
                found += [(uri, code, label) for label in self.esco.get(uri, ())]
        return found

    def esco_skills(self) -> Iterator[tuple[str, str]]:
        """Pairs of labels of one skill: ESCO's preferred and other labels, and Competent's label with ESCO's."""
        for row in self._rows("esco_fr/skills_fr.csv.gz"):
            for other in row["altLabels"].split("|"):
                if other.strip():
                    yield row["preferredLabel"], other.strip()
        for row in self._rows("esco_fr/competences_fr_vers_esco_moitie.csv.gz"):
            if row["libelle_competence_fr"] and row["esco_libelle_fr"]:
                yield row["libelle_competence_fr"], row["esco_libelle_fr"]

    def v3_appellations(self) -> Iterator[tuple[str, str, str]]:
        """(OGR code, v3 code, label) of every appellation of ROME v3."""
        for row in self._rows("rome_v3/appellations_rome_v3_2023.csv.gz"):
            yield row["code_ogr_appellation"], row["code_rome"], row["libelle_appellation"]

    @cached_property
    def v3_labels(self) -> dict[str, str]:
        return {row["code_rome"]: row["libelle_rome_v3"] for row in self._rows("rome_v3/rome_v3_libelles.csv.gz")}

    def certifications(self) -> Iterator[tuple[str, str]]:
        """(title, v3 code) of certifications of the RNCP that lead to few occupations."""
        titles = {row["Numero_Fiche"]: row["Intitule"] for row in self._rows("formation/rncp_fiches.csv.gz")}
        links = [(row["CodeRNCP"], row["Rome"]) for row in self._rows("formation/rncp_rome.csv.gz")]
        counts = Counter(code for code, _ in links)
        for code, occupation in links:
            title = titles.get(code, "")
            if title and counts[code] <= MOST_OCCUPATIONS and len(title) <= LONGEST_TITLE:
                yield (title.lower() if title.isupper() else title), occupation

    def keyword_lists(self) -> Iterator[list[str]]:
        """Keywords of one real offer or training, the job's name first as a rule."""
        path = self._folder / "mots_cles_offres_formations/mots_cles_par_item.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                words = [word for word in json.loads(line)["mots_cles"] if 3 <= len(word) <= 60]
                kept = [word for word in words if normalise(word) not in _EMPTY_KEYWORDS]
                if len(kept) >= 4:
                    yield kept

    def recruitment(self) -> dict[str, float]:
        """Recruitment projects of 2025 by v3 code: those of a FAP shared evenly among its codes."""
        projects: defaultdict[str, float] = defaultdict(float)
        for row in self._rows("bmo/bmo2025_fap2021_vers_rome_approx.csv.gz"):
            codes = [code for code in row["romes_v3"].split("|") if code]
            for code in codes:
                projects[code] += float(row["projets_2025"] or 0) / len(codes)
        return dict(projects)

    def places(self) -> list[str]:
        """Names of the communes."""
        return [row["nom"] for row in self._rows("communes/communes.csv.gz")]

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with gzip.open(self._folder / name, "rt", encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


def _parts(label: str) -> list[str]:
    """The gendered forms of an ESCO label: "soudeur/soudeuse" is two."""
    return [part.strip() for part in label.split("/") if len(part.strip()) > 2] or [label]
