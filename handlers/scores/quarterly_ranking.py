"""考评季报: the ranking of companies, grids and communities of an area, and the most thanked staff."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.practice_settings.scores import Side
from handlers.practices.report_period import which_time
from handlers.scores.counts import Span
from handlers.scores.statement import Statement, asked_for, statements
from handlers.scores.subjects import all_of, may_see
from handlers.scores.thanks import thanked_most
from handlers.town.town import Town
from models.person import OVERSEERS, Person
from models.promise import Practice

router = Router("report of scores")
_SHOWN, _THANKED = 8, 3

REPORT = Command(
    ("考评季报",),
    roles=OVERSEERS,
    help="考评季报 [上季度]：各物业、各社区的分、等级、星级，居民谢得最多的人",
    practice=Practice.SCORES,
)


@router.command(REPORT)
def report(context: Context) -> Reply:
    """The ranking of this quarter, if no other is named; without subjects that had no tickets."""
    asked = asked_for(context.rest, context.now)
    if asked is None:
        return which_time(context, context.rest)
    name, span = asked
    sections = [
        _section(context, side, of_side(context.session, context.town, context.person, side, span)) for side in Side
    ]
    thanked = [who for who, _, _ in thanked_most(context.session, span, _THANKED)]
    period = name or context.say("council.this_quarter")
    title = context.say("scores.report", period=period, practice=context.town.practices.name(Practice.SCORES))
    last = context.say("scores.report_thanked", names="、".join(thanked)) if thanked else ""
    how = context.say("scores.report_open" if any(sections) else "scores.report_empty")
    return Reply("\n".join(filter(None, (title, *sections, last, how))), keep=True)


def of_side(session: Session, town: Town, reader: Person, side: Side, span: Span) -> list[Statement]:
    """Statements that the reader may see, without subjects that had no tickets."""
    theirs = [each for each in all_of(town, side) if may_see(town, reader, each)]
    made = statements(session, town, theirs, side, span)
    return [each for each in made if each.judged or each.lines]


def _section(context: Context, side: Side, made: Sequence[Statement]) -> str:
    lines = [_line(context, each) for each in made[:_SHOWN]]
    if len(made) > _SHOWN:
        lines.append(context.say("scores.report_more", count=len(made) - _SHOWN, lowest=_line(context, made[-1])))
    return "\n".join((context.say(f"scores.side_{side}", count=len(made)), *lines)) if made else ""


def _line(context: Context, made: Statement) -> str:
    facts = {"name": made.subject.name, "total": f"{made.total:g}", "grade": made.grade.name}
    return context.say("scores.report_line", stars="★" * made.grade.stars, **facts)
