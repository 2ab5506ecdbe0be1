"""考评: scoring rules for companies, grids and communities; two tables that the clerk maintains."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from handlers.tables.reading import read_table
from handlers.tables.table import Columns, Problem, Row, TableError

_COLUMNS = Columns(("who", "what", "points", "cap", "clause"), table="scores")
_GRADES = Columns(("grade", "at_least", "stars"), table="grades")
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:\.\d{1,2})?")
BASE, PER, RATED = "base", "per", "rated"


class Side(StrEnum):
    """The kinds of subject that are scored."""

    COMPANY = "company"
    GRID = "grid"
    COMMUNITY = "community"


WHATS = (
    "late", "overdue", "signed_late", "reopened", "unhappy", "lapsed", "explained", "broken",
    "kept", "solved", "happy", "answered", "found", "thanked", RATED,
)  # fmt: skip
"""What can be scored. Not the number of tickets, because that would punish easy reporting"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for each case, at most `cap` in total."""

    what: str
    points: float
    cap: float
    clause: str

    @property
    def takes(self) -> bool:
        return self.points < 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rules for one side. `per`: with more tickets than this, penalty points are scaled down to so many tickets."""

    base: float = 0.0
    per: int = 0
    rules: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade, reached at `at_least` points."""

    name: str
    at_least: float
    stars: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """The rules and grades."""

    sheets: Mapping[Side, Sheet] = field(default_factory=dict)
    grades: Sequence[Grade] = ()

    def grade(self, points: float) -> Grade:
        """The best grade for these points."""
        reached = (each for each in self.grades if points >= each.at_least)
        return max(reached, key=lambda each: each.at_least, default=Grade("", 0, 0))


def read_scoring(scores: Path, grades: Path) -> Scoring:
    """Read both tables. Raises TableError with all errors."""
    rules, steps = read_table(scores, _COLUMNS), read_table(grades, _GRADES)
    problems = [*rules.problems, *steps.problems]
    problems += [problem for row in rules.rows for problem in _wrong(row)]
    problems += [problem for row in steps.rows for problem in _wrong_grade(row)]
    if problems:
        raise TableError(problems)
    sheets = {side: _sheet([row for row in rules.rows if row["who"] == side]) for side in Side}
    made = [Grade(row["grade"], float(row["at_least"]), int(row["stars"])) for row in steps.rows]
    return Scoring(sheets, sorted(made, key=lambda each: -each.at_least))


def _wrong(row: Row) -> Iterator[Problem]:
    if row["who"] not in set(Side):
        yield row.problem(f"who“{row['who']}”应为 {'、'.join(Side)}")
    if row["what"] not in {BASE, PER, *WHATS}:
        yield row.problem(f"what“{row['what']}”不能计分，应为 {'、'.join(WHATS)}，或 base、per")
    for column in ("points", "cap"):
        if row[column] and not _NUMBER.fullmatch(row[column]):
            yield row.problem(f"{column}“{row[column]}”不是分数")
    if not row["points"] or (row["what"] in WHATS and not row["cap"]):
        yield row.problem("points 和 cap（最多加减多少）都要写")
    if row["what"] in WHATS and not row["clause"]:
        yield row.problem("clause 要写明依据，对得上的人才认")


def _wrong_grade(row: Row) -> Iterator[Problem]:
    if not _NUMBER.fullmatch(row["at_least"]) or not re.fullmatch(r"[1-5]", row["stars"]):
        yield row.problem("at_least 是分数，stars 是 1 到 5")


def _sheet(rows: Sequence[Row]) -> Sheet:
    fixed = {row["what"]: float(row["points"]) for row in rows if row["what"] in {BASE, PER}}
    rules = [
        Rule(row["what"], float(row["points"]), abs(float(row["cap"])), row["clause"])
        for row in rows
        if row["what"] in WHATS
    ]
    return Sheet(fixed.get(BASE, 0.0), int(fixed.get(PER, 0)), tuple(rules))
