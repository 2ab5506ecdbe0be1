"""The names of the things that people ask about: `data/faq.tsv`, read once.

`same` makes dialect standard, `topic` gathers the names of one thing, `aspect` what is asked of it (where, when…),
`filler` says nothing, `contact` is
whom people ask for, `grievance` marks a complaint in the form of a question.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.model.features import plain
from nlp.model.labels import DATA

LEXICON = DATA / "faq.tsv"
_BETWEEN = "[^，。！？；,!?; ]{0,5}"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The file as patterns."""

    same: "Names"
    topics: "Names"
    aspects: "Names"
    filler: "Names"
    contacts: "Names"
    grievance: re.Pattern[str]

    def standard(self, text: str) -> str:
        """The text with full-width forms made half-width and dialect words made standard."""
        return self.same.replaced(plain(text))

    def wants(self, text: str) -> frozenset[str]:
        """The kinds of facts that a question asks for: a time, a price, or how something is done."""
        aspects, _ = self.aspects.found(self.standard(text))
        return frozenset(each if each in _OF_THEIR_OWN else "how" for each in aspects)

    def tells(self, text: str) -> frozenset[str]:
        """The same kinds of facts, as an answer gives them."""
        return frozenset(name for name, pattern in _TELLS.items() if pattern.search(text))


_OF_THEIR_OWN = frozenset({"when", "price"})
_NUMBER = r"[\d一二三四五六七八九十]"
_TELLS = {
    "when": re.compile(
        _NUMBER + r"(?:点|日|月|天|年|个月|个工作日|周|小时|分钟)|每[天周月年日]|周[一二三四五六日末]|当[天场]|随时"
    ),
    "price": re.compile(r"元|块钱|免费|不收费|不要钱|打.折|%|补贴|工本费"),
    "how": re.compile(r"[带到打持在凭]|申请|登记|办理|预约|公众号|小程序|热线|窗口|网上"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words by their name; matched from left to right, the longest first. `…` stands for a few characters."""

    pattern: re.Pattern[str]
    name_of: Mapping[str, str]
    gapped: Sequence[tuple[re.Pattern[str], str]]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]]) -> "Names":
        name_of = {word: name for name, words in rows for word in words.split()}
        longest_first = sorted(name_of, key=len, reverse=True)
        patterns = [re.escape(word).replace("…", _BETWEEN) for word in longest_first]
        gapped = [
            (re.compile(each), name_of[word]) for word, each in zip(longest_first, patterns, strict=True) if "…" in word
        ]
        return cls(re.compile("|".join(patterns)), name_of, gapped)

    def replaced(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.name_of[found[0]], text)

    def found(self, text: str) -> tuple[set[str], str]:
        """The names found in a text, and the text with blanks in their place."""
        names: set[str] = set()

        def take(found: re.Match[str]) -> str:
            names.add(self._name(found[0]))
            return " "

        return names, self.pattern.sub(take, text)

    def _name(self, words: str) -> str:
        return self.name_of.get(words) or next(name for pattern, name in self.gapped if pattern.fullmatch(words))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    kinds: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in LEXICON.read_text("utf-8").splitlines()[1:]:
        kind, name, words = line.split("\t")
        kinds[kind].append((name, words))
    grievance = re.compile("|".join(words for _, words in kinds.pop("grievance")))
    names = {kind: Names.of(rows) for kind, rows in kinds.items()}
    return Lexicon(names["same"], names["topic"], names["aspect"], names["filler"], names["contact"], grievance)
