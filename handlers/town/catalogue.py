"""The twelve categories and their sub-items, by key and name, read from a CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handlers.tables.reading import rows_of
from handlers.tables.table import Columns, Problem, Table, TableError, empty_cells, repeated

_COLUMNS = Columns(("category", "item", "name"), table="categories")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names of categories and sub-items. Code and data use keys, people read names."""

    categories: dict[str, str]
    items: dict[str, tuple[str, str]]
    """sub-item's key → (category, name)"""

    def name(self, category: str, item: str = "") -> str:
        """The sub-item's name if there is one, else the category's."""
        return self.items[item][1] if item in self.items else self.categories.get(category, category)

    def category_named(self, words: str) -> str | None:
        """The category that a person means: its key, its name, a part of the name, or one of its sub-items."""
        words = words.strip()
        if not words:
            return None
        if words in self.categories:
            return words
        return self.named(words)[0] or None

    def named(self, words: str) -> tuple[str, str]:
        """The keys of the category and sub-item that the words name; ("", "") if they name none."""
        words = words.strip()
        by_name = [(key, "") for key, name in self.categories.items() if words in {key, name} or words in name]
        by_item = [(category, item) for item, (category, name) in self.items.items() if words in name]
        return next(iter(by_name + by_item), ("", "")) if words else ("", "")


def read_catalogue(path: Path) -> Catalogue:
    """Rows with an empty item name the category. Raises TableError."""
    table = rows_of(path, _COLUMNS)
    categories = {row["category"]: row["name"] for row in table.rows if not row["item"]}
    items = {row["item"]: (row["category"], row["name"]) for row in table.rows if row["item"]}
    if problems := list(_problems(table, categories)):
        raise TableError(problems)
    return Catalogue(categories, items)


def _problems(table: Table, categories: dict[str, str]) -> Iterator[Problem]:
    yield from repeated(table.rows, "item")
    for row in table.rows:
        yield from empty_cells(row, "category", "name")
        if row["category"] and row["category"] not in categories:
            yield row.problem(f"没有定义类别“{row['category']}”，请加一行 item 为空的")
