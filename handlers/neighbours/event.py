"""Neighbours of one event: they join it with their own words and photos, get a receipt, and may leave again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.question_stack import apart, without
from handlers.dialogue.states import Asks
from handlers.neighbours import same_event
from handlers.neighbours.same_event import Same
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.privacy.erasure import FIRST_LEFT
from handlers.tickets.access import resident
from handlers.tickets.change import Change, PersonalChange, UnansweredChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import attach, file
from handlers.tickets.staff_complaints import hear
from handlers.town.town import Town
from models.conversation import reply_question
from models.deferred_inserts import append
from models.follower import Follower
from models.person import Person
from models.push import Timer
from models.status_moves import NOTE, OPEN, Status
from models.ticket import SYSTEM, Ticket

OFFERED = "join_offered"
# The team is told at these numbers of neighbours only, not of every single one.
_MILESTONES = frozenset({5, 10, 20, 50, 100, 200, 500, 1000})


def taken_in(context: Context, draft: Draft) -> Reply | None:
    """Join, or offer to join, an event that was reported before; None if the report is new."""
    if draft.alone:
        return None
    same = same_event.find(context, draft)
    if same is None:
        return None
    if same.mine:
        return told_more(context, same.ticket, draft, "joining.told_again")
    return join(context, same.ticket, draft) if same.at_once else _offered(context, same, draft)


def join(context: Context, ticket: Ticket, draft: Draft) -> Reply:
    """Add the person to the ticket's followers. The receipt says how to report separately instead."""
    before = ticket.neighbours + 1
    add(context, ticket, context.person, draft)
    said = [_advice(context, draft)] if draft.red_flag else []
    said.append(context.say("joining.joined", count=before, **_facts(context.town, ticket, draft, context.now)))
    return Reply("\n\n".join(said), Asks.JOINED, {"draft": draft.slots(), "ticket": ticket.id, "joined": True})


def add(change: Change, ticket: Ticket, person: Person, draft: Draft) -> None:
    """Add a follower with their words and photos; notify the team of a danger, or at a milestone."""
    hear(change, ticket, draft.text)
    who = {"ticket_id": ticket.id, "person_id": person.id}
    append(change.session, Follower, joined_at=change.now, text=draft.text, **who)
    ticket.neighbours += 1
    change.session.flush()
    attach(change, ticket, draft.attachments)
    if draft.red_flag:
        _danger_again(change, ticket, person, draft)
    elif ticket.neighbours in _MILESTONES:
        count = ticket.neighbours + 1
        ticket.apply(NOTE, by=SYSTEM, at=change.now, note=change.town.say("history.more_neighbours", count=count))
        notify(change.session, change.town, ticket, "more_neighbours", change.now, count=count)


def offer_unanswered(change: Change, ticket: Ticket, person_id: int) -> None:
    """No answer whether to join: join them, so that no report is lost."""
    open_question = change.session.scalar(reply_question(person_id))
    person = change.session.get(Person, person_id)
    if person is None or open_question is None:
        return
    questions = apart(open_question.state, open_question.slots, open_question.text, open_question.shown_at)
    offer = next((each for each in questions if each.state == Asks.JOIN), None)
    draft = Draft.of(offer.slots) if offer else None
    if offer is None or draft is None or draft.same != ticket.id:
        return
    if offer.lies_beneath:
        open_question.slots = without(open_question.slots, Asks.JOIN)
    else:
        change.session.delete(open_question)
    joined_unasked(UnansweredChange(change.session, change.town, change.now, person), draft)


