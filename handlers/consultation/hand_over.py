"""Pass a question to staff: file it as a consultation ticket, which needs no place."""

from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.front_desk import talk
from handlers.notifications import ticket_text
from handlers.residents import locate
from handlers.residents.ask_or_file import has_reported_enough
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from models.ticket import Ticket

CONSULT = "consult"


def handed_over(context: Context, text: str, *, with_talk: bool = False) -> Reply:
    """File the question; the receipt gives team and deadline. `with_talk`: also begin a talk with staff."""
    if has_reported_enough(context):
        return Reply(context.say("filing.too_many", phone=context.town.contacts.hall))
    ticket = _filed(context, text)
    if with_talk:
        key = "welcome.human" if talk.begin(context, ticket) else "welcome.human_later"
        return Reply(context.say(key, number=ticket.number, phone=context.town.contacts.hall), answered=True)
    by = ticket_text.moment(ticket.handle_by, context.now)
    team = ticket_text.team_name(context.town, ticket.team) if ticket.team else context.say("consultation.the_desk")
    return Reply(context.say("consultation.handed_over", number=ticket.number, team=team, handle_by=by))


def _filed(context: Context, text: str) -> Ticket:
    """The ticket, routed by the place in the text, else by the home, else to the whole town's team."""
    draft = Draft(text, category=CONSULT, confidence=1.0)
    seen = context.understanding
    if seen and seen.text == context.message.text and text == context.text:
        draft = locate.place(context, draft, seen)
    if not locate.is_placed(draft):
        draft = locate.at_home(context, replace(draft, places=(), guess=""))
    whole = context.town.world.grid_named(context.town.name)
    return file(context, draft, context.person, None if locate.is_placed(draft) or not whole else whole.code)
