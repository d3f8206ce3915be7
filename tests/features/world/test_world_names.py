import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.world.names import email, is_siret, phone, siret


def luhn_total(digits: str) -> int:
    doubled = (int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled)


@given(st.integers(0, 99_989_999))
def test_a_siret_has_its_key_and_starts_with_four_zeros(number: int) -> None:
    value = siret(number)
    assert len(value) == 14
    assert value.startswith("0000")
    assert luhn_total(value) % 10 == 0
    assert luhn_total(value[:9]) % 10 == 0
    assert is_siret(value)
    assert not is_siret(value[:-1] + str((int(value[-1]) + 1) % 10))


def test_sirets_are_all_different() -> None:
    assert len({siret(number) for number in range(60_000)}) == 60_000


@pytest.mark.parametrize("number", [-1, 99_990_000])
def test_numbers_outside_the_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="fictitious range"):
        siret(number)


def test_nobody_can_be_reached() -> None:
    assert email("Élodie", "Belarnel", 3) == "elodie.belarnel3@exemple.invalid"
    assert phone(0) == "06 39 98 00 00"
    assert phone(9_999) == "06 39 98 99 99"
