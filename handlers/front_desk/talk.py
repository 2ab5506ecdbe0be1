"""A talk between staff and a resident: the bot only passes their words on."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.media import NAMES, hold
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import is_shut_out, shut_out
from handlers.notifications.pushes import notify
from handlers.tickets.access import resident
from handlers.tickets.change import Change, DueTimer, PersonalChange
from handlers.tickets.staff_complaints import hear
from handlers.town.routing import own_route
from handlers.world.rosters import at_hand, reach_of
from handlers.world.staff import Colleague
from models.conversation import Asked, Inbound
from models.deferred_inserts import append
from models.grid import Level
from models.new_tickets import row_of
from models.person import Person
from models.push import Timer
from models.status_moves import NOTE
from models.ticket import Ticket

WAITS = "talk_waits"
OVER = frozenset({"结束", "结束人工", "退出人工"})
_LINES = 5
_LATELY = timedelta(hours=2)


def open_talk(context: Context) -> OpenQuestion | None:
    """The talk that this resident is in; None if there is none, and always for staff and supervisors."""
    return next((each for each in context.asked if each.state == Asks.TALK), None)


def begin(context: Context, ticket: Ticket) -> bool:
    """Notify the grid's or hall's staff with the last lines, and open the talk. False: no talk, e.g. at night."""
    session, town, now, person = context.session, context.town, context.now, context.person
    asleep = town.quiet_hours.wait(now) > now
    lines, ticket = last_lines(context), row_of(session, ticket)  # hear() below may change the ticket
    for line in lines.splitlines():  # each line may be about another matter
        hear(context, ticket, line)
    staff = _staff(context, ticket)
    notify(session, town, ticket, "human", now, but=person, named=staff, note=lines)
    if asleep or not staff or person.is_staff or person.is_overseer:
        return False
    close(context, ticket)
    _open(context, ticket, person.id, Asks.TALK, {"staff": [each.id for each in staff], "answered": False})
    for each in staff:
        _open(context, ticket, each.id, Asks.TALK_ANSWER, {"resident": person.id})
    _watch(context, ticket)
    return True


def said(context: Context, talk: OpenQuestion) -> Reply:
    """Pass the resident's words on to staff; until staff have answered, confirm that they were passed on."""
    ticket = context.session.get_one(Ticket, talk.ticket_id)
    if context.text in OVER:
        close(context, ticket)
        return Reply(context.say("talk.over"), keep=True)
    words = _words(context, ticket)
    hear(context, ticket, words)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=words)
    staff = context.session.scalars(select(Person).where(Person.id.in_(talk.slots["staff"]))).all()
    notify(context.session, context.town, ticket, "talk_said", context.now, named=staff, note=words)
    if not talk.slots["answered"]:
        return Reply(context.say("talk.passed_on", phone=context.town.contacts.hall), keep=True)
    go_on(context, ticket)
    return Reply("", keep=True)


def go_on(change: Change, ticket: Ticket, **slots: object) -> None:
    """Extend the talk by `talk_minutes` from now."""
    until = change.now + _patience(change)
    mine = (Asked.key == key(ticket)) & (Asked.ticket_id == ticket.id)
    change.session.execute(update(Asked).where(mine).values(expires_at=until, shown_at=change.now))
    if slots:
        talk = change.session.scalars(select(Asked).where(mine, Asked.state == Asks.TALK.value)).one()
        talk.slots = {**talk.slots, **slots}
    _watch(change, ticket)


def close(change: Change, ticket: Ticket) -> None:
    """End the talk; the bot answers again."""
    change.session.execute(delete(Asked).where(Asked.key == key(ticket), Asked.ticket_id == ticket.id))


def others_at_it(change: PersonalChange, ticket: Ticket) -> Sequence[Person]:
    """Other staff in this ticket's talk."""
    asked = select(Asked.person_id).where(Asked.key == key(ticket), Asked.state == Asks.TALK_ANSWER.value)
    found = select(Person).where(Person.id.in_(asked), Person.id != change.person.id)
    return change.session.scalars(found.order_by(Person.id)).all()


def nobody_said_more(ringing: DueTimer) -> None:
    """The talk expired: end it and tell the resident."""
    mine = (Asked.key == key(ringing.ticket)) & (Asked.state == Asks.TALK.value)
    talk = ringing.session.scalar(select(Asked).where(mine))
    if talk is None or talk.expires_at > ringing.now:
        return
    person = ringing.session.get_one(Person, talk.person_id)
    what = "talk_over" if talk.slots["answered"] else "talk_late"
    close(ringing, ringing.ticket)
    notify(ringing.session, ringing.town, ringing.ticket, what, ringing.now, named=[person])


def key(ticket: Ticket) -> str:
    """The key of the question rows of a talk."""
    return f"talk:{ticket.id}"


def last_lines(context: Context) -> str:
    """The person's last lines within two hours, the newest last."""
    since = Inbound.received_at >= context.now - _LATELY
    mine = select(Inbound.content).where(Inbound.openid == context.person.openid, since)
    found = context.session.scalars(mine.order_by(Inbound.received_at.desc(), Inbound.key.desc()).limit(_LINES))
    return "".join(f"\n“{content['text']}”" for content in reversed(found.all()) if content.get("text"))


def _staff(context: Context, ticket: Ticket) -> Sequence[Colleague]:
    """Present staff of the grid, else of the community; for a complaint about staff, of the levels above."""
    out = shut_out(context.town, ticket)
    for level in (Level.COMMUNITY, Level.STREET) if out else (Level.GRID, Level.COMMUNITY):
        if level.value in out:
            continue
        if found := [each for each in _there(context, ticket, level) if each.openid and each.id != context.person.id]:
            return found
    overseers = context.town.staff.overseeing(reach_of(ticket))
    return [each for each in overseers if each.openid and not is_shut_out(context.town, ticket, each)]


def _there(context: Context, ticket: Ticket, level: Level) -> Iterable[Colleague]:
    route = own_route(context.town.world, ticket.grid, level)
    if route is None:
        return []
    town, works_on = context.town, context.town.calendar.works_on
    found = at_hand(town.staff, ticket, context.now, [route.team.code], works_on, rings=False)
    return [present.person for _, there in found for present in there]


def _words(context: Context, ticket: Ticket) -> str:
    message = context.message
    if message.kind in NAMES:
        hold(context).ticket_id = ticket.id
        return context.text or f"[{NAMES[message.kind]}]"
    return context.text or f"[{message.label or '位置'}]"


def _open(context: Context, ticket: Ticket, person: int, state: Asks, slots: dict[str, object]) -> None:
    values = {"person_id": person, "key": key(ticket), "ticket_id": ticket.id, "state": state.value, "slots": slots}
    until = context.now + _patience(context)
    append(context.session, Asked, **values, text="", shown_at=context.now, expires_at=until)


def _watch(change: Change, ticket: Ticket) -> None:
    at = change.now + _patience(change)
    about = {"key": f"{ticket.id}:{WAITS}:{at.timestamp():.6f}", "kind": WAITS, "ticket_id": ticket.id}
    append(change.session, Timer, **about, due_at=at, created_at=change.now)


def _patience(change: Change) -> timedelta:
    return timedelta(minutes=change.town.habits.talk_minutes)
