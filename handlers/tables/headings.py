"""Chinese names of sheets, columns and values (`data/tables.yaml`); Chinese and English are both accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

TABLES = Path(__file__).parents[1] / "data" / "tables.yaml"
_PART = ("、", "，", ",", "；", ";", "/", "\n")
"""Separators of words in a cell"""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one table. Of several names for a sheet or column, the first is the one that we write."""

    sheet: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    help: str = ""
    examples: Sequence[Sequence[str]] = ()

    def column(self, heading: str, known: Sequence[str]) -> str:
        """The column that a heading means; English names take precedence, as some Chinese ones are ambiguous."""
        plain = heading.strip().lower().removesuffix("*")
        if plain in known:
            return plain
        return next((name for name, words in self.columns.items() if plain in words and name in known), plain)

    def value(self, column: str, cell: str) -> str:
        """The cell with its words replaced by the program's values; unknown words stay."""
        known = self.values.get(column)
        if not known or not cell:
            return cell
        return ";".join(known.get(word, word) for word in words_of(cell))

    def title(self, column: str) -> str:
        """The name of a column for people."""
        return self.columns[column][0] if column in self.columns else column

    def chinese(self, column: str) -> dict[str, str]:
        """The values of a column, each with the Chinese word that the template offers."""
        first: dict[str, str] = {}
        for word, value in self.values.get(column, {}).items():
            first.setdefault(value, word)
        return first


def words_of(cell: str) -> tuple[str, ...]:
    """The words of a cell, split at any separator, without duplicates."""
    for sign in _PART:
        cell = cell.replace(sign, ";")
    return tuple(dict.fromkeys(word for part in cell.split(";") if (word := part.strip())))


@lru_cache(maxsize=1)
def all_names() -> Mapping[str, Names]:
    import yaml

    read = yaml.safe_load(TABLES.read_text("utf-8"))
    values: dict[str, dict[str, dict[str, str]]] = {}
    for where, words in read["values"].items():
        table, _, column = where.partition(".")
        meant = {word: value for value, chinese in words.items() for word in chinese}
        values.setdefault(table, {})[column] = meant
    return {
        table: Names(
            tuple(told["sheet"]),
            {column: tuple(str(word).lower() for word in words) for column, words in told["columns"].items()},
            values.get(table, {}),
            told.get("help", ""),
            told.get("examples", ()),
        )
        for table, told in read["tables"].items()
    }


def names_of(table: str) -> Names:
    """The names of a table; empty Names if it has none."""
    return all_names().get(table, Names())
