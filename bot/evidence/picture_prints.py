"""Recognises copies of a picture, also cropped, recompressed, mirrored, lighter or darker ones.

A stored picture has a hash for each of many windows (a cropped copy is one of these windows) and a small
grey copy. The hashes find a few candidates; comparing the aligned grey copies decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

_GREY = 96
"""The side of the grey copy; it is square, because cropping changes the shape anyway"""
_SAMPLE = 32
_LOW = 8
_SPANS = [(start / 10, (start + share) / 10) for share in (10, 9, 8, 7, 6) for start in range(11 - share)]
"""Of each side: the whole, nine tenths of it from two places, and so on"""
WINDOWS = [(left, top, right, bottom) for left, right in _SPANS for top, bottom in _SPANS]
_FAR = 22
"""Of 64 bits; with more differences it is another picture"""
_LOOKED_AT = 12
_ALIKE = 0.84
_FAINT = 1.0
"""Of 255 shades: a picture of a blank wall is like any other"""
_STEPS = (0.06, 0.03, 0.015)

_Window = tuple[float, float, float, float]
_Grey = NDArray[np.floating]


def _cosines() -> NDArray[np.float64]:
    places, waves = np.arange(_SAMPLE) + 0.5, np.arange(1, _LOW + 1)
    return np.cos(np.pi / _SAMPLE * np.outer(waves - 1, places))


_COSINES = _cosines()


@dataclass(frozen=True, slots=True)
class Print:
    """The hashes and the grey copy of a picture, as bytes for the database."""

    hashes: bytes
    grey: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible original: the number of differing bits, whether it is mirrored, and the window."""

    id: int
    apart: int
    mirrored: bool
    window: "_Window"


def print_of(content: bytes) -> Print:
    """The print of a converted picture."""
    grey = _grey_of(content)
    return Print(_hashes(_samples(grey, WINDOWS)).tobytes(), grey.tobytes())


def candidates(mine: Print, known: Iterable[Sequence[tuple[int, bytes]]]) -> list[Candidate]:
    """The likeliest originals first. `known`: the ids and hashes of the town's pictures, in portions."""
    wholes = _hashes(np.concatenate([_samples(each, WINDOWS[:1]) for each in _both_ways(mine)]))
    found: list[Candidate] = []
    for portion in known:
        found = sorted([*found, *_near(wholes, portion)], key=lambda each: each.apart)[:_LOOKED_AT]
    return found


def is_copy(mine: Print, candidate: Candidate, grey: bytes) -> bool:
    """Whether the aligned pictures are alike. `grey`: the candidate's grey copy."""
    return _likeness(_both_ways(mine)[candidate.mirrored], grey, candidate.window) >= _ALIKE


def _both_ways(mine: Print) -> list[Image.Image]:
    grey = Image.frombytes("L", (_GREY, _GREY), mine.grey)
    return [grey, ImageOps.mirror(grey)]


def _near(wholes: NDArray[np.uint64], portion: Sequence[tuple[int, bytes]]) -> Iterator[Candidate]:
    if not portion:
        return
    theirs = np.frombuffer(b"".join(hashes for _, hashes in portion), np.uint64).reshape(len(portion), len(WINDOWS))
    apart = np.bitwise_count(theirs[None] ^ wholes[:, None, None])
    for at in np.flatnonzero(apart.min(axis=(0, 2)) <= _FAR):
        way, window = divmod(int(apart[:, at].argmin()), len(WINDOWS))
        yield Candidate(portion[int(at)][0], int(apart[way, at, window]), bool(way), WINDOWS[window])


def _grey_of(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as image:
        return image.convert("L").resize((_GREY, _GREY), Image.Resampling.LANCZOS)


def _samples(grey: Image.Image, windows: Sequence[_Window]) -> _Grey:
    """Each window, scaled to the same size."""
    side = grey.width
    boxes = [(side * left, side * top, side * right, side * bottom) for left, top, right, bottom in windows]
    cut = [grey.resize((_SAMPLE, _SAMPLE), Image.Resampling.BILINEAR, box=box) for box in boxes]
    return np.stack([np.asarray(each, np.float32) for each in cut])


def _hashes(samples: _Grey) -> NDArray[np.uint64]:
    """One bit for each low frequency: whether it is above the median."""
    waves = (_COSINES @ samples @ _COSINES.T).reshape(len(samples), -1)
    bits = waves > np.median(waves[:, 1:], axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(np.uint64).reshape(-1)


def _likeness(mine: Image.Image, other: bytes, window: _Window) -> float:
    """The best correlation with the other picture, over small shifts and scalings."""
    grey = Image.frombytes("L", (_GREY, _GREY), other)
    sample = _standard(_samples(mine, WINDOWS[:1]))[0]
    best, here = -1.0, window
    for step in _STEPS:
        for _ in range(6):
            around = [here, *_moved(here, step)]
            scores = (_standard(_samples(grey, around)) * sample).mean(axis=(1, 2))
            top = int(scores.argmax())
            best, here = max(best, float(scores[top])), around[top]
            if top == 0:
                break
    return best


def _moved(window: _Window, step: float) -> list[_Window]:
    left, top, right, bottom = window
    moves = [
        *((step, 0, step, 0), (-step, 0, -step, 0), (0, step, 0, step), (0, -step, 0, -step)),
        *((step, 0, 0, 0), (-step, 0, 0, 0), (0, step, 0, 0), (0, -step, 0, 0)),
        *((0, 0, step, 0), (0, 0, -step, 0), (0, 0, 0, step), (0, 0, 0, -step)),
        *((step, step, -step, -step), (-step, -step, step, step)),
    ]
    found = [(left + a, top + b, right + c, bottom + d) for a, b, c, d in moves]
    return [each for each in found if min(each) >= 0 and max(each) <= 1 and each[2] - each[0] > 0.4 < each[3] - each[1]]


def _standard(samples: _Grey) -> _Grey:
    """The samples minus their blurred copies: edges stay, light and shade go."""
    blurred: _Grey = samples.copy()
    for axis in (1, 2):
        blurred = _smoothed(blurred, axis)
    sharp = samples - blurred
    sharp -= sharp.mean(axis=(1, 2), keepdims=True)
    spread: _Grey = np.maximum(sharp.std(axis=(1, 2), keepdims=True), _FAINT)
    return sharp / spread


def _smoothed(samples: _Grey, axis: int) -> _Grey:
    reach = 4
    width = [(0, 0), (0, 0), (0, 0)]
    width[axis] = (reach, reach)
    padded = np.pad(samples, width, mode="edge")
    total = np.cumsum(np.insert(padded, 0, 0, axis=axis), axis=axis)
    ahead = np.take(total, range(2 * reach + 1, total.shape[axis]), axis=axis)
    behind = np.take(total, range(total.shape[axis] - 2 * reach - 1), axis=axis)
    return (ahead - behind) / (2 * reach + 1)
