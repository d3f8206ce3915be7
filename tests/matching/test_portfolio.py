"""The people of a portfolio, what they could take, and what opens a conversation; by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from features.records import Experience
from matching.answer import Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.hooks import RecentOffer, hooks, recent_offers
from matching.portfolio import CHANCE_BY_MONTHS, NOBODY, NOT_YET, portfolio_of
from matching.prospection import targets
from tests.matching.conftest import TODAY
from tests.matching.made import CARER, SIRET, firm, offer, profile, write


def test_chances_grow_with_experience_and_shrink_with_waiting(local: Engine) -> None:
    past = (Experience(months=24, rome_code=CARER),)
    later = TODAY + dt.timedelta(days=100)
    write(
        local,
        profile("p1", counsellor_id="k1"),
        profile("p2", counsellor_id="k1", experiences=past),
        profile("p3", counsellor_id="k1", available_from=later),
    )
    found = portfolio_of(local, ProspectionDemand(counsellor_id="k1"))
    assert sorted(found.chances.tolist()) == pytest.approx(
        sorted([CHANCE_BY_MONTHS[1][0] * NOT_YET, CHANCE_BY_MONTHS[1][0], CHANCE_BY_MONTHS[1][1]])
    )


def test_what_the_people_could_take_is_an_urn_and_balls(local: Engine) -> None:
    write(local, firm(), profile(counsellor_id="k1"))
    found = portfolio_of(local, ProspectionDemand(counsellor_id="k1"))
    sector = np.array([local.lookups.naf_rows["8610Z"]])
    chances = np.array([[0.5]], dtype=np.float32)
    for openings in (0.2, 2.0, 50.0):
        (share,) = found.take(chances, sector, np.array([openings], np.float32), found.fits[sector])
        assert share == pytest.approx(1 - np.exp(-0.5 / openings), rel=1e-4)
    (nobody,) = found.take(0 * chances, sector, np.array([2.0], np.float32), found.fits[sector])
    assert nobody == pytest.approx(1 - np.exp(-NOBODY / 2), rel=1e-4)


def test_own_offers_draw_the_share_of_the_sector_towards_them(local: Engine) -> None:
    write(local, firm("00000000000001"), firm("00000000000002"), profile(counsellor_id="k1"))
    write(local, *[offer(f"o{at}", siret="00000000000002") for at in range(3)])
    answer = targets(local, ProspectionDemand(counsellor_id="k1"), Window())
    one, two = sorted(answer.targets, key=lambda target: target.id)
    assert one.openings is not None
    assert two.openings is not None
    assert two.openings.mean > one.openings.mean
    assert two.hooks[0].startswith("L'entreprise a publié « Aide-soignant » aujourd'hui")
    assert 1 <= len(two.offers) <= 3


def test_old_offers_open_no_conversation(local: Engine) -> None:
    write(local, firm(), offer(siret=SIRET, published_on=TODAY - dt.timedelta(days=200)), profile(counsellor_id="k1"))
    found = portfolio_of(local, ProspectionDemand(counsellor_id="k1"))
    assert recent_offers(local, found, [SIRET]) == [()]


def test_hooks_by_hand() -> None:
    own = (RecentOffer("o1", "Boulanger", 3, True), RecentOffer("o2", "Vendeur", 1, False))
    assert hooks(own, 0, None, 0, (), False) == ("L'entreprise a publié « Boulanger » il y a 3 jours",)
    other = hooks(own[1:], 0, None, 0, (), False)
    assert other == ("L'entreprise recrute aussi dans un autre métier : elle a publié « Vendeur » il y a 1 jour",)
    training = hooks((), 2.0, "Boulanger", 1, ("p1",), True)
    assert training[0].endswith("1 session de formation démarre bientôt alentour vers « Boulanger »")
    assert "(POEI)" in training[0]
    assert training[1].endswith("1 personne débute dans le métier visé")
    assert hooks((), 0.1, "Boulanger", 5, (), False) == ()
    assert hooks((), 0, None, 0, (), True) == ("L'entreprise est engagée auprès du réseau : elle connaît la démarche",)


def test_an_empty_list_names_the_nearest_relaxation(local: Engine) -> None:
    write(local, firm(), profile(counsellor_id="k1"))
    elsewhere = ProspectionDemand(
        rome_codes=(CARER,), commune_insee="23096", radius_km=30, parameters={"engagee": "true"}
    )
    told = targets(local, elsewhere, Window()).answer.notice
    assert told == "Aucun établissement avec ces filtres : sans le filtre « entreprise engagée », il y en a 1."
    far = ProspectionDemand(rome_codes=(CARER,), commune_insee="75056", radius_km=10)
    notice = targets(local, far, Window()).answer.notice
    assert notice is not None
    assert notice.startswith("Aucun établissement à démarcher à moins de 100 km pour ces métiers (Aide-soignant")
    farther = targets(local, replace(far, radius_km=200), Window()).answer.notice
    assert farther is not None
    assert "à moins de 200 km" in farther
