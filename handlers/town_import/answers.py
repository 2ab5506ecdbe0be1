"""Answers of the world files: checks, records, and import into the database.

Answers that were added in the chat stay until the file has the same question.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from handlers.tables.days import last_day
from handlers.tables.table import Problem, Row, Table, empty_cells, repeated
from handlers.town_import.grids import Tree
from handlers.town_import.records import AnswerRecord
from handlers.town_import.writing import Difference, Tally
from models.faq_answer import AnswerRow, answers_changed

_FOREVER = frozenset({"", "长期", "长期有效", "永久"})


def answer_problems(table: Table, tree: Tree) -> Iterator[Problem]:
    """All errors in the answers."""
    yield from repeated(table.rows, "id")
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        yield from empty_cells(row, "question", "answer")
        if row["area"] and not tree.knows(row["area"]):
            yield row.unknown("范围", row["area"], "grids")
        try:
            _until(row)
        except ValueError as why:
            yield row.problem(f"{row.names.title('valid_until')}{why}")
        first = seen.setdefault((row["question"], row["area"]), row.line)
        if row["question"] and first != row.line:
            yield row.problem(f"问题“{row['question']}”与第{first}行重复，另一种说法请写进 {row.names.title('also')}")


def answer_records(table: Table) -> tuple[AnswerRecord, ...]:
    """The records. Call it only if the rows have no errors."""
    return tuple(
        AnswerRecord(
            row["id"] or _made_up(row),
            row["question"],
            ";".join(row.sentences("also")),
            row["answer"],
            row["source"],
            _until(row),
            row["area"] or None,
            row["contact"],
        )
        for row in table.rows
    )


def write_answers(session: Session, answers: Sequence[AnswerRecord]) -> Tally:
    """Make the table equal to the file; rows that it no longer has are deleted."""
    columns = [getattr(AnswerRow, name) for name in AnswerRecord.__dataclass_fields__]
    present = {row[0]: AnswerRecord(*row) for row in session.execute(select(*columns).where(AnswerRow.from_file))}
    difference = Difference.between({each.id: each for each in answers}, present)
    gone = [AnswerRow.id.in_(difference.left), _taken_over(answers)]
    for rows in gone:
        session.execute(delete(AnswerRow).where(rows))
    if difference.added:
        session.execute(insert(AnswerRow), [_values(each) for each in difference.added.values()])
    for each in difference.changed.values():
        session.execute(update(AnswerRow).where(AnswerRow.id == each.id).values(_values(each)))
    if difference.added or difference.changed or difference.left:
        answers_changed(session)
    return difference.tally()


def _taken_over(answers: Sequence[AnswerRecord]) -> ColumnElement[bool]:
    return AnswerRow.from_file.is_(False) & AnswerRow.question.in_([each.question for each in answers])


def _values(record: AnswerRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in AnswerRecord.__dataclass_fields__} | {"from_file": True}


def _until(row: Row) -> date | None:
    return None if row["valid_until"] in _FOREVER else last_day(row["valid_until"])


def _made_up(row: Row) -> str:
    """The id of a row without one: a hash of question and area."""
    return "q" + sha256(f"{row['question']}|{row['area']}".encode()).hexdigest()[:8]
