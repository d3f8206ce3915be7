"""Pay labels as boards write them."""

import pytest

from features.pay import MONTHLY_HOURS, parse_pay, plausible
from features.records import Pay


@pytest.mark.parametrize(
    ("label", "low", "high"),
    [
        ("Mensuel de 3750.0 Euros sur 12.0 mois", 3750.0, 3750.0),
        ("Mensuel de 1800,50 Euros à 2100,00 Euros sur 13 mois", 1800.5, 2100.0),
        ("Annuel de 30000 Euros à 36000 Euros", 2500.0, 3000.0),
        ("Annuel de 24000.0 Euros sur 14.0 mois", 2000.0, 2000.0),
        ("Horaire de 12.6 Euros", 1911.04, 1911.04),
        ("Horaire de 11,65 Euros à 13,00 Euros sur 12 mois", 1766.96, 1971.71),
        ("43 - 50 k€ brut annuel", 3583.33, 4166.67),
        ("A partir de 25 000 € brut annuel", 2083.33, 2083.33),
        ("Mensuel de 2 100,00 Euros", 2100.0, 2100.0),
    ],
)
def test_labels_that_tell_a_pay(label: str, low: float, high: float) -> None:
    assert parse_pay(label) == Pay(min_monthly=low, max_monthly=high, label=label)


@pytest.mark.parametrize(
    "label",
    [
        "Selon profil",
        "2100€ net par mois",
        "400 €/JOUR",
        "De 3073,00 Euros à 4610,00 Euros",
        "Mensuel de 45000.0 Euros à 50000.0 Euros sur 12.0 mois",
        "Annuel de 0.0 Euros",
        "Annuel de 30.0 Euros à 55.0 Euros",
        "Autre de 20,00 Euros à 25,00 Euros",
        "Convention du 26 août 1965",
        "13ème mois",
        "De à EUR par an",
        "Mensuel de 0 Euros à 2000 Euros",
    ],
)
def test_labels_that_do_not(label: str) -> None:
    assert parse_pay(label) == Pay(label=label)


def test_nothing_said() -> None:
    assert parse_pay(None) == parse_pay("  ") == Pay()


def test_hours_and_bounds() -> None:
    assert round(35 * 52 / 12, 2) == MONTHLY_HOURS
    assert plausible(300.0) == 300.0
    assert plausible(299.99) is None
    assert plausible(20_000.01) is None
    assert plausible(None) is None
