"""The details of a statement's line: its tickets, or the companies' ratings."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.notifications import ticket_text
from handlers.scores.counts import Span, condition, of_subject
from handlers.scores.statement import name_of
from handlers.scores.subjects import Subject
from handlers.tickets.change import PersonalChange
from handlers.town.town import Town
from models.scores import CommunityRating, ScoreContest
from models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Opened:
    """The tickets of one line, newest first."""

    clause: str
    takes: bool
    """The line deducts points, and can be contested"""
    tickets: Sequence[Ticket]


def opened_line(session: Session, town: Town, one: Subject, what: str, span: Span) -> Opened | None:
    """The tickets of a line; None if the rules have no such line."""
    rule = next((each for each in town.scoring.sheets[one.side].rules if each.what == what), None)
    if rule is None:
        return None
    where = of_subject(one) & condition(town, one.side, what, span)
    found = session.scalars(select(Ticket).where(where).order_by(Ticket.id.desc())).all()
    return Opened(rule.clause, rule.takes, found)


def contests(session: Session, town: Town, tickets: Sequence[Ticket]) -> dict[int, str]:
    """The state of each contested ticket, by ticket id."""
    ids = [each.id for each in tickets]
    rows = session.scalars(select(ScoreContest).where(ScoreContest.ticket_id.in_(ids)))
    return {row.ticket_id: town.say(f"scores.{_outcome(row)}") for row in rows}


def _outcome(contest: ScoreContest) -> str:
    if contest.decided_at is None:
        return "undecided"
    return "struck" if contest.upheld else "kept"


def ratings(change: PersonalChange, one: Subject, span: Span) -> list[str]:
    """The ratings as lines; only supervisors see who gave which."""
    mine = (CommunityRating.community == one.code) & (CommunityRating.quarter == name_of(span))
    rows = change.session.scalars(select(CommunityRating).where(mine).order_by(CommunityRating.id)).all()
    if not change.person.is_overseer:
        points = "、".join(str(each) for each in sorted((row.points for row in rows), reverse=True))
        return [change.town.say("scores.rated", count=len(rows), points=points)]
    return [change.town.say("scores.rated_by", count=len(rows)), *(_rating(change, row) for row in rows)]


def _rating(change: PersonalChange, row: CommunityRating) -> str:
    name = ticket_text.team_name(change.town, row.team)
    return change.town.say("scores.rating", name=name, points=row.points, words=row.words)
