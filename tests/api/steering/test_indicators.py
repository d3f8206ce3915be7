"""What areas are called."""

import pytest

from api.steering.indicators import as_written


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("TOULOUSE", "Toulouse"),
        ("SAINT-JEAN-DE-MAURIENNE", "Saint-Jean-de-Maurienne"),
        ("VALLEE DE L'ARVE", "Vallee de l'Arve"),
        ("LES ABYMES", "Les Abymes"),
        ("T1 Paris", "T1 Paris"),
        ("Guéret", "Guéret"),
        ("0101", "0101"),
    ],
)
def test_a_name_in_capitals_is_read_as_one_writes_it(given: str, written: str) -> None:
    assert as_written(given) == written
