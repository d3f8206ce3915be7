"""The sample referential, an encoder that learned nothing, and the tagger that ships: made once, never changed."""

import pytest

from features.rome.referential import Rome
from features.sample.reference import sample_reference
from models.encoder import Encoder
from models.published import published_models
from models.tagger import Tagger
from tests.models.made import random_encoder


@pytest.fixture(scope="session")
def rome() -> Rome:
    return sample_reference().rome


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return random_encoder()


@pytest.fixture(scope="session")
def tagger(rome: Rome) -> Tagger:
    return published_models().tagger(rome)
