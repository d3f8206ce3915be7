"""How offers and CVs speak of ROME's skills, written for this project: "bon relationnel", "mise en rayon", "CACES 1".

A line of the table is OGR codes with a space between them, a tab, and a phrase that says each of them, the most usual
first. Other words of the family say the same ("encaisser", "encaissement"), so that one of them is listed.
"""

from functools import cache
from importlib.resources import files

FILE = "spoken_skills.tsv"


@cache
def spoken_skills() -> tuple[tuple[tuple[str, ...], str], ...]:
    """(OGR codes, phrase) in the table's order. A version of ROME may lack some of the codes."""
    text = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines()]
    return tuple((tuple(codes.split()), phrase) for codes, phrase in pairs)
