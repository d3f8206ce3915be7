"""Sets of `user item` pairs to compare recommenders on: made ones of two kinds, and real ones out of open data.

Made sets: users and items have hidden tastes (vectors), items a hidden appeal, users a number of pairs drawn
log-normal; a user has the items of largest taste × taste + appeal + Gumbel noise, a draw without replacement from a
softmax.
`films` is dense with strong appeal; `jobs` and `jobs_faint` are sparse, tastes standing in narrow groups as trades do.

Real sets are who-goes-with-whom tables, not people's choices: certifications × occupations (RNCP), job titles × sectors
(hirings), communes × occupations (offers), offers and courses × keywords, occupations × skills (ROME).
"""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from models.interactions.reading import PairFile

Pairs = list[tuple[str, str]]
TEST_SHARE = 0.2


def films(seed: int, scale: float = 1.0) -> Pairs:
    return _drawn(seed, int(2000 * scale), int(1500 * scale), mean=60, width=8, appeal=1.0, taste=1.5, groups=0)


def jobs(seed: int, scale: float = 1.0) -> Pairs:
    return _drawn(seed, int(6000 * scale), int(4000 * scale), mean=6, width=16, appeal=0.7, taste=3.0, groups=60)


def jobs_faint(seed: int, scale: float = 1.0) -> Pairs:
    return _drawn(seed, int(8000 * scale), int(3000 * scale), mean=5, width=12, appeal=1.0, taste=1.5, groups=40)


MADE: Mapping[str, Callable[[int, float], Pairs]] = {"films": films, "jobs": jobs, "jobs_faint": jobs_faint}


def certifications(root: Path) -> Pairs:
    return list(_columns(root / "formation" / "rncp_rome.csv.gz", "CodeRNCP", "Rome"))


def sectors(root: Path) -> Pairs:
    path = root / "rome_naf" / "appellation_naf_embauches.csv.gz"
    return list(_columns(path, "ogr_appellation_ou_rome", "naf_id"))


def communes(root: Path) -> Pairs:
    path = root / "tension_marche" / "offres_commune_rome_20211221.csv.gz"
    return [pair for pair in _columns(path, "commune", "rome") if pair[0]]


def keywords(root: Path) -> Pairs:
    """Keywords that two texts or more have."""
    path = root / "mots_cles_offres_formations" / "mots_cles_par_item.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    pairs = [(row["id"], word.strip().lower()) for row in rows for word in row["mots_cles"] if word.strip()]
    counts = Counter(word for _, word in pairs)
    return [pair for pair in pairs if counts[pair[1]] >= 2]


def skills(root: Path) -> Pairs:
    return list(_columns(root / "rome" / "unix_coherence_item_v460_utf8.csv.gz", "code_rome", "code_ogr"))


REAL: Mapping[str, Callable[[Path], Pairs]] = {
    "certifications": certifications,
    "sectors": sectors,
    "communes": communes,
    "keywords": keywords,
    "skills": skills,
}


def parted(pairs: Pairs, seed: int) -> tuple[PairFile, PairFile]:
    """Training and test: of each user with two pairs or more a fifth is held out, chance deciding on the fraction."""
    draw = np.random.default_rng(seed)
    by_user: dict[str, list[str]] = {}
    for user, item in sorted(set(pairs)):
        by_user.setdefault(user, []).append(item)
    train: Pairs = []
    test: Pairs = []
    for user, items in by_user.items():
        held = int(len(items) * TEST_SHARE + draw.random()) if len(items) > 1 else 0
        order = draw.permutation(len(items)).tolist()
        test += [(user, items[at]) for at in order[:held]]
        train += [(user, items[at]) for at in order[held:]]
    return _as_file(train), _as_file(test)


def _as_file(pairs: Pairs) -> PairFile:
    users, items = zip(*pairs, strict=True)
    return PairFile(users, items, duplicates=0, blank=0, header=False, further_columns=0)


def _columns(path: Path, user: str, item: str) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            yield row[user], row[item]


def _drawn(
    seed: int, users: int, items: int, *, mean: float, width: int, appeal: float, taste: float, groups: int
) -> Pairs:
    draw = np.random.default_rng(seed)
    of_user, of_item = draw.normal(size=(users, width)), draw.normal(size=(items, width))
    if groups:
        centres = 1.2 * draw.normal(size=(groups, width))
        of_user = centres[draw.integers(0, groups, users)] + 0.6 * of_user
        of_item = centres[draw.integers(0, groups, items)] + 0.6 * of_item
    appeals = appeal * draw.normal(size=items)
    sizes = np.clip(draw.lognormal(np.log(mean) - 0.4, 0.9, users).astype(np.int64), 2, items // 4)
    pairs: Pairs = []
    for user in range(users):
        wanted = taste * (of_item @ of_user[user]) / np.sqrt(width) + appeals + draw.gumbel(size=items)
        chosen = np.argpartition(-wanted, sizes[user])[: sizes[user]]
        pairs += [(f"u{user}", f"i{item}") for item in chosen.tolist()]
    return pairs
