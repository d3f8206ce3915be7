"""Everyday and advert names of occupations, written for this project: what people type and ROME does not list."""

from functools import cache
from importlib.resources import files

FILE = "spoken_names.tsv"


@cache
def spoken_names() -> tuple[tuple[str, str], ...]:
    """(ROME code, name) in order of code. A version of ROME may lack some of the codes."""
    text = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines()]
    return tuple((code, name) for code, name in pairs)
