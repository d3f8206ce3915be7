import pytest

from features.records import Licence
from features.world.demands import MINIMUM_WAGE, asks_of


@pytest.mark.parametrize(
    ("access", "level"),
    [
        ("", 0),
        ("Cet emploi est accessible sans diplôme particulier. Un CAP est apprécié.", 0),
        ("Cet emploi est accessible avec un CAP ou un Bac pro.", 3),
        ("Accessible avec un Bac professionnel en gestion.", 4),
        ("Accessible avec un niveau Bac+2 à Bac+5 en informatique.", 5),
        ("Accessible avec un Bac +2 (BTS, DUT).", 5),
        ("Un Master ou un diplôme d'ingénieur est demandé.", 7),
        ("Diplôme d'Etat d'Infirmier, obligatoire pour exercer.", 6),
        ("Diplôme d'État de docteur en médecine.", 8),
    ],
)
def test_levels_are_read_from_the_access_text(access: str, level: int) -> None:
    assert asks_of(access, regulated=False, executive=False, code="X1000").level == level


def test_what_the_law_requires_is_needed() -> None:
    nurse = asks_of(
        "Diplôme d'Etat d'Infirmier, obligatoire pour exercer.", regulated=False, executive=False, code="J1506"
    )
    assert nurse.needs_diploma
    assert not asks_of("Un CAP est apprécié.", regulated=False, executive=False, code="G1602").needs_diploma


def test_licences_and_pay() -> None:
    driver = asks_of("Le permis C ou C1 est obligatoire.", regulated=False, executive=False, code="N4101")
    assert driver.licence is Licence.C
    assert driver.pay_low >= MINIMUM_WAGE
    boss = asks_of("Bac+5 demandé.", regulated=False, executive=True, code="M1302")
    assert boss.pay_low > driver.pay_high


def test_known_facts_win() -> None:
    read = asks_of("", regulated=False, executive=False, code="K1302")
    known = read.corrected(3, "B", (1000.0, 2100.0))
    assert (known.level, known.licence, known.pay_low, known.pay_high) == (3, Licence.B, MINIMUM_WAGE, 2100.0)
    assert read.corrected(None, None, None) == read
