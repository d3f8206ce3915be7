"""Atom feeds (RFC 4287): the latest digests of a subscription, an entry an offer or a training, at a secret address."""

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from api.delivery.base import House, Way
from api.delivery.clean import fragment_of
from api.delivery.links import Feed
from api.delivery.render import render
from api.delivery.wording import shown_item
from features.records import Channel, Subscription
from features.store.digests import DigestRow
from matching.digests.digest import Digest, Item, from_json

WAY: Final = Way(Channel.ATOM, None)
MEDIA_TYPE: Final = "application/atom+xml"
DIGESTS_SHOWN: Final = 20
_ATOM: Final = "http://www.w3.org/2005/Atom"
register_namespace("", _ATOM)


def feed_address(house: House, subscription: Subscription) -> str:
    """The secret address of a subscription's feed."""
    return house.address(f"/v1/flux/{house.signer.token(Feed(subscription.id, subscription.feed_version))}")


def feed_of(house: House, subscription: Subscription, rows: Sequence[DigestRow], empty_since: str) -> bytes:
    """The feed of a subscription, as UTF-8 XML. `rows` are its digests, the latest first; `empty_since` (ISO 8601)
    dates a feed that has none."""
    feed = Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "fr"})
    _text(feed, "id", f"urn:vivier:abonnement:{subscription.id}")
    _text(feed, "title", "Vos offres et formations")
    _text(feed, "updated", rows[0].prepared_at if rows else empty_since)
    _text(SubElement(feed, f"{{{_ATOM}}}author"), "name", "Vivier")
    SubElement(feed, f"{{{_ATOM}}}link", {"rel": "self", "href": feed_address(house, subscription)})
    for row in rows:
        digest = from_json(row.body)
        for item in (*digest.offers, *digest.trainings):
            _entry(feed, house, digest, item, row.prepared_at)
    whole: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return whole


def _entry(feed: Element, house: House, digest: Digest, item: Item, at: str) -> None:
    entry, shown = SubElement(feed, f"{{{_ATOM}}}entry"), shown_item(house, digest, item)
    _text(entry, "id", f"urn:vivier:envoi:{digest.id}:{item.id}")
    _text(entry, "title", shown.title)
    _text(entry, "updated", at)
    if shown.url is not None:
        SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": _allowed(shown.url)})
    content = SubElement(entry, f"{{{_ATOM}}}content", {"type": "html"})
    content.text = _allowed(fragment_of(render("entry.html.j2", item=shown)))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}{name}").text = _allowed(text)


def _allowed(text: str) -> str:
    """`text` without the characters that XML 1.0 does not have."""
    return "".join(
        character
        for character in text
        if character in "\t\n\r"
        or "\x20" <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character > "\uffff"
    )
