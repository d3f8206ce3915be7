"""Identities and RQTH of the generated people, fictitious; drawn in their own stream: no profile depends on them."""

import datetime as dt
from collections.abc import Iterator

from features.records import Identity, ProtectedStatus
from features.world.draws import BLOCK, Stream, block_generator, pick
from features.world.facts import WorldFacts
from features.world.names import FIRST_NAMES_F, FIRST_NAMES_M, STREETS, email, family_name, phone
from features.world.people import People

RQTH_SHARE = 0.08
DETAILS = 1_000_000
"""Block numbers from here on draw what identities do not have."""


def write_identities(
    facts: WorldFacts, people: People, seed: int, today: dt.date, block: int, last: int
) -> Iterator[Identity]:
    """Who the first `last` profiles of the block are; sex and age agree with the words and career of the profile."""
    uniform = block_generator(seed, Stream.IDENTITY, block).random((BLOCK, 9)).tolist()
    communes = facts.reference.communes
    ages, female, places = people.age.tolist(), people.female.tolist(), people.commune.tolist()
    for i in range(last):
        u = uniform[i]
        number = block * BLOCK + i + 1
        first_name = pick(FIRST_NAMES_F if female[i] else FIRST_NAMES_M, u[0])
        last_name = family_name(u[1], u[2])
        postcodes = communes.postcodes[places[i]]
        street = f"{1 + int(u[3] * 90)} {pick(STREETS, u[4])}"
        yield Identity(
            id=f"profil-{number:06d}",
            first_name=first_name,
            last_name=last_name,
            email=email(first_name, last_name, number),
            phone=phone(int(u[5] * 10_000)) if u[6] < 0.92 else None,
            address=f"{street}, {postcodes[0] if postcodes else ''} {communes.names[places[i]]}".replace("  ", " "),
            birth_date=today - dt.timedelta(days=round(ages[i] * 365.25) + int(u[7] * 364)),
            sex="F" if female[i] else "M",
        )


def write_protected(seed: int, block: int, last: int) -> Iterator[ProtectedStatus]:
    """RQTH of those who have it, with their choice to let filters use it."""
    uniform = block_generator(seed, Stream.IDENTITY, DETAILS + block).random((BLOCK, 2)).tolist()
    for i in range(last):
        has, use = uniform[i]
        if has < RQTH_SHARE:
            yield ProtectedStatus(id=f"profil-{block * BLOCK + i + 1:06d}", rqth=True, use_in_filters=use < 0.5)
