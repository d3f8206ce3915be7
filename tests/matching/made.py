"""Records written by hand: around Guéret, for an *aide-soignant*, unless said otherwise."""

import datetime as dt

from features.records import (
    Consents,
    Contact,
    ContactChannel,
    Establishment,
    Offer,
    OfferSource,
    Profile,
    Project,
    Record,
    Training,
    TrainingSession,
)
from matching.catalogue import Catalogue
from matching.engine import Engine
from tests.matching.conftest import TODAY

GUERET = "23096"
CARER, NURSE, BAKER = "J1501", "J1506", "D1102"
SIRET = "12345678901234"


def profile(key: str = "p1", rome_code: str = CARER, **fields: object) -> Profile:
    given = {"projects": (Project(rome_code=rome_code),), "commune_insee": GUERET, **fields}
    return Profile(id=key, consents=Consents(visible_to_employers=True, profiling=True), **given)  # type: ignore[arg-type]


def offer(key: str = "o1", title: str = "Aide-soignant", source: str = "board", **fields: object) -> Offer:
    given = {"rome_code": CARER, "commune_insee": GUERET, "published_on": TODAY, **fields}
    return Offer(id=key, title=title, source=OfferSource(name=source, id=key), **given)  # type: ignore[arg-type]


def training(key: str = "t1", title: str = "Préparer le diplôme d'aide-soignant", **fields: object) -> Training:
    return Training(id=key, title=title, **{"rome_codes": (CARER,), **fields})  # type: ignore[arg-type]


def session(key: str = "s1", training_id: str = "t1", **fields: object) -> TrainingSession:
    given = {"starts_on": dt.date(2026, 10, 1), "commune_insee": GUERET, **fields}
    return TrainingSession(id=key, training_id=training_id, **given)  # type: ignore[arg-type]


def firm(siret: str = SIRET, naf: str = "8610Z", **fields: object) -> Establishment:
    return Establishment(id=siret, naf=naf, **{"commune_insee": GUERET, **fields})  # type: ignore[arg-type]


def contact(key: str = "c1", siret: str = SIRET, at: str = "2026-08-01") -> Contact:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    return Contact(id=key, counsellor_id="k1", siret=siret, at=moment, channel=ContactChannel.PHONE)


def write(engine: Engine, *records: Record) -> None:
    """Records into the store, one by one, and the engine brought up to date."""
    for record in records:
        engine.store.upsert([record], "test")
    engine.catch_up()


def ids_of(catalogue: Catalogue) -> list[str]:
    """Ids of all records that a catalogue ever held, in the order of their rows."""
    return list(dict.fromkeys(catalogue.id_of(row) for row in range(len(catalogue))))
