"""Which members of a team are present at a time, by shifts, leave and stand-ins; without a roster, everybody."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.world.staff import Colleague, Staff
from models.person import Role
from models.roster import DAY_MINUTES, Shift, ShiftKind
from models.ticket import CHINA, Ticket

WEEKDAYS = "一二三四五六日"
_EVERY_DAY = frozenset({"", "每天", "每日", "天天"})
_SPAN = re.compile(r"(?:周|星期)([一二三四五六日天])(?:\s*[-~至到]\s*(?:周|星期)?([一二三四五六日天]))?")
_DATES = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:T[\d:]+)?(?:\s*[~至到]\s*(\d{4}-\d{1,2}-\d{1,2}))?")

WorksOn = Callable[[date], bool]


def holds_on(days: str, day: date, works_on: WorksOn) -> bool:
    """Whether 「周一-周五」「工作日;2026-12-05」 includes this day. Raises ValueError if it can't be parsed."""
    words = [word.strip() for word in days.replace("；", ";").split(";")]
    held = [_word_holds(word, day, works_on) for word in words]  # parse all, so that errors in any are found
    return any(held)


def _word_holds(word: str, day: date, works_on: WorksOn) -> bool:
    if word in _EVERY_DAY:
        return True
    if word in {"工作日", "休息日", "节假日"}:
        return works_on(day) == (word == "工作日")
    if found := _SPAN.fullmatch(word):
        first, last = (WEEKDAYS.index((found[n] or found[1]).replace("天", "日")) for n in (1, 2))
        weekday = day.weekday()
        return first <= weekday <= last if first <= last else weekday >= first or weekday <= last
    if found := _DATES.fullmatch(word):
        begins, ends = _date(found[1]), _date(found[2] or found[1])
        if begins > ends:
            raise ValueError(f"“{word}”的结束日期在开始日期之前")
        return begins <= day <= ends
    raise ValueError(f"“{word}”不是日子，应像 周一-周五、工作日、每天、2026-12-01~2026-12-07")


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"没有“{text}”这一天") from None


@dataclass(frozen=True, slots=True)
class Present:
    """A person who is present, and the person whom they stand in for."""

    person: Colleague
    instead_of: Colleague | None = None

    @property
    def post(self) -> Colleague:
        """The person whose post counts: a stand-in has the grid of the person who is away."""
        return self.instead_of or self.person


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster rows of some people, and the working-day test."""

    people: Mapping[int, Colleague]
    shifts: tuple[Shift, ...]
    works_on: WorksOn

    @classmethod
    def of(cls, staff: Staff, people: Iterable[Colleague], works_on: WorksOn) -> "Roster":
        """The roster of these people; a stand-in may be anyone on the staff."""
        shifts = tuple(shift for each in people for shift in staff.shifts.get(each.id, ())) if staff.shifts else ()
        return cls(staff.people, shifts, works_on)

    def covers(self, shift: Shift, at: datetime) -> bool:
        """Whether a row applies at a time; a night shift belongs to the day on which it begins."""
        local = at.astimezone(CHINA)
        minute, day = local.hour * 60 + local.minute, local.date()
        if shift.starts < shift.ends:
            return shift.starts <= minute < shift.ends and self._on(shift, day)
        tonight = minute >= shift.starts and self._on(shift, day)
        return tonight or (minute < shift.ends and self._on(shift, day - timedelta(days=1)))

    def _on(self, shift: Shift, day: date) -> bool:
        return holds_on(shift.days, day, self.works_on)

    def leave(self, person: Colleague, at: datetime) -> Shift | None:
        """The leave row that applies now; None if the person is not on leave."""
        away = (shift for shift in self.shifts if shift.kind == ShiftKind.LEAVE and shift.person_id == person.id)
        return next((shift for shift in away if self.covers(shift, at)), None)

    def there(self, person: Colleague, at: datetime) -> Present | None:
        """The person or their stand-in; None if neither is present."""
        if not self.shifts:
            return Present(person)
        stands = person
        for _ in range(3):  # a stand-in may be away and have a stand-in too; the range ends a cycle
            leave = self.leave(stands, at)
            if leave is None:
                return Present(stands, person if stands is not person else None)
            if not leave.stand_in_id or leave.stand_in_id not in self.people:
                return None
            stands = self.people[leave.stand_in_id]
        return None

    def listed(self, team: Sequence[Colleague], at: datetime, *kinds: ShiftKind) -> list[Present]:
        """Members with a row of these kinds now; stand-ins replace those on leave."""
        if not self.shifts:
            return []
        ids = {person.id for person in team}
        lines = [shift for shift in self.shifts if shift.kind in kinds and shift.person_id in ids]
        named = [
            self.people[line.person_id]
            for line in lines
            if line.team in {None, self.people[line.person_id].team} and self.covers(line, at)
        ]
        return _each_once(self.there(person, at) for person in named)

    def on_duty(self, team: Sequence[Colleague], at: datetime) -> list[Present]:
        """Recipients of ordinary work: those on duty; else all who aren't on leave; else all, so that none is lost."""
        if not self.shifts:
            return [Present(person) for person in team]
        here = self.listed(team, at, ShiftKind.DUTY) or _each_once(self.there(person, at) for person in team)
        return here or [Present(person) for person in team]

    def on_call(self, team: Sequence[Colleague], at: datetime) -> list[Present]:
        """Recipients of a danger: those on call or on duty; empty if the roster names nobody."""
        return self.listed(team, at, ShiftKind.ONCALL, ShiftKind.DUTY)


def _each_once(found: Iterable[Present | None]) -> list[Present]:
    by_person: dict[int, Present] = {}
    for present in found:
        if present:
            by_person.setdefault(present.person.id, present)
    return list(by_person.values())


def reach_of(ticket: Ticket) -> list[str]:
    """The codes of the grids that contain the ticket, smallest first."""
    return [*filter(None, (ticket.grid, ticket.community, ticket.street, ticket.county))]


def may_hold(person: Colleague, ticket: Ticket) -> bool:
    """Whether a stand-in, whose own grid may be another, has rights on this ticket."""
    reach = {None, ticket.grid, ticket.community, ticket.street, ticket.county}
    return Role.GRID_STAFF in person.roles or person.grid in reach


def at_hand(
    staff: Staff, ticket: Ticket, now: datetime, teams: Sequence[str], works_on: WorksOn, *, rings: bool
) -> Iterator[tuple[str, list[Present]]]:
    """For each team, the members present for a ticket now; with `rings`, those on call."""
    for team in teams:
        its = staff.members([team], reach_of(ticket))
        roster = Roster.of(staff, its, works_on)
        here = roster.on_call(its, now) if rings else roster.on_duty(its, now)
        if roster.shifts:
            here = [present for present in here if present.instead_of is None or may_hold(present.person, ticket)]
        yield team, here


def minutes(text: str, empty: int) -> int:
    """「08:30」 → 510, 「24:00」 → 1440. Raises ValueError."""
    if not text:
        return empty
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?::00)?", text)
    value = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if value > DAY_MINUTES or (found and int(found[2]) > 59):
        raise ValueError(f"“{text}”不是钟点，应像 08:30")
    return value
