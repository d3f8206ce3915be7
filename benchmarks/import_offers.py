"""Importing offers: 100,000 in the *Offres d'emploi v2* JSON, against reading the JSON and filling one bare table.

The baseline does the least that a script would: `json.loads` of the whole file, one INSERT a row in one transaction;
no check, no code looked up, no change log, no duplicate found.
"""

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Report
from features.reference import Reference
from features.sample.reference import sample_reference
from features.sources.offers_ft import OffersFt
from features.sources.run import import_records
from features.store import Store

SEED = 7
FULL, QUICK = 100_000, 20_000
CONTRACTS = ("CDI", "CDD - 6 Mois", "Intérim - 3 Mois", "Saisonnier - 4 Mois")
PAYS = ("Mensuel de 1900.0 Euros à 2300.0 Euros sur 12.0 mois", "Horaire de 12.5 Euros", "Annuel de 30000 Euros")
SECONDS_ALLOWED = 60.0


def offers(reference: Reference, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Offers as the API of France Travail writes them; one in fifty publishes again the text of an earlier one."""
    draw = random.Random(seed)
    rome, communes = reference.rome, reference.communes
    words = sorted({word for text in (*rome.definitions, *rome.skill_labels) for word in text.split()})
    kept: list[dict[str, object]] = []
    for number in range(count):
        if kept and number % 50 == 0:
            yield draw.choice(kept) | {"id": f"B{number:07d}"}
            continue
        appellation = draw.randrange(rome.n_appellations)
        occupation = int(rome.appellation_occupation[appellation])
        skills, core = rome.skills_of(occupation)
        where = draw.randrange(len(communes))
        offer: dict[str, object] = {
            "id": f"A{number:07d}",
            "intitule": f"{rome.appellation_labels[appellation]} (H/F)",
            "description": " ".join(draw.choices(words, k=draw.randint(60, 240))),
            "dateCreation": f"2025-0{draw.randint(1, 6)}-{draw.randint(10, 28)}T08:00:00.000Z",
            "lieuTravail": {
                "libelle": f"{communes.departements[where]} - {communes.names[where].upper()}",
                "commune": communes.insee[where],
                "codePostal": next(iter(communes.postcodes[where]), None),
            },
            "romeCode": rome.codes[occupation],
            "romeLibelle": rome.labels[occupation],
            "appellationlibelle": rome.appellation_labels[appellation],
            "entreprise": {"nom": f"Entreprise {draw.randrange(5000)}", "description": "Une entreprise."},
            "typeContratLibelle": draw.choice(CONTRACTS),
            "experienceExige": "E",
            "experienceLibelle": "2 An(s)",
            "competences": [
                {
                    "code": rome.skill_codes[skill],
                    "libelle": rome.skill_labels[skill],
                    "exigence": "E" if is_core else "S",
                }
                for skill, is_core in list(zip(skills.tolist(), core.tolist(), strict=True))[:8]
            ],
            "salaire": {"libelle": draw.choice(PAYS)},
            "dureeTravailLibelle": "35H Travail en journée",
            "nombrePostes": 1,
            "contact": {"nom": "Mme X", "courriel": "x@exemple.fr"},
            "origineOffre": {"origine": "1", "urlOrigine": f"https://exemple.fr/{number}"},
        }
        if number % 97 == 0:
            kept.append(offer)
        yield offer


def write(path: Path, rows: Iterator[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"resultats": [\n')
        for number, row in enumerate(rows):
            stream.write((",\n" if number else "") + json.dumps(row, ensure_ascii=False))
        stream.write("\n]}")


def baseline(path: Path, database: Path) -> None:
    rows = json.loads(path.read_text(encoding="utf-8"))["resultats"]
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE offer (id TEXT PRIMARY KEY, body TEXT)")
        for row in rows:
            connection.execute("INSERT INTO offer VALUES (?, ?)", (row["id"], json.dumps(row, ensure_ascii=False)))
    connection.close()


def main() -> None:
    report = Report.from_command_line("import_offers", seed=SEED, about="Import of Offres d'emploi v2 JSON")
    count = QUICK if report.quick else FULL
    reference = sample_reference()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "offres.json"
        write(path, offers(reference, count, SEED))
        report.data(path)
        report.figure("offers", count)
        report.figure("file_mib", path.stat().st_size / 2**20, 1)
        start = time.perf_counter()
        baseline(path, folder / "baseline.db")
        bare_s = time.perf_counter() - start
        store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
        start = time.perf_counter()
        first = import_records(store, reference, OffersFt(), [path], folder)
        import_s = time.perf_counter() - start
        start = time.perf_counter()
        again = import_records(store, reference, OffersFt(), [path], folder)
        again_s = time.perf_counter() - start
        store.close()
    if not again.unchanged or first.rejects or first.total.inserted != count:
        raise SystemExit(f"the import is wrong: {first}, then {again}")
    report.figure("import_s", import_s, 2)
    report.figure("offers_per_s", count / import_s, 0)
    report.figure("import_again_s", again_s, 2)
    report.figure("baseline_s", bare_s, 2)
    report.figure("times_the_baseline", import_s / bare_s, 2)
    report.figure("seconds_for_100k", import_s * 100_000 / count, 1)
    report.figure("seconds_allowed_for_100k", SECONDS_ALLOWED, 1)
    report.figure("same_job_found", first.grouped)
    report.finish()


if __name__ == "__main__":
    main()
