"""「致谢」: a resident thanks the assignee; 「最美」 lists the staff whom most residents thanked."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.disclosure.masks import shielded
from handlers.notifications import ticket_text
from handlers.practices.compound_news import tell
from handlers.practices.report_period import which_time
from handlers.scores.counts import Span
from handlers.scores.statement import asked_for
from handlers.tickets.access import followed
from models.person import EVERYBODY, Person
from models.promise import Practice
from models.scores import Thanks
from models.status_moves import Status

router = Router("thanks")
_DONE = (Status.RESOLVED, Status.CLOSED)
_SHOWN = 5

THANK = Command(
    ("致谢",),
    roles=EVERYBODY,
    help="致谢 [工单号] 想说的话：谢谢替您办事的人",
    practice=Practice.SCORES,
)
MOST_THANKED = Command(
    ("最美",),
    roles=EVERYBODY,
    help="最美 [上季度]：居民谢得最多的人",
    practice=Practice.SCORES,
    wants_words=False,
)


@router.command(THANK)
def thank(context: Context) -> Reply:
    """Store thanks, once for a ticket, and not for oneself or one's own team."""
    picked = pick(context, followed(context.person), _DONE, THANK)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    to = context.session.get(Person, ticket.assignee_id) if ticket.assignee_id else None
    if to is None or to.id == context.person.id or (to.team and to.team == context.person.team):
        return Reply(context.say("scores.nobody_to_thank", number=ticket.number), keep=True)
    mine = (Thanks.ticket_id == ticket.id) & (Thanks.person_id == context.person.id)
    if context.session.scalar(select(Thanks.id).where(mine)) is not None:
        return Reply(context.say("scores.thanked_already", number=ticket.number), keep=True)
    row = Thanks(ticket_id=ticket.id, person_id=context.person.id, to_id=to.id, words=words, at=context.now)
    context.session.add(row)
    context.session.flush()
    said = shielded(words) or context.say("scores.thanks_without_words")
    tell(
        context, [to], "thanks", f"thanks:{row.id}", context.say("scores.push_thanks", number=ticket.number, words=said)
    )
    return Reply(context.say("scores.thanked", number=ticket.number))


@router.command(MOST_THANKED)
def most_thanked(context: Context) -> Reply:
    asked = asked_for(context.rest, context.now)
    if asked is None:
        return which_time(context, context.rest)
    name, span = asked
    found = thanked_most(context.session, span, _SHOWN)
    lines = [_line(context, *each) for each in found]
    key = "scores.beautiful" if found else "scores.nobody_thanked"
    period = name or context.say("council.this_quarter")
    return Reply(context.say(key, period=period, lines="\n".join(lines)), keep=True)


def _line(context: Context, name: str, code: str | None, count: int) -> str:
    team = ticket_text.team_name(context.town, code) if code else ""
    return context.say("scores.beautiful_line", name=name, team=team, count=count)


def thanked_most(session: Session, span: Span, most: int) -> list[tuple[str, str | None, int]]:
    """(name, team, number of residents); a resident counts once, however often they thanked."""
    residents = func.count(Thanks.person_id.distinct())
    within = (Thanks.at >= span.since) & (Thanks.at < span.last)
    found = select(Person.name, Person.team, residents).join(Thanks, Thanks.to_id == Person.id).where(within)
    in_order = found.group_by(Person.id, Person.name, Person.team).order_by(residents.desc(), Person.id)
    return [(name, team, count) for name, team, count in session.execute(in_order.limit(most))]
