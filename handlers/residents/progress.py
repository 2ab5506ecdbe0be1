"""Residents ask for the progress of their tickets, and urge the team."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import bindparam, func, select

from handlers.appointments.lifecycle import visit_line
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import just_told
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import tells_no_place
from handlers.dialogue.router import Router, intent, menu
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick, which
from handlers.evidence.ask_pictures import bring
from handlers.evidence.links import page_line
from handlers.neighbours.votes import asked_about
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents.incomplete import ask_where, asks_of
from handlers.residents.outcome import please_rate
from handlers.tickets.access import followed, has_own, how_many, own, resident, tickets
from handlers.tickets.duty_card import duty_line
from handlers.tickets.staff_complaints import hear
from models import status_moves
from models.deferred_inserts import catch_up
from models.person import Role
from models.status_moves import ACTIVE, OPEN, Status
from models.ticket import Ticket, TicketEvent
from nlp.reading.understanding import Intent

router = Router("progress")
_LISTED = 8
_PLAINLY = 0.95


PROGRESS = Command(
    ("进度", "查询", "我的工单"),
    roles=frozenset((Role.RESIDENT,)),
    help="进度：看您报的事办到哪一步了",
    every_day=True,
    wants_words=False,
)
VIEW_OWN = Command(
    ("看",), roles=frozenset((Role.RESIDENT,)), help="看 工单号：看您报的这件，照片一起发给您", wants_words=False
)
URGE = Command(
    ("催办", "催单", "催一下"), roles=frozenset((Role.RESIDENT,)), help="催办：提醒承办单位抓紧", every_day=True
)


_LAST_URGE = select(func.max(TicketEvent.at)).where(
    TicketEvent.ticket_id == bindparam("ticket"), TicketEvent.move == status_moves.URGE.name
)


@router.on(menu("progress"))
@router.on(intent(Intent.PROGRESS))
@router.command(PROGRESS)
def show_progress(context: Context) -> Reply | None:
    """List all open tickets; a single one, or one named by its number, is shown in full."""
    if context.rest and context.rest[0].isdigit():
        picked = pick(context, followed(context.person), (), PROGRESS)
        return picked if isinstance(picked, Reply) else _in_full(context, picked[0])
    mine = own(context.session, context.person, ACTIVE, _LISTED)
    if not mine and context.state == Asks.PLACE and tells_no_place(context):
        return None  # 「啥时候来修」 is about the report whose place we are asking for
    if not mine:
        return Reply(context.say(_nothing_open(context)), keep=True, missed=_is_guessed(context))
    if len(mine) == 1:
        return _in_full(context, mine[0])
    lines = "\n".join(ticket_text.line(context.town, ticket, context.now, context.person) for ticket in mine)
    count = len(mine)
    if count == _LISTED:
        count = how_many(context.session, tickets(followed(context.person), ACTIVE))
    more = context.say("progress.and_more", count=count - _LISTED) if count > _LISTED else ""
    return Reply(context.say("progress.list", count=count, lines=lines + more), keep=True)


@router.command(VIEW_OWN)
def look(context: Context) -> Reply | None:
    """Show one of their own in full, with its pictures. 「看」 without a number is the beginning of a sentence."""
    if not context.rest[:1].isdigit():
        return None
    picked = pick(context, followed(context.person), (), VIEW_OWN)
    if isinstance(picked, Reply):
        return picked
    shown, pictures = _in_full(context, picked[0]), bring(context, picked[0])
    return replace(shown, text=f"{shown.text}\n{pictures}") if pictures else shown


def _is_guessed(context: Context) -> bool:
    """The reader chose the intent PROGRESS with low confidence."""
    seen = context.understanding
    return seen is not None and seen.intent is Intent.PROGRESS and seen.intent_confidence < _PLAINLY


def _nothing_open(context: Context) -> str:
    """The wording for no open ticket; staff and supervisors are pointed to their own commands."""
    if context.person.is_overseer:
        return "progress.nothing_open_overseer"
    return "progress.nothing_open_staff" if context.person.is_staff else "progress.nothing_open"


def _in_full(context: Context, ticket: Ticket) -> Reply:
    if ticket.status == Status.RESOLVED and asked_about(context) is not None and not context.rest:
        return please_rate(context, ticket)  # only their own answer is missing
    if ticket.status != Status.INCOMPLETE:
        return Reply(details(context, ticket), keep=True)
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    said = context.say("incomplete.details", line=line, text=ticket.title)
    return Reply(said, Asks.TICKET_PLACE, asks_of(ticket), keep=bool(context.state))


def details(context: Context, ticket: Ticket) -> str:
    """A ticket as its resident sees it: status, team, deadline and recent history."""
    last = ticket_text.timeline_for(context.session, context.town, ticket, context.now, context.person)[-5:]
    said = context.say(
        "progress.details",
        line=ticket_text.line(context.town, ticket, context.now, context.person),
        team=ticket_text.team_name(context.town, ticket.team),
        duty=duty_line(context, ticket),
        due=_due(context, ticket),
        visit=visit_line(context, ticket),
        history="\n".join(last),
        further=context.say("progress.further") if Status(ticket.status) in OPEN else "",
    )
    return said + page_line(context.town, ticket, context.person, context.now, as_resident=True)


def _due(context: Context, ticket: Ticket) -> str:
    limit = ticket_text.limit(context.town, ticket, context.now)
    return context.say("progress.due", due=limit) if limit else ""


@router.on(intent(Intent.URGE))
@router.command(URGE)
def urge(context: Context) -> Reply | None:
    """Urge the team, at most once within `urge_minutes`, so that they take it seriously."""
    if not context.rest and not has_own(context.session, context.person, OPEN):
        return None  # no open ticket: the words may be a report
    ticket = _meant(context)
    if isinstance(ticket, Reply):
        return ticket
    if ticket.status == Status.INCOMPLETE:
        return ask_where(context, ticket)  # no team has it yet: it needs its place first
    since = _last_urge(context, ticket)
    if since is not None:
        return Reply(
            context.say("progress.urged_already", number=ticket.number, ago=ticket_text.lasting(since)), keep=True
        )
    hear(context, ticket, context.text)
    ticket.apply(status_moves.URGE, by=resident(context.person), at=context.now, note=context.text[:100])
    notify(context.session, context.town, ticket, "urge", context.now, but=context.person, count=ticket.urges)
    values = {"number": ticket.number, "team": ticket_text.team_name(context.town, ticket.team)}
    return Reply(context.say("progress.urged", due=_due(context, ticket), **values))


def _meant(context: Context) -> Ticket | Reply:
    """The ticket meant: by number, by its problem, or the one just notified; else ask which."""
    if not context.rest:
        mine, seen = own(context.session, context.person, tuple(OPEN), _LISTED), context.understanding
        fitting = [ticket for ticket in mine if seen and seen.item and seen.item == ticket.item] or mine
        just = just_told(context, fitting)
        if len(fitting) > 1 and just is None:
            return which(context, fitting, "", URGE)
        return just or fitting[0]
    picked = pick(context, followed(context.person), tuple(OPEN), URGE)
    return picked if isinstance(picked, Reply) else picked[0]


def _last_urge(context: Context, ticket: Ticket) -> timedelta | None:
    """How long ago it was urged, if within `urge_minutes`; else None."""
    catch_up(context.session, TicketEvent)
    at = context.session.connection().scalar(_LAST_URGE, {"ticket": ticket.id})
    since = context.now - at if at else None
    return since if since is not None and since < timedelta(minutes=context.town.habits.urge_minutes) else None
