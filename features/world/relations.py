"""Counsellors at work: contacts with firms, people's subscriptions, and the talent pools (*viviers*) they share."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.geo import haversine_km
from features.records import (
    Channel,
    Contact,
    ContactChannel,
    ContactOutcome,
    DigestContent,
    Frequency,
    Subscription,
    TalentPool,
)
from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.firms import Firms
from features.world.names import siret
from features.world.people import People
from features.world.summaries import spoken_place

PORTFOLIO = 80
"""People whom one counsellor follows, about."""
SUBSCRIBED = 0.2
POOL_LIMIT = 40
POOL_RADII_KM = (20.0, 30.0, 50.0)

NOTES: dict[ContactOutcome | None, tuple[str | None, ...]] = {
    ContactOutcome.NEED: (
        "Deux postes à pourvoir d'ici un mois.",
        "Cherche un profil avec permis, prêt à former.",
        "Besoin saisonnier, rappeler au printemps.",
        "Intéressé par une immersion avant embauche.",
    ),
    ContactOutcome.NOT_NOW: ("Pas de recrutement prévu ce trimestre.", "Rappeler dans deux mois.", None),
    ContactOutcome.REFUSED: ("Passe par ses propres réseaux.", None),
    ContactOutcome.NO_ANSWER: (None, "Message laissé.", None),
    None: (None,),
}
OUTCOMES = (
    ContactOutcome.NO_ANSWER, ContactOutcome.NO_ANSWER, ContactOutcome.NO_ANSWER, ContactOutcome.NOT_NOW,
    ContactOutcome.NOT_NOW, ContactOutcome.NOT_NOW, ContactOutcome.NEED, ContactOutcome.NEED, ContactOutcome.NEED,
    ContactOutcome.REFUSED, None,
)  # fmt: skip
CRITERIA: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (),
    (("distance", "20"),),
    (("distance", "30"), ("typeContrat", "CDI")),
    (("typeContrat", "CDI,CDD"),),
    (("tempsPlein", "true"),),
    (("publieeDepuis", "7"),),
    (("experience", "D"),),
)


def counsellors_of(facts: WorldFacts, n_profiles: int) -> NDArray[np.int64]:
    """How many counsellors follow the people of each employment area: at least one."""
    return np.maximum(1, np.rint(n_profiles * facts.places.area_share / PORTFOLIO)).astype(np.int64)


def write_contacts(
    firms: Firms, counsellors: NDArray[np.int64], seed: int, today: dt.date, block: int, last: int
) -> Iterator[Contact]:
    """The first `last` contacts of the block, each with a firm of the counsellor's own area."""
    generator = block_generator(seed, Stream.CONTACT, block)
    firm = generator.integers(0, firms.count, BLOCK)
    area = firms.area[firm]
    first = np.cumsum(counsellors) - counsellors + 1
    counsellor = (first[area] + np.floor(generator.random(BLOCK) * counsellors[area])).astype(np.int64)
    u = generator.random((BLOCK, 5)).tolist()
    channels = tuple(ContactChannel)
    for i in range(last):
        day = today - dt.timedelta(days=1 + int(u[i][0] * 180))
        day -= dt.timedelta(days=max(0, day.weekday() - 4))
        outcome = OUTCOMES[int(u[i][1] * len(OUTCOMES))]
        notes = NOTES[outcome]
        yield Contact(
            id=f"contact-{block * BLOCK + i + 1:06d}",
            counsellor_id=f"conseiller-{int(counsellor[i]):04d}",
            siret=siret(int(firm[i])),
            at=dt.datetime.combine(day, dt.time(8 + int(u[i][2] * 9), int(u[i][2] * 997) % 60), tzinfo=dt.UTC),
            channel=channels[int(u[i][3] * len(channels))],
            outcome=outcome,
            note=notes[int(u[i][4] * len(notes))],
        )


def write_subscriptions(people: People, seed: int, block: int, last: int) -> Iterator[Subscription]:
    """The subscriptions of one block of people; by e-mail only to those who agreed to it."""
    u = block_generator(seed, Stream.SUBSCRIPTION, block).random((BLOCK, 6)).tolist()
    contents, frequencies, by_email = tuple(DigestContent), tuple(Frequency), people.by_email.tolist()
    for i in range(last):
        wants, content, frequency, channel, size, criteria = u[i]
        if wants >= SUBSCRIBED:
            continue
        number = block * BLOCK + i + 1
        yield Subscription(
            id=f"abonnement-{number:06d}",
            profile_id=f"profil-{number:06d}",
            content=contents[int(content * len(contents))],
            frequency=frequencies[int(frequency * len(frequencies))],
            channel=Channel.EMAIL if by_email[i] and channel < 0.7 else Channel.ATOM if channel > 0.9 else Channel.PAGE,
            size=(5, 10, 10, 20)[int(size * 4)],
            criteria=CRITERIA[int(criteria * len(CRITERIA))],
            active=wants < SUBSCRIBED * 0.93,
        )


def write_pool(
    facts: WorldFacts, people: People, n_people: int, counsellors: NDArray[np.int64], seed: int, number: int, block: int
) -> TalentPool:
    """Pool `number` (from 0): people of `block` visible to employers, of one trade, around one place."""
    generator = block_generator(seed, Stream.TALENT_POOL, number)
    rome, communes = facts.reference.rome, facts.reference.communes
    anchor = _anchor(facts, people, n_people, generator)
    commune, area = int(people.commune[anchor]), int(people.area[anchor])
    trade = rome.codes[int(people.target[anchor, 0])][:3]
    radius = POOL_RADII_KM[int(generator.integers(0, len(POOL_RADII_KM)))]
    of_trade = np.array([code.startswith(trade) for code in rome.codes])[people.target[:n_people, 0]]
    places = people.commune[:n_people]
    away = haversine_km(
        float(communes.lat[commune]), float(communes.lon[commune]), communes.lat[places], communes.lon[places]
    )
    members = np.flatnonzero(of_trade & people.visible[:n_people] & ((away <= radius) | (places == commune)))[
        :POOL_LIMIT
    ]
    wanted = sorted(
        {rome.codes[int(row)] for row in people.target[members, 0]} or {rome.codes[int(people.target[anchor, 0])]}
    )
    first = int(np.cumsum(counsellors)[area] - counsellors[area] + 1)
    domain = rome.domains.get(trade, rome.labels[int(people.target[anchor, 0])])
    return TalentPool(
        id=f"vivier-{number + 1:04d}",
        name=f"{domain} - {spoken_place(communes.names[commune])}",
        owner_id=f"conseiller-{first + int(generator.integers(0, counsellors[area])):04d}",
        rome_codes=tuple(wanted),
        commune_insee=communes.insee[commune],
        radius_km=radius,
        profile_ids=tuple(f"profil-{block * BLOCK + int(row) + 1:06d}" for row in members),
    )


def _anchor(facts: WorldFacts, people: People, n_people: int, generator: np.random.Generator) -> int:
    """Someone whose trade is common around them: of a few people drawn, the one with most fellows in their area."""
    codes = facts.reference.rome.codes
    domains = {domain: row for row, domain in enumerate(sorted({code[:3] for code in codes}))}
    domain = np.array([domains[code[:3]] for code in codes])[people.target[:n_people, 0]]
    cell = domain * facts.places.n_areas + people.area[:n_people]
    fellows = np.bincount(cell)[cell]
    drawn = generator.integers(0, n_people, 16)
    return int(drawn[fellows[drawn].argmax()])
