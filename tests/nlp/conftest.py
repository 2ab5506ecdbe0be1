"""One model for all tests of this room: the one that all other tests have, trained from the corpus once."""

import pytest

from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.reading.reader import Reader


@pytest.fixture(scope="session")
def model_dir(model):
    return model


@pytest.fixture(scope="session")
def reader(model_dir):
    names = ("德尚小区", "城南宜居家园", "园丁小区")
    return Reader.load(model_dir, Gazetteer([PlaceName(name, name) for name in names]))
