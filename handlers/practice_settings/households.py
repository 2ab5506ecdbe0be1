"""Number of households of each compound, a table that the clerk maintains."""

from collections.abc import Mapping
from pathlib import Path

from handlers.tables.reading import read_table
from handlers.tables.table import Columns, TableError

_COLUMNS = Columns(("place", "households"))


def read_households(path: Path) -> Mapping[str, int]:
    """Households by the compound's name. Raises TableError with all errors."""
    table = read_table(path, _COLUMNS)
    problems = list(table.problems)
    problems += [
        row.problem(f"“{row['households']}”不是户数") for row in table.rows if not row["households"].isdecimal()
    ]
    if problems:
        raise TableError(problems)
    return {row["place"]: int(row["households"]) for row in table.rows}
