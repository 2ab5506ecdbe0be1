"""Of 200 pictures 40 are altered copies: nearly all are found, and hardly any other is taken for one.

A fifth are pieces of real photographs that packages ship, the others are made of shapes over such pieces.
"""

import random
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
import sklearn
from PIL import Image, ImageEnhance, ImageOps
from samples import encoded, scene

from bot.evidence.picture_prints import WINDOWS, candidates, is_copy, print_of

pytestmark = pytest.mark.slow

PHOTOS = [
    *(Path(sklearn.__file__).parent / "datasets" / "images").glob("*.jpg"),
    Path(mpl.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg",
]
MANY, COPIES = 200, 40
SIZE = (640, 480)


def pieces():
    """Those of a photograph that don't lap over each other."""
    for path in sorted(PHOTOS):
        photo = Image.open(path).convert("RGB")
        wide, high = photo.width // 4, photo.height // 3
        for x in range(4):
            for y in range(3):
                yield photo.crop((x * wide, y * high, (x + 1) * wide, (y + 1) * high)).resize(SIZE)


def pictures():
    real = list(pieces())
    assert len(real) == 36
    made = [Image.blend(real[seed % len(real)], scene(seed, SIZE), 0.65) for seed in range(MANY - len(real))]
    return [*real, *made]


def cut(image, chance):
    wide, high = chance.uniform(0.62, 0.95), chance.uniform(0.62, 0.95)
    x, y = chance.uniform(0, 1 - wide), chance.uniform(0, 1 - high)
    edges = (x * image.width, y * image.height, (x + wide) * image.width, (y + high) * image.height)
    return image.crop(tuple(map(int, edges)))


def lit(image, chance):
    brighter = ImageEnhance.Brightness(image).enhance(chance.choice([0.6, 0.75, 1.3, 1.5]))
    return ImageEnhance.Contrast(brighter).enhance(chance.uniform(0.7, 1.3))


ALTERED = {
    "cut": lambda image, chance: encoded(cut(image, chance)),
    "packed": lambda image, _chance: encoded(image.resize((320, 240)), quality=30),
    "mirrored": lambda image, _chance: encoded(ImageOps.mirror(image)),
    "lit": lambda image, chance: encoded(lit(image, chance)),
    "all of it": lambda image, chance: encoded(lit(ImageOps.mirror(cut(image, chance)), chance), quality=40),
}


def found(mine, prints, but):
    known = [(at, each.hashes) for at, each in enumerate(prints) if at != but]
    for candidate in candidates(mine, [known[:100], known[100:]]):
        if is_copy(mine, candidate, prints[candidate.id].grey):
            return candidate.id
    return None


@pytest.fixture(scope="module")
def town():
    shown = pictures()
    return shown, [print_of(encoded(each, quality=85)) for each in shown]


def test_altered_copies_are_found(town):
    shown, prints = town
    chance = random.Random(20261130)
    right = 0
    for number in range(COPIES):
        at = chance.randrange(MANY)
        copy = list(ALTERED.values())[number % len(ALTERED)](shown[at], chance)
        right += found(print_of(copy), prints, but=None) == at
    assert right / COPIES >= 0.95


def test_hardly_any_other_picture_is_taken_for_a_copy(town):
    _, prints = town
    wrong = [at for at, mine in enumerate(prints) if found(mine, prints, but=at) is not None]
    assert len(wrong) / MANY <= 0.01


def test_blank_walls_are_no_copies_of_each_other():
    walls = [print_of(encoded(Image.new("RGB", SIZE, colour))) for colour in ("white", "beige", "grey")]
    assert found(walls[0], walls, but=0) is None


def test_what_is_kept_of_a_picture_is_small():
    made = print_of(encoded(scene(1)))
    assert len(made.hashes) == 8 * len(WINDOWS) == 1800
    assert len(made.hashes) + len(made.grey) < 12_000
    assert Image.open(BytesIO(encoded(scene(1)))).size == SIZE
