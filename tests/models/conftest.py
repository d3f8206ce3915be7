"""An encoder fitted on the sample world, made once for all tests of models."""

import pytest

from features.rome.referential import Rome
from features.sample.reference import sample_reference
from models.encoder import Encoder
from models.encoder_fit import fit, rome_corpus


@pytest.fixture(scope="session")
def rome() -> Rome:
    return sample_reference().rome


@pytest.fixture(scope="session")
def encoder(rome: Rome) -> Encoder:
    return fit(rome_corpus(rome), dim=64, n_buckets=8192)
