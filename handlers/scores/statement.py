"""A score statement: lines with clause, count and points; total, grade and stars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.figures.days import quarter_start
from handlers.practice_settings.scores import RATED, Grade, Rule, Sheet, Side
from handlers.scores.counts import JUDGED, Span, counts
from handlers.scores.subjects import Subject
from handlers.town.town import Town
from models.scores import CommunityRating
from models.ticket import CHINA
from nlp.questions.days import months_on
from nlp.questions.periods import find_period

MIDDLE = 3
"""The neutral rating of 1 to 5: ratings above it add points, below it deduct"""
_FULL = 100


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A rule with its count and points."""

    rule: Rule
    count: int
    points: float


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of one subject for one quarter."""

    subject: Subject
    base: float
    judged: int
    lines: Sequence[ScoreLine]
    total: float
    grade: Grade


def quarter_of(now: datetime) -> Span:
    """The current quarter."""
    since = quarter_start(now)
    return Span(since, months_on(since, 3), now)


def quarter_before(now: datetime) -> Span:
    this = quarter_of(now)
    return Span(months_on(this.since, -3), this.since, now)


def asked_for(words: str, now: datetime) -> tuple[str, Span] | None:
    """The period's name and span, e.g. of 「上季度」; without words the current quarter. None if it can't be parsed."""
    period = find_period(words, now) if words else None
    if words and period is None:
        return None
    span = Span(period.since, period.until, now) if period else quarter_of(now)
    return (period.name if period else ""), span


def name_of(span: Span) -> str:
    """The quarter's name: 「2026-4」."""
    local = span.since.astimezone(CHINA)
    return f"{local.year}-{(local.month - 1) // 3 + 1}"


def statement(session: Session, town: Town, one: Subject, span: Span) -> Statement:
    found = counts(session, town, one.side, span, one)
    return _made(town, one, found.get(one.code, {}), _ratings(session, span).get(one.code))


def statements(session: Session, town: Town, subjects: Sequence[Subject], side: Side, span: Span) -> list[Statement]:
    """The statements of all subjects of a side, the best first."""
    found, rated = counts(session, town, side, span), _ratings(session, span)
    made = [_made(town, each, found.get(each.code, {}), rated.get(each.code)) for each in subjects]
    return sorted(made, key=lambda each: (-each.total, each.subject.code))


def _ratings(session: Session, span: Span) -> dict[str, tuple[int, float]]:
    """(number of companies, mean) by community."""
    mean = select(CommunityRating.community, func.count(), func.avg(CommunityRating.points))
    rows = session.execute(mean.where(CommunityRating.quarter == name_of(span)).group_by(CommunityRating.community))
    return {community: (count, float(average)) for community, count, average in rows}


def _made(town: Town, one: Subject, found: Mapping[str, int], rated: tuple[int, float] | None) -> Statement:
    sheet, judged = town.scoring.sheets[one.side], found.get(JUDGED, 0)
    lines = [_line(sheet, rule, found.get(rule.what, 0), judged, rated) for rule in sheet.rules]
    told = [line for line in lines if line.count]
    total = round(min(max(sheet.base + sum(line.points for line in told), 0), _FULL), 1)
    return Statement(one, sheet.base, judged, told, total, town.scoring.grade(total))


def _line(sheet: Sheet, rule: Rule, count: int, judged: int, rated: tuple[int, float] | None) -> ScoreLine:
    """A line's points. Above `sheet.per` tickets, deductions are scaled down, so that easy reporting isn't punished."""
    if rule.what == RATED:
        companies, average = rated or (0, float(MIDDLE))
        return ScoreLine(rule, companies, _within(rule, rule.points * (average - MIDDLE)))
    share = sheet.per / judged if rule.takes and 0 < sheet.per < judged else 1.0
    return ScoreLine(rule, count, _within(rule, rule.points * count * share))


def _within(rule: Rule, points: float) -> float:
    return round(min(max(points, -rule.cap), rule.cap), 2)
