"""Hand cases: what is one job published twice, and what only looks like it."""

import datetime as dt

import pytest

from features.records import Contract, Offer, OfferSource
from features.same_job import block_key, canonical_offers

TEXT = (
    "Au sein d'une boulangerie artisanale du centre, vous préparez les pâtes, façonnez les pains et les viennoiseries, "
    "surveillez la fermentation et la cuisson, entretenez le fournil et participez à la mise en place du magasin "
    "chaque matin dès quatre heures avec une équipe de trois personnes motivées par le levain naturel et les farines"
)
OTHER = (
    "Notre supermarché recherche pour son rayon traditionnel une personne capable de cuire des produits surgelés, de "
    "tenir les étals, de conseiller la clientèle, de suivre les stocks et de respecter la chaîne du froid toute la "
    "journée, avec des horaires en coupure et un dimanche travaillé sur deux selon le planning du responsable de rayon"
)


def offer(key: str, board: str, **changes: object) -> Offer:
    fields: dict[str, object] = {
        "title": "Boulanger (H/F)",
        "description": TEXT,
        "commune_insee": "33063",
        "place_label": "33 - Bordeaux",
        "published_on": dt.date(2025, 4, 1),
    }
    return Offer(id=key, source=OfferSource(name=board, id=key), **(fields | changes))  # type: ignore[arg-type]


def together(*offers: Offer) -> bool:
    assert len({block_key(one) for one in offers}) == 1, "not in one block"
    return len(set(canonical_offers(offers).values())) == 1


@pytest.mark.parametrize(
    "title",
    ["BOULANGER - Bordeaux", "Boulanger / Boulangère (H/F)", "Boulanger H/F CDI 35 heures", "boulangère (f/h) urgent"],
)
def test_decorated_titles_fall_in_one_block(title: str) -> None:
    assert block_key(offer("a", "x", title=title)) == block_key(offer("b", "y"))


def test_other_places_and_other_titles_do_not() -> None:
    keys = {
        block_key(offer("a", "x")),
        block_key(offer("b", "x", commune_insee="33281")),
        block_key(offer("c", "x", title="Pâtissier (H/F)")),
        block_key(offer("d", "x", commune_insee=None, departement="33")),
    }
    assert len(keys) == 4


def test_the_same_text_on_two_boards_is_one_job() -> None:
    assert together(offer("a", "x"), offer("b", "y", title="BOULANGER - Bordeaux"))


def test_a_text_cut_by_a_board_is_the_same_job() -> None:
    assert together(offer("a", "x"), offer("b", "y", description=TEXT[: len(TEXT) * 2 // 3]))


def test_another_text_is_another_job() -> None:
    assert not together(offer("a", "x"), offer("b", "y", description=OTHER))


def test_one_board_with_all_but_one_text_is_one_job_and_with_a_changed_text_two() -> None:
    assert together(offer("a", "x"), offer("b", "x", title="Boulanger F/H"))
    changed = TEXT.replace("trois personnes", "huit personnes")
    assert not together(offer("a", "x"), offer("b", "x", description=changed))
    assert together(offer("a", "x"), offer("b", "y", description=changed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"firm_name": "Fournil"}, {"firm_name": "Pain doré"}),
        ({"siret": "99000000100011"}, {"siret": "99000000200019"}),
        ({"contract": Contract.CDI}, {"contract": Contract.CDD}),
        ({"apprenticeship": True}, {}),
        ({"published_on": dt.date(2025, 1, 1)}, {}),
        ({"rome_code": "D1102"}, {"rome_code": "G1602"}),
    ],
)
def test_what_both_declare_keeps_them_apart(one: dict[str, object], other: dict[str, object]) -> None:
    assert not together(offer("a", "x", **one), offer("b", "y", **other))


def test_no_firm_goes_with_a_firm_but_does_not_tie_two_firms() -> None:
    bare = offer("a", "x", published_on=dt.date(2025, 3, 30))
    first = offer("b", "y", firm_name="Fournil", published_on=dt.date(2025, 3, 31))
    second = offer("c", "z", firm_name="Pain doré")
    assert together(bare, first)
    assert canonical_offers([second, first, bare]) == {"a": "a", "b": "a", "c": "c"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"contract": Contract.CDI}, {"contract": Contract.CDI}, True),
        ({"firm_name": "Fournil"}, {"firm_name": "FOURNIL"}, True),
        ({}, {}, False),
        ({"contract": Contract.CDI}, {}, False),
        ({"contract": Contract.CDI, "title": "Boulanger confirmé"}, {"contract": Contract.CDI}, None),
        ({"contract": Contract.CDI}, {"contract": Contract.CDI, "published_on": dt.date(2025, 4, 20)}, False),
        (
            {"contract": Contract.CDI, "commune_insee": None, "departement": "33"},
            {"contract": Contract.CDI, "commune_insee": None, "departement": "33"},
            False,
        ),
    ],
)
def test_offers_without_text(one: dict[str, object], other: dict[str, object], same: bool | None) -> None:
    a, b = offer("a", "x", description="", **one), offer("b", "y", description="", **other)
    if same is None:
        assert block_key(a) != block_key(b)
    else:
        assert together(a, b) is same


def test_a_board_that_publishes_two_posts_without_text_means_two_posts() -> None:
    a, b = (offer(key, "x", description="", contract=Contract.CDI, firm_name="Fournil") for key in "ab")
    assert not together(a, b)


def test_the_earliest_then_the_richest_stands_for_the_job() -> None:
    early = offer("c", "x", published_on=dt.date(2025, 3, 20), description=TEXT[:-40])
    rich = offer("b", "y", description=TEXT + " et les produits du pays")
    poor = offer("a", "z")
    assert set(canonical_offers([poor, rich, early]).values()) == {"c"}
    assert set(canonical_offers([poor, rich]).values()) == {"b"}
    assert canonical_offers([poor]) == {"a": "a"}
    assert canonical_offers([]) == {}


def test_the_order_of_the_offers_does_not_matter() -> None:
    offers = [offer(key, board) for key, board in zip("abcd", "xyzx", strict=True)]
    assert canonical_offers(offers) == canonical_offers(offers[::-1])
