"""The two gendered forms of ROME's labels."""

from functools import lru_cache

from features.text import without_accents

_PAIRS = {("homme", "femme"), ("garçon", "fille"), ("steward", "hôtesse"), ("valet", "femme")}


@lru_cache(maxsize=16_384)
def forms(label: str) -> tuple[str, str]:
    """The masculine and feminine form of an "X / Y" label; a label with one form gives it twice.

    What follows the feminine word belongs to both: "Conducteur / Conductrice de bus" gives "Conducteur de bus".
    """
    left, slash, right = label.partition(" / ")
    if not slash or not right.strip():
        return label, label
    head, tail = left.split(), right.split()
    if len(head) > 1 and not _same_trade(head[0], tail[0]) and _same_trade(head[-1], tail[0]):
        return " ".join([left, *tail[1:]]), " ".join([*head[:-1], right])  # "Cadre dirigeant / dirigeante de …"
    if len(tail) <= len(head) or not _same_trade(head[0], tail[0]):
        return left, right
    return " ".join([left, *tail[len(head) :]]), right


def _same_trade(masculine: str, feminine: str) -> bool:
    """Whether two words share their stem, or are a known pair such as homme / femme."""
    if (masculine.lower(), feminine.lower()) in _PAIRS:
        return True
    return without_accents(masculine)[:3].lower() == without_accents(feminine)[:3].lower()
