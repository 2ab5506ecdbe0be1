"""One model for all tests of this room: trained once a run from the corpus, as an operator would."""

import pytest

from nlp.places import Gazetteer, PlaceName
from nlp.reader import Reader
from nlp.training import train


@pytest.fixture(scope="session")
def training(tmp_path_factory):
    out = tmp_path_factory.mktemp("model")
    return out, train(out=out)


@pytest.fixture(scope="session")
def model_dir(training):
    return training[0]


@pytest.fixture(scope="session")
def reader(model_dir):
    names = ("德尚小区", "城南宜居家园", "园丁小区")
    return Reader.load(model_dir, Gazetteer([PlaceName(name, name) for name in names]))
