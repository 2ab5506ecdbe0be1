"""Replace names of grids and teams in cells by their codes, before the tables are checked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from handlers.tables.table import Row, Table

_REFERENCES = {
    "grids": {"parent": "grids"},
    "places": {"grid": "grids"},
    "teams": {"grids": "grids"},
    "people": {"grid": "grids", "team": "teams"},
    "roster": {"team": "teams"},
    "patrols": {"grid": "grids"},
    "care": {"grid": "grids"},
    "answers": {"area": "grids"},
}
"""By table: its columns that refer to another table"""
_Codes = Mapping[str, str]


def with_codes(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with codes. An ambiguous name stays, and is reported as an error."""
    codes = {name: _codes(tables[name]) for name in ("grids", "teams")}
    return {name: _replaced(table, _REFERENCES[name], codes) for name, table in tables.items()}


def _codes(table: Table) -> _Codes:
    """Codes by name; only unique names that are not themselves codes."""
    known = {row["code"] for row in table.rows}
    times = Counter(row["name"] for row in table.rows)
    return {row["name"]: row["code"] for row in table.rows if times[row["name"]] == 1 and row["name"] not in known}


def _replaced(table: Table, references: Mapping[str, str], codes: Mapping[str, _Codes]) -> Table:
    return replace(table, rows=tuple(_row(row, references, codes) for row in table.rows))


def _row(row: Row, references: Mapping[str, str], codes: Mapping[str, _Codes]) -> Row:
    found = {
        column: ";".join(codes[there].get(word, word) for word in row.words(column))
        for column, there in references.items()
        if any(word in codes[there] for word in row.words(column))
    }
    return replace(row, cells={**row.cells, **found}) if found else row
