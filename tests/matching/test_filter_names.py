"""What filters are called where people read of them."""

from matching.careers import PARAMETERS
from matching.errors import BadParameter
from matching.explain.filter_names import NAMES, filter_name, filters
from matching.filters.registry import parameters_for
from matching.schema import Collection


def test_every_parameter_of_a_search_has_a_name() -> None:
    known = {each.name for collection in Collection for each in parameters_for(collection)}
    assert known | {each.name for each in PARAMETERS} == set(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


def test_names_are_told_in_the_singular_and_the_plural() -> None:
    assert filter_name("typeContrat") == "« type de contrat »"
    assert filters(["distance"]) == "le filtre « rayon »"
    assert filters(["distance", "permis"]) == "les filtres « rayon » et « permis »"


def test_a_parameter_that_is_missing_is_not_told_as_a_wrong_value() -> None:
    assert str(BadParameter("siret", "", "14 chiffres")) == "Le paramètre « siret » est absent ou vide : 14 chiffres."
    assert "La valeur « 1 » du paramètre « siret »" in str(BadParameter("siret", "1", "14 chiffres"))
