"""A rough sound of characters: sounds that dictation and dialects confuse count as the same.

`data/sounds.tsv` is what pypinyin says of the 6,763 characters of GB 2312; loading pypinyin itself would cost every
process 50 MB. `table()` makes the file again, and a test compares.
"""

from collections.abc import Mapping
from functools import lru_cache

from nlp.model.labels import DATA

SOUNDS = DATA / "sounds.tsv"
_SAME_BEGINNING = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("h", "f"))
_SAME_END = (("ing", "in"), ("eng", "en"), ("ang", "an"))


def sound(text: str) -> str:
    """The text with characters that sound alike replaced by one of them; its length stays.

    Other characters stay as they are.
    """
    return text.translate(_alike())


@lru_cache(maxsize=1)
def _alike() -> Mapping[int, str]:
    """Each character's code → the first character that sounds like it; faster to compare than syllables."""
    first: dict[str, str] = {}
    rows = (line.split("\t") for line in SOUNDS.read_text("utf-8").splitlines())
    alike = {
        ord(character): first.setdefault(rough(syllable), characters[0])
        for syllable, characters in rows
        for character in characters
    }
    # 「阿」 may be written a
    return alike | {ord(syllable): character for syllable, character in first.items() if len(syllable) == 1}


def rough(syllable: str) -> str:
    """The syllable without the differences that many speakers don't make: zh/z, ch/c, sh/s, n/l, f/h, -ng/-n."""
    for long, short in _SAME_BEGINNING:
        if syllable.startswith(long):
            syllable = short + syllable[len(long) :]
            break
    for long, short in _SAME_END:
        if syllable.endswith(long):
            return syllable[: -len(long)] + short
    return syllable


def table() -> str:
    """The file's contents, from pypinyin."""
    from pypinyin import Style, pinyin

    rows: dict[str, list[str]] = {}
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            character = bytes((high, low)).decode("gb2312", "ignore")
            if character:
                rows.setdefault(str(pinyin(character, style=Style.NORMAL)[0][0]), []).append(character)
    return "".join(f"{syllable}\t{''.join(characters)}\n" for syllable, characters in sorted(rows.items()))
