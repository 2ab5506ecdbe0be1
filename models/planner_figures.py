"""What SQLite's planner knows of the tables: without it a question about a year's tickets costs five times as much."""

from sqlalchemy.orm import Session

from models.appending import dialect_of

_ROWS_LOOKED_AT = 1_000
"""Of each index: near enough, and a matter of milliseconds, in which nobody else writes"""


def take_figures(session: Session) -> None:
    """Look again how the rows spread. PostgreSQL does so by itself."""
    if dialect_of(session) != "sqlite":
        return
    connection = session.connection()
    connection.exec_driver_sql(f"PRAGMA analysis_limit={_ROWS_LOOKED_AT}")
    connection.exec_driver_sql("ANALYZE")
