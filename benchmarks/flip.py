"""The same people told apart by nothing but what the law forbids to look at: what changes in their lists.

    python -m benchmarks.flip [--quick] [--json FILE]

A world is drawn and indexed (of the publishers' files in VIVIER_OPEN_DATA, or of the sample with `--quick` or without
them). Its people are then written again, each time otherwise:

* *fields*: another first name, sex, birth date, address and RQTH, in the records that are kept apart;
* *mentions*: nationality, family, health, religion and age told in the person's own summary;
* *wording*: the other grammatical gender in every project, past job and summary ("coiffeuse" for "coiffeur"). Half of
  the projects and jobs are left without a ROME code, so that they are read off the words alone;
* *mentions in the title*: "coiffeuse, maman de deux enfants" for "coiffeuse".

Lists of offers and of trainings of each person, of people for an offer, and of firms for a counsellor's portfolio are
asked before and after. Fields and mentions must change no score at all: `_largest_score_change` is 0. Of wording
`_top10_overlap` is the mean share of the first ten that stay, over lists that are not empty.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.france import save_reference
from benchmarks.keys import keys_in
from benchmarks.report import Report
from features.records import Identity, Offer, Profile, Project, ProtectedStatus, Record
from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.draws import BLOCK
from features.world.people import draw_people
from features.world.profiles import ProfileWriter
from features.world.relations import counsellors_of
from features.world.small import facts_for
from features.world.write import SOURCE, to_store
from matching.answer import Window
from matching.build import build
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.prospection import targets
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from models.inference import Completion
from models.published import published_models

SEED = 11
TODAY = dt.date(2026, 9, 1)
NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
FULL = Sizes(profiles=10_000, offers=20_000, trainings=2_000, establishments=4_000)
QUICK = Sizes(profiles=400, offers=2_500, trainings=300, establishments=700)
TEN = Window(0, 9)

OWN = ("offers", "trainings")
"""Lists that a person asks for."""

List = tuple[tuple[str, float], ...]
"""Ids and scores of the first ten."""

MENTIONS = (
    "De nationalité portugaise, mariée, mère de deux enfants, 54 ans.",
    "Je suis marocain, célibataire, reconnu travailleur handicapé (RQTH), diabétique.",
    "Enceinte de cinq mois, catholique pratiquante, déléguée syndicale, logée en foyer.",
    "Jeune homme de 22 ans, né au Mali, habitant d'un quartier prioritaire.",
)
TITLE_MENTIONS = (
    ", maman de deux enfants",
    ", 54 ans",
    " - RQTH",
    " (travailleur handicapé)",
    ", de nationalité portugaise",
    ", jeune homme de 22 ans",
    ", mère célibataire",
    ", enceinte",
)
UNFORESEEN = (
    ", deux filles en bas âge",
    " solo",
    " (asthme)",
    ", né de parents algériens",
    " - H 47a",
    ", veuvage récent",
)
"""Ways to say it that `features/rome/neutral.py` was not written for."""


@dataclass(frozen=True)
class Lists:
    """What was answered, by service and by who asked."""

    of: Mapping[str, Mapping[str, List]]


def profiles_of(world: World, other_gender: bool = False) -> Iterator[Profile]:
    """The world's people, in their own grammatical gender or in the other; nothing else differs."""
    writer = ProfileWriter(world.facts, world.seed, world.today, counsellors_of(world.facts, world.sizes.profiles))
    for block in range(-(-world.sizes.profiles // BLOCK)):
        people = draw_people(world.facts, world.seed, block)
        told = replace(people, female=~people.female) if other_gender else people
        for profile in writer.write(told, block, min(BLOCK, world.sizes.profiles - block * BLOCK)):
            yield by_words(profile)


def by_words(profile: Profile) -> Profile:
    """`profile`, of every other person without the codes of their projects and jobs: their words are all there is."""
    if int(profile.id.rsplit("-", 1)[1]) % 2:
        return profile
    return msgspec.structs.replace(
        profile,
        projects=tuple([_uncoded(project) for project in profile.projects]),
        experiences=tuple(
            [msgspec.structs.replace(past, rome_code=None, appellation_code=None) for past in profile.experiences]
        ),
    )


def _uncoded(project: Project) -> Project:
    return project if project.label is None else msgspec.structs.replace(project, rome_code=None, appellation_code=None)


def with_mentions(profile: Profile) -> Profile:
    """`profile` whose summary tells what no list may depend on."""
    said = MENTIONS[int(profile.id.rsplit("-", 1)[1]) % len(MENTIONS)]
    return msgspec.structs.replace(profile, summary=f"{profile.summary or ''} {said}".strip())


def with_title_mentions(profile: Profile, mentions: Sequence[str] = TITLE_MENTIONS) -> Profile:
    """`profile` whose projects and past jobs tell it where they name the work."""
    number = int(profile.id.rsplit("-", 1)[1])

    def told(words: str | None) -> str | None:
        return None if words is None else words + mentions[number % len(mentions)]

    return msgspec.structs.replace(
        profile,
        projects=tuple([msgspec.structs.replace(each, label=told(each.label)) for each in profile.projects]),
        experiences=tuple([msgspec.structs.replace(each, title=told(each.title)) for each in profile.experiences]),
    )


def other_identity(profile: Profile) -> Identity:
    """Another name, sex, age and address for a person."""
    number = int(profile.id.rsplit("-", 1)[1])
    return Identity(
        id=profile.id,
        first_name=("Fatoumata", "Jean-Baptiste", "Mehmet", "Chloé")[number % 4],
        last_name=("Traoré", "de La Tour", "Yilmaz", "Nguyen")[number // 4 % 4],
        birth_date=dt.date(1955 + number % 50, 1 + number % 12, 1 + number % 28),
        sex="MF"[number % 2],
        address=f"{1 + number % 90} cité des Lilas, foyer ADOMA",
    )


def other_status(profile: Profile) -> ProtectedStatus:
    """Another RQTH, which no filter was told to use."""
    return ProtectedStatus(id=profile.id, rqth=int(profile.id.rsplit("-", 1)[1]) % 3 > 0, use_in_filters=False)


class House:
    """An engine over a world of its own."""

    def __init__(self, folder: Path, reference: Reference, world: World) -> None:
        self.world, self.reference, self.folder = world, reference, folder
        models = published_models()
        self.complete = Completion(reference.rome, lambda: models.tagger(reference.rome)).completed
        self.store = Store.open(f"sqlite:///{folder / 'vivier.db'}", keys_in(folder))
        to_store(world, self.store, completed=lambda record: record)
        self.people = [self.complete(profile) for profile in profiles_of(world)]
        self.store.upsert(self.people, SOURCE)
        build(self.store, reference, models, folder, now=NOW)
        self.engine = Engine.open(self.store, reference, models, folder, clock=lambda: TODAY)
        self.offers = [offer.id for batch in self.store.scan(Offer) for offer in batch]

    def write(self, records: Iterable[Record]) -> None:
        """Put records in place and let the engine follow."""
        self.store.upsert(map(self.complete, records), SOURCE)
        self.engine.catch_up()

    def lists(self, n_people: int, n_offers: int, n_portfolios: int) -> Lists:
        """The first ten of every list that is compared."""
        people = [profile.id for profile in self.people[:n_people]]
        offers = self.offers[:: max(1, len(self.offers) // n_offers)][:n_offers]
        counsellors = sorted({profile.counsellor_id or "" for profile in self.people} - {""})[:n_portfolios]
        engine = self.engine
        return Lists(
            {
                "offers": {key: _first(lambda key=key: offers_for_profile(engine, key, {}, TEN)) for key in people},
                "trainings": {
                    key: _first(lambda key=key: sessions_for_profile(engine, key, {}, TEN)) for key in people
                },
                "people": {key: _first(lambda key=key: profiles_for_offer(engine, key, {}, TEN)) for key in offers},
                "firms": {
                    key: _first(lambda key=key: targets(engine, ProspectionDemand(counsellor_id=key), TEN).answer)
                    for key in counsellors
                },
            }
        )


def _first(ask: object) -> List:
    try:
        answer = ask()  # type: ignore[operator]
    except (NotFound, BadParameter):  # nobody whose words tell an occupation, or whose home is known
        return ()
    return tuple([(match.id, match.score) for match in answer.matches])


def overlaps(before: Mapping[str, List], after: Mapping[str, List]) -> Sequence[float]:
    """Of each list that is not empty on both sides, the share of the longer one's first ten that both have."""
    found = []
    for key, one in before.items():
        ids, others = {item for item, _ in one}, {item for item, _ in after[key]}
        if ids or others:
            found.append(len(ids & others) / max(len(ids), len(others)))
    return found


def largest_change(before: Mapping[str, List], after: Mapping[str, List]) -> float:
    """The largest change of a score; 1 where a list has other items, or the same in another order."""
    largest = 0.0
    for key, one in before.items():
        other = after[key]
        if [item for item, _ in one] != [item for item, _ in other]:
            return 1.0
        largest = max([largest, *(abs(a - b) for (_, a), (_, b) in zip(one, other, strict=True))])
    return largest


def main(arguments: Sequence[str] | None = None) -> None:
    report = Report.from_command_line("flip", SEED, arguments, __doc__ or "")
    sizes = QUICK if report.quick else FULL
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        root = os.environ.get("VIVIER_OPEN_DATA")
        whole = root is not None and not report.quick
        reference = Reference.load(save_reference(folder / "reference")) if whole else sample_reference()
        facts = facts_for(reference, Path(root) if whole and root is not None else None)
        house = House(folder, reference, World(facts, sizes, SEED, TODAY))
        n_people, n_offers, n_portfolios = (150, 100, 10) if report.quick else (10_000, 1_500, 100)
        report.figure("people", n_people)
        report.figure("rome", reference.rome.version)
        before = house.lists(n_people, n_offers, n_portfolios)
        for service, lists in before.of.items():
            report.figure(f"{service}_lists", sum(1 for found in lists.values() if found))

        house.write(map(other_identity, house.people))
        house.write(map(other_status, house.people))
        house.write(map(with_mentions, house.people))
        after = house.lists(n_people, n_offers, n_portfolios)
        for service, lists in before.of.items():
            report.figure(f"fields_{service}_largest_score_change", largest_change(lists, after.of[service]), 9)

        house.write(profiles_of(house.world, other_gender=True))
        other = {profile.id: profile for profile in profiles_of(house.world, other_gender=True)}
        reworded = {
            profile.id for profile in profiles_of(house.world) if words_of(profile) != words_of(other[profile.id])
        }
        report.figure("reworded_people", len(reworded & before.of["offers"].keys()))
        _told(report, "wording", before, house.lists(n_people, n_offers, n_portfolios), reworded)
        spoken = {profile.id for profile in house.people if any(words_of(profile))}
        for name, mentions in (("title_mentions", TITLE_MENTIONS), ("unforeseen_mentions", UNFORESEEN)):
            house.write(with_title_mentions(profile, mentions) for profile in profiles_of(house.world))
            _told(report, name, before, house.lists(n_people, n_offers, n_portfolios), spoken)
    report.finish()


def words_of(profile: Profile) -> tuple[str | None, ...]:
    """The words for work that are read of a person."""
    return (*(project.label for project in profile.projects), *(past.title for past in profile.experiences))


def _told(report: Report, name: str, before: Lists, after: Lists, people: set[str]) -> None:
    """The overlaps of each service; of a person's own lists, of those `people` alone whose words are others."""
    for service, lists in before.of.items():
        own = {key: found for key, found in lists.items() if key in people} if service in OWN else lists
        shares = overlaps(own, after.of[service])
        report.figure(f"{name}_{service}_top10_overlap", float(np.mean(shares)), 4)
        report.figure(f"{name}_{service}_lists_unchanged", float(np.mean(np.array(shares) == 1)), 4)


if __name__ == "__main__":
    main()
