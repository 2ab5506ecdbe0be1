"""「考评」: the person's own statement, or another that they may read; each line lists its tickets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import is_shut_out
from handlers.notifications import ticket_text
from handlers.practice_settings.scores import RATED, Side
from handlers.scores.counts import Span
from handlers.scores.opened import opened_line, ratings
from handlers.scores.statement import ScoreLine, Statement, asked_for, statement
from handlers.scores.subjects import Subject, may_see, named, own, subject
from handlers.town.downloads import ScoreLink
from models.person import OVERSEERS, STAFF
from models.promise import Practice
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
    """Show a statement, of this quarter if no other time is named."""
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
    told = "\n".join(
        filter(None, (_told(context, made, name or context.say("council.this_quarter")), _page(context, made, span)))
    )
    return Reply(told, Asks.SCORE_LINES, slots) if made.lines else Reply(told, keep=True)


def _apart(context: Context) -> tuple[str, str]:
    """The words for the subject, and those for the period."""
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
    text = "\n".join(ratings(context, one, span)) if what == RATED else _tickets(context, one, what, span)
    return Reply(text, Asks.SCORE_LINES, slots)


def _tickets(context: Context, one: Subject, what: str, span: Span) -> str:
    found = opened_line(context.session, context.town, one, what, span)
    assert found is not None  # noqa: S101  (the line was shown)
    lines = [_ticket(context, each) for each in found.tickets[:_SHOWN]]
    if len(found.tickets) > _SHOWN:
        lines.append(context.say("scores.more", count=len(found.tickets) - _SHOWN))
    title = context.say("scores.tickets", clause=found.clause, count=len(found.tickets))
    return "\n".join((title, *lines, *([context.say("scores.contest_how")] if found.takes else [])))


def _ticket(context: Context, ticket: Ticket) -> str:
    if is_shut_out(context.town, ticket, context.person):
        return context.say("scores.number_alone", number=ticket.number)
    return "· " + ticket_text.line(context.town, ticket, context.now, context.person)


def _page(context: Context, made: Statement, span: Span) -> str:
    """A link to the statement's page, with its download."""
    if context.town.links is None:
        return ""
    hours, one = context.town.privacy.board_hours, made.subject
    ends = context.now + timedelta(hours=hours)
    link = ScoreLink(context.person.id, one.side.value, one.code, span.since, span.until, ends)
    return context.say("scores.page", hours=hours, link=context.town.links.to_scores(link))
