"""What people did, told to the live rows: interest of people, crowding of offers, answers of firms.

An event changes a few columns in place (`schema.BEHAVIOUR`), the same way when the engine follows the log and when a
build replays it, one event after the other: so a generation built from the log has what the live rows have. An event
counts once, where the records it names have rows when it is told. One that is corrected is taken back as it was told,
then told anew: only of a family of occupations that had lost its place meanwhile nothing can be taken back. A deleted
one counts until the next build, but for what it put aside, which comes back at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.behaviour import SHOWN_HALF_LIFE, Interests, points_of, tally
from features.records import Event, EventKind
from matching.catalogue import Catalogue, Rows
from matching.keys import key_number
from matching.links import Dismissal, Links
from matching.lookups import Lookups, day_number
from matching.schema import BEHAVIOUR, Collection

_ANSWERS: Final = {EventKind.APPLIED: False, EventKind.INTERVIEWED: True}


def tell(
    catalogues: Mapping[Collection, Catalogue],
    links: Links,
    lookups: Lookups,
    events: Sequence[Event],
    taken_back: Sequence[Event] = (),
) -> None:
    """Take back what was told of `taken_back`, then count `events`, in order.

    What a person does with an offer tells of their interest, unless they refused profiling; that it was shown to them
    crowds the offer, whoever they are. What they put aside leaves their own list (`matching.set_aside`), profiled or
    not: it is what they asked for. An offer behind another counts as that one.
    """
    for some, sign in ((taken_back, -1), (events, 1)):
        if some:
            _tell(catalogues, links, lookups, some, sign)


def _tell(
    catalogues: Mapping[Collection, Catalogue], links: Links, lookups: Lookups, events: Sequence[Event], sign: int
) -> None:
    """Count events (`sign` 1), or take them back (-1)."""
    offers = catalogues[Collection.OFFERS]
    offer_rows = np.array([_offer_row(offers, links, event.offer_id) for event in events], dtype=np.int64)
    days = np.array([day_number(event.at.date()) for event in events], dtype=np.int64)
    _tell_offers(offers, events, offer_rows, days, sign)
    _tell_people(catalogues, lookups, events, offer_rows, days, sign)
    _tell_firms(offers, links, events, offer_rows, sign)
    if sign > 0:
        _tell_lists(offers, links, lookups, events, offer_rows)


def carried(catalogue: Catalogue, links: Links, rows: Rows) -> Rows:
    """Prepared rows with what is known of the records they replace, and of their firms: nothing that was done is lost
    when a record changes. A person who withdrew from profiling leaves their interest behind."""
    names = BEHAVIOUR[catalogue.collection]
    if not names or len(rows) == 0:
        return rows
    columns = dict(rows.columns)
    before = [catalogue.rows_of(key)[:1] for key in rows.ids]
    known = np.array([len(found) > 0 for found in before])
    old = np.concatenate(before)
    for name in names:
        columns[name] = columns[name].copy()
        columns[name][known] = catalogue.take(name, old)
    if catalogue.collection is Collection.OFFERS:
        columns["responsiveness"] = links.responsiveness(columns["firm"])
    else:
        refused = ~columns["profiling"]
        for name in names:
            columns[name][refused] = rows.columns[name][refused]
    return replace(rows, columns=columns)


def _offer_row(offers: Catalogue, links: Links, offer_id: str | None) -> int:
    """The live row of an offer or of the one shown in its place; -1 when there is none."""
    if offer_id is None:
        return -1
    rows = offers.rows_of(links.canonical.get(offer_id, offer_id))
    return int(rows[0]) if len(rows) else -1


def _tell_offers(
    offers: Catalogue, events: Sequence[Event], offer_rows: NDArray[np.int64], days: NDArray[np.int64], sign: int
) -> None:
    shown = np.array([event.kind is EventKind.SHOWN for event in events]) & (offer_rows >= 0)
    rows, places = np.unique(offer_rows[shown], return_inverse=True)
    if len(rows) == 0:
        return
    once = np.full(len(places), sign, dtype=np.float32)
    before = offers.take("shown", rows), offers.take("shown_day", rows)
    times, day = tally(*before, places, days[shown], once, SHOWN_HALF_LIFE)
    offers.set_rows("shown", rows, np.maximum(times, 0))
    offers.set_rows("shown_day", rows, day)


def _tell_people(
    catalogues: Mapping[Collection, Catalogue],
    lookups: Lookups,
    events: Sequence[Event],
    offer_rows: NDArray[np.int64],
    days: NDArray[np.int64],
    sign: int,
) -> None:
    profiles, offers = catalogues[Collection.PROFILES], catalogues[Collection.OFFERS]
    points = np.array([points_of(event.kind, event.reason) for event in events], dtype=np.float32)
    telling = np.flatnonzero((points != 0) & (offer_rows >= 0))
    people: dict[str, NDArray[np.int64]] = {}
    for key in dict.fromkeys([events[position].profile_id for position in telling.tolist()]):
        rows = profiles.rows_of(key)
        if len(rows) and profiles.take("profiling", rows[:1])[0]:
            people[key] = rows
    if not people:
        return
    places = {key: place for place, key in enumerate(people)}
    person = np.array([places.get(events[position].profile_id, -1) for position in telling.tolist()], dtype=np.int64)
    telling, person = telling[person >= 0], person[person >= 0]
    families = lookups.reference.rome.family_of[offers.take("occupation", offer_rows[telling])]
    heads = np.array([rows[0] for rows in people.values()], dtype=np.int64)
    names = BEHAVIOUR[Collection.PROFILES]
    before = Interests(*(profiles.take(name, heads) for name in names))
    if sign > 0:
        after = before.after(person, families, points[telling], days[telling])
    else:
        after = before.without(person, families, points[telling], days[telling])
    all_rows = np.concatenate(list(people.values()))
    of_person = np.repeat(np.arange(len(people)), [len(rows) for rows in people.values()])
    now: tuple[NDArray[Any], ...] = (after.families, after.points, after.days)
    for name, values in zip(names, now, strict=True):
        profiles.set_rows(name, all_rows, values[of_person])


def _tell_firms(
    offers: Catalogue, links: Links, events: Sequence[Event], offer_rows: NDArray[np.int64], sign: int
) -> None:
    touched: dict[int, None] = {}
    for event, row in zip(events, offer_rows.tolist(), strict=True):
        if event.kind not in _ANSWERS:
            continue
        firm = -1
        if event.siret is not None:
            firm = key_number(event.siret)
        elif row >= 0:
            firm = int(offers.take("firm", np.array([row]))[0])
        if firm >= 0:
            links.count_application(firm, _ANSWERS[event.kind], sign)
            touched[firm] = None
    for firm, share in zip(touched, links.responsiveness(np.array(list(touched), np.int64)).tolist(), strict=True):
        offers.set_rows("responsiveness", offers.rows_where("firm", firm), share)


def _tell_lists(
    offers: Catalogue, links: Links, lookups: Lookups, events: Sequence[Event], offer_rows: NDArray[np.int64]
) -> None:
    """Note what was put aside; what the event does not say of the offer is read off its row."""
    reference = lookups.reference
    for event, row in zip(events, offer_rows.tolist(), strict=True):
        if event.kind is not EventKind.DISMISSED or (event.offer_id is None and event.session_id is None):
            links.drop_dismissal(event.id)
            continue
        at = np.array([row][: row >= 0], dtype=np.int64)
        occupations, communes = offers.take("occupation", at).tolist(), offers.take("commune", at).tolist()
        seen_rome = next((reference.rome.codes[each] for each in occupations if each >= 0), None)
        seen_commune = next((reference.communes.insee[each] for each in communes if each >= 0), None)
        links.put_dismissal(
            event.id,
            event.profile_id,
            Dismissal(
                event.offer_id,
                event.session_id,
                None if event.reason is None else event.reason.value,
                event.rome_code or seen_rome,
                event.commune_insee or seen_commune,
            ),
        )