def joined_unasked(change: PersonalChange, draft: Draft) -> None:
    """Join the person, or file the draft if the event has ended; a push tells them the ticket."""
    person, ticket = change.person, change.session.get(Ticket, draft.same) if draft.same else None
    if ticket is None or Status(ticket.status) not in OPEN:
        ticket = file(change, replace(draft, alone=True), person)
    elif change.session.get(Follower, (ticket.id, person.id)) is None:
        add(change, ticket, person, draft)
    notify(change.session, change.town, ticket, "joined_unasked", change.now, named=[person])
    for other in draft.rest:  # the message's other problems are filed without questions
        own = file(change, replace(Draft.of(other), alone=True), person)
        notify(change.session, change.town, own, "taken", change.now, named=[person])


def leave(context: Context, ticket: Ticket) -> bool:
    """Remove a follower; the ticket goes on for the others. False if there are no others."""
    own = context.session.get(Follower, (ticket.id, context.person.id))
    if own is None or ticket.neighbours == 0:
        return False
    context.session.delete(own)
    context.session.flush()
    ticket.neighbours -= 1
    note = context.town.say("history.neighbour_left")
    if ticket.reporter_id == context.person.id:
        note = FIRST_LEFT
        eldest = select(Follower.person_id).where(Follower.ticket_id == ticket.id).order_by(Follower.joined_at).limit(1)
        ticket.reporter_id = context.session.scalars(eldest).one()
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=note)
    return True


def told_more(context: Context, ticket: Ticket, draft: Draft, key: str) -> Reply:
    """Pass on more words about a ticket that the person follows, file no second one; 「另报」 files them after all."""
    attach(context, ticket, draft.attachments)
    if draft.red_flag:
        _danger_again(context, ticket, context.person, draft)
    else:
        hear(context, ticket, draft.text)
        ticket.apply(NOTE, by=resident(context.person), at=context.now, note=draft.text)
        notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=draft.text)
    said = [_advice(context, draft)] if draft.red_flag else []
    said.append(context.say(key, **_facts(context.town, ticket, draft, context.now)))
    over = context.slots.get("ticket") == ticket.id  # ends a question about it, such as whether to withdraw
    slots = {"draft": draft.slots(), "ticket": ticket.id, "joined": False}
    return Reply("\n\n".join(said), Asks.JOINED, slots, answered=over)


def _offered(context: Context, same: Same, draft: Draft) -> Reply:
    until = context.now + timedelta(minutes=context.town.habits.question_minutes)
    key = f"{same.ticket.id}:{OFFERED}:{context.person.id}:{until.timestamp():.6f}"
    about = {"ticket_id": same.ticket.id, "subject_id": context.person.id}
    append(context.session, Timer, key=key, kind=OFFERED, due_at=until, created_at=context.now, **about)
    facts = _facts(context.town, same.ticket, draft, context.now)
    slots = replace(draft, same=same.ticket.id).slots()
    return Reply(context.say("joining.offer", count=same.ticket.neighbours + 1, **facts), Asks.JOIN, slots)


def _danger_again(change: Change, ticket: Ticket, person: Person, draft: Draft) -> None:
    hear(change, ticket, draft.text)
    said = change.town.say("history.danger_again", text=draft.text)
    ticket.apply(NOTE, by=resident(person), at=change.now, note=said)
    count = ticket.neighbours + 1
    notify(
        change.session,
        change.town,
        ticket,
        "red_flag_again",
        change.now,
        but=person,
        count=count,
        note=draft.text,
    )


def _advice(context: Context, draft: Draft) -> str:
    return context.say(f"red_flag.{draft.red_flag}", **context.town.contacts.model_dump())


def _facts(town: Town, ticket: Ticket, draft: Draft, now: datetime) -> dict[str, Any]:
    """What a neighbour may see of the ticket: the building only if it is theirs too, never the flat."""
    house = ticket.building if ticket.building == draft.building else ""
    return {
        "number": ticket.number,
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.address(ticket.place_name, house, "", "") or town.say("places.near_pin"),
        "team": ticket_text.team_name(town, ticket.team),
        "status": ticket_text.STATUS_NAMES[ticket.status],
        "due": ticket_text.moment(ticket.handle_by, now),
    }
