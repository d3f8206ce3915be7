"""Feeds that any reader reads, and webhooks that a receiver can check."""

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from defusedxml.ElementTree import fromstring

from api.delivery.atom import feed_address, feed_of
from api.delivery.base import Outcome, Result
from api.delivery.links import Feed
from api.delivery.registry import WAYS
from api.delivery.webhook import WAY, signature
from features.records import Channel
from features.store.digests import DigestRow, DigestState
from matching.digests.digest import Digest, to_json
from tests.api.delivery.made import digest, house, item, recipient, training

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "2026-09-01T06:00:00+00:00"


def row(made: Digest) -> DigestRow:
    return DigestRow(made.id, "s1", "p1", DigestState.HANDED_OVER, Channel.ATOM, AT, to_json(made), AT)


def test_every_channel_has_a_way() -> None:
    assert set(WAYS) == set(Channel)


def test_a_feed_has_what_the_standard_requires() -> None:
    subscription = recipient(Channel.ATOM, feed_version=2).subscription
    wicked = item("o2", "Soudeur <b>TIG</b> & MIG\x0b", url=None)
    feed = fromstring(feed_of(house(), subscription, [row(digest(item(), wicked, trainings=(training(),)))], AT))
    assert feed.tag == f"{ATOM}feed"
    for required in ("id", "title", "updated"):
        assert len(feed.findall(ATOM + required)) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    (link,) = feed.findall(f"{ATOM}link")
    assert (link.get("rel"), link.get("href")) == ("self", feed_address(house(), subscription))
    assert house().signer.read(link.get("href").rpartition("/")[2]) == Feed("s1", 2)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Aide-soignant de nuit",
        "Soudeur TIG & MIG",
        "Diplôme d'État d'aide-soignant",
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 3
    for entry in entries:
        assert entry.findtext(f"{ATOM}updated") == AT
        content = entry.find(f"{ATOM}content")
        assert content.get("type") == "html"
        assert "/v1/gestes/" in content.text


def test_a_feed_without_a_digest_is_a_feed() -> None:
    feed = fromstring(feed_of(house(), recipient(Channel.ATOM).subscription, [], AT))
    assert feed.findtext(f"{ATOM}updated") == AT
    assert feed.findall(f"{ATOM}entry") == []


class Receiver(BaseHTTPRequestHandler):
    seen: list[tuple[dict[str, str], bytes]]
    status: int

    def do_POST(self) -> None:
        self.seen.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen, Receiver.status = [], 204
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/crochet"
    server.shutdown()
    thread.join()
    server.server_close()


def posted(url: str | None, **settings: Any) -> Result:
    async def one() -> Result:
        assert WAY.open is not None
        async with WAY.open(house(**settings)) as sender:
            return await sender.send(digest(channel=Channel.WEBHOOK), recipient(Channel.WEBHOOK, webhook_url=url))

    return asyncio.run(one())


def test_a_webhook_is_signed_and_says_which_digest_it_is(receiver: str) -> None:
    assert posted(receiver, webhook_private_addresses=True).outcome is Outcome.DONE
    ((headers, body),) = Receiver.seen
    said = msgspec.json.decode(body)
    assert said["id"] == headers["Vivier-Envoi"] == "d" * 32
    assert said["offres"][0]["intitule"] == "Aide-soignant de nuit"
    at, mac = (part.partition("=")[2] for part in headers["Vivier-Signature"].split(","))
    key = house().signer.webhook_key("s1")
    assert mac == hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Vivier-Signature"] == signature(key, body, int(at))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.DONE), (302, Outcome.NEVER), (410, Outcome.NEVER), (429, Outcome.LATER), (500, Outcome.LATER)],
)
def test_what_the_receiver_answers_is_heard(receiver: str, status: int, outcome: Outcome) -> None:
    Receiver.status = status
    assert posted(receiver, webhook_private_addresses=True).outcome is outcome


def test_a_private_address_is_not_posted_to_unless_told(receiver: str) -> None:
    result = posted(receiver)
    assert (result.outcome, result.why) == (Outcome.NEVER, "l'adresse n'est pas en https")
    private = posted(receiver.replace("http:", "https:"))
    assert (private.outcome, private.why) == (Outcome.NEVER, "« 127.0.0.1 » n'est pas sur l'internet public")
    assert posted(None).outcome is Outcome.NEVER
    assert Receiver.seen == []
