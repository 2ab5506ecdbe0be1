"""「可以」「改天」「周六行吗」「下午在家」: residents' texts about the time of a visit, asked or not."""

from datetime import datetime, time

from handlers.appointments.lifecycle import agree, propose, put_off, spoken, standing, standing_of
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import just_told
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.notifications.pushes import notify
from handlers.tickets.access import own, resident
from models import status_moves
from models.status_moves import NOTE, Status
from models.ticket import CHINA, Ticket
from nlp.answers.choices import is_filler
from nlp.answers.when import When, home_hours, is_about_a_visit, puts_off, read_when
from nlp.reading.understanding import Intent, Wish

router = Router("appointments of residents")
_LONGEST = 30
_MOST = 8
_OTHER = frozenset({Intent.URGE, Intent.PROGRESS, Intent.WITHDRAW, Intent.HUMAN, Intent.RATE})
_PLAINLY = 0.6


@router.on(in_state(Asks.VISIT))
def proposal_answered(context: Context) -> Reply | None:
    """The answer to a proposed time: 1 or 「可以」, 2 or 「改天」, or another time."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    visit = standing(context, ticket) if ticket else None
    if ticket is None or visit is None or Status(ticket.status) not in status_moves.VISIT.sources:
        return None
    if context.number == 0:
        agree(context, ticket, visit, resident(context.person))
        return Reply(context.say("appointments.set", number=ticket.number, when=spoken(context, visit)))
    if context.number is None and not _is_about_a_visit(context):
        return None
    return _told(context, ticket) if ticket.reporter_id == context.person.id else _noted(context, ticket)


@router.on(lambda context: context if context.text and context.is_free and _is_about_a_visit(context) else None)
def told_unasked(context: Context) -> Reply | None:
    """A text about a visit, unasked: for the ticket just notified, else the latest, those with a visit first."""
    mine = own(context.session, context.person, tuple(status_moves.VISIT.sources), _MOST)
    mine = [each for each in mine if each.reporter_id == context.person.id and each.category != "consult"]
    visited = standing_of(context, mine) if mine else {}
    fitting = [ticket for ticket in mine if ticket.id in visited] or mine
    ticket = just_told(context, fitting) or (fitting[0] if fitting else None)
    return _told(context, ticket) if ticket else None


def amended(context: Context, ticket: Ticket, right: str) -> Reply | None:
    """「说错了，不是上午，是下午」: change the time, by default on the same day. None without a visit or a time."""
    visit = standing(context, ticket)
    when = read_when(right, context.now.astimezone(CHINA)) if visit else None
    if visit is None or when is None:
        return None
    if not when.names_day:
        when = read_when(right, datetime.combine(visit.starts_at.astimezone(CHINA).date(), time(), CHINA)) or when
    return _wished(context, ticket, when)


def _is_about_a_visit(context: Context) -> bool:
    """Whether the text is about a visit, and not a report that also says when they are at home."""
    seen = context.understanding
    if is_filler(context.text) and not context.answers:  # 「行」 to 「约好了」
        return False
    if seen is None or len(context.text) > _LONGEST or seen.red_flag or (seen.place and seen.place.known):
        return False
    if seen.intent is Intent.URGE and seen.wish is not Wish.APPOINT and seen.intent_confidence >= _PLAINLY:
        return False  # 「等到周五黄花菜都凉了，快点行不行」 names a day, but only urges
    wished = seen.wish is Wish.APPOINT and (seen.intent not in _OTHER or seen.intent_confidence < _PLAINLY)
    if not wished and not is_about_a_visit(context.text, context.now.astimezone(CHINA)):
        return False
    return not (seen.sure and (seen.item or seen.intent is Intent.REPORT))


def _told(context: Context, ticket: Ticket) -> Reply:
    when = home_hours(context.text, context.now.astimezone(CHINA))
    if when:
        return _wished(context, ticket, when if when.names_day else _that_day(context, ticket) or when)
    if context.number == 1 or puts_off(context.text):
        put_off(context, ticket, resident(context.person), context.text)
        return Reply(context.say("appointments.put_off", number=ticket.number))
    return _noted(context, ticket)


def _that_day(context: Context, ticket: Ticket) -> When | None:
    """「两点不行，四点以后吧」: the time on the proposed day."""
    visit = standing(context, ticket) if context.answers else None
    day = visit.starts_at.astimezone(CHINA).date() if visit else None
    return home_hours(context.text, datetime.combine(day, time(), CHINA)) if day else None


def _noted(context: Context, ticket: Ticket) -> Reply:
    """Pass the words on to the team; a neighbour who only follows the ticket can't change the visit."""
    words = context.say("appointments.not_then") if context.text.isdecimal() else context.text
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=words)
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=words)
    return Reply(context.say("filing.added", number=ticket.number))


def _wished(context: Context, ticket: Ticket, when: When) -> Reply:
    visit = propose(context, ticket, when, resident(context.person), by_staff=False)
    said, now = spoken(context, visit), context.now
    notify(context.session, context.town, ticket, "visit_wished", now, but=context.person, when=said, note=context.text)
    return Reply(context.say("appointments.told", number=ticket.number, when=said))
