"""The parts of the benchmark, in the order of the table. Each yields its lines while it runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.bench.databases import Databases
from bot.bench.result_lines import Line


@dataclass(frozen=True, slots=True)
class Bench:
    """What the parts share: the databases and the sizes."""

    databases: Databases
    folder: Path
    model: Path
    full: bool

    @property
    def messages(self) -> int:
        return 5000 if self.full else 1200

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of tickets."""
        return (1000, 100_000, 1_000_000) if self.full else (1000, 20_000)

    @property
    def places(self) -> tuple[int, ...]:
        return (100, 10_000, 100_000)


Part = Callable[[Bench], Iterator[Line]]
