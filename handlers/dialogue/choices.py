"""Numbered choices, as they are shown. Which one an answer means: nlp.answers.choices."""

from collections.abc import Sequence

NEXT_PAGE = frozenset({"更多", "下一页"})


def numbered(names: Sequence[str]) -> str:
    """One line a choice: 「1 停车管理」."""
    return "\n".join(f"{number} {name}" for number, name in enumerate(names, start=1))
