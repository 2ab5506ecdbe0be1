"""The course of one made-up ticket: its durations, its end and its history."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.person import Role
from models.status_moves import (
    ACCEPT,
    CLOSE,
    DECLINE,
    DISPATCH,
    FINISH,
    RATE,
    RECEIVE,
    REOPEN,
    REPORT_IN,
    RESOLVE,
    URGE,
    WHISTLE,
    WITHDRAW,
    Closing,
    Move,
    Status,
)

_STAFF, _RESIDENT, _BOT = Role.PROPERTY_STAFF, Role.RESIDENT, Role.SYSTEM
_CALLS = 0.02
"""Share of the open tickets for which the whistle is blown"""
# (share in 1000, status, closing, rating) of old tickets; the ratings are distributed as real ones.
_ENDS: tuple[tuple[int, Status, Closing | None, int | None], ...] = (
    (430, Status.CLOSED, Closing.CONFIRMED, 3),
    (140, Status.CLOSED, Closing.CONFIRMED, 2),
    (50, Status.CLOSED, Closing.CONFIRMED, 1),
    (180, Status.CLOSED, Closing.DEFAULT, None),
    (60, Status.CLOSED, Closing.EXPLAINED, None),
    (50, Status.WITHDRAWN, None, None),
    (30, Status.DECLINED, Closing.NOT_OURS, None),
    (6, Status.WORKING, None, None),
    (2, Status.DISPATCHED, None, None),
)
_WEIGHTS = [share for share, *_ in _ENDS]
_TAKES = {
    Status.RESOLVED: 3,
    Status.CLOSED: 3,
    Status.WORKING: 2,
    Status.WITHDRAWN: 1,
    Status.DECLINED: 1,
    Status.DISPATCHED: 0,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history."""

    move: Move
    role: Role
    at: datetime
    before: Status
    note: str = ""

    @property
    def after(self) -> Status:
        return self.move.target or self.before


@dataclass(frozen=True, slots=True)
class Call:
    """A team called by a whistle: it reported in, and has done its share if the ticket is done."""

    called_at: datetime
    due_at: datetime
    reported_at: datetime
    finished_at: datetime | None


@dataclass(slots=True)
class Story:
    """One ticket's course up to now."""

    created_at: datetime
    accept_by: datetime
    handle_by: datetime
    status: Status = Status.PENDING
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    closing: str = ""
    rating: int | None = None
    urges: int = 0
    reopenings: int = 0
    call: Call | None = None
    lines: list[Line] = field(default_factory=list)

    def go(self, move: Move, role: Role, at: datetime, note: str = "") -> None:
        """Makes one status move; the table of moves gives the new status."""
        self.lines.append(Line(move, role, at, self.status, note))
        self.status = move.target or self.status


def tell_story(chance: random.Random, created_at: datetime, days: int, now: datetime) -> Story:
    """A likely course of a ticket with a limit of `days`, up to now."""
    story = Story(created_at, created_at + timedelta(hours=4), created_at + timedelta(days=days))
    story.go(RECEIVE, _BOT, created_at, "自动受理")
    story.go(DISPATCH, _BOT, created_at, "规则：物业先办")
    _, end, closing, rating = chance.choices(_ENDS, _WEIGHTS)[0]
    signed = created_at + timedelta(minutes=chance.expovariate(1 / 75))
    done = signed + timedelta(days=days * chance.lognormvariate(-1, 0.75))  # one in eleven is late
    steps = _TAKES[end]
    if end in {Status.WITHDRAWN, Status.DECLINED}:
        _stop_early(story, end, signed, now)
    if steps >= 2 and signed < now:
        story.go(ACCEPT, _STAFF, signed)
        story.accepted_at = signed
    if story.status is Status.WORKING and chance.random() < 0.06 and signed + timedelta(days=1) < now:
        story.go(URGE, _RESIDENT, signed + timedelta(days=1), "什么时候能好")
        story.urges = 1
    is_done = steps >= 3 and story.status is Status.WORKING and done < now
    if story.status is Status.WORKING and chance.random() < _CALLS:
        _whistle(story, chance, signed, done if is_done else None, now)
    if is_done:
        _finish(story, chance, done, now, closing, rating)
    return story


def _whistle(story: Story, chance: random.Random, signed: datetime, done: datetime | None, now: datetime) -> None:
    """Calls a team at half of the work's time; most teams report in within their hour."""
    until = done or min(now, signed + timedelta(hours=8))
    called, due = signed + (until - signed) / 2, signed + (until - signed) / 2 + timedelta(hours=1)
    came = min(called + timedelta(minutes=chance.expovariate(1 / 35)), until)
    story.go(WHISTLE, Role.GRID_STAFF, called, "要两家一起办")
    story.go(REPORT_IN, _STAFF, came, "报到")
    if done:
        story.go(FINISH, _STAFF, done, "我们这块办完了")
    story.call = Call(called, due, came, done)


def _stop_early(story: Story, end: Status, at: datetime, now: datetime) -> None:
    if at >= now:
        return
    if end is Status.WITHDRAWN:
        story.go(WITHDRAW, _RESIDENT, at)
    else:
        story.go(DECLINE, Role.GRID_STAFF, at, "属于业主自管范围")
        story.closing = Closing.NOT_OURS.value
    story.ended_at = at


def _again(story: Story, reopened: datetime, now: datetime) -> datetime:
    """Reopens the ticket, signs and completes it again, as far as time allows. Returns the completion time."""
    story.go(REOPEN, _RESIDENT, reopened, "还是没好")
    story.accepted_at = story.resolved_at = None
    story.reopenings = 1
    signed, done = reopened + timedelta(hours=3), reopened + timedelta(days=2)
    if signed < now:
        story.go(ACCEPT, _STAFF, signed)
        story.accepted_at = signed
    if done < now:
        story.go(RESOLVE, _STAFF, done, "又处理了一遍，请您看看")
        story.resolved_at = done
    return done


def _finish(
    story: Story, chance: random.Random, done: datetime, now: datetime, closing: Closing | None, rating: int | None
) -> None:
    story.go(RESOLVE, _STAFF, done, "已处理好，请您看看")
    story.resolved_at = done
    if chance.random() < 0.03 and done + timedelta(hours=6) < now:
        done = _again(story, done + timedelta(hours=6), now)
        if story.status is not Status.RESOLVED:
            return
    asked = timedelta(days=7) if closing is Closing.DEFAULT else timedelta(hours=chance.expovariate(1 / 20))
    if done + asked >= now:
        return
    if rating:
        story.go(RATE, _RESIDENT, done + asked, ("", "不满意", "基本满意", "满意")[rating])
        story.rating = rating
    by = {Closing.CONFIRMED: _RESIDENT, Closing.DEFAULT: _BOT}.get(closing or Closing.DEFAULT, Role.GRID_STAFF)
    story.go(CLOSE, by, done + asked, "已向居民说明" if closing is Closing.EXPLAINED else "")
    story.ended_at, story.closing = done + asked, (closing or Closing.DEFAULT).value
