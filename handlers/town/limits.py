"""The limits and deadlines of a new ticket. The table is a CSV that the town's clerk maintains."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from handlers.tables.reading import rows_of
from handlers.tables.table import Columns, Problem, Row, TableError
from handlers.town.limits_in_plain_words import within
from models.calendar import Calendar, Span
from models.ticket import CHINA

_COLUMNS = Columns(
    ("version", "category", "item", "urgent", "accept", "handle", "clause"), ("words", "photo"), table="limits"
)

_YES = {"是", "1", "true", "yes"}
_RED = "红色"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SHORT_MONTH = re.compile(rf"(?:({'|'.join(_MONTHS)})|(\d{{1,2}})月)-(\d\d)", re.IGNORECASE)
"""As a spreadsheet program shows 2026-11: Nov-26, 11月-26"""
_DATE_SIGNS = re.compile(r"[-/.年月]")


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table: the limits to sign and to handle, and the clause that explains them to a resident."""

    version: str
    category: str
    item: str
    words: tuple[str, ...]
    """If a sub-item has several limits: words, one of which the report must contain (井盖 + 没了, 丢了)"""
    urgent: bool
    red_flag: bool
    accept: Span
    handle: Span
    clause: str
    photo: bool = False
    """Resolving needs a picture of the result"""

    @property
    def since(self) -> date:
        """The day from which its version is in force."""
        return date.fromisoformat(self.version if len(self.version) > len("2026-11") else f"{self.version}-01")

    @property
    def row(self) -> str:
        """The permanent name of this row, which a ticket stores."""
        urgency = "/red" if self.red_flag else "/urgent" if self.urgent else ""
        name = f"{self.version}/{self.category or '*'}/{self.item or '*'}"
        return name + (f"/{self.clause}" if self.words else "") + urgency

    def holds(self, text: str) -> bool:
        return not self.words or any(word in text for word in self.words)


_Key = tuple[str, str, bool, bool]


class Limits:
    """All versions of the table. The most specific row wins; of its versions, the newest in force.

    A new version contains only changed rows; all others remain valid.
    """

    def __init__(self, rows: list[Limit]) -> None:
        self._by_name = {row.row: row for row in rows}
        self._rows: dict[_Key, list[Limit]] = {}
        for row in sorted(rows, key=lambda each: (each.since, bool(each.words)), reverse=True):
            self._rows.setdefault((row.category, row.item, row.urgent, row.red_flag), []).append(row)

    def of(
        self,
        category: str,
        item: str,
        *,
        urgent: bool,
        red_flag: bool = False,
        text: str = "",
        on: date | None = None,
    ) -> list[Limit]:
        """The rows that apply to a ticket filed on a day: its own, and the general ones for urgent and red flags."""
        general = [("", "", True, False)] * urgent + [("", "", False, True)] * red_flag
        own = self._own(category, item, text, on, urgent=urgent)
        rows = [own, *(self._newest(key, text, on) for key in general)]
        return [row for row in rows if row]

    def wants_picture(self, category: str, item: str, *, urgent: bool, text: str, on: date) -> bool:
        """Whether resolving such a ticket needs a picture."""
        own = self._own(category, item, text, on, urgent=urgent)
        return own is not None and own.photo

    def _own(self, category: str, item: str, text: str, on: date | None, *, urgent: bool) -> Limit | None:
        exact = [(category, item, urgent), (category, "", urgent), (category, item, False), (category, "", False)]
        return next((row for key in exact if (row := self._newest((*key, False), text, on))), None)

    def _newest(self, key: _Key, text: str, on: date | None) -> Limit | None:
        """The newest row in force; tickets from before the first version get the oldest row."""
        rows = [row for row in self._rows.get(key, ()) if row.holds(text)]
        return next((row for row in rows if on is None or row.since <= on), rows[-1] if rows else None)

    def named(self, row: str) -> Limit | None:
        """The row with this stored name, of any version; None if it was deleted from the file."""
        version, _, rest = row.partition("/")
        return self._by_name.get(row) or self._by_name.get(f"{version.removesuffix('-01')}/{rest}")

    def clause(self, row: str) -> str:
        """Why this limit, for a resident: 「井盖缺失，2小时内」; "" if the file no longer has the row."""
        limit = self.named(row)
        return f"{limit.clause}，{within(limit.handle)}" if limit else ""

    @staticmethod
    def promised(row: str) -> str:
        """Who set the limit, if it comes from no row: 「热线工单 JN2026111600124」."""
        return "" if "/" in row else row

    @property
    def all(self) -> list[Limit]:
        return list(self._by_name.values())

    def lacking(self, categories: list[str]) -> list[str]:
        """Categories without their own row."""
        return [category for category in categories if (category, "", False, False) not in self._rows]


@dataclass(frozen=True, slots=True)
class Promise:
    """The deadlines of both clocks, and their limits; `limit` is the row that set the time to handle."""

    limit: Limit
    accept: Span
    accept_by: datetime
    handle_by: datetime


def local_day(now: datetime) -> date:
    """The day in China, which decides the version in force."""
    return now.astimezone(CHINA).date()


def promise(limits: list[Limit], start: datetime, calendar: Calendar) -> Promise:
    """The deadlines to sign and to handle: for each clock the earliest of the limits that apply."""
    accept_by, _, accept = min((calendar.due(start, row.accept), place, row.accept) for place, row in enumerate(limits))
    handle_by, place = min((calendar.due(start, row.handle), place) for place, row in enumerate(limits))
    return Promise(limits[place], accept, min(accept_by, handle_by), handle_by)


def read_limits(path: Path) -> Limits:
    """Raises TableError with every bad line."""
    rows: list[Limit] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row in rows_of(path, _COLUMNS).rows:
        try:
            limit = _limit(row)
        except ValueError as why:
            problems.append(row.problem(str(why)))
            continue
        first = seen.setdefault(limit.row, row.line)
        if first != row.line:
            problems.append(row.problem(f"和第{first}行重复"))
        rows.append(limit)
    if problems:
        raise TableError(problems)
    return Limits(rows)


def _limit(row: Row) -> Limit:
    return Limit(
        version_of(row["version"]),
        row["category"],
        row["item"],
        tuple(row["words"].split()),
        row["urgent"].lower() in _YES,
        row["urgent"] == _RED,
        Span.parse(row["accept"]),
        Span.parse(row["handle"]),
        row["clause"],
        row["photo"].lower() in _YES,
    )


def version_of(text: str) -> str:
    """A version such as 「2026-11」「2026-11-15」, also as spreadsheets rewrite it: 2026/11/1, Nov-26, 2026年11月.

    The first of a month becomes the month. Raises ValueError.
    """
    try:
        year, month, *day = _parts(text)
        since = date(year, month, *day or [1])
    except (ValueError, TypeError):
        raise ValueError(f"版本“{text}”应是开始执行的年月或日期，像“2026-11”“2026-11-15”") from None
    return since.isoformat() if since.day > 1 else f"{since:%Y-%m}"


def _parts(text: str) -> list[int]:
    if short := _SHORT_MONTH.fullmatch(text):
        return [2000 + int(short[3]), int(short[2] or _MONTHS.index(short[1].lower()) + 1)]
    return list(map(int, _DATE_SIGNS.split(text.rstrip("日月"))))
