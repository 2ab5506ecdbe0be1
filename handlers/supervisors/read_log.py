"""「谁看过」: the read log of a ticket, for supervisors and its reporter. It names no resident."""

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.notifications import ticket_text
from handlers.tickets.access import overseen
from models.person import OVERSEERS, Look, Person, Role, highest
from models.ticket import Ticket

router = Router("readers")
MOST = 20


READ_LOG = Command(
    ("谁看过",), roles=OVERSEERS | {Role.RESIDENT}, only_asks=True, help="谁看过 工单号：哪些人打开过这张工单的全文"
)


@router.command(READ_LOG)
def who_looked(context: Context) -> Reply:
    """Who opened the ticket, the latest first."""
    mine = Ticket.reporter_id == context.person.id
    picked = pick(context, overseen(context.person) | mine, (), READ_LOG)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    found = select(Look, Person).outerjoin(Person, Person.id == Look.person_id).where(Look.ticket_id == ticket.id)
    rows = context.session.execute(found.order_by(Look.id.desc()).limit(MOST)).all()
    lines = "\n".join(_line(context, look, person) for look, person in rows)
    count = context.session.scalar(select(func.count()).where(Look.ticket_id == ticket.id)) or 0
    lines += context.say("readers.more", shown=MOST, count=count) if count > MOST else ""
    key = "readers.list" if rows else "readers.nobody"
    return Reply(context.say(key, number=ticket.number, lines=lines), keep=True)


def _line(context: Context, look: Look, person: Person | None) -> str:
    at = ticket_text.moment(look.at, context.now)
    if person is None:
        return f"{at} {look.via or context.say('readers.by_command')}"
    role = highest(person.roles)
    if not context.person.is_overseer:
        team = ticket_text.team_name(context.town, person.team) if person.team else ""
        return f"{at} {team}{ticket_text.ROLE_NAMES[role]}"
    return f"{at} {person.name or context.say('readers.no_name')} {ticket_text.ROLE_NAMES[role]}"
