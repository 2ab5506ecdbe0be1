"""News to a compound's residents, limited in number a month, and pushes to single people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from handlers.dialogue.states import Asks
from handlers.figures.days import month_start
from handlers.notifications import leaders
from handlers.notifications.push_rules import RESIDENT_TEMPLATE, STAFF_TEMPLATE
from handlers.notifications.text_card import card, text_card
from handlers.tickets.change import Change
from handlers.world.nodes import PlaceNode
from handlers.world.staff import Colleague
from models.conversation import Asked
from models.deferred_inserts import append
from models.person import Person
from models.push import Push, Rank
from models.ticket import Source, Ticket, not_ended

NEWS = "news_"
"""Prefix of the events of news"""


def announce(change: Change, place: PlaceNode, event: str, key: str, text: str, what: str) -> int:
    """Push news to each of the compound's residents once. Returns how many."""
    told = 0
    for person in change.session.scalars(_to_tell(change, place)):
        _push(change, person, f"{NEWS}{event}", f"{key}:{person.id}", text, card(place.name, what, text, change.now))
        told += 1
    return told


def tell(change: Change, people: Sequence[Colleague], event: str, key: str, text: str) -> int:
    """Push to these people, regardless of the monthly limit. Returns how many."""
    told = 0
    for person in people:
        template = STAFF_TEMPLATE if person.id in change.town.staff.people else RESIDENT_TEMPLATE
        push = {"key": key, "event": event, "text": text, "template": template}
        told += leaders.tell(change.session, change.town, [person], push, change.now, to_them_alone=True)
    return told


def ask(
    change: Change, person: Colleague, state: Asks, key: str, text: str, slots: dict[str, int], until: datetime
) -> None:
    """Push a question that is about no ticket."""
    if not person.openid:
        return
    whole = f"{key}:{person.id}"
    fields = text_card(change.town, text, change.now)
    _push(change, person, str(state), whole, text, fields, rank=Rank.QUESTION)
    question = {"state": state.value, "slots": slots, "text": "", "shown_at": None, "expires_at": until}
    append(change.session, Asked, person_id=person.id, key=whole, ticket_id=None, **question)


def _to_tell(change: Change, place: PlaceNode) -> Select[Person]:
    month = month_start(change.now)
    had = (
        select(func.count())
        .where(Push.person_id == Person.id, Push.event.startswith(NEWS), Push.created_at >= month)
        .correlate(Person)
        .scalar_subquery()
    )
    waits = select(Ticket.reporter_id).where(
        Ticket.place_id == place.id, Ticket.source == Source.CHAT.value, not_ended()
    )
    concerned = or_(Person.home_place_id == place.id, Person.id.in_(waits))
    reachable = Person.openid.is_not(None) & Person.following
    most = change.town.practices.news_a_month
    return select(Person).where(concerned, reachable, had < most).order_by(Person.id)


def _push(
    change: Change,
    person: Colleague,
    event: str,
    key: str,
    text: str,
    fields: dict[str, str],
    rank: Rank = Rank.NEWS,
) -> None:
    at = change.town.quiet_hours.wait(change.now)
    about = {"person_id": person.id, "event": event, "text": text, "template": RESIDENT_TEMPLATE, "fields": fields}
    append(change.session, Push, key=key, **about, rank=rank.value, due_at=at, created_at=change.now)
