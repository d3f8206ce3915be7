"""What a reader may expect of any page."""

import re

from tests.api.pages.browser import Page

ENGLISH = re.compile(
    r"\b(?:the|and|with|your|error|(?<!\.)invalid|null|undefined|submit|loading|not found|please|click|of|is|are|"
    r"search|results?|monday|january|february|august|december)\b",
    re.IGNORECASE,
)
CODES = re.compile(
    r"\b(?:None|nan|True|False|[a-z]+_[a-z_]+|romeCode|codeROME|motsCles|typeContrat|profil-\d+|[a-z-]+\.(?:lire|ecrire))\b"
)
CODE_WANTED = re.compile(r"code ROME")
ISO_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")
FIGURES = re.compile(r"\d\.\d+ ?(?:km|€|h\b)")
FIRST_DAY = re.compile(
    r"\b1 (?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
)
PLURAL = re.compile(r"(?<![\d,\u202f] )(?<![\d,])\b[01] (?:offres|personnes|résultats|points|jours|kilomètres)\b")

PATTERNS = {
    "English": ENGLISH,
    "a code word": CODES,
    "a code that is asked for": CODE_WANTED,
    "a raw date": ISO_DATE,
    "figures": FIGURES,
    "a first of the month": FIRST_DAY,
    "a plural of one": PLURAL,
}


def check(page: Page) -> None:
    """Raises AssertionError for a page that is not fit to be read."""
    text = page.text
    for name, pattern in PATTERNS.items():
        found = pattern.search(text)
        assert found is None, f"{name}: …{text[max(0, found.start() - 60) : found.end() + 60]}…"
    assert [level for level, _ in page.headings].count("h1") == 1
    assert all(words for _, words in page.headings), "an empty heading"
    assert all(words for words, _ in page.links), "a link without words"
    assert all(label for form in page.forms for label, _, _ in form.buttons), "a button without words"
    assert not any(page.unclosed.values()), f"not closed: {page.unclosed}"
    ids = [given["id"] for _, given in page.tags if given.get("id")]
    assert len(ids) == len(set(ids)), "an id twice"
    for tag, given in page.tags:
        assert "style" not in given, f"<{tag} style>"
        assert not any(name.startswith("on") for name in given), f"<{tag}> with a script"
        for name in ("src", "href", "action"):
            address = given.get(name) or ""
            outside = address.startswith(("http", "//"))
            assert not outside or (tag == "a" and "noreferrer" in (given.get("rel") or "")), f"<{tag} {name}={address}>"
    for words in page.cards:
        assert len(words) > 40, f"an empty card: {words}"
        assert "points sur 100" not in words or "Pourquoi" in words, f"a result without a reason: {words[:200]}"
    labelled = {given.get("for") for tag, given in page.tags if tag == "label"}
    for tag, given in page.tags:
        if tag in ("textarea", "select") or (tag == "input" and given.get("type", "text") not in ("hidden", "submit")):
            assert given.get("id") in labelled or given.get("aria-label"), f"<{tag} name={given.get('name')}> no label"
