"""Closed choices as bits: what each set of bits means, and that nothing is lost on the way."""

from enum import StrEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.bits import (
    ALSO_HOLDS,
    ATTENDANCE_BIT,
    CONTRACT_BIT,
    FUNDING_BIT,
    LANGUAGES,
    LICENCE_BIT,
    OTHER_LANGUAGE,
    OTHER_LANGUAGE_CODE,
    attendance_bits,
    contract_bits,
    funding_bits,
    held_licence_bits,
    language_bits,
    languages_of,
    licence_bits,
    licences_of,
)
from features.records import Attendance, Contract, Funding, Licence

TABLES = [
    (CONTRACT_BIT, Contract, 16),
    (FUNDING_BIT, Funding, 16),
    (ATTENDANCE_BIT, Attendance, 8),
    (LICENCE_BIT, Licence, 32),
]


@pytest.mark.parametrize(("table", "choice", "width"), TABLES, ids=lambda item: getattr(item, "__name__", None))
def test_each_choice_has_a_bit_of_its_own_in_its_column(
    table: dict[StrEnum, int], choice: type[StrEnum], width: int
) -> None:
    assert set(table) == set(choice)
    assert len(set(table.values())) == len(table)
    assert all(bit.bit_count() == 1 and bit < 2**width for bit in table.values())


def test_bits_are_where_saved_indexes_have_them() -> None:
    """A choice that is added goes last: the bits of a generation on disk keep their meaning."""
    assert [CONTRACT_BIT[item] for item in (Contract.CDI, Contract.CDD, Contract.INTERIM)] == [1, 2, 4]
    assert [ATTENDANCE_BIT[item] for item in Attendance] == [1, 2, 4]
    assert LICENCE_BIT[Licence.B] == 32
    assert language_bits(["fr", "en"]) == 3


def test_no_choice_is_no_bit() -> None:
    assert contract_bits([]) == funding_bits([]) == attendance_bits([]) == licence_bits([]) == language_bits([]) == 0
    assert licences_of(0) == languages_of(0) == ()


@given(st.frozensets(st.sampled_from(Licence)))
def test_licences_come_back(licences: frozenset[Licence]) -> None:
    assert set(licences_of(licence_bits(licences))) == licences


@given(st.frozensets(st.sampled_from(LANGUAGES)))
def test_languages_come_back(languages: frozenset[str]) -> None:
    assert set(languages_of(language_bits(languages))) == languages


def test_a_language_outside_the_list_is_another_language() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) <= 63
    assert language_bits(["kab"]) == language_bits(["lb"]) == OTHER_LANGUAGE
    assert languages_of(language_bits(["en", "kab"])) == ("en", OTHER_LANGUAGE_CODE)
    assert OTHER_LANGUAGE_CODE not in LANGUAGES
    assert np.array([language_bits([*LANGUAGES, "kab"])], dtype=np.uint64)[0] > 0


@pytest.mark.parametrize(
    ("held", "also"),
    [
        (Licence.B, {Licence.B, Licence.B1, Licence.AM}),
        (Licence.A, {Licence.A, Licence.A2, Licence.A1, Licence.AM}),
        (
            Licence.CE,
            set(Licence) - {Licence.A, Licence.A1, Licence.A2, Licence.D, Licence.DE, Licence.D1, Licence.D1E},
        ),
        (Licence.AM, {Licence.AM}),
    ],
)
def test_a_category_brings_those_it_implies(held: Licence, also: set[Licence]) -> None:
    """Code de la route, art. R221-4 to R221-8: no car licence drives a lorry, and a lorry licence drives a car."""
    assert set(licences_of(held_licence_bits([held]))) == also


def test_what_is_implied_implies_no_more() -> None:
    """The table is closed: two steps through it bring nothing that one step does not."""
    for held, also in ALSO_HOLDS.items():
        assert held not in also
        assert set(licences_of(held_licence_bits(also))) <= {*also}
