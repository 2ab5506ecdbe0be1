"""How numbered choices are shown. nlp.answers.choices decides which one an answer means."""

from collections.abc import Sequence

NEXT_PAGE = frozenset({"更多", "下一页"})


def numbered(names: Sequence[str]) -> str:
    """One line for each choice: 「1 停车管理」."""
    return "\n".join(f"{number} {name}" for number, name in enumerate(names, start=1))
