"""「考评」: one's own statement, or another's that may be read; each line opens to its tickets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from handlers.customs.scores import RATED, Side
from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import is_shut_out
from handlers.notifications import ticket_text
from handlers.scores.counts import Span, condition, of_subject
from handlers.scores.statement import ScoreLine, Statement, asked_for, name_of, statement
from handlers.scores.subjects import Subject, may_see, named, own, subject
from models.person import OVERSEERS, STAFF
from models.promise import Practice
from models.scores import CommunityRating
from models.ticket import Ticket
from nlp.questions.periods import periods_in

router = Router("scores")
_SHOWN = 12

READ = Command(
    ("考评",),
    roles=STAFF | OVERSEERS,
    help="考评 [单位、网格或社区] [上季度]：多少分、什么等级，每一分是哪些工单",
    practice=Practice.SCORES,
)


@router.command(READ)
def read(context: Context) -> Reply:
    """Of this quarter, where no other time is named."""
    words, when = _apart(context)
    one = named(context.town, words) if words else own(context.town, context.person)
    if one is None or not may_see(context.town, context.person, one):
        return Reply(context.say("scores.whose", words=words[:20]), keep=True)
    asked = asked_for(when, context.now)
    assert asked is not None  # noqa: S101  (what was found as a time is one)
    name, span = asked
    made = statement(context.session, context.town, one, span)
    slots = {
        "keys": [line.rule.what for line in made.lines] or [""],
        "side": one.side.value,
        "code": one.code,
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
    }
    told = _told(context, made, name or context.say("council.this_quarter"))
    return Reply(told, Asks.SCORE_LINES, slots) if made.lines else Reply(told, keep=True)


def _apart(context: Context) -> tuple[str, str]:
    """Whose, and when."""
    said = next(iter(periods_in(context.rest, context.now)), None)
    if said is None:
        return context.rest.strip(), ""
    words = context.rest[: said.start] + context.rest[said.end :]
    return words.strip(), context.rest[said.start : said.end]


def _told(context: Context, made: Statement, period: str) -> str:
    lines = numbered([line_text(context, line) for line in made.lines])
    facts = {"name": made.subject.name, "period": period, "judged": made.judged, "base": f"{made.base:g}"}
    facts |= {"total": f"{made.total:g}", "grade": made.grade.name, "stars": "★" * made.grade.stars}
    text = context.say("scores.statement", practice=context.town.practices.name(Practice.SCORES), **facts)
    return "\n".join(filter(None, (text, lines, context.say("scores.open_one") if made.lines else "")))


def line_text(context: Context, line: ScoreLine) -> str:
    key = "scores.line_rated" if line.rule.what == RATED else "scores.line"
    return context.say(key, clause=line.rule.clause, count=line.count, points=f"{line.points:+g}")


@router.on(in_state(Asks.SCORE_LINES))
def opened(context: Context) -> Reply | None:
    """The tickets of a line, or how companies rated."""
    if context.number is None:
        return None
    slots: Mapping[str, Any] = context.slots
    one = subject(context.town, Side(slots["side"]), slots["code"])
    what = slots["keys"][context.number]
    if one is None or not may_see(context.town, context.person, one):
        return None
    since, until = (datetime.fromisoformat(slots[name]) for name in ("since", "until"))
    span = Span(since, until, context.now)
    text = _rated(context, one, span) if what == RATED else _tickets(context, one, what, span)
    return Reply(text, Asks.SCORE_LINES, slots)


def _tickets(context: Context, one: Subject, what: str, span: Span) -> str:
    where = of_subject(one) & condition(context.town, one.side, what, span)
    found = context.session.scalars(select(Ticket).where(where).order_by(Ticket.id.desc())).all()
    lines = [_ticket(context, each) for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(context.say("scores.more", count=len(found) - _SHOWN))
    rule = next(each for each in context.town.scoring.sheets[one.side].rules if each.what == what)
    title = context.say("scores.tickets", clause=rule.clause, count=len(found))
    return "\n".join((title, *lines, *([context.say("scores.contest_how")] if rule.takes else [])))


def _ticket(context: Context, ticket: Ticket) -> str:
    if is_shut_out(context.town, ticket, context.person):
        return context.say("scores.number_alone", number=ticket.number)
    return "· " + ticket_text.line(context.town, ticket, context.now, context.person)


def _rated(context: Context, one: Subject, span: Span) -> str:
    """How many gave how much; who said what is for those above alone."""
    mine = (CommunityRating.community == one.code) & (CommunityRating.quarter == name_of(span))
    rows = context.session.scalars(select(CommunityRating).where(mine).order_by(CommunityRating.id)).all()
    if not context.person.is_overseer:
        points = "、".join(str(each) for each in sorted((row.points for row in rows), reverse=True))
        return context.say("scores.rated", count=len(rows), points=points)
    lines = (_rating(context, row) for row in rows)
    return "\n".join((context.say("scores.rated_by", count=len(rows)), *lines))


def _rating(context: Context, row: CommunityRating) -> str:
    name = ticket_text.team_name(context.town, row.team)
    return context.say("scores.rating", name=name, points=row.points, words=row.words)
