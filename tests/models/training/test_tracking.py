"""Stores that cannot keep models are refused before MLflow is even imported."""

import pytest

from models.training.registry import figure_name
from models.training.tracking import TrackingRefused, client_of


@pytest.mark.parametrize("uri", ["file:///tmp/mlruns", "/tmp/mlruns", "mlruns", ""])
def test_a_folder_of_files_is_refused(uri: str) -> None:
    with pytest.raises(TrackingRefused, match=r"sqlite:///path/to/mlflow\.db"):
        client_of(uri)


def test_figures_are_named_in_the_characters_that_mlflow_takes() -> None:
    assert figure_name("ndcg@10 urbain_rural=périurbain") == "ndcg_at_10 urbain_rural.p_riurbain"
    assert figure_name("importance/skills_core") == "importance/skills_core"
