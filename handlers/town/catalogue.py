"""The twelve categories and their sub-items, by key and name, out of a CSV."""

import csv
from dataclasses import dataclass
from pathlib import Path


class CatalogueError(Exception):
    """The table can't be read."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names of categories and sub-items. Keys are what code and data say, names what people read."""

    categories: dict[str, str]
    items: dict[str, tuple[str, str]]
    """sub-item's key → (category, name)"""

    def name(self, category: str, item: str = "") -> str:
        """The sub-item's name where there is one, else the category's."""
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
        """The same with the sub-item, where it was one that they named; two empty keys where it was nothing."""
        words = words.strip()
        by_name = [(key, "") for key, name in self.categories.items() if words in {key, name} or words in name]
        by_item = [(category, item) for item, (category, name) in self.items.items() if words in name]
        return next(iter(by_name + by_item), ("", "")) if words else ("", "")


def read_catalogue(path: Path) -> Catalogue:
    """Read `category,item,name`; rows with an empty item name the category. Raises CatalogueError."""
    categories: dict[str, str] = {}
    items: dict[str, tuple[str, str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                category, item, name = (row[column].strip() for column in ("category", "item", "name"))
            except (KeyError, AttributeError) as why:
                raise CatalogueError(f"{path.name} 第{line}行：应有 category,item,name 三列") from why
            if item:
                items[item] = (category, name)
            else:
                categories[category] = name
    if strange := {category for category, _ in items.values()} - categories.keys():
        raise CatalogueError(f"{path.name}：子项所属的类别没有定义：{'、'.join(sorted(strange))}")
    return Catalogue(categories, items)
