"""One message, two problems: where a text may be cut into them."""

import re
from collections.abc import Sequence

# A new matter announces itself. Commas alone do not: 「电梯坏了，爬了十八楼」 is one grievance.
_ANNOUNCED = (
    "另外|还有就?是?|再有|再就是|再一个|还有一个|还有一件|此外|除此之外|对了|同时还|顺便(?:说|问|反映)?(?:一下|下)?"
    "|第[一二三四][，,、点是条件个]?|其[一二三]|[1-4一二三][、.．]|[①②③④]"
)
_BOUNDARY = re.compile(rf"(?:[，,。；;！!\s]|^)(?={_ANNOUNCED})|[。；;！!\n]+")
_NEW_MATTER = re.compile(rf"[，,。；;！!\s](?={_ANNOUNCED})")
_OPENING = re.compile(rf"^(?:{_ANNOUNCED})[，,、：: ]?")
_SHORTEST = 4  # 路灯不亮
_LONGEST_TEXT = 240  # a letter argues one case in many sentences; cutting it up would file its arguments


def candidate_parts(text: str) -> Sequence[str]:
    """Stretches that may each be a problem; fewer than two where nothing says so."""
    if len(text) > _LONGEST_TEXT:
        return ()
    pieces = [_OPENING.sub("", piece.strip(" ，,。；;！!\n")) for piece in _BOUNDARY.split(text)]
    whole = [piece for piece in pieces if len(piece) >= _SHORTEST]
    return whole if len(whole) > 1 else ()


def announces(text: str) -> bool:
    """Whether somebody says that another matter follows: 「另外」「还有」, not only a new sentence."""
    return _NEW_MATTER.search(text) is not None
