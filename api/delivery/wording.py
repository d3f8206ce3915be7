"""A digest in the words of the person who gets it: what a page, a mail and a feed have in common."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from api.delivery.base import House, Recipient
from api.delivery.clean import link_of, words_of
from api.delivery.links import Gesture, Stop
from features.records import DismissReason, Frequency
from matching.digests.digest import Digest, Item
from matching.explain.wording import counted, enumeration, french_date, kilometres

GESTURES: Final[dict[DismissReason, str]] = {
    DismissReason.TOO_FAR: "Trop loin",
    DismissReason.NOT_MY_JOB: "Pas mon métier",
    DismissReason.PAY: "Salaire",
    DismissReason.HOURS: "Horaires",
    DismissReason.CONTRACT: "Contrat",
    DismissReason.ALREADY_SEEN: "Déjà vue",
    DismissReason.OTHER: "Autre raison",
}
_EVERY: Final = {
    Frequency.INSTANT: "dès qu'une offre paraît",
    Frequency.DAILY: "chaque jour où il y a du nouveau",
    Frequency.WEEKLY: "chaque semaine",
}


@dataclass(frozen=True)
class ShownGesture:
    label: str
    url: str


@dataclass(frozen=True)
class ShownItem:
    title: str
    facts: str
    reasons: tuple[str, ...]
    obstacles: tuple[str, ...]
    url: str | None
    gestures: tuple[ShownGesture, ...]
    """One a reason."""
    gesture_url: str
    """Where the reason is asked."""


@dataclass(frozen=True)
class Section:
    title: str
    this: str
    """« cette offre », « cette formation »."""
    items: tuple[ShownItem, ...]


@dataclass(frozen=True)
class Letter:
    """All the words of a digest, ready for a template."""

    subject: str
    headline: str
    greeting: str
    introduction: str
    sections: tuple[Section, ...]
    because: str
    stop_url: str


def letter_of(house: House, digest: Digest, recipient: Recipient) -> Letter:
    """The letter of a digest that is not empty."""
    whole = contents_of(digest)
    first = recipient.identity.first_name if recipient.identity is not None else None
    titles = list(dict.fromkeys([title_of(item) for item in (*digest.offers, *digest.trainings)]))
    sections = [
        Section(counted(len(items), *title), this, tuple([shown_item(house, digest, item) for item in items]))
        for items, title, this in (
            (digest.offers, ("offre", "offres"), "cette offre"),
            (digest.trainings, ("formation", "formations"), "cette formation"),
        )
        if items
    ]
    return Letter(
        subject=_one_line(
            f"{whole[0].upper()}{whole[1:]} pour vous : {titles[0]}" + (", et d'autres" * (len(titles) > 1))
        ),
        headline=f"{whole[0].upper()}{whole[1:]} pour vous",
        greeting="Bonjour," if first is None else f"Bonjour {words_of(first)},",
        introduction=(
            f"Voici {whole} d'après {_projects(recipient)}. Les plus proches de ce que vous cherchez viennent d'abord, "
            "et rien de tout cela ne vous a déjà été envoyé."
        ),
        sections=tuple(sections),
        because=(
            "Vous recevez ce message parce que vous avez accepté d'être joint par courriel et que cet abonnement est "
            f"actif : il part {_EVERY[recipient.subscription.frequency]}."
        ),
        stop_url=stop_address(house, digest.subscription_id),
    )


def contents_of(digest: Digest) -> str:
    """« 4 offres et 1 formation »."""
    parts = [
        counted(len(items), one, many)
        for items, one, many in ((digest.offers, "offre", "offres"), (digest.trainings, "formation", "formations"))
        if items
    ]
    return " et ".join(parts)


def shown_item(house: House, digest: Digest, item: Item) -> ShownItem:
    training = item.training_id is not None
    reasons = {None: "Pas pour moi"} if training else dict(GESTURES)
    gestures = [
        ShownGesture(label, gesture_address(house, Gesture(digest.id, item.id, training, reason)))
        for reason, label in reasons.items()
    ]
    ask = gesture_address(house, Gesture(digest.id, item.id, training, None))
    return ShownItem(
        title_of(item),
        facts_of(item),
        tuple(filter(None, map(words_of, item.reasons))),
        tuple(filter(None, map(words_of, item.obstacles))),
        link_of(item.url),
        tuple(gestures),
        ask,
    )


def title_of(item: Item) -> str:
    """The title of an item; one that was nothing but markup has none of its own."""
    return words_of(item.title) or ("Offre" if item.training_id is None else "Formation")


def facts_of(item: Item) -> str:
    """One line of facts: where, how far, what contract, what pay, whose."""
    place = item.place
    if place is not None and item.distance_km is not None and item.distance_km >= 0.1:
        place = f"{place}, à {kilometres(item.distance_km)}"
    starts = None if item.starts_on is None else f"à partir du {french_date(dt.date.fromisoformat(item.starts_on))}"
    parts = [words_of(part or "") for part in (place, item.contract, starts, item.pay, item.firm)]
    return " · ".join([part for part in parts if part])


def gesture_address(house: House, gesture: Gesture) -> str:
    return house.address(f"/v1/gestes/{house.signer.token(gesture)}")


def stop_address(house: House, subscription_id: str) -> str:
    return house.address(f"/v1/desabonnement/{house.signer.token(Stop(subscription_id))}")


def _projects(recipient: Recipient) -> str:
    labels = [words_of(project.label) for project in recipient.profile.projects if project.label is not None]
    many = len(recipient.profile.projects) > 1
    if len(labels) < len(recipient.profile.projects):
        return "vos projets" if many else "votre projet"
    named = enumeration([f"« {label} »" for label in dict.fromkeys(labels)], 3)
    return f"vos projets ({named})" if many else f"votre projet ({named})"


def _one_line(text: str) -> str:
    """A text that may stand in a header."""
    return " ".join(text.split())[:180]
