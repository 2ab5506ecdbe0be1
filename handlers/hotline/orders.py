"""Parse the hotline's orders: a table with its headings, or JSON. Errors are reported by row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from handlers.practice_settings.practices import Hotline
from handlers.tables.reading import read_table
from handlers.tables.table import Columns, Problem, Row, TableError
from handlers.world.staff import Staff
from models.ticket import CHINA

_NEEDED = ("number", "text", "deadline", "handler")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y年%m月%d日%H:%M", "%Y年%m月%d日")
_EVENING = time(18)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Order:
    """A valid order."""

    number: str
    text: str
    address: str
    deadline: datetime
    handler_id: int


def read_file(path: Path, rules: Hotline, staff: Staff) -> list[Order]:
    """Read orders from a table. Raises OSError, or TableError with every bad row; then none is imported."""
    headings = {name: heading.lower() for name, heading in rules.columns.items()}
    needed = tuple(headings[name] for name in _NEEDED)
    table = read_table(path, Columns(needed, (headings["address"],), others=True))
    if table.problems:
        raise TableError(table.problems)
    return _checked(((row, {name: row[heading] for name, heading in headings.items()}) for row in table.rows), staff)


def read_json(told: Sequence[Mapping[str, object]], staff: Staff) -> list[Order]:
    """Read orders from JSON with our own field names. Raises TableError."""
    rows = [Row("orders", number, {}) for number in range(1, len(told) + 1)]
    cells = ({name: str(each.get(name) or "").strip() for name in (*_NEEDED, "address")} for each in told)
    return _checked(zip(rows, cells, strict=True), staff)


def _checked(rows: Iterable[tuple[Row, Mapping[str, str]]], staff: Staff) -> list[Order]:
    orders: list[Order] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row, cells in rows:
        wrong = [*_wrong(cells, staff)]
        if (first := seen.setdefault(cells["number"], row.line)) != row.line:
            wrong.append(f"工单编号“{cells['number']}”与第{first}行重复")
        problems += [row.problem(each) for each in wrong]
        if not wrong:
            orders.append(_order(cells, staff))
    if problems:
        raise TableError(problems)
    return orders


def _wrong(cells: Mapping[str, str], staff: Staff) -> Iterator[str]:
    if not re.fullmatch(r"[\w\-]{3,40}", cells["number"]):
        yield f"工单编号“{cells['number'][:20]}”不对，应是 3 到 40 个字母、数字"
    if any(map(_UNSTORABLE.search, cells.values())):
        yield "有存不了的字符，请去掉再发"
    if not cells["text"]:
        yield "没有诉求内容"
    if not cells["deadline"]:
        yield "没有办理时限"
    elif deadline_of(cells["deadline"]) is None:
        yield f"办理时限“{cells['deadline'][:20]}”看不懂，应像 2026-12-01 18:00"
    if not cells["handler"]:
        yield "没有承办人"
    elif _handler(cells["handler"], staff) is None:
        yield f"没有叫“{cells['handler'][:20]}”的工作人员，或者不止一位"


def _order(cells: Mapping[str, str], staff: Staff) -> Order:
    deadline, handler = deadline_of(cells["deadline"]), _handler(cells["handler"], staff)
    assert deadline is not None  # noqa: S101  (checked before; for the type checker)
    assert handler is not None  # noqa: S101
    return Order(cells["number"], cells["text"], cells["address"], deadline, handler)


def deadline_of(text: str) -> datetime | None:
    """The deadline; a day without a time means its evening. None if it can't be parsed."""
    said = text.strip().replace("/", "-").replace("T", " ")
    for form in _FORMS:
        try:
            read = datetime.strptime(said, form)  # noqa: DTZ007  (the hotline writes local time)
        except ValueError:
            continue
        moment = read if "%H" in form else datetime.combine(read, _EVENING)
        return moment.replace(tzinfo=CHINA)
    return None


def _handler(name: str, staff: Staff) -> int | None:
    found = [each.id for each in staff.people.values() if name and each.name == name]
    return found[0] if len(found) == 1 else None
