"""Texts from outside that would run in a reader's page. What is rendered has no element that harmless texts lack,
wherever the attack stands; links lead to the web or are not there."""

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import msgspec
import pytest

from api.delivery.atom import feed_of
from api.delivery.clean import fragment_of, link_of, words_of
from api.delivery.email import address_of, message_of
from api.delivery.render import render
from features.records import Channel, Identity, Project, Subscription
from features.store.digests import DigestRow, DigestState
from matching.digests.digest import Digest, to_json
from tests.api.delivery.attacks import LINKS, PAYLOADS
from tests.api.delivery.made import digest, house, item, recipient

ATOM = "{http://www.w3.org/2005/Atom}"


class Elements(HTMLParser):
    """The elements of a page and the names of their attributes; links apart."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple([name for name, _ in attrs])))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    handle_startendtag = handle_starttag

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", ()))

    def handle_pi(self, data: str) -> None:
        self.found.append(("pi", ()))


def attacked(text: str) -> Digest:
    """A digest with `text` in every place that comes from outside."""
    return digest(
        item(
            title=f"Poste {text}",
            reasons=(text, f"À 4 km {text}"),
            obstacles=(text,),
            place=text,
            firm=text,
            contract=text,
            pay=text,
        )
    )


HARMLESS = "abc"


def letter(text: str) -> str:
    to = recipient()
    named = msgspec.structs.replace(to.profile, projects=(Project(rome_code="J1501", label=text),))
    whom = type(to)(to.subscription, named, Identity(id="p1", first_name=text, email="camille@exemple.fr"))
    message = message_of(house(), attacked(text), whom, address_of("camille@exemple.fr"))
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def feed(text: str) -> tuple[list[tuple[str, tuple[str, ...]]], str, list[str]]:
    """Elements of the XML, the HTML of its entry, and its links."""
    made = attacked(text)
    row = DigestRow(
        "d" * 32, "s1", "p1", DigestState.HANDED_OVER, Channel.ATOM, "2026-09-01T08:00:00+00:00", to_json(made)
    )
    whole = fromstring(feed_of(house(), Subscription(id="s1", profile_id="p1"), [row], "2026-09-01T08:00:00+00:00"))
    shape = [(each.tag, tuple(each.attrib)) for each in whole.iter()]
    content = whole.find(f"{ATOM}entry/{ATOM}content")
    assert content is not None
    return shape, content.text or "", [each.attrib["href"] for each in whole.iter(f"{ATOM}link")]


def test_there_are_two_hundred() -> None:
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_digest_has_no_element_that_it_was_given(payload: str) -> None:
    page = Elements(letter(payload))
    assert Counter(page.found) <= Counter(Elements(letter(HARMLESS)).found), "what is all markup leaves nothing"
    assert all(link.startswith("https://") for link in page.links)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nor_has_a_feed(payload: str) -> None:
    shape, content, links = feed(payload)
    harmless_shape, harmless, _ = feed(HARMLESS)
    assert shape == harmless_shape
    entry = Elements(content)
    assert Counter(entry.found) <= Counter(Elements(harmless).found)
    assert {tag for tag, _ in entry.found} <= {"p", "ul", "li", "a"}
    assert all(link.startswith("https://") for link in [*links, *entry.links])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nor_has_a_page(payload: str) -> None:
    def page(text: str) -> Elements:
        return Elements(
            render("page.html.j2", title=text, paragraphs=[f"« {words_of(text)} » quittera votre liste."], buttons=[])
        )

    assert page(payload).found == page(HARMLESS).found


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_leads_elsewhere_than_to_the_web_is_not_there(link: str) -> None:
    assert link_of(link) is None
    made = digest(item(url=link))
    message = message_of(house(), made, recipient(), address_of("camille@exemple.fr"))
    part = message.get_body(("html",))
    assert part is not None
    page = Elements(part.get_content())
    assert all(each.startswith("https://vivier.exemple/") for each in page.links)
    row = DigestRow(
        "d" * 32, "s1", "p1", DigestState.HANDED_OVER, Channel.ATOM, "2026-09-01T08:00:00+00:00", to_json(made)
    )
    whole = feed_of(house(Path("var")), Subscription(id="s1", profile_id="p1"), [row], "2026-09-01T08:00:00+00:00")
    assert b'rel="alternate"' not in whole


def test_what_people_write_is_left_as_it_is() -> None:
    for text in (
        "Aide-soignant·e (H/F) – nuit, 35 h",
        "Salaire > 2 000 € et < 2 500 €",
        "R&D : ingénieur·e C++",
        'L\'Atelier "Bois & Cie"',
        "3 < 4",
        "Niveau ≥ 5 ; §2",
    ):
        assert words_of(text) == text
    assert (
        words_of("<p>Poste de <b>nuit</b> &amp; week-end&nbsp;: 35&nbsp;h</p>")
        == "Poste de nuit & week-end\xa0: 35\xa0h"
    )
    assert link_of("https://exemple.org/o?a=1&b=2#c") == "https://exemple.org/o?a=1&b=2#c"


def test_a_fragment_keeps_our_own_markup() -> None:
    link = '<a href="https://vivier.exemple/v1/gestes/x.y">Trop loin</a>'
    own = f"<p>À 4 km</p>\n<ul>\n<li>Métier</li>\n</ul>\n<p>Pas pour vous ? {link}</p>"
    cleaned = fragment_of(own)
    assert Elements(cleaned).links == ["https://vivier.exemple/v1/gestes/x.y"]
    assert [tag for tag, _ in Elements(cleaned).found] == [tag for tag, _ in Elements(own).found]
    assert "script" not in fragment_of(own + "<script>alert(1)</script><img src=x onerror=alert(1)>")
