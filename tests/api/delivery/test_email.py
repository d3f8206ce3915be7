"""Letters: what their headers promise, what a screen reader finds, and that nothing of outside gets through as HTML."""

import asyncio
import re
from html.parser import HTMLParser

import pytest

from api.delivery.base import ChannelClosed, House, Outcome, Result
from api.delivery.email import WAY, address_of, message_of
from api.delivery.links import Gesture, Stop
from api.delivery.render import WIDTH
from features.records import Channel
from matching.digests.digest import Digest
from tests.api.delivery.conftest import Sink
from tests.api.delivery.made import digest, house, item, recipient, training

CAMILLE = address_of("camille@exemple.fr")


class Tags(HTMLParser):
    """Tags in order, and the links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.language: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag == "html":
            self.language = found.get("lang")


def parts_of(made: Digest, **more: object) -> tuple[str, str]:
    """The plain text and the HTML of a letter."""
    message = message_of(house(), made, recipient(**more), CAMILLE)  # type: ignore[arg-type]
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    return plain.get_content(), rich.get_content().replace("\u00a0", " ")


def test_headers() -> None:
    message = message_of(house(), digest(item(), item("o2", "Auxiliaire de vie")), recipient(), CAMILLE)
    assert message["To"] == "camille@exemple.fr"
    assert message["From"] == "Vivier <nepasrepondre@vivier.exemple>"
    assert message["Subject"] == "2 offres pour vous : Aide-soignant de nuit, et d'autres"
    assert message["Message-ID"] == f"<{'d' * 32}@vivier.exemple>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<https://vivier\.exemple/v1/desabonnement/(.+)>", message["List-Unsubscribe"])
    assert address is not None
    assert house().signer.read(address[1]) == Stop("s1")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    again = message_of(house(), digest(item(), item("o2", "Auxiliaire de vie")), recipient(), CAMILLE)
    assert again["Message-ID"] == message["Message-ID"]


def test_a_screen_reader_finds_its_way() -> None:
    _, rich = parts_of(digest(item(), item("o2"), trainings=(training(),)))
    found = Tags(rich)
    assert found.language == "fr"
    assert found.tags.count("h1") == 1
    assert [tag for tag in found.tags if tag in ("h1", "h2", "h3")] == ["h1", "h2", "h3", "h3", "h2", "h3"]
    assert "main" in found.tags
    assert not {"table", "img", "script", "iframe", "form"} & set(found.tags)
    assert "prefers-color-scheme: dark" in rich
    assert "<title>2 offres et 1 formation pour vous" in rich
    for text in ("1er octobre 2026", "À 4,2 km de chez vous", "Permis B exigé, non déclaré", "à 4,2 km"):
        assert text in rich.replace("&#39;", "'"), text


def test_every_link_is_ours_or_the_offers() -> None:
    plain, rich = parts_of(digest(item(), trainings=(training(),)))
    links = Tags(rich).links
    assert "https://offres.exemple/1" in links
    for link in links:
        assert link == "https://offres.exemple/1" or link.startswith("https://vivier.exemple/v1/")
    gestures = [house().signer.read(link.rpartition("/")[2]) for link in links if "/v1/gestes/" in link]
    assert len(gestures) == 8
    assert Gesture("d" * 32, "t1", True, None) in gestures
    assert plain.count("https://vivier.exemple/v1/gestes/") == 2
    assert "None" not in plain + rich


def test_it_fits_a_terminal() -> None:
    long = "Gérer les situations d'urgence et fournir les premiers secours si nécessaire, puis transmettre"
    plain, _ = parts_of(digest(item(title=f"Aide-soignant de nuit. {long}"), trainings=(training(),)))
    assert long in " ".join(plain.split())
    assert all(len(line) <= WIDTH for line in plain.splitlines() if "://" not in line)
    first = next(place for place, line in enumerate(plain.splitlines()) if line.startswith("1. "))
    assert plain.splitlines()[first + 1].startswith("   ")


def test_what_comes_from_outside_is_words_alone() -> None:
    wicked = item(title='Soudeur <script>alert("x")</script><i>TIG</i>', firm="<b>A&B</b> < 10", url=None)
    plain, rich = parts_of(digest(wicked))
    assert "script" not in Tags(rich).tags
    assert "b" not in Tags(rich).tags
    assert "<h3>Soudeur TIG</h3>" in rich
    assert "A&amp;B &lt; 10" in rich
    assert "1. Soudeur TIG\n" in plain
    assert "A&B < 10" in plain
    assert "1. Offre\n" in parts_of(digest(item(title="<script>alert(1)</script>")))[0]


def test_a_title_cannot_add_a_header() -> None:
    message = message_of(house(), digest(item(title="Soudeur\r\nBcc: tous@exemple.fr")), recipient(), CAMILLE)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize("address", [None, "", "pas une adresse", "a@b.fr\r\nBcc: c@d.fr"])
def test_an_address_that_is_none_is_not_written_to(address: str | None) -> None:
    with pytest.raises(ValueError):
        address_of(address)


def sent(to: House, address: str | None = "camille@exemple.fr", consenting: bool = True) -> Result:
    async def one() -> Result:
        assert WAY.open is not None
        async with WAY.open(to) as sender:
            person = recipient(address=address)
            if not consenting:
                from dataclasses import replace

                from features.records import Consents, Profile

                profile = Profile(id="p1", projects=person.profile.projects, consents=Consents())
                person = replace(person, profile=profile)
            return await sender.send(digest(), person)

    return asyncio.run(one())


def local(sink: Sink, **settings: object) -> House:
    return house(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none", **settings)


def test_a_letter_arrives(sink: Sink) -> None:
    assert sent(local(sink)).outcome is Outcome.DONE
    (message,) = sink.messages
    assert sink.recipients == ["camille@exemple.fr"]
    assert message["Message-ID"] == f"<{'d' * 32}@vivier.exemple>"
    body = message.get_body(("html",))
    assert body is not None
    assert "Aide-soignant de nuit" in body.get_content()


def test_consent_is_asked_again_when_it_leaves(sink: Sink) -> None:
    result = sent(local(sink), consenting=False)
    assert result.outcome is Outcome.NEVER
    assert sent(local(sink), address=None).outcome is Outcome.NEVER
    assert sink.messages == []


def test_what_the_server_says_is_heard(sink: Sink) -> None:
    sink.refused = {"camille@exemple.fr": "550 unknown"}
    result = sent(local(sink))
    assert (result.outcome, "550" in (result.why or "")) == (Outcome.NEVER, True)
    sink.refused = {"camille@exemple.fr": "451 later"}
    assert sent(local(sink)).outcome is Outcome.LATER
    sink.refused, sink.answer = {}, "554 no"
    assert sent(local(sink)).outcome is Outcome.NEVER
    sink.answer = "452 full"
    assert sent(local(sink)).outcome is Outcome.LATER


def test_a_server_that_refuses_our_own_address_closes_the_channel(sink: Sink) -> None:
    sink.sender = "530 authentication required"
    with pytest.raises(ChannelClosed, match="nous refuse"):
        sent(local(sink))


def test_an_address_that_the_server_cannot_write_to_is_given_up(sink: Sink) -> None:
    result = sent(local(sink), address="elodie@éxemple.fr")
    assert (result.outcome, "accentuées" in (result.why or "")) == (Outcome.NEVER, True)


def test_a_letter_that_takes_too_long_counts_and_two_in_a_row_close_the_channel(sink: Sink) -> None:
    sink.stuck = {"lente@exemple.fr"}

    async def several() -> list[Outcome]:
        assert WAY.open is not None
        outcomes = []
        async with WAY.open(local(sink, smtp_timeout_s=0.2)) as sender:
            for name in ("lente", "camille", "lente"):
                result = await sender.send(digest(), recipient(address=f"{name}@exemple.fr"))
                outcomes.append(result.outcome)
            with pytest.raises(ChannelClosed, match="à temps"):
                await sender.send(digest(), recipient(address="lente@exemple.fr"))
        return outcomes

    assert asyncio.run(several()) == [Outcome.LATER, Outcome.DONE, Outcome.LATER]
    assert sink.recipients == ["camille@exemple.fr"]


def test_a_server_that_is_not_there_closes_the_channel() -> None:
    with pytest.raises(ChannelClosed, match="VIVIER_SMTP_HOST"):
        sent(house())
    with pytest.raises(ChannelClosed, match="ne répond pas"):
        sent(house(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none"))
    assert WAY.channel is Channel.EMAIL
