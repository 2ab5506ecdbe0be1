"""看: show a ticket in full to its team, and write the read log."""

from handlers.appointments.lifecycle import visit_line
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.disclosure.policy import Field, Way, sight
from handlers.evidence.links import page_line
from handlers.notifications import ticket_text
from handlers.staff.commands import reach
from handlers.tickets.duty_card import duty_line
from handlers.tickets.scope import as_reach
from models.person import STAFF, Look
from models.ticket import Source, Ticket

router = Router("in full")


VIEW = Command(
    ("看", "详情"), roles=STAFF, help="看 [工单号]：看工单全文和经过", every_day=True, wants_words=False, opens=True
)


@router.command(VIEW)
def look(context: Context) -> Reply:
    """Show a ticket in full; the read log stores who looked."""
    mine = reach(context) | as_reach(Ticket.reporter_id == context.person.id)
    picked = pick(context, mine, (), VIEW)
    return picked if isinstance(picked, Reply) else Reply(opened(context, picked[0]), keep=True)


def opened(context: Context, ticket: Ticket) -> str:
    """The full text of a ticket; writes the read log."""
    context.session.add(
        Look(person_id=context.person.id, ticket_id=ticket.id, via=context.say("readers.by_chat"), at=context.now)
    )
    seen = sight(context.town, ticket, context.person, Way.OPENED)
    neighbours = ticket_text.words_of_neighbours(context.session, context.town, ticket)
    text = "\n".join(map(seen.words, [ticket.text, *neighbours]))
    pictures = len(ticket.attachments) if {Field.PHOTOS, Field.VOICE} <= seen.may else 0
    full = context.say(
        "working.full",
        line=ticket_text.line(context.town, ticket, context.now, context.person, Way.OPENED),
        text=text if Field.WORDS in seen.may else seen.errand,
        source=ticket_text.SOURCE_NAMES[Source(ticket.source)],
        team=ticket_text.team_name(context.town, ticket.team),
        rule=ticket.rule,
        duty=duty_line(context, ticket) if Field.WORDS in seen.may else "",
        due=_due_line(context, ticket),
        visit=visit_line(context, ticket) if Field.WORDS in seen.may else "",
        media=context.say("working.media", count=pictures, number=ticket.number) if pictures else "",
        history="\n".join(ticket_text.timeline(context.session, ticket, context.now, seen)),
    )
    return full + page_line(context.town, ticket, context.person, context.now)


def _due_line(context: Context, ticket: Ticket) -> str:
    due = ticket_text.due(ticket)
    if due is None:
        return ""
    whose = context.town.limits.promised(ticket.limit_rule) if due == ticket.handle_by else ""
    of_whom = context.say("working.due_of", whose=whose) if whose else ""
    return context.say("working.due", due=ticket_text.moment(due, context.now), whose=of_whom)
